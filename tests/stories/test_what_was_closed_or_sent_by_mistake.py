"""Closing and sending have a way back, told as the office tells it."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from tests.cast import Cast, moment
from tongxin.accounts.models import Account
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Unit
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling import tasks
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Advice, Case, Contact, PublicReply, Rating, Reply, Task
from tongxin.handling.workflow import CASES, TASKS, Advising, Again, Sending, SignFor, Why
from tongxin.notices.actions import deliver
from tongxin.notices.models import Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals import queries
from tongxin.workflow.engine import Blocked, perform, unexplained

RATE = {"attitude": "satisfied", "comment": ""}


def _answer(
    cast: Cast, task: Task, at: datetime, text: str, *, clerk: Account | None = None, leader: Account | None = None
) -> Reply:
    """Write, sign and send the reply of the present round."""
    lead, clerk = Task.objects.get(pk=task.pk), clerk or cast.clerk
    reply = handling.reply_of(lead)
    handling.save_reply(reply, fields={"category": "A", "text": text}, started_from=reply.version, actor=clerk, at=at)
    perform(lead, "submit_reply", actor=clerk, at=at)
    perform(lead, "approve", actor=leader or cast.unit_leader, at=at)
    perform(lead, "send", actor=cast.assigner, at=at, payload=Sending("A"))
    return Reply.objects.get(pk=reply.pk)


def _told(account_part: str, word: str) -> bool:
    deliver()
    return Notice.objects.filter(account__username=account_part, text__contains=word).exists()


def test_a_case_closed_wrongly_is_opened_answered_anew_rated_and_closed(cast: Cast) -> None:
    # 5 月 15 日答复送达，没有人评价，6 月 6 日自动办结，记为未评价。
    case = cast.answered(moment("2026-05-15"))
    lead, co = cast.task(case), cast.task(case, cast.co_unit)
    assert tasks.close_rounds(moment("2026-06-08", 7)) == 1
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.unrated) == (CaseState.CLOSED, True)

    # 提案人来电：试点的事没有落实。提案委撤销办结，写明理由；提案人、承办单位、督办部门都被告知。
    perform(case, "reopen", actor=cast.office, at=moment("2026-06-10"), payload=Why("答复中的试点没有落实。"))
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.closed_at, case.unrated) == (CaseState.WITH_OFFICE, None, False)
    assert [_told(who.username, "撤销办结") for who in (cast.proposer, cast.cosigner, cast.clerk, cast.assigner)] == [True] * 4

    # 没有人评过不满意，由提案委选定重新办理的单位；县财政局一并重新提出会办意见。
    assert [t.unit for t in cases.to_handle_again(case)] == [cast.unit]
    perform(case, "resume", actor=cast.office, at=moment("2026-06-12"), payload=Again("请落实试点。", (lead.uid,), co=True))
    case, lead, co = (type(row).objects.get(pk=row.pk) for row in (case, lead, co))
    assert (case.state, case.round, lead.state, co.state) == (CaseState.IN_HAND, 2, TaskState.IN_HAND, TaskState.IN_HAND)
    assert (lead.due_on.isoformat(), co.due_on.isoformat()) == ("2026-07-13", "2026-07-13")  # a Sunday before
    assert _told(cast.clerk.username, "经政协协调，请重新办理")
    assert _told(cast.co_clerk.username, "请你单位重新提出")

    # 原来的答复不能原样再送，多几个空格也不行；要有新的面商，要有新的会办意见。
    reply = handling.reply_of(lead)
    at = moment("2026-06-20")
    handling.save_reply(
        reply,
        fields={"text": f"　{reply.text}　\n"},
        started_from=reply.version,
        actor=cast.clerk,
        at=at,
    )
    with pytest.raises(Blocked) as blocked:
        perform(lead, "submit_reply", actor=cast.clerk, at=at)
    assert blocked.value.reasons == [
        "答复内容与上次的一样，请按新的办理情况修改以后再送",
        "重新办理以来还没有面商记录，请先与提案人面商",
        "还没有收到县财政局的会办意见",
    ]
    talk = handling.record_contact(
        lead,
        stage="during",
        way="visit",
        on=timezone.localdate(at),
        who="孟时雨",
        present=queries.raters(case.proposal)[:1],
        with_whom="柳河镇卫生院负责人",
        note="一起看了试点药房。",
        actor=cast.clerk,
        at=at,
    )
    handling.confirm_contact(talk, actor=cast.proposer, at=at)
    perform(co, "give_advice", actor=cast.co_clerk, at=at, payload=Advising("追加补助。"))
    assert list(Advice.objects.filter(task=co).values_list("round", "text")) == [
        (1, "同意，夜班补助可从公共卫生经费中列支。"),
        (2, "追加补助。"),
    ]
    again = _answer(cast, lead, moment("2026-06-22"), "两个镇的夜间药房已于六月二十日开业。")

    # 都满意，办结。
    for signature, actor in zip(queries.raters(case.proposal), (cast.proposer, cast.cosigner), strict=True):
        handling.rate(again, signature=signature, result="satisfied", actor=actor, at=moment("2026-06-25"), **RATE)
    due = Case.objects.get(pk=case.pk).rating_due_on
    assert tasks.close_rounds(moment(due.replace(day=due.day + 3).isoformat(), 7)) == 1
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.unrated, Rating.objects.count()) == (CaseState.CLOSED, False, 2)
    assert Case.objects.filter(state=CaseState.CLOSED, closed_at__isnull=False).count() == 1
    _all_is_explained()


def test_a_reply_sent_by_mistake_is_recalled_and_another_is_rated(cast: Cast, other: Unit) -> None:
    # 县卫生健康局、县水务局分办，都已答复；县卫生健康局的答复已向社会公开。林知远对两件都评了不满意。
    case, mine, theirs = _two_answers(cast, other)
    proposals.release(case.proposal, actor=cast.office, at=moment("2026-05-16"))
    wrong = cases.sent_reply(mine)
    handling.confirm_public_reply(PublicReply.objects.get(reply=wrong), shown=True, actor=cast.office, at=moment("2026-05-16"))
    first, second = queries.raters(case.proposal)
    said = {"attitude": "fairly", "result": "dissatisfied", "comment": "不是这件提案的答复。"}
    for reply in cases.replies_to_rate(case):
        handling.rate(reply, signature=first, actor=cast.proposer, at=moment("2026-05-17"), **said)

    # 督办部门发现县卫生健康局错送了另一件提案的答复，撤回。公开页上不再有；评价暂停，已有的评价留在被评的那一件上。
    perform(mine, "recall", actor=cast.assigner, at=moment("2026-05-18"), payload=Why("错送了另一件提案的答复。"))
    case, mine, theirs = (type(row).objects.get(pk=row.pk) for row in (case, mine, theirs))
    assert (case.state, case.round, case.rating_due_on) == (CaseState.IN_HAND, 1, None)
    assert (mine.state, theirs.state) == (TaskState.IN_HAND, TaskState.ANSWERED)
    assert cases.public_replies(case.proposal, [mine]) == []
    assert Reply.objects.get(pk=wrong.pk).ratings.count() == 1
    assert cases.verdict_for_unit(mine, case) is None
    for who in (cast.proposer, cast.cosigner):
        assert _told(who.username, "的答复已撤回，已有的评价不再计入，新的答复送达以后请您评价")

    # 重新送出，再请评价：县水务局的答复林知远已经评过，不再问他；截止以后按各自的评价办。
    right = _answer(cast, mine, moment("2026-05-20"), "关于夜间药房，六月底前开业。")
    case = Case.objects.get(pk=case.pk)
    assert (case.state, right.round, right.pk == wrong.pk) == (CaseState.RATING, 1, False)
    assert {(r.task_id, s.pk) for r, s in cases.ratings_awaited(case)} == {
        (mine.pk, first.pk),
        (mine.pk, second.pk),
        (theirs.pk, second.pk),
    }
    with pytest.raises(handling.HandlingError, match="已经撤回"):
        handling.rate(wrong, signature=second, actor=cast.cosigner, at=moment("2026-05-21"), **said)
    handling.rate(right, signature=first, result="satisfied", actor=cast.proposer, at=moment("2026-05-21"), **RATE)
    assert tasks.close_rounds(moment("2026-06-30", 7)) == 1
    states = {t.unit.name: t.state for t in Task.objects.filter(case=case)}
    assert states == {"县卫生健康局": TaskState.ANSWERED, "县水务局": TaskState.IN_HAND}
    assert Case.objects.get(pk=case.pk).round == 2
    _all_is_explained()


@pytest.fixture
def other(cast: Cast) -> Unit:
    return cast.other_unit


def _two_answers(cast: Cast, other: Unit) -> tuple[Case, Task, Task]:
    """Let two units answer separately."""
    at = moment("2026-05-15")
    case = handling.assign(
        cast.filed(at, consents_to_publication=True),
        parts=[(cast.unit, "separate"), (other, "separate")],
        actor=cast.assigner,
        at=at,
    )
    mine, theirs = cast.task(case), cast.task(case, other)
    for task, clerk in ((mine, cast.clerk), (theirs, cast.other_clerk)):
        perform(task, "sign_for", actor=clerk, at=at, payload=SignFor(clerk.name))
        handling.record_contact(
            task,
            stage="before",
            way="phone",
            on=timezone.localdate(at),
            who=clerk.name,
            with_whom="林知远",
            note="先试点。",
            actor=clerk,
            at=at,
        )
    _answer(cast, mine, at, "您提出的河道治理建议收悉。")
    _answer(cast, theirs, at, "夜间药房沿线的供水已经改造。", clerk=cast.other_clerk, leader=_leader_of(cast, other, at))
    return (Case.objects.get(pk=case.pk), *(Task.objects.get(pk=t.pk) for t in (mine, theirs)))


def _leader_of(cast: Cast, unit: Unit, at: datetime) -> Account:
    leader = Account.objects.create(username="otherlead", name="沈望川", password="!")
    bodies.appoint(leader, committee=cast.county, duty=Duty.UNIT_LEADER, unit=unit, starts_on=date(2022, 1, 1), actor=None, at=at)
    return Account.objects.get(pk=leader.pk)


def _all_is_explained() -> None:
    """Every state is what its last event says, and the record proves itself."""
    for workflow, rows in ((CASES, Case.objects.all()), (TASKS, Task.objects.all())):
        assert list(unexplained(workflow, rows)) == []
    verdict = verifying.verify()
    assert (verdict.first_bad, verdict.reason) == (None, "")
    assert Event.objects.exists()
    assert Contact.objects.exists()
