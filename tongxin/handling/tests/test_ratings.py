"""Who rates, who may know what of it, and what follows from it, under the rules of each county."""

import re
from datetime import timedelta

import pytest

from tests.cast import TEXT, Cast
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty, System
from tongxin.committees.models import Sector, Unit
from tongxin.handling import actions, queries, tasks
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Rating, Reply, Task
from tongxin.handling.workflow import SignFor
from tongxin.members.models import Member, Seat
from tongxin.proposals import actions as proposals
from tongxin.proposals.queries import raters
from tongxin.proposals.workflow import Examination, Filing
from tongxin.workflow.engine import perform

SECRET = "答非所问，请把药房的名单列出来"
GRADES = re.compile("基本满意|不满意")


def _say(reply: Reply, attitude: str = "satisfied", result: str = "satisfied", comment: str = "") -> dict[str, str]:
    return {f"{reply.uid}-attitude": attitude, f"{reply.uid}-result": result, f"{reply.uid}-comment": comment}


def _reply(case: Case) -> Reply:
    return Reply.objects.get(task__case=case, round=case.round)


def _pages(case: Case) -> list[str]:
    lead = case.tasks.get(part="lead")
    return [
        f"/handling/{lead.uid}/",
        f"/proposals/{case.proposal.uid}/",
        "/handling/",
        "/handling/supervise/",
        f"/handling/rate/{case.uid}/",
    ]


def _told(as_, who: Account, case: Case) -> str:
    """Return all that somebody's pages say of a case."""
    return "".join(as_(who).get(url).content.decode() for url in _pages(case))


def test_nobody_learns_a_grade_before_the_round_is_closed(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    as_(cast.proposer).post(f"/handling/rate/{case.uid}/", _say(_reply(case), "fairly", "dissatisfied", SECRET))
    assert Rating.objects.count() == 1
    for name, who in cast.everyone().items():
        if name != "proposer":
            assert SECRET not in _told(as_, who, case), name
    assert SECRET in _told(as_, cast.proposer, case)


def test_after_closing_the_unit_has_counts_and_reasons_the_office_names_and_others_only_their_own(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    reply = _reply(case)
    as_(cast.proposer).post(f"/handling/rate/{case.uid}/", _say(reply, "fairly", "dissatisfied", SECRET))
    as_(cast.cosigner).post(f"/handling/rate/{case.uid}/", _say(reply, comment="谢谢，办得很实在"))
    case.refresh_from_db()
    assert (case.state, case.round) == (CaseState.IN_HAND, 2)
    hears = {name for name, who in cast.everyone().items() if SECRET in _told(as_, who, case)}
    assert hears == {"proposer", "office", "leader", "assigner", "clerk", "unit_leader"}
    hears_praise = {name for name, who in cast.everyone().items() if "谢谢，办得很实在" in _told(as_, who, case)}
    assert hears_praise == {"cosigner", "office", "leader"}
    # 单位的页面上，理由旁边没有人名；谁评的也没有。
    page = as_(cast.clerk).get(f"/handling/{case.tasks.get(part='lead').uid}/").content.decode()
    verdict = page[page.index("重新办理的原因") : page.index("提案原文")]
    assert "不满意 1 人" in verdict
    assert "林知远" not in verdict
    assert "何青禾" not in verdict
    assert "评价进度" not in page


def test_a_unit_never_sees_who_has_rated(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    actions.rate(
        _reply(case),
        signature=raters(case.proposal)[0],
        attitude="satisfied",
        result="satisfied",
        comment="",
        actor=cast.proposer,
        at=today,
    )
    for who in (cast.clerk, cast.unit_leader, cast.co_clerk, cast.assigner):
        page = _told(as_, who, case)
        assert "已评价" not in page
        assert "林知远评价" not in page
    assert queries.sections(case, cast.clerk).raters == ()
    assert [line.done for line in queries.sections(case, cast.cosigner).raters] == [True, False]


def test_a_member_of_the_chairs_meeting_who_leads_the_unit_does_not_see_names(cast: Cast, as_, today) -> None:
    bodies.appoint(
        cast.unit_leader,
        committee=cast.county,
        duty=Duty.LEADERSHIP,
        starts_on=today.date() - timedelta(days=9),
        actor=None,
        at=today,
    )
    Account.objects.update(needs_second_factor=False)
    case = cast.answered(today)
    reply = _reply(case)
    for signature, who in zip(raters(case.proposal), (cast.proposer, cast.cosigner), strict=True):
        actions.rate(reply, signature=signature, attitude="satisfied", result="fairly", comment="还可以更快", actor=who, at=today)
    cast.unit_leader.refresh_from_db()
    page = as_(cast.unit_leader).get(f"/handling/{reply.task.uid}/").content.decode()
    assert "评价汇总" in page
    assert "还可以更快" not in page


def test_a_second_rating_is_told_and_the_first_stays(cast: Cast, as_, today) -> None:
    case, client = cast.answered(today), as_(cast.proposer)
    reply = _reply(case)
    client.post(f"/handling/rate/{case.uid}/", _say(reply))
    answer = client.post(f"/handling/rate/{case.uid}/", _say(reply, "dissatisfied", "dissatisfied", SECRET))
    assert answer.status_code == 409
    assert "评价提交后不能更改" in answer.content.decode()
    assert list(Rating.objects.values_list("attitude", "result")) == [("satisfied", "satisfied")]


def test_a_dissatisfied_rating_without_a_reason_is_asked_for_it_and_keeps_the_rest(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    answer = as_(cast.proposer).post(f"/handling/rate/{case.uid}/", _say(_reply(case), "fairly", "dissatisfied"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "评为不满意的，请写明理由，供承办单位改进。" in page
    assert len(re.findall(r'value="(?:fairly|dissatisfied)"[^>]* checked', page)) == 2
    assert Rating.objects.count() == 0


def test_only_signers_rate_and_only_the_office_enters_for_others(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    reply, second = _reply(case), raters(case.proposal)[1]
    for name, who in cast.everyone().items():
        if name not in {"proposer", "cosigner"}:
            assert as_(who).post(f"/handling/rate/{case.uid}/", _say(reply)).status_code in {403, 404}, name
        if name != "office":
            assert as_(who).post(f"/handling/rate/{case.uid}/for/{second.uid}/", _say(reply)).status_code in {403, 404}, name
    assert Rating.objects.count() == 0


def test_a_rating_entered_by_the_office_is_marked(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    second = raters(case.proposal)[1]
    answer = as_(cast.office).post(f"/handling/rate/{case.uid}/for/{second.uid}/", _say(_reply(case)))
    assert answer.status_code == 302
    rating = Rating.objects.get()
    assert (rating.signature, rating.entered_by) == (second, cast.office)
    event = Event.objects.get(kind="handling.rate")
    assert (event.actor, event.on_behalf_of, event.data["entered_for"]) == (cast.office, cast.cosigner, True)
    assert "机关代录" in as_(cast.proposer).get(f"/handling/rate/{case.uid}/").content.decode()


def test_the_last_two_ratings_close_the_round_once(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    reply = _reply(case)
    one, two = as_(cast.proposer), as_(cast.cosigner)
    pages = [client.get(f"/handling/rate/{case.uid}/").status_code for client in (one, two)]
    one.post(f"/handling/rate/{case.uid}/", _say(reply))
    two.post(f"/handling/rate/{case.uid}/", _say(reply))
    assert pages == [200, 200]
    assert Event.objects.filter(kind="cases.close").count() == 1
    # 已经办结，再来的关闭什么也不做。
    actions.close_round(Case.objects.get(pk=case.pk), at=today)
    assert Event.objects.filter(kind="cases.close").count() == 1


def test_a_rating_after_the_last_day_is_not_taken_and_what_was_written_is_shown(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    Case.objects.filter(pk=case.pk).update(rating_due_on=today.date() - timedelta(days=1))
    answer = as_(cast.proposer).post(f"/handling/rate/{case.uid}/", _say(_reply(case), "fairly", "fairly", "写得太晚的话"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "截止" in page
    assert "写得太晚的话" in page
    assert Rating.objects.count() == 0


def test_a_round_that_nobody_rated_closes_as_unrated_and_only_after_its_last_day(cast: Cast, today) -> None:
    case = cast.answered(today)
    due = case.rating_due_on
    on_the_day = today.replace(year=due.year, month=due.month, day=due.day)
    assert tasks.close_overdue_ratings(on_the_day) == 0
    assert tasks.close_overdue_ratings(on_the_day + timedelta(days=1)) == 1
    case.refresh_from_db()
    assert (case.state, case.unrated) == (CaseState.CLOSED, True)
    [event] = Event.objects.filter(kind="cases.close")
    assert (event.actor_name, event.data["unrated"]) == ("系统", True)
    assert tasks.close_overdue_ratings(on_the_day + timedelta(days=2)) == 0


def test_one_rating_is_enough_not_to_be_unrated(cast: Cast, today) -> None:
    case = cast.answered(today)
    actions.rate(
        _reply(case),
        signature=raters(case.proposal)[0],
        attitude="satisfied",
        result="satisfied",
        comment="",
        actor=cast.proposer,
        at=today,
    )
    tasks.close_overdue_ratings(today + timedelta(days=60))
    case.refresh_from_db()
    assert (case.state, case.unrated) == (CaseState.CLOSED, False)


def test_a_second_dissatisfaction_goes_to_the_office(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    for _round in (1, 2):
        case.refresh_from_db()
        task = case.tasks.get(part="lead")
        if task.state == TaskState.IN_HAND:
            perform(task, "submit_reply", actor=cast.clerk, at=today)
            perform(task, "approve", actor=cast.unit_leader, at=today)
            from tongxin.handling.workflow import Sending

            perform(task, "send", actor=cast.assigner, at=today, payload=Sending("B"))
        reply = _reply(case)
        for signature, who in zip(raters(case.proposal), (cast.proposer, cast.cosigner), strict=True):
            actions.rate(
                reply, signature=signature, attitude="satisfied", result="dissatisfied", comment="还是没有", actor=who, at=today
            )
    case.refresh_from_db()
    assert (case.state, case.round) == (CaseState.WITH_OFFICE, 2)
    assert as_(cast.office).post(f"/go/cases/{case.uid}/resume/", {"reason": "请县卫生健康局再研究。"}).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.round, case.tasks.get(part="lead").state) == (CaseState.IN_HAND, 3, TaskState.IN_HAND)


# ── the rules of another county: no supervising review, a majority sends back ────────────────────
@pytest.fixture
def wangchuan(cast: Cast, today):
    """A case of the other county with three signers whose reply was sent by the unit's leader."""
    county, since = cast.other_county, today.date() - timedelta(days=400)
    sector = Sector.objects.get(committee=county)
    members = [Member.objects.get(account=cast.member_of_other_county)]
    for number, name in (("WC002", "林听雪"), ("WC003", "柳如眉")):
        account = Account.objects.create(username=number, name=name, password="!")
        member = Member.objects.create(committee=county, account=account, number=number, name=name)
        Seat.objects.create(committee=county, member=member, term=sector.term, sector=sector, starts_on=sector.term.starts_on)
        members.append(member)
    unit = Unit.objects.create(committee=county, name="望川县卫生健康局", system=System.GOVERNMENT)
    people = {}
    for name, duty, scope in (
        ("assigner", Duty.ASSIGN, {"affiliation": System.GOVERNMENT}), ("clerk", Duty.UNIT_CLERK, {"unit": unit}),
        ("leader", Duty.UNIT_LEADER, {"unit": unit}),
    ):  # fmt: skip
        people[name] = Account.objects.create(username=f"wc{name}", name=name, password="!")
        bodies.appoint(people[name], committee=county, duty=duty, starts_on=since, actor=None, at=today, **scope)
    Account.objects.update(needs_second_factor=False)
    for name, account in people.items():
        people[name] = Account.objects.get(pk=account.pk)
    proposal = proposals.draft(county, actor=members[0].account, at=today, first=members[0], text=TEXT)
    asked = proposals.invite_cosigners(
        proposal, members=members[1:], until=today.replace(hour=23), actor=members[0].account, at=today
    )
    for invitation, member in zip(asked, members[1:], strict=True):
        proposals.answer_invitation(invitation, accept=True, actor=member.account, at=today)
    perform(proposal, "submit", actor=members[0].account, at=today)
    office = cast.office_of_other_county
    perform(proposal, "pass_examination", actor=office, at=today, payload=Examination("social", "learning", "government"))
    perform(proposal, "file", actor=office, at=today, payload=Filing("social", "learning", "government"))
    case = actions.assign(proposal, parts=[(unit, "sole")], actor=people["assigner"], at=today)
    task = Task.objects.get(case=case)
    perform(task, "sign_for", actor=people["clerk"], at=today, payload=SignFor("某人"))
    return case, Task.objects.get(pk=task.pk), members, people


def test_where_no_office_reviews_the_leader_sends_and_a_minority_does_not_send_back(wangchuan, as_, today) -> None:
    case, task, members, people = wangchuan
    clerk, leader = as_(people["clerk"]), as_(people["leader"])
    clerk.post(f"/handling/{task.uid}/reply/", {"category": "A", "text": "已经开设。", "contact": "", "phone": "", "version": 1})
    # 望川县没有规定面商后才能答复，也不经督办部门审核。
    assert clerk.post(f"/go/tasks/{task.uid}/submit_reply/").status_code == 302
    assert "签发，送提案人" in leader.get(f"/handling/{task.uid}/").content.decode()
    assert leader.post(f"/go/tasks/{task.uid}/sign_and_send/").status_code == 302
    case.refresh_from_db()
    assert case.state == CaseState.RATING
    reply = _reply(case)
    as_(members[0].account).post(f"/handling/rate/{case.uid}/", _say(reply, "satisfied", "dissatisfied", SECRET))
    for member in members[1:]:
        as_(member.account).post(f"/handling/rate/{case.uid}/", _say(reply))
    case.refresh_from_db()
    assert (case.state, case.round) == (CaseState.CLOSED, 1)


def test_a_majority_sends_back(wangchuan, as_, today) -> None:
    case, task, members, people = wangchuan
    as_(people["clerk"]).post(
        f"/handling/{task.uid}/reply/", {"category": "A", "text": "已经开设。", "contact": "", "phone": "", "version": 1}
    )
    perform(task, "submit_reply", actor=people["clerk"], at=today)
    perform(task, "sign_and_send", actor=people["leader"], at=today)
    reply = _reply(case)
    for member in members[:2]:
        as_(member.account).post(f"/handling/rate/{case.uid}/", _say(reply, "satisfied", "dissatisfied", SECRET))
    as_(members[2].account).post(f"/handling/rate/{case.uid}/", _say(reply))
    case.refresh_from_db()
    assert (case.state, case.round) == (CaseState.IN_HAND, 2)


# ── deadlines that are told ──────────────────────────────────────────────────────────────────────
def _kinds() -> list[tuple[str, str]]:
    rows = Event.objects.filter(kind__in=("handling.due_soon", "handling.overdue")).order_by("id")
    return [(e.kind, e.data["threshold"]) for e in rows]


def test_each_threshold_of_a_deadline_is_told_once(cast: Cast, today) -> None:
    case = actions.assign(cast.filed(today), parts=[(cast.unit, "sole")], actor=cast.assigner, at=today)
    task = cast.task(case)
    perform(task, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    due = cast.task(case).due_on

    def run(days_left: int) -> int:
        return tasks.tell_deadlines(today.replace(year=due.year, month=due.month, day=due.day) - timedelta(days=days_left))

    assert run(40) == 0
    assert (run(15), run(15), run(10)) == (1, 0, 0)
    assert (run(3), run(1)) == (1, 0)
    assert (run(-1), run(-9)) == (1, 0)
    assert _kinds() == [("handling.due_soon", "soon"), ("handling.due_soon", "yellow"), ("handling.overdue", "red")]


def test_nobody_is_warned_of_signing_on_the_day_of_assignment(cast: Cast, today) -> None:
    actions.assign(cast.filed(today), parts=[(cast.unit, "sole")], actor=cast.assigner, at=today)
    assert tasks.tell_deadlines(today) == 0
