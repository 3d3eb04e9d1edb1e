"""任期届满: what ends for whom, what is said before, who is told, and what it costs."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import NOW, Cast
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.audit.truth import Saved
from tongxin.committees.models import Sector, Term
from tongxin.members import actions
from tongxin.members.models import Member, Seat
from tongxin.members.rules import sitting_member_of
from tongxin.members.tests.standing import TODAY, fresh, said
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Signature


def test_a_term_ends_for_all_who_do_not_go_on(cast: Cast, office: Client) -> None:
    new = Term.objects.create(committee=cast.county, number=12, starts_on=TODAY())
    sector = Sector.objects.create(committee=cast.county, term=new, name="医药卫生界")
    going_on = cast.member(cast.proposer)
    Seat.objects.create(committee=cast.county, member=going_on, term=new, sector=sector, starts_on=TODAY())
    old = cast.sector.term
    page = office.post("/members/term/", said(term=old.uid, reason="换届"), follow=True)
    assert "4 名委员离任" in page.text
    assert Event.objects.filter(kind="members.expire").count() == 5  # whoever goes on lost the old seat
    assert not Seat.objects.filter(term=old, ends_on=None).exists()
    assert set(Member.objects.seated(TODAY()).filter(committee=cast.county)) == {going_on}
    assert sitting_member_of(fresh(cast.proposer)) == going_on
    assert Seat.objects.filter(committee=cast.other_county, ends_on=None).exists()


def test_the_record_is_read_once_for_all_whose_term_ends_and_one_forged_seat_is_not_vouched_for(cast: Cast) -> None:
    new, old = Term.objects.create(committee=cast.county, number=12, starts_on=TODAY()), cast.sector.term
    sector = Sector.objects.create(committee=cast.county, term=new, name="医药卫生界")
    Seat.objects.create(committee=cast.county, member=cast.member(cast.proposer), term=new, sector=sector, starts_on=TODAY())
    seats = list(Seat.objects.filter(term=old, ends_on=None))
    forged = Seat.objects.get(member=cast.member(cast.cosigner), term=old)
    models.QuerySet(Seat).filter(pk=forged.pk).update(convenes=True)
    with CaptureQueriesContext(connection) as asked:
        assert actions.end_term(old, on=TODAY(), reason="换届", actor=cast.office, at=timezone.now()) == len(seats) - 1
    lives = [query for query in asked.captured_queries if "COALESCE" in query["sql"] and 'FROM "audit_event"' in query["sql"]]
    assert (len(seats), len(lives)) == (5, 1)  # of seats and suspensions together
    told = {key for event in Event.objects.filter(kind="members.expire") for key in event.proofs if ".seat:" in key}
    assert told == {f"members.seat:{seat.uid}" for seat in seats if seat != forged}


def counted(act: Callable[[], object]) -> int:
    """Return how many statements an act sends to the database."""
    with CaptureQueriesContext(connection) as sent:
        act()
    return len(sent.captured_queries)


def seated_newly(cast: Cast, names: Iterable[str]) -> list[Seat]:
    """Seat members in the old term, each with an open invitation under a text of a member who goes on."""
    term = cast.sector.term
    members = [Member.objects.create(committee=cast.county, number=f"YX7{name}", name=f"新委员{name}") for name in names]
    seats = [
        Seat.objects.create(committee=cast.county, member=m, term=term, sector=cast.sector, starts_on=term.starts_on)
        for m in members
    ]
    audit.vouch(cast.county, seats, at=NOW)
    proposals.invite_cosigners(
        cast.draft(), members=members, until=timezone.now() + timedelta(days=1), actor=cast.proposer, at=NOW
    )
    return seats


def test_a_member_more_whose_term_ends_costs_the_two_events_and_what_is_written(cast: Cast) -> None:
    """Nothing is looked up for one member alone, however many leave.

    Who has an invitation open leaves two events, no more.
    """
    new, old = Term.objects.create(committee=cast.county, number=12, starts_on=TODAY()), cast.sector.term
    sector = Sector.objects.create(committee=cast.county, term=new, name="医药卫生界")
    Seat.objects.create(committee=cast.county, member=cast.member(cast.proposer), term=new, sector=sector, starts_on=TODAY())
    said = {"on": TODAY(), "reason": "换届", "actor": cast.office, "at": timezone.now()}

    def end(names: Iterable[str]) -> int:
        with transaction.atomic():
            seated_newly(cast, names)
            asked = counted(lambda: actions.end_term(old, **said))
            transaction.set_rollback(True)
        return asked

    with transaction.atomic():
        [seat] = seated_newly(cast, ["0"])
        one = Signature.objects.select_related("proposal__committee", "member").get(member=seat.member)
        event = counted(lambda: audit.record("members.expire", seat.member, actor=None, at=NOW, proves=[Saved(seat)], data={}))
        more = counted(lambda: audit.record("proposals.end_invitation", one.proposal, actor=None, at=NOW, proves=[one], data={}))
        transaction.set_rollback(True)
    update = 1  # of the invitation, taken back only where nobody answered it meanwhile
    assert end("123456") - end("12") == 4 * (event + more + update)


def test_a_term_does_not_end_while_nobody_sits_in_the_next(cast: Cast, office: Client) -> None:
    old, before = cast.sector.term, Event.objects.count()
    later = Term.objects.create(committee=cast.county, number=12, starts_on=TODAY())
    sector = Sector.objects.create(committee=cast.county, term=later, name="医药卫生界")
    member = cast.member(cast.proposer)
    Seat.objects.create(committee=cast.county, member=member, term=later, sector=sector, starts_on=TODAY() + timedelta(days=1))
    held = Seat.objects.filter(term=old, ends_on=None).count()
    answer = office.post("/members/term/", said(term=old.uid, reason="换届"))
    assert (answer.status_code, "新一届还没有委员在任" in answer.text, "确认任期届满" in answer.text) == (200, True, False)
    with pytest.raises(actions.StandingError, match="请先导入新一届委员名单"):
        actions.end_term(old, on=TODAY(), reason="换届", actor=cast.office, at=timezone.now())
    assert (Seat.objects.filter(term=old, ends_on=None).count(), Event.objects.count()) == (held, before)


def test_the_end_of_a_term_says_in_numbers_what_will_happen_and_it_happens(cast: Cast, office: Client) -> None:
    draft = cast.draft()
    filed = cast.filed()  # of the proposer and one co-signer
    [invited] = proposals.invite_cosigners(
        draft, members=[cast.member(cast.cosigner)], until=timezone.now() + timedelta(days=1), actor=cast.proposer, at=NOW
    )
    new = Term.objects.create(committee=cast.county, number=12, starts_on=TODAY())
    sector = Sector.objects.create(committee=cast.county, term=new, name="医药卫生界")
    goes_on = cast.member(cast.bystander)
    Seat.objects.create(committee=cast.county, member=goes_on, term=new, sector=sector, starts_on=TODAY())
    page = office.get("/members/term/")
    lines = re.findall(r"<li>(.*?)。</li>", page.text)
    assert [line.partition("：")[0] for line in lines] == [
        "4 名委员离任",
        "离任的委员不再提出、联名、附议提案，不再评价办理结果；可以登录查看自己提出、联名的提案和答复",
        "1 名委员在新一届继续担任，只终止原席位",
        "草稿和退回修改的提案 1 件，第一提案人离任后不能再修改、提交；有在任的联名委员的，由其中第一位接手",
        "还没有答复的联名邀请 1 件失效，邀请人会收到通知",
        "已经提交、还没有办结的提案 1 件照常办理，署名不变",
        "其中 1 件没有其他在任的提案人，还没有评价的，答复以后没有人评价",
    ]
    assert f'value="{new.uid}"' not in page.text  # nobody sits after it
    assert Signature.objects.get(pk=invited.pk).answer == Answer.INVITED  # looking changes nothing
    office.post("/members/term/", said(term=cast.sector.term.uid, reason="换届"))
    assert Signature.objects.get(pk=invited.pk).answer == Answer.LAPSED
    filed.refresh_from_db()
    assert (filed.state, set(Member.objects.seated(TODAY()).filter(committee=cast.county))) == ("filed", {goes_on})


def test_at_the_end_of_a_term_whoever_goes_on_is_told_that(cast: Cast, office: Client) -> None:
    new = Term.objects.create(committee=cast.county, number=12, starts_on=TODAY())
    sector = Sector.objects.create(committee=cast.county, term=new, name="医药卫生界")
    Seat.objects.create(committee=cast.county, member=cast.member(cast.proposer), term=new, sector=sector, starts_on=TODAY())
    office.post("/members/term/", said(term=cast.sector.term.uid, reason="换届"))
    notices.deliver()
    told = {who: Notice.objects.get(account=who, event__kind="members.expire").text for who in (cast.proposer, cast.bystander)}
    assert "您在新一届继续担任委员" in told[cast.proposer]
    assert "离任：换届" in told[cast.bystander]
