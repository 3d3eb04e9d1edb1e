"""The main job, told as the office tells it (DOMAIN 0, item 1)."""

from datetime import timedelta

import pytest

from tests.cast import TEXT, Cast, moment
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling import tasks
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Rating, Reply, Task
from tongxin.handling.workflow import CASES, TASKS, Advising, Sending, SignFor
from tongxin.proposals import actions as proposals
from tongxin.proposals import queries
from tongxin.proposals.choices import Season, State
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import PROPOSAL, Examination, Filing
from tongxin.workflow.engine import Blocked, NotAllowed, perform, unexplained


def test_a_proposal_from_draft_to_close(cast: Cast) -> None:
    # 2 月 2 日，林知远起草，邀请何青禾、沈如松联名，5 日截止；两人同意。
    at = moment("2026-02-02")
    proposal = proposals.draft(cast.county, actor=cast.proposer, at=at, first=cast.member(cast.proposer), text=TEXT)
    invitations = proposals.invite_cosigners(
        proposal,
        members=[cast.member(cast.cosigner), cast.member(cast.second_cosigner)],
        until=moment("2026-02-05", 18),
        actor=cast.proposer,
        at=at,
    )
    proposals.answer_invitation(invitations[0], accept=True, actor=cast.cosigner, at=at + timedelta(hours=3))
    proposals.answer_invitation(invitations[1], accept=True, actor=cast.second_cosigner, at=at + timedelta(days=1))

    # 2 月 6 日提交。大会已过，作平时提案。
    perform(proposal, "submit", actor=cast.proposer, at=moment("2026-02-06"))
    assert (proposal.state, proposal.season, str(proposal.session)) == (State.SUBMITTED, Season.REGULAR, "十一届五次会议")

    # 提案委预审、审定，立案，编两个号。
    perform(
        proposal,
        "pass_examination",
        actor=cast.office,
        at=moment("2026-02-09"),
        payload=Examination("social", "learning", "government"),
    )
    perform(proposal, "file", actor=cast.office, at=moment("2026-02-20"), payload=Filing("social", "learning", "government"))
    assert (proposal.number, proposal.category_number, proposal.category_label) == (1, 1, "社会类")

    # 3 月 6 日，县政府办公室交办：县卫生健康局主办，县财政局会办。答复期限三个月。
    case = handling.assign(
        proposal, parts=[(cast.unit, "lead"), (cast.co_unit, "co")], actor=cast.assigner, at=moment("2026-03-06")
    )
    lead, co = cast.task(case), cast.task(case, cast.co_unit)
    assert (lead.due_on.isoformat(), co.due_on.isoformat()) == (
        "2026-06-08",
        "2026-04-07",
    )  # a Saturday and a day of Qingming before

    # 交办以后不能撤案，按钮是灰的，说明为什么。
    with pytest.raises(Blocked, match="3 月 6 日已经交办，交办后不能撤案"):
        perform(proposal, "withdraw", actor=cast.proposer, at=moment("2026-03-07"))

    # 签收，面商，会办单位同意，主办单位答复，报 A 类。
    perform(lead, "sign_for", actor=cast.clerk, at=moment("2026-03-10"), payload=SignFor("孟时雨"))
    perform(co, "sign_for", actor=cast.co_clerk, at=moment("2026-03-10"), payload=SignFor("陆知行"))
    reply = handling.reply_of(lead)
    handling.save_reply(
        reply,
        fields={"category": "A", "text": "关于夜间药房，我局已在柳河镇试点。"},
        started_from=1,
        actor=cast.clerk,
        at=moment("2026-03-12"),
    )
    with pytest.raises(Blocked) as blocked:
        perform(lead, "submit_reply", actor=cast.clerk, at=moment("2026-03-12"))
    assert blocked.value.reasons == ["还没有面商记录，请先与提案人面商", "还没有收到县财政局的会办意见"]
    handling.record_contact(
        lead,
        stage="before",
        way="meeting",
        on=moment("2026-03-18").date(),
        who="孟时雨",
        with_whom="林知远",
        note="先试点。",
        actor=cast.clerk,
        at=moment("2026-03-18"),
    )
    perform(co, "give_advice", actor=cast.co_clerk, at=moment("2026-04-01"), payload=Advising("同意列支夜班补助。"))
    perform(lead, "submit_reply", actor=cast.clerk, at=moment("2026-05-13"))
    perform(lead, "approve", actor=cast.unit_leader, at=moment("2026-05-14"))

    # 督办部门审核，改定为 B 类，送达提案人。
    perform(lead, "send", actor=cast.assigner, at=moment("2026-05-15"), payload=Sending("B", "试点还没有推开。"))
    reply = Reply.objects.get(task=lead)
    assert (reply.category_before_review, reply.category, reply.meaning, reply.leader) == ("A", "B", "planned", "齐望山")
    case.refresh_from_db()
    assert (case.state, case.rating_due_on.isoformat()) == (CaseState.RATING, "2026-06-05")

    # 三位提案人各自评价，直接送政协；办结或者退回以前，承办单位什么也看不到。
    first, second, third = queries.raters(case.proposal)
    rate = {"attitude": "satisfied", "comment": ""}
    handling.rate(reply, signature=first, result="satisfied", actor=cast.proposer, at=moment("2026-05-17"), **rate)
    handling.rate(reply, signature=second, result="fairly", actor=cast.cosigner, at=moment("2026-05-18"), **rate)
    assert cases.verdict_for_unit(lead, case) is None

    # 沈如松不满意，同意把理由转告承办单位。当天没有动静，第二天早上 6 时才退回重办：单位知道评价和理由，不知道是谁、什么时候评的。
    handling.rate(
        reply,
        signature=third,
        attitude="fairly",
        result="dissatisfied",
        comment="只说试点，没有说什么时候推开。",
        passes_on=True,
        actor=cast.second_cosigner,
        at=moment("2026-05-19"),
    )
    assert (tasks.close_rounds(moment("2026-05-19", 23)), tasks.close_rounds(moment("2026-05-20", 6))) == (0, 1)
    case, lead = Case.objects.get(pk=case.pk), Task.objects.get(pk=lead.pk)
    assert (case.state, case.round, lead.state, lead.due_on.isoformat()) == (
        CaseState.IN_HAND,
        2,
        TaskState.IN_HAND,
        "2026-06-22",
    )
    verdict = cases.verdict_for_unit(lead, case)
    assert verdict is not None
    assert (verdict.result, verdict.reasons) == (
        {"satisfied": 1, "fairly": 1, "dissatisfied": 1},
        ("只说试点，没有说什么时候推开。",),
    )

    # 第二次办理，再答复，都满意，办结。
    again = handling.reply_of(lead)
    handling.save_reply(
        again,
        fields={"category": "A", "text": "八月底前全县七个镇全部开设夜间药房。"},
        started_from=again.version,
        actor=cast.clerk,
        at=moment("2026-06-08"),
    )
    with pytest.raises(Blocked, match="重新办理以来还没有面商记录"):
        perform(lead, "submit_reply", actor=cast.clerk, at=moment("2026-06-08"))
    handling.record_contact(
        lead,
        stage="during",
        way="visit",
        on=moment("2026-06-08").date(),
        who="孟时雨",
        note="一起看了三个镇的药房。",
        present=queries.raters(case.proposal),
        actor=cast.clerk,
        at=moment("2026-06-08"),
    )
    perform(lead, "submit_reply", actor=cast.clerk, at=moment("2026-06-08"))
    perform(lead, "approve", actor=cast.unit_leader, at=moment("2026-06-09"))
    perform(lead, "send", actor=cast.assigner, at=moment("2026-06-10"), payload=Sending("A"))
    again.refresh_from_db()
    for signature, actor in ((first, cast.proposer), (second, cast.cosigner), (third, cast.second_cosigner)):
        handling.rate(again, signature=signature, result="satisfied", actor=actor, at=moment("2026-06-12"), **rate)
    # 三个人评得一样，等到截止以后才办结。
    due = Case.objects.get(pk=case.pk).rating_due_on
    assert (due.isoformat(), tasks.close_rounds(moment("2026-07-02", 23)), tasks.close_rounds(moment("2026-07-03"))) == (
        "2026-07-02",
        0,
        1,
    )
    case.refresh_from_db()
    assert (case.state, case.unrated, Rating.objects.count()) == (CaseState.CLOSED, False, 6)

    # 每一个状态都由最后一个事件说明。
    for workflow, rows in ((PROPOSAL, Proposal.objects.all()), (CASES, Case.objects.all()), (TASKS, Task.objects.all())):
        assert list(unexplained(workflow, rows)) == []


def test_nobody_else_may_take_the_steps(cast: Cast) -> None:
    case = cast.assigned()
    lead = cast.task(case)
    for who in (cast.other_clerk, cast.co_clerk, cast.proposer, cast.office, cast.office_of_other_county):
        with pytest.raises(NotAllowed):
            perform(lead, "sign_for", actor=who, at=moment("2026-03-03"), payload=SignFor("某人"))
    lead.refresh_from_db()
    assert lead.state == TaskState.AWAITING
