"""A seat ends, pauses, comes back: what may still be done, what follows, who is told."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import LEFT_ON, NOW, Cast
from tongxin.accounts.models import Account
from tongxin.accounts.queries import InvitationError
from tongxin.accounts.queries import find as find_code
from tongxin.audit import verifying
from tongxin.audit.kinds import detail, sentence
from tongxin.audit.models import Event
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.core.templatetags.chinese import full_day
from tongxin.members import actions, queries
from tongxin.members.choices import Ending, Rank
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.members.notices import _resigned, _revoked, _suspended
from tongxin.members.rules import member_of, sitting_member_of
from tongxin.members.tests.standing import TODAY, fresh, said
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Signature


# ── the predicate ──
def test_a_member_is_who_has_a_seat_in_force_and_is_not_suspended(cast: Cast) -> None:
    member = cast.member(cast.bystander)
    seat = member.seats.get()
    day = date(2026, 5, 1)

    def sits(on: date) -> bool:
        return Member.objects.sitting(on).filter(pk=member.pk).exists()

    assert [sits(seat.starts_on - timedelta(days=1)), sits(seat.starts_on), sits(day)] == [False, True, True]
    Seat.objects.filter(pk=seat.pk).update(ends_on=day)
    assert [sits(day - timedelta(days=1)), sits(day)] == [True, False]  # the first day without
    Seat.objects.filter(pk=seat.pk).update(ends_on=None)
    Suspension.objects.create(
        committee=cast.county, member=member, starts_on=day, ends_on=day + timedelta(days=2), reason="接受调查"
    )
    assert [sits(day - timedelta(days=1)), sits(day), sits(day + timedelta(days=2))] == [True, False, True]


def test_who_left_keeps_a_file_and_acts_no_more(cast: Cast) -> None:
    for account in (cast.former_member, cast.suspended_member):
        assert (member_of(account), sitting_member_of(account)) == (cast.member(account), None)
    assert sitting_member_of(cast.proposer) == cast.member(cast.proposer)
    Account.objects.filter(pk=cast.proposer.pk).update(is_active=False)
    assert member_of(fresh(cast.proposer)) is None


# ── the acts ──
@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("resigned", "members.resign"),
        ("revoked", "members.revoke"),
        ("died", "members.record_death"),
        ("expired", "members.expire"),
    ],
)
def test_each_way_of_leaving_ends_seat_and_posts_with_an_event(cast: Cast, office: Client, kind: str, event: str) -> None:
    member = cast.member(cast.bystander)
    Post.objects.create(
        committee=cast.county, member=member, term=cast.sector.term, rank=Rank.STANDING, starts_on=cast.sector.term.starts_on
    )
    page = office.get(f"/members/{member.uid}/standing/{kind}/")
    assert "将发生什么" in page.text
    answer = office.post(f"/members/{member.uid}/standing/{kind}/", said(document_number="云协发〔2026〕3号"))
    assert answer["Location"] == f"/members/{member.uid}/"
    seat = member.seats.get()
    assert (seat.ends_on, seat.ending, seat.reason, seat.document_number) == (TODAY(), kind, "工作调动", "云协发〔2026〕3号")
    assert member.posts.get().ends_on == TODAY()
    recorded = Event.objects.get(kind=event)
    assert (recorded.subject_id, recorded.actor, recorded.data["on"]) == (member.pk, cast.office, TODAY().isoformat())
    assert sitting_member_of(fresh(cast.bystander)) is None
    assert fresh(cast.bystander).is_active == (kind != "died")
    again = office.post(f"/members/{member.uid}/standing/{kind}/", said(document_number="x"), follow=True)
    assert "无需办理" in again.text
    assert Event.objects.filter(kind=event).count() == 1


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("resigned", {"on": "2099-01-01"}, "日期不能在今天以后"),
        ("resigned", {"on": "2021-01-01"}, "日期不能早于 2022 年 1 月 1 日"),
        ("resigned", {"on": "昨天"}, "日期格式不对"),
        ("resigned", {"reason": ""}, "说明"),
        ("revoked", {}, "文号"),
        ("revoked", {"on": "2021-01-01", "document_number": "云协发〔2026〕3号"}, "日期不能早于 2022 年 1 月 1 日"),
        ("died", {"on": "2021-01-01"}, "日期不能早于 2022 年 1 月 1 日"),
        ("expired", {"on": "2021-01-01"}, "日期不能早于 2022 年 1 月 1 日"),
        ("suspend", {"on": "2099-01-01"}, "日期不能在今天以后"),
        ("suspend", {"on": "2021-01-01"}, "日期不能早于 2022 年 1 月 1 日"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_changes(
    cast: Cast, office: Client, kind: str, data: dict[str, str], sentence: str
) -> None:
    member, before = cast.member(cast.bystander), Event.objects.count()
    page = office.post(f"/members/{member.uid}/standing/{kind}/", said(**data))
    assert (page.status_code, sentence in page.text) == (200, True)
    assert (member.seats.get().ends_on, member.suspensions.count(), Event.objects.count()) == (None, 0, before)


def test_the_action_itself_demands_a_number_for_a_revocation(cast: Cast) -> None:
    with pytest.raises(actions.StandingError, match="文号"):
        actions.end_seat(
            cast.member(cast.bystander), ending=Ending.REVOKED, on=TODAY(), reason="违法", actor=cast.office, at=timezone.now()
        )
    assert not Event.objects.filter(kind="members.revoke").exists()


def test_only_who_keeps_the_members_changes_a_standing_and_never_the_own(cast: Cast, client: Client) -> None:
    target, before = cast.member(cast.bystander), Event.objects.count()
    for name, account in cast.everyone().items():
        if account == cast.office:
            continue
        client.force_login(account)
        for kind in ("resigned", "suspend", "restore"):
            answer = client.post(f"/members/{target.uid}/standing/{kind}/", said())
            assert answer.status_code in {403, 404}, (name, kind)
    own = Member.objects.create(committee=cast.county, number="YX080", name="秦若水", account=cast.office)
    Seat.objects.create(committee=cast.county, member=own, term=cast.sector.term, sector=cast.sector, starts_on="2026-01-01")
    client.force_login(cast.office)
    assert client.post(f"/members/{own.uid}/standing/suspend/", said()).status_code == 403
    assert "委员变动" not in client.get(f"/members/{own.uid}/").text
    kinds = ("members.resign", "members.suspend", "members.restore")
    assert not Event.objects.filter(kind__in=kinds, pk__gt=before).exists()
    assert (target.seats.get().ends_on, target.suspensions.count()) == (None, 0)


def test_a_suspension_keeps_the_seat_and_is_lifted_with_a_reason(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    office.post(f"/members/{member.uid}/standing/suspend/", said(reason="接受调查"))
    assert (sitting_member_of(fresh(cast.bystander)), member.seats.get().ends_on) == (None, None)
    assert "停止履职：接受调查" in office.get(f"/members/{member.uid}/").text
    assert {row["member"] for row in office.get("/members/").context["list"].lines} >= {member}
    office.post(f"/members/{member.uid}/standing/resume/", said(reason="查无问题"))
    assert sitting_member_of(fresh(cast.bystander)) == member
    kept = Event.objects.filter(kind__in=("members.suspend", "members.resume")).order_by("id")
    assert [(e.kind, e.data["reason"]) for e in kept] == [("members.suspend", "接受调查"), ("members.resume", "查无问题")]


def test_a_second_suspension_does_not_reach_back_into_the_first(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    office.post(f"/members/{member.uid}/standing/suspend/", said(on="2026-01-10"))
    office.post(f"/members/{member.uid}/standing/resume/", said(on="2026-02-01"))
    early = office.post(f"/members/{member.uid}/standing/suspend/", said(on="2026-01-20"))
    assert ("日期不能早于 2026 年 2 月 1 日" in early.text, member.suspensions.count()) == (True, 1)
    assert Event.objects.filter(kind="members.suspend").count() == 1
    office.post(f"/members/{member.uid}/standing/suspend/", said(on="2026-02-01"))
    days = [(s.starts_on, s.ends_on) for s in member.suspensions.order_by("id")]
    assert days == [(date(2026, 1, 10), date(2026, 2, 1)), (date(2026, 2, 1), None)]


def test_a_seat_comes_back_as_a_new_row_and_the_ended_one_stays(cast: Cast, office: Client) -> None:
    member = cast.member(cast.former_member)
    assert "恢复席位：医药卫生界" in office.get(f"/members/{member.uid}/standing/restore/").text
    early = office.post(f"/members/{member.uid}/standing/restore/", said(on="2026-01-01"))
    assert "日期不能早于 2026 年 2 月 1 日" in early.text
    office.post(f"/members/{member.uid}/standing/restore/", said(on="2026-02-01", reason="登记有误"))
    rows = [(s.starts_on, s.ends_on, s.ending) for s in member.seats.order_by("id")]
    assert rows == [(date(2022, 1, 1), LEFT_ON, "resigned"), (LEFT_ON, None, "")]
    assert sitting_member_of(fresh(cast.former_member)) == member
    assert Event.objects.get(kind="members.restore").data["reason"] == "登记有误"


def test_death_closes_the_account_with_its_duties_and_a_mistake_opens_it_again(cast: Cast, client: Client) -> None:
    member = cast.member(cast.bystander)
    Appointment.objects.create(account=cast.bystander, committee=cast.county, duty=Duty.LEADERSHIP, starts_on="2026-01-01")
    visitor = Client()
    visitor.force_login(cast.bystander)
    client.force_login(cast.office)
    assert "其他职责 1 项同时终止" in client.get(f"/members/{member.uid}/standing/died/").text
    client.post(f"/members/{member.uid}/standing/died/", said(reason=""))
    assert visitor.get("/home/").status_code == 302  # an open session ends with the next request
    assert Appointment.objects.get(account=cast.bystander).ends_on == TODAY()
    assert Event.objects.filter(kind="committees.end_appointment").count() == 1
    assert client.post(f"/members/{member.uid}/invite/").status_code == 403
    client.post(f"/members/{member.uid}/standing/restore/", said(reason="误登"))
    assert fresh(cast.bystander).is_active
    assert Appointment.objects.get(account=cast.bystander).ends_on == TODAY()  # appointed anew by who appoints


def test_a_death_says_before_what_it_ends_to_the_last_duty_and_code(cast: Cast, office: Client) -> None:
    member, newcomer = cast.member(cast.bystander), Member.objects.create(committee=cast.county, number="YX081", name="梁秋实")
    Seat.objects.create(committee=cast.county, member=newcomer, term=cast.sector.term, sector=cast.sector, starts_on="2026-01-01")
    rows = {"account": cast.bystander, "committee": cast.county}
    for duty, day in ((Duty.LEADERSHIP, TODAY()), (Duty.FILING, TODAY() + timedelta(days=9))):
        Appointment.objects.create(**rows, duty=duty, starts_on=day)
    code = actions.invite(newcomer, actor=cast.office, at=timezone.now())
    assert "其他职责 2 项同时终止" in office.get(f"/members/{member.uid}/standing/died/").text
    assert "还没有用过的登录邀请码作废" in office.get(f"/members/{newcomer.uid}/standing/died/").text
    for who in (member, newcomer):
        office.post(f"/members/{who.uid}/standing/died/", said(reason=""))
    assert Event.objects.filter(kind="committees.end_appointment").count() == 2
    with pytest.raises(InvitationError, match="失效"):
        find_code(code, at=timezone.now())


def test_a_death_is_foreseen_in_the_same_sentences_as_every_other_leave(cast: Cast, office: Client) -> None:
    draft, other = cast.draft(), cast.draft()
    cast.filed()
    until = timezone.now() + timedelta(days=1)
    proposals.invite_cosigners(draft, members=[cast.member(cast.cosigner)], until=until, actor=cast.proposer, at=NOW)
    Signature.objects.filter(proposal=other).update(member=cast.member(cast.bystander))
    proposals.invite_cosigners(other, members=[cast.member(cast.proposer)], until=until, actor=cast.bystander, at=NOW)
    member = cast.member(cast.proposer)
    died, resigned = (office.get(f"/members/{member.uid}/standing/{kind}/").context["elsewhere"] for kind in ("died", "resigned"))
    assert died == resigned
    assert [one.said.partition("件")[0] for one in died] == [
        "草稿和退回修改的提案 1 ",
        "还没有答复的联名邀请 1 ",
        "已经提交、还没有办结的提案 1 ",
    ]


def test_other_duties_stay_when_a_seat_ends(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    Appointment.objects.create(account=cast.bystander, committee=cast.county, duty=Duty.LEADERSHIP, starts_on="2026-01-01")
    assert "其他职责 1 项不变" in office.get(f"/members/{member.uid}/standing/resigned/").text
    office.post(f"/members/{member.uid}/standing/resigned/", said())
    assert Appointment.objects.get(account=cast.bystander).ends_on is None


@pytest.mark.parametrize(("left", "sentence"), [(True, "原来的委员都已离任"), (False, "还没有委员，先导入名册")])
def test_an_empty_list_says_whether_there_ever_were_members(cast: Cast, office: Client, *, left: bool, sentence: str) -> None:
    seats = Seat.objects.filter(committee=cast.county)
    if left:
        seats.filter(ends_on=None).update(ends_on=TODAY())
    else:
        seats.delete()
    page = office.get("/members/").text
    assert [words for words in ("原来的委员都已离任", "还没有委员，先导入名册") if words in page] == [sentence]


# ── who is told ──
@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["suspend"], "停止履职：工作调动（云协发〔2026〕3号）。停止履职期间，您可以登录查看"),
        (["suspend", "resume"], "恢复履职：工作调动（云协发〔2026〕3号）。可以重新提出"),
        (["resigned"], "离任：工作调动（云协发〔2026〕3号）。您可以登录查看"),
        (["revoked"], "撤销：工作调动（云协发〔2026〕3号）。您可以登录查看"),
        (["expired"], "离任：工作调动（云协发〔2026〕3号）。您可以登录查看"),
        (["resigned", "restore"], "恢复：工作调动（云协发〔2026〕3号）。可以重新提出"),
        (["died"], ""),
    ],
)
def test_whoever_it_concerns_is_told_but_of_the_own_death(cast: Cast, office: Client, kinds: list[str], words: str) -> None:
    member = cast.member(cast.bystander)
    for kind in kinds:
        office.post(f"/members/{member.uid}/standing/{kind}/", said(document_number="云协发〔2026〕3号"))
    notices.deliver()
    told = Notice.objects.filter(account=cast.bystander).order_by("id")
    assert len(told) == (len(kinds) if words else 0)
    if words:
        last = told[len(told) - 1]
        assert (words in last.text, f"自 {full_day(TODAY())}起" in last.text) == (True, True), last.text
        as_him = Client()
        as_him.force_login(cast.bystander)
        assert as_him.get(last.url).status_code == 200


def test_who_is_suspended_reads_that_and_not_that_he_left(cast: Cast, client: Client) -> None:
    client.force_login(cast.suspended_member)
    page = client.get("/home/").text
    assert (f"您自 {full_day(LEFT_ON)}起停止履职" in page, "停止履职，可查看本人提案" in page, "不在任" in page) == (
        True,
        True,
        False,
    )
    refused = client.get("/proposals/new/")
    assert (refused.status_code, "委员可以提出提案，机关可以代录" in refused.text) == (403, True)
    assert ("您现在的身份：停止履职" in refused.text, "由安全管理员任命" in refused.text) == (True, False)
    client.force_login(cast.former_member)
    page = client.get("/home/").text
    assert ("您现在不在任" in page, "停止履职" in page) == (True, False)


# ── the lists ──
def test_those_who_left_are_listed_with_why_for_who_keeps_the_members(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    left = client.get("/members/?who=left")
    assert [row["member"].name for row in left.context["list"].lines] == ["温故里"]
    assert ("辞去委员" in left.text, "工作调动" in left.text) == (True, True)
    assert "温故里" not in client.get("/members/").text
    client.force_login(cast.proposer)
    assert "温故里" not in client.get("/members/?who=left").text
    page = client.get(f"/members/{cast.member(cast.former_member).uid}/").text
    assert ("任职经历" in page, "辞去委员" in page, "工作调动" in page) == (True, False, False)
    client.force_login(cast.office_of_other_county)
    assert "温故里" not in client.get("/members/?who=left").text


def test_the_list_of_those_who_left_takes_a_constant_number_of_queries(
    cast: Cast, office: Client, django_assert_num_queries: Any, one_minute: None
) -> None:
    office.get("/members/?who=left")
    with django_assert_num_queries(LEFT_QUERIES):
        assert len(office.get("/members/?who=left").context["list"].lines) == 1
    Seat.objects.filter(committee=cast.county).update(ends_on=LEFT_ON, ending=Ending.EXPIRED)
    with django_assert_num_queries(LEFT_QUERIES):
        assert len(office.get("/members/?who=left").context["list"].lines) == 6


LEFT_QUERIES = 12


def test_who_left_sees_the_own_data_and_no_list(cast: Cast, client: Client) -> None:
    for account, told in ((cast.former_member, "您现在不在任"), (cast.suspended_member, f"您自 {full_day(LEFT_ON)}起停止履职")):
        own = cast.member(account)
        client.force_login(account)
        assert list(queries.visible_to(fresh(account))) == [own]
        assert client.get(f"/members/{own.uid}/").status_code == 200
        assert client.get("/members/").status_code == 403
        assert client.get(f"/members/{cast.member(cast.proposer).uid}/").status_code == 404
        assert [client.get(path).status_code for path in ("/units/", "/regulations/")] == [403, 403]
        assert [client.get(path).status_code for path in ("/home/", "/account/", "/proposals/", "/notices/")] == [200] * 4
        home = client.get("/home/").text
        assert (told in home, "/proposals/new/" in home, '/members/"' in home) == (True, False, False)


# ── what follows ──
def test_what_will_happen_is_what_happens(cast: Cast, office: Client) -> None:
    """The proposer leaves: with a draft co-signed by one and open to another, an invitation from somebody else, and a filed one."""
    draft, other, filed = cast.draft(), cast.draft(), cast.filed()
    until = timezone.now() + timedelta(days=1)
    signed, _asked = proposals.invite_cosigners(
        draft, members=[cast.member(cast.cosigner), cast.member(cast.second_cosigner)], until=until, actor=cast.proposer, at=NOW
    )
    proposals.answer_invitation(signed, accept=True, actor=cast.cosigner, at=NOW)
    Signature.objects.filter(proposal=other).update(member=cast.member(cast.bystander))
    [invited] = proposals.invite_cosigners(other, members=[cast.member(cast.proposer)], until=until, actor=cast.bystander, at=NOW)
    member = cast.member(cast.proposer)
    page = office.get(f"/members/{member.uid}/standing/resigned/").text
    for promised in ("草稿和退回修改的提案 1 件", "没有答复的联名邀请 1 件失效", "已经提交、还没有办结的提案 1 件照常办理"):
        assert promised in page, promised
    assert Signature.objects.get(pk=invited.pk).answer == Answer.INVITED  # looking changes nothing
    office.post(f"/members/{member.uid}/standing/resigned/", said())
    assert Signature.objects.get(pk=invited.pk).answer == Answer.LAPSED
    filed.refresh_from_db()
    assert filed.state == "filed"
    notices.deliver()
    told = {
        (n.account.name, n.text.partition("《")[0])
        for n in Notice.objects.filter(event__kind__in=("proposals.end_invitation", "proposals.lose_first"))
    }
    assert told == {("周望舒", "林知远不再履职，联名"), ("何青禾", ""), ("沈如松", "邀您联名的")}


def test_a_death_is_written_down_and_the_page_calls_nobody_a_member_who_is_none(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    url = f"/members/{member.uid}/"
    before = office.get(url).text
    assert ("登记去世" in before, "原第" in before) == (True, False)
    page = office.get(f"{url}standing/died/").text
    assert ("确认登记去世" in page, "登记错了可以恢复" in page, "办理</h2>" in page) == (True, True, False)
    answer = office.post(f"{url}standing/died/", said(reason=""), follow=True).text
    assert f"已登记{member.name}委员去世" in answer
    assert f"{full_day(TODAY())}去世" in answer
    head = answer[answer.index("<h1>") : answer.index("任职经历")]
    assert re.findall(r"<span>(.*?)</span>", head)[:2] == [f"原{cast.sector.term}委员", str(cast.sector)]
    event = Event.objects.get(kind="members.record_death")
    assert (sentence(event), detail(event)) == (f"登记{member.name}委员去世", full_day(TODAY()))


def test_a_death_that_was_taken_back_is_called_a_mistake_and_leaves_no_gap(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    url = f"/members/{member.uid}/"
    before = [(s.pk, s.starts_on, s.ends_on) for s in member.seats.all()]
    office.post(f"{url}standing/died/", said(reason=""))
    form = office.get(f"{url}standing/restore/")
    assert ("on" in form.context["form"].fields, "任职不中断，仍从原来的日期算起" in form.text) == (False, True)
    office.post(f"{url}standing/restore/", said(reason="登记错了"))
    assert [(s.pk, s.starts_on, s.ends_on) for s in member.seats.all()] == before
    page = office.get(url).text
    told = (f"{full_day(TODAY())}更正，任职没有中断", "登记错了", f"{full_day(TODAY())}去世", f"{full_day(TODAY())}</span>起")
    assert [words in page for words in told] == [True, True, False, False]
    notices.deliver()
    assert "您的委员资格没有中断" in Notice.objects.filter(account=cast.bystander).latest("id").text
    assert verifying.verify().ok
    fellow = Client()
    fellow.force_login(cast.proposer)
    page = fellow.get(url).text
    assert ("登记有误" in page, "去世" in page, "离任" in page, "在任" in page) == (False, False, False, True)


def test_a_pause_goes_on_after_a_death_that_never_was(cast: Cast, office: Client) -> None:
    member = cast.member(cast.suspended_member)
    [before] = member.suspensions.values_list("starts_on", "ends_on")
    office.post(f"/members/{member.uid}/standing/died/", said(reason=""))
    office.post(f"/members/{member.uid}/standing/restore/", said(reason="登记错了"))
    assert list(member.suspensions.values_list("starts_on", "ends_on")) == [before]
    assert verifying.verify().ok


def test_the_page_promises_a_successor_only_where_somebody_follows(cast: Cast, office: Client) -> None:
    cast.draft()
    member = cast.member(cast.proposer)
    url = f"/members/{member.uid}/standing/resigned/"
    page = office.get(url).text
    assert "草稿和退回修改的提案 1 件没有联名委员可以接手" in page
    assert "第一位在任的联名委员可以接手" not in page
    filed = cast.filed()
    assert (
        handed_in(office, url) == "已经提交、还没有办结的提案 1 件照常办理，署名不变。"
        "其中 1 件现在联系其本人的，改为联系下一位在任的提案人，承办人和其他提案人会收到通知"
    )
    cast.filed()
    Signature.objects.filter(proposal=filed).exclude(member=member).delete()
    assert handed_in(office, url) == (
        "已经提交、还没有办结的提案 2 件照常办理，署名不变。"
        "其中 1 件现在联系其本人的，改为联系下一位在任的提案人，承办人和其他提案人会收到通知；"
        "1 件没有其他在任的提案人，答复以后没有人评价"
    )


def handed_in(office: Client, url: str) -> str:
    """Return what the page says of the proposals handed in: one sentence, whatever becomes of which."""
    [said] = re.findall(r"<li>(已经提交、还没有办结的提案.*?)。\n", office.get(url).text)
    return said


# ── the file ──
def test_a_past_suspension_stays_in_the_file_for_who_keeps_it_and_for_the_member(cast: Cast, office: Client) -> None:
    member, first, second = cast.member(cast.bystander), date(2026, 3, 1), date(2026, 4, 2)
    rows = {"committee": cast.county, "member": member}
    Suspension.objects.create(**rows, starts_on=first, ends_on=second, reason="接受调查", document_number="云协发〔2026〕3号")
    page = f"/members/{member.uid}/"
    told = [f"{full_day(first)}起", f"{full_day(second)}起恢复履职", "接受调查", "云协发〔2026〕3号"]
    own, fellow = Client(), Client()
    own.force_login(cast.bystander)
    fellow.force_login(cast.proposer)
    for reader, seen in ((office, True), (own, True), (fellow, False)):
        text = reader.get(page).text
        assert ['<span class="t">停止履职</span>' in text, *(words in text for words in told)] == [seen] * 5
    Suspension.objects.create(**rows, starts_on=TODAY(), reason="工作需要")
    actions.end_seat(member, ending=Ending.RESIGNED, on=TODAY(), reason="", actor=cast.office, at=timezone.now())
    text = office.get(page).text
    assert (f"{full_day(TODAY())}随离任终止" in text, "恢复履职" in text) == (True, True)


def test_a_seat_that_was_given_back_says_so_with_its_reason_to_whoever_is_told_why(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    office.post(f"/members/{member.uid}/standing/resigned/", said(reason="工作调动"))
    office.post(f"/members/{member.uid}/standing/restore/", said(reason="办错了人", document_number="云协发〔2026〕5号"))
    told = ["<span>恢复委员资格</span>", "<span>办错了人</span>", "<span>云协发〔2026〕5号</span>"]
    page = office.get(f"/members/{member.uid}/").text
    assert [page.count(part) for part in told] == [1, 1, 1]
    others = Client()
    others.force_login(fresh(cast.proposer))
    assert [part for part in told if part in others.get(f"/members/{member.uid}/").text] == []


def test_a_pause_is_not_spoken_of_as_an_end_and_a_day_to_come_is_wrong_at_its_field(cast: Cast, office: Client) -> None:
    member = cast.member(cast.bystander)
    address = f"/members/{member.uid}/standing"
    page = office.get(f"{address}/suspend/").text
    assert ("不再" in page, "恢复履职时还没有人接手的，可以接着修改、提交" in page) == (False, True)
    assert "不再提出、联名、附议提案" in office.get(f"{address}/resigned/").text
    late = office.post(f"{address}/resigned/", said(on="2099-01-01"))
    assert late.context["form"].errors == {"on": ["日期不能在今天以后，请到那一天再办理。"]}
    assert Event.objects.filter(kind="members.resign").count() == 0


@pytest.mark.parametrize(("kind", "reads"), [("resigned", True), ("suspend", True), ("expired", True), ("died", False)])
def test_who_writes_the_reason_knows_whether_the_member_reads_it(cast: Cast, office: Client, kind: str, *, reads: bool) -> None:
    page = office.get(f"/members/{cast.member(cast.bystander).uid}/standing/{kind}/").text
    assert ("会写进发给委员本人的消息" in page) == reads


def test_a_long_reason_cuts_off_nothing_that_follows_it(cast: Cast) -> None:
    data = {"reason": "事" * 200, "document_number": "号" * 60, "on": "2026-11-30"}
    event = Event(kind="members.suspend", actor_name="机关", data=data)
    for words in (_suspended, _resigned, _revoked):
        text = words(event, cast.member(cast.cosigner))
        assert text[:300].endswith("不能提出、联名、附议、评价"), text
