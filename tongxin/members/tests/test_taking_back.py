"""What comes back is what the last ending took, whatever happened before it, and a page does nothing but what it showed."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.architecture.walking import THOROUGH
from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees.models import Sector, Term
from tongxin.members import actions, merging, queries
from tongxin.members.choices import Ending, Rank
from tongxin.members.models import Member, Post, Seat
from tongxin.members.rules import is_dead
from tongxin.members.tests.standing import TODAY, said

WHY = "同一人导入了两次"
WALKS = 150 if THOROUGH else 8


def who(cast: Cast) -> dict[str, Any]:
    return {"actor": cast.office, "at": timezone.now()}


def end(member: Member, ending: Ending, cast: Cast, *, on: date | None = None, reason: str = "工作调动") -> None:
    actions.end_seat(member, ending=ending, on=on or TODAY(), reason=reason, document_number="1", **who(cast))


def restore(member: Member, cast: Cast, *, on: date | None = None, reason: str = "办错了") -> None:
    actions.restore(member, on=on, reason=reason, **who(cast))


def merge(stays: Member, goes: Member, cast: Cast, *taken: str) -> None:
    merging.merge(stays, goes, taken=taken, reason=WHY, **who(cast))


def two(cast: Cast) -> tuple[Member, Member]:
    return cast.member(cast.second_cosigner), cast.member(cast.bystander)


def held(member: Member) -> list[str]:
    return [str(seat.sector) for seat in member.seats.filter(ends_on=None).order_by("pk")]


def restored_by_the_page(office: Client, member: Member, **more: Any) -> tuple[list[str], list[str]]:
    """Take the page's step; return the sentence about the seats, and what is held then."""
    url = f"/members/{member.uid}/standing/restore/"
    sentence = re.findall(r"恢复席位：[^；。<]*", office.get(url).text)
    office.post(url, said(reason="办错了") | more)
    return sentence, held(member)


# ── several endings on one day ──
def test_who_resigned_twice_on_one_day_is_given_back_once(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    end(member, Ending.RESIGNED, cast)
    restore(member, cast)
    end(member, Ending.RESIGNED, cast)
    sector = str(cast.sector)
    assert restored_by_the_page(office, member) == ([f"恢复席位：{sector}"], [sector])
    assert verifying.verify().ok


def test_a_death_entered_by_mistake_after_a_resignation_of_the_same_day_is_taken_back(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    end(member, Ending.RESIGNED, cast)
    restore(member, cast)
    end(member, Ending.DIED, cast)
    assert restored_by_the_page(office, member)[1] == [str(cast.sector)]
    assert list(member.seats.order_by("pk").values_list("ending", flat=True)) == [Ending.RESIGNED, ""]
    assert verifying.verify().ok


@pytest.mark.parametrize("taken", [(), ("seat",)])
@pytest.mark.parametrize("never", [False, True])
def test_two_rows_of_one_who_left_on_one_day_are_given_back_as_one(
    cast: Cast, office: Client, taken: tuple[str, ...], *, never: bool
) -> None:
    stays, goes = two(cast)
    post = Post.objects.create(
        committee=cast.county, member=stays, term=cast.sector.term, rank=Rank.STANDING, starts_on=cast.sector.term.starts_on
    )
    audit.vouch(cast.county, [post], at=timezone.now())
    if never:  # both rows move, as they never met
        goes.seats.update(starts_on=TODAY())
    for member in (stays, goes):
        end(member, Ending.RESIGNED, cast)
    merge(stays, goes, cast, *taken)
    sentence, seats = restored_by_the_page(office, stays)
    assert (len(sentence), seats) == (1, [str(cast.sector)])
    assert [one.rank for one in stays.posts.filter(ends_on=None)] == [Rank.STANDING]


def test_a_backdated_resignation_is_the_last_act_though_the_old_term_ended_on_a_later_day(cast: Cast, office: Client) -> None:
    member, day = cast.member(cast.bystander), TODAY() - timedelta(days=9)
    new = Term.objects.create(committee=cast.county, number=cast.sector.term.number + 1, starts_on=day)
    sector = Sector.objects.create(committee=cast.county, term=new, name="农业界")
    for one in (member, cast.member(cast.proposer)):
        Seat.objects.create(committee=cast.county, member=one, term=new, sector=sector, starts_on=day)
    actions.end_term(cast.sector.term, on=TODAY(), reason="换届", **who(cast))
    end(member, Ending.RESIGNED, cast, on=day + timedelta(days=2))
    assert restored_by_the_page(office, member) == ([f"恢复席位：{sector}"], [str(sector)])


def test_who_died_before_the_old_term_ended_is_dead_though_that_seat_ended_later(cast: Cast) -> None:
    member, day = cast.member(cast.bystander), TODAY() - timedelta(days=9)
    new = Term.objects.create(committee=cast.county, number=cast.sector.term.number + 1, starts_on=day)
    sector = Sector.objects.create(committee=cast.county, term=new, name="农业界")
    for one in (member, cast.member(cast.proposer)):
        Seat.objects.create(committee=cast.county, member=one, term=new, sector=sector, starts_on=day)
    actions.end_term(cast.sector.term, on=TODAY(), reason="换届", **who(cast))
    end(member, Ending.DIED, cast, on=day + timedelta(days=2))
    assert (is_dead(member), Account.objects.get(pk=cast.bystander.pk).is_active) == (True, False)
    restore(member, cast)
    assert (is_dead(member), held(member)) == (False, [str(sector)])


def test_of_imported_endings_the_later_begun_seat_of_a_term_comes_back(cast: Cast, office: Client) -> None:
    member, day = cast.member(cast.bystander), TODAY() - timedelta(days=5)
    first = member.seats.get()
    rows = {"committee": cast.county, "member": member, "term": first.term, "ends_on": day, "ending": Ending.RESIGNED}
    other = Sector.objects.create(committee=cast.county, term=first.term, name="农业界")
    Seat.objects.create(**rows, sector=other, starts_on=day)
    Seat.objects.filter(pk=first.pk).update(ends_on=day, ending=Ending.RESIGNED)
    assert restored_by_the_page(office, member) == ([f"恢复席位：{other}"], [str(other)])


def test_who_has_a_seat_to_come_in_the_term_is_refused_in_words(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    end(member, Ending.RESIGNED, cast)
    Seat.objects.create(
        committee=cast.county, member=member, term=cast.sector.term, sector=cast.sector, starts_on=TODAY() + timedelta(days=3)
    )
    url = f"/members/{member.uid}/standing/restore/"
    assert "不能再恢复这一届的席位" in office.get(url).text
    assert "不能再恢复这一届的席位" in office.post(url, said()).text
    assert not Event.objects.filter(kind="members.restore").exists()


class History:
    """Some acts on two rows, on a few days and in two terms."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.rows, self.steps = cast, two(cast), list[str]()
        number = cast.sector.term.number + 1
        self.new, _made = Term.objects.get_or_create(committee=cast.county, number=number, defaults={"starts_on": TODAY()})
        self.sector, _made = Sector.objects.get_or_create(committee=cast.county, term=self.new, name="医药卫生界")

    def moves(self, which: int, on: date) -> dict[str, Callable[[], object]]:
        """Return every act on one of the rows, with a day."""
        row, other = (Member.everybody.get(pk=self.rows[each].pk) for each in (which, 1 - which))
        endings = {
            ending.value: lambda ending=ending: end(row, ending, self.cast, on=on)
            for ending in Ending
            if ending != Ending.EXPIRED
        }
        common = {"on": on, "reason": "办理", **who(self.cast)}
        return endings | {
            "restore": lambda: self.restore(row, on),
            "restore today": lambda: self.restore(row, TODAY()),
            "suspend": lambda: actions.suspend(row, **common),
            "resume": lambda: actions.resume(row, **common),
            "end the term": lambda: actions.end_term(self.cast.sector.term, **common),
            "merge": lambda: merge(row, other, self.cast),
            "part": lambda: merging.part(row, other, reason="两人", **who(self.cast)),
            "seat": lambda: self.seat(row, self.new, self.sector, TODAY()),
            "seat to come": lambda: self.seat(row, self.cast.sector.term, self.cast.sector, TODAY() + timedelta(days=1)),
        }

    def seat(self, row: Member, term: Term, sector: Sector, starts_on: date) -> None:
        """Enter a seat as an import does."""
        if row.merged_into_id is None and not row.seats.filter(term=term, ends_on=None).exists():
            Seat.objects.create(committee=self.cast.county, member=row, term=term, sector=sector, starts_on=starts_on)

    def restore(self, row: Member, on: date) -> None:
        """What the page says happens; where it happens, it is what the page said."""
        before = set(row.seats.filter(ends_on=None))
        sentences = "。".join(queries.coming_back(row)) if row.merged_into_id is None and row.seats.exclude(ends_on=None) else ""
        restore(row, self.cast, on=on)
        named = re.search(r"恢复席位：([^；。]*)", sentences)
        foretold = sorted(named[1].split("、")) if named else []
        came = [seat for seat in row.seats.filter(ends_on=None) if seat not in before]
        several = len(came) > 1
        assert foretold == sorted(f"{s.term}{s.sector}" if several else str(s.sector) for s in came), self.steps
        assert len({seat.term_id for seat in came}) == len(came), self.steps


@pytest.mark.thorough
@pytest.mark.django_db
def test_whatever_happened_each_act_is_done_or_refused_in_words(cast: Cast) -> None:
    often = ["resigned", "died", "restore today"] * 5  # several endings on one day
    acts = st.sampled_from([*sorted(History(cast).moves(0, TODAY())), *often])

    @seed(len(connection.vendor))
    @settings(max_examples=WALKS, deadline=None, database=None, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(acts, st.sampled_from([0, 0, 0, 1]), st.sampled_from([0, 0, 0, 1, 2])), min_size=20, max_size=20))
    def walks(steps: list[tuple[str, int, int]]) -> None:
        point = transaction.savepoint()
        try:
            history = History(cast)
            for name, which, days in steps:
                history.steps.append(f"{name} {which} {days}")
                with suppress(actions.StandingError), transaction.atomic():
                    history.moves(which, TODAY() - timedelta(days=days))[name]()
        finally:
            transaction.savepoint_rollback(point)
            transaction.savepoint_commit(point)

    walks()


# ── a page does what it showed ──
def sent(page: Any, **more: Any) -> dict[str, Any]:
    """Return what the form of a page sends back."""
    return said(**more) | {"shown": re.search(r'name="shown" value="([^"]*)"', page.text)[1]}  # type: ignore[index]


def test_a_page_about_a_resignation_takes_back_no_death(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    url, day = f"/members/{member.uid}/standing/restore/", TODAY() - timedelta(days=20)
    end(member, Ending.RESIGNED, cast, on=day)
    stale = sent(office.get(url), reason="本人撤回辞职")
    restore(member, cast, on=day + timedelta(days=5))
    end(member, Ending.DIED, cast, on=day + timedelta(days=15))
    answer = office.post(url, stale)
    assert ("有变化，这次没有办理" in answer.text, "本人撤回辞职" in answer.text) == (True, True)
    assert (held(member), Event.objects.filter(kind="members.restore").count()) == ([], 1)
    office.post(url, sent(answer, reason="登记错了"))  # read again, and meant
    assert held(member) == [str(cast.sector)]


def test_a_page_about_a_death_takes_back_no_resignation(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    url = f"/members/{member.uid}/standing/restore/"
    end(member, Ending.DIED, cast)
    stale = sent(office.get(url), reason="登记错了")
    restore(member, cast)
    end(member, Ending.RESIGNED, cast)
    answer = office.post(url, stale)
    assert ("有变化，这次没有办理" in answer.text, "登记错了" in answer.text, held(member)) == (True, True, [])


@pytest.mark.parametrize("kind", ["suspend", "resigned", "died"])
def test_a_page_about_one_seat_touches_no_other(cast: Cast, office: Client, kind: str) -> None:
    member = cast.member(cast.bystander)
    url = f"/members/{member.uid}/standing/{kind}/"
    stale = sent(office.get(url), reason="本人来信")
    end(member, Ending.RESIGNED, cast)
    restore(member, cast)
    answer = office.post(url, stale)
    assert ("有变化，这次没有办理" in answer.text, "本人来信" in answer.text) == (True, True)
    assert (held(member), member.suspensions.count()) == ([str(cast.sector)], 0)


def test_who_was_merged_meanwhile_resigns_not_by_the_page_of_before(cast: Cast, office: Client) -> None:
    stays, goes = two(cast)
    stale = sent(office.get(f"/members/{stays.uid}/standing/resigned/"), reason="本人来信")
    merge(stays, goes, cast, "seat")
    assert "有变化，这次没有办理" in office.post(f"/members/{stays.uid}/standing/resigned/", stale).text
    assert held(stays) == [str(cast.sector)]


def test_lifting_another_suspension_than_that_which_was_read_is_refused(cast: Cast, office: Client) -> None:
    member, url = cast.member(cast.bystander), f"/members/{cast.member(cast.bystander).uid}/standing/resume/"
    actions.suspend(member, on=TODAY(), reason="接受调查", **who(cast))
    stale = sent(office.get(url), reason="调查结束")
    actions.resume(member, on=TODAY(), reason="调查结束", **who(cast))
    actions.suspend(member, on=TODAY(), reason="又有线索", **who(cast))
    assert "有变化，这次没有办理" in office.post(url, stale).text
    assert member.suspensions.filter(ends_on=None).exists()


def test_the_act_itself_refuses_what_was_not_shown(cast: Cast) -> None:
    member = cast.member(cast.bystander)
    shown = queries.as_it_stands(member, "suspend")
    end(member, Ending.RESIGNED, cast)
    restore(member, cast)
    with pytest.raises(actions.OvertakenError, match="有变化，这次没有办理"):
        actions.suspend(member, on=TODAY(), reason="接受调查", shown=shown, **who(cast))


def test_a_step_that_is_open_no_more_gives_back_what_was_written(cast: Cast, office: Client) -> None:
    member, url = cast.member(cast.bystander), f"/members/{cast.member(cast.bystander).uid}/standing/suspend/"
    stale = sent(office.get(url), reason="接受有关部门调查")
    end(member, Ending.RESIGNED, cast)
    answer = office.post(url, stale)
    assert ("这一步现在无需办理" in answer.text, "接受有关部门调查" in answer.text) == (True, True)


@pytest.mark.parametrize("again", [True, False])
def test_a_correction_of_one_seat_is_made_to_no_other(cast: Cast, office: Client, *, again: bool) -> None:
    member, url = cast.member(cast.bystander), f"/members/{cast.member(cast.bystander).uid}/correct/"
    other = Sector.objects.create(committee=cast.county, term=cast.sector.term, name="农业界")
    page = office.get(url)
    form = page.context["form"]
    fields = {name: form[name].value() for name in form.fields}
    filled = {name: value for name, value in fields.items() if value is not None}
    stale = filled | {"sector": other.pk, "starts_on": fields["starts_on"], "reason": "表里写错"}
    end(member, Ending.RESIGNED, cast)
    if again:
        restore(member, cast)
    answer = office.post(url, stale)
    assert ("席位在您打开以后有变化" in answer.text, "表里写错" in answer.text) == (True, True)
    assert not member.seats.filter(sector=other).exists()
    assert not Event.objects.filter(kind="members.correct").exists()


# ── pages of a row that went into another ──
@pytest.mark.parametrize("path", ["change/", "correct/", "standing/resigned/", "invite/", "release/", "merge/", "phone/"])
def test_a_page_of_a_row_that_went_leads_on_with_what_was_written(cast: Cast, office: Client, path: str) -> None:
    stays, goes = two(cast)
    url = f"/members/{goes.uid}/{path}"
    merge(stays, goes, cast)
    for answer in (office.get(url), office.post(url, {"phone": "13900001234", "reason": "本人来信", "shown": "x"})):
        assert f'href="/members/{stays.uid}/"' in answer.text
        assert (f"编号 {goes.number}）这条资料已经并入" in answer.text, cast.office.name in answer.text) == (True, True)
    assert ("13900001234" in answer.text, "本人来信" in answer.text, answer.status_code) == (True, True, 409)


def test_the_second_click_on_a_merger_says_that_it_is_done(cast: Cast, office: Client) -> None:
    stays, goes = two(cast)
    url, form = f"/members/{stays.uid}/merge/{goes.uid}/", {"stays": stays.uid, "reason": WHY, "confirmed": "1"}
    merge(stays, goes, cast)
    assert "已经并入" in office.get(url).text
    answer = office.post(url, form).text
    assert ("已经并入" in answer, WHY in answer, f'href="/members/{stays.uid}/"' in answer) == (True, True, True)


def test_the_second_click_on_a_parting_says_that_it_is_done(cast: Cast, office: Client) -> None:
    stays, goes = two(cast)
    url = f"/members/{stays.uid}/part/{goes.uid}/"
    merge(stays, goes, cast)
    assert "合并已经撤销" in (office.post(url, {"reason": "两个人"}), office.post(url, {"reason": "两个人"}))[1].text
    assert "合并已经撤销" in office.get(url).text
    assert office.get(f"/members/{stays.uid}/part/{cast.member(cast.proposer).uid}/").status_code == 404


def test_nobody_else_reads_who_merged_whom(cast: Cast, client: Client) -> None:
    stays, goes = two(cast)
    merge(stays, goes, cast)
    client.force_login(cast.proposer)
    answer = client.get(f"/members/{goes.uid}/change/").text
    assert (WHY in answer, cast.office.name in answer) == (False, False)
    client.force_login(cast.office_of_other_county)
    assert client.get(f"/members/{goes.uid}/change/").status_code == 404


# ── what is told of each row ──
def test_of_two_seats_that_began_and_ended_on_one_day_only_the_second_was_given_back(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    member.seats.update(starts_on=TODAY())
    end(member, Ending.RESIGNED, cast, reason="第一次")
    restore(member, cast, reason="收回第一次")
    end(member, Ending.RESIGNED, cast, reason="第二次")
    restore(member, cast, reason="收回第二次")
    told = {seat.pk: "".join(words) for seat, words in office.get(f"/members/{member.uid}/").context["seats"]}
    kept = [told[seat.pk] for seat in member.seats.order_by("pk")]
    assert [("恢复委员资格" in words, "收回第一次" in words, "收回第二次" in words) for words in kept] == [
        (False, False, False),
        (True, True, False),
        (True, False, True),
    ]


def test_a_pause_that_ended_with_the_seat_was_not_lifted_though_another_was_on_that_day(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    actions.suspend(member, on=TODAY(), reason="接受调查", **who(cast))
    actions.resume(member, on=TODAY(), reason="调查结束", **who(cast))
    actions.suspend(member, on=TODAY(), reason="又有线索", **who(cast))
    end(member, Ending.RESIGNED, cast)
    told = {pause.reason: words for pause, words in office.get(f"/members/{member.uid}/").context["pauses"]}
    assert ("随离任终止" in told["又有线索"], "恢复履职" in told["接受调查"], "调查结束" in told["又有线索"]) == (
        True,
        True,
        False,
    )
