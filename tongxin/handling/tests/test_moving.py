"""Assignments are taken back, and parts move to other units: what stays, who goes on, who is told, who was faster."""

from datetime import timedelta
from functools import partial
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from tests.at_once import both
from tests.cast import Cast
from tongxin.access.permissions import allowed
from tongxin.audit import verifying
from tongxin.committees import actions as bodies
from tongxin.committees import reorganising
from tongxin.committees.choices import Change, Duty, System
from tongxin.drafts.actions import ClosedError
from tongxin.handling import actions, queries, tasks
from tongxin.handling.choices import CaseState, Part, TaskState
from tongxin.handling.models import Case, Reply, Task
from tongxin.handling.workflow import CASES, TASKS, Advising, Moving, SignFor, Why
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import PROPOSAL
from tongxin.workflow import engine
from tongxin.workflow.engine import perform, unexplained


def _told(kind: str) -> set[str]:
    notices.deliver()
    return set(Notice.objects.filter(event__kind=kind).values_list("account__username", flat=True))


def _move(cast: Cast, task: Task, at, *, to=None, clock=queries.STAYS, draft=queries.LEFT) -> None:
    said = Moving((to or cast.other_unit).uid, clock, draft, "职责调整。")
    perform(task, "move", actor=cast.assigner, at=at, payload=said)


def test_an_assignment_is_taken_back_and_the_same_case_goes_on_when_it_is_assigned_again(cast: Cast, today) -> None:
    case = cast.assigned(today)
    perform(cast.task(case), "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    perform(case, "recall_assignment", actor=cast.assigner, at=today, payload=Why("交错了单位。"))
    proposal = Proposal.objects.get(pk=case.proposal_id)
    assert (proposal.state, proposal.number, case.state) == (State.FILED, 1, CaseState.RECALLED)
    assert set(Task.objects.values_list("state", flat=True)) == {TaskState.RECALLED}
    assert {"clerk", "unitlead", "coclerk"} <= _told("tasks.recall_assignment")
    assert {"YX001", "YX002"} <= _told("cases.recall_assignment")
    late = today + timedelta(days=400)
    assert (queries.deadlines_to_tell(late.date()), tasks.tell_deadlines(late)) == ([], 0)
    assert not allowed(cast.clerk, "handling.view_case", Case.objects.get(pk=case.pk))

    later = today + timedelta(days=30)
    again = actions.assign(proposal, parts=[(cast.unit, "sole")], actor=cast.assigner, at=later)
    task = Task.objects.get(case=case, state=TaskState.AWAITING)
    assert (again.pk, again.state, again.assigned_at, task.part) == (case.pk, CaseState.IN_HAND, later, Part.SOLE)
    assert task.due_on > Task.objects.filter(case=case, state=TaskState.RECALLED).latest("id").due_on
    for workflow, model in ((PROPOSAL, Proposal), (CASES, Case), (TASKS, Task)):
        assert list(unexplained(workflow, model.objects.all())) == []
    assert verifying.verify().problems == ()


def test_an_assignment_is_not_taken_back_once_a_reply_was_sent(cast: Cast, today) -> None:
    case = cast.answered(today)
    with pytest.raises(engine.WorkflowError):
        perform(case, "recall_assignment", actor=cast.assigner, at=today, payload=Why("迟了。"))
    part = actions.assign(
        cast.filed(today), parts=[(cast.unit, "separate"), (cast.other_unit, "separate")], actor=cast.assigner, at=today
    )
    Reply.objects.create(
        committee=cast.county, task=cast.task(part), category="B", text="答复。", unit_name="县卫生健康局", sent_at=today
    )
    with pytest.raises(engine.Blocked, match="县卫生健康局的答复已经送达提案人，不能再撤回交办"):
        perform(part, "recall_assignment", actor=cast.assigner, at=today, payload=Why("迟了。"))
    with pytest.raises(engine.NotAllowed):
        perform(cast.assigned(today), "recall_assignment", actor=cast.party_assigner, at=today, payload=Why("不归口。"))


@pytest.mark.parametrize("draft", [queries.GOES, queries.LEFT])
def test_a_part_moves_after_signing_with_its_draft_where_the_office_says_so(cast: Cast, today, draft: str) -> None:
    lead = cast.task(cast.assigned(today))
    perform(lead, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    reply = actions.reply_of(lead)
    actions.save_reply(reply, fields={"text": "写了一半。"}, started_from=reply.version, actor=cast.clerk, at=today)
    _move(cast, lead, today, draft=draft)
    moved = Task.objects.get(moved_from=lead)
    assert (moved.unit, moved.part, moved.state, moved.due_on) == (cast.other_unit, Part.LEAD, TaskState.AWAITING, lead.due_on)
    assert moved.sign_due_on > today.date()
    assert queries.draft_of(moved).text == ("写了一半。" if draft == queries.GOES else "")
    assert {"clerk", "unitlead", "coclerk", "YX001"} <= _told("tasks.move")
    assert "otherclerk" not in _told("tasks.move")  # told once, by the part that it got
    assert "otherclerk" in _told("tasks.assign")
    case = Case.objects.get(pk=lead.case_id)
    assert [t.unit for t in queries.live_tasks(case)] == [cast.other_unit, cast.co_unit]
    assert (allowed(cast.clerk, "handling.view_case", case), allowed(cast.other_clerk, "handling.view_case", case)) == (
        False,
        True,
    )
    with pytest.raises(ClosedError):
        actions.save_reply(reply, fields={"text": "晚了。"}, started_from=reply.version, actor=cast.clerk, at=today)
    assert verifying.verify().problems == ()


def test_the_reply_date_stays_while_more_than_the_days_for_signing_are_left(cast: Cast, as_, today) -> None:
    lead = cast.task(cast.assigned(today))
    page = as_(cast.assigner).get(f"/go/tasks/{lead.uid}/move/").text
    assert ("不变，" in page, "重新起算，" in page) == (True, False)  # two that come to the same day are one
    Task.objects.filter(pk=lead.pk).update(due_on=lead.due_on - timedelta(days=9))
    lead.refresh_from_db()
    page = as_(cast.assigner).get(f"/go/tasks/{lead.uid}/move/").text
    assert ("不变，" in page, "重新起算，" in page) == (True, True)
    assert queries.default_clock(lead, today.date()) == queries.STAYS
    assert queries.default_clock(lead, lead.due_on - timedelta(days=1)) == queries.ANEW
    _move(cast, lead, today + timedelta(days=20), clock=queries.ANEW)
    assert Task.objects.get(moved_from=lead).due_on > lead.due_on


def test_a_part_is_moved_within_the_own_affiliation_alone(cast: Cast, as_, today) -> None:
    lead = cast.task(cast.assigned(today))
    for unit in (cast.party_unit, cast.unit):
        with pytest.raises(engine.Invalid):
            _move(cast, lead, today, to=unit)
    for who in (cast.clerk, cast.office, cast.party_assigner, cast.proposer):
        with pytest.raises(engine.NotAllowed):
            perform(lead, "move", actor=who, at=today, payload=Moving(cast.other_unit.uid, queries.STAYS, queries.LEFT, "无权。"))
    said = {"to": cast.other_unit.uid, "clock": "stays", "draft": "left", "reason": "职责调整。"}
    assert as_(cast.assigner).post(f"/go/tasks/{lead.uid}/move/", said).status_code == 302
    assert Task.objects.filter(moved_from=lead, unit=cast.other_unit).exists()


def test_a_unit_that_has_a_part_already_does_not_get_a_second(cast: Cast, today) -> None:
    case = cast.assigned(today)
    lead, co = cast.task(case), cast.task(case, cast.co_unit)
    _move(cast, lead, today, to=cast.co_unit)  # it gave advice to the lead: it leads from now on
    co.refresh_from_db()
    moved = Task.objects.get(moved_from=lead)
    assert (co.state, moved.unit, moved.part) == (TaskState.MOVED, cast.co_unit, Part.LEAD)
    case = cast.assigned(today)
    lead, co = cast.task(case), cast.task(case, cast.co_unit)
    _move(cast, co, today, to=cast.unit)  # it leads, and needs nobody's advice any more
    assert (Task.objects.filter(case=case).count(), Task.objects.get(pk=co.pk).state) == (2, TaskState.MOVED)
    assert verifying.verify().problems == ()


def test_when_the_last_open_part_is_taken_in_by_one_that_has_answered_the_proposers_are_asked(cast: Cast, today) -> None:
    from tongxin.handling.workflow import Sending

    case = actions.assign(
        cast.filed(today), parts=[(cast.unit, "separate"), (cast.other_unit, "separate")], actor=cast.assigner, at=today
    )
    own = cast.task(case)
    perform(own, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    actions.record_contact(
        own, stage="before", way="phone", on=today.date(), who="孟", with_whom="林知远", note="好。", actor=cast.clerk, at=today
    )
    reply = actions.reply_of(own)
    actions.save_reply(reply, fields={"text": "答复。", "category": "B"}, started_from=reply.version, actor=cast.clerk, at=today)
    perform(own, "submit_reply", actor=cast.clerk, at=today)
    perform(own, "approve", actor=cast.unit_leader, at=today)
    perform(own, "send", actor=cast.assigner, at=today, payload=Sending("B"))
    _move(cast, cast.task(case, cast.other_unit), today, to=cast.unit)
    assert Case.objects.get(pk=case.pk).state == CaseState.RATING


def test_in_a_second_handling_the_next_unit_learns_why_and_the_first_answer_stays(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    for reply, signature in queries.ratings_awaited(case):
        actions.rate(
            reply,
            signature=signature,
            attitude="satisfied",
            result="dissatisfied",
            comment="没有落实。",
            passes_on=True,
            actor=signature.member.account,
            at=today,
        )
    actions.close_round(case, at=today)
    lead = cast.task(case)
    _move(cast, lead, today)
    moved, case = Task.objects.get(moved_from=lead), Case.objects.get(pk=case.pk)
    verdict = queries.verdict_for_unit(moved, case)
    assert verdict is not None
    assert verdict.reasons == ("没有落实。", "没有落实。")
    shown = queries.sections(case, cast.proposer)
    assert [(line.letter.unit, line.reply.round) for line in shown.replies] == [("县卫生健康局", 1)]
    assert as_(cast.other_clerk).get(moved.get_absolute_url()).status_code == 200


def test_a_part_whose_unit_ended_waits_on_the_desk_that_assigns(cast: Cast, as_, today) -> None:
    lead = cast.task(cast.assigned(today))
    client = as_(cast.assigner)
    assert lead.case.proposal.title not in client.get("/handling/assign/?part=ended").text
    how = reorganising.Ending(Change.END)
    reorganising.end(cast.unit, how=how, on=timezone.localdate(), reason="机构改革", actor=cast.office, at=today)
    cast.unit.refresh_from_db()
    assert lead.case.proposal.title in client.get("/handling/assign/?part=ended").text
    assert "单位无承办人" in client.get("/home/").text
    assert not queries.without_unit(timezone.localdate(), *queries.scope_of(cast.party_assigner, Duty.ASSIGN))
    with pytest.raises(actions.HandlingError, match="县卫生健康局已经撤销，不能再交办"):
        actions.assign(cast.filed(today), parts=[(cast.unit, "sole")], actor=cast.assigner, at=today)


def test_advice_that_was_given_does_not_move(cast: Cast, today) -> None:
    co = cast.task(cast.assigned(today), cast.co_unit)
    perform(co, "sign_for", actor=cast.co_clerk, at=today, payload=SignFor("陆知行"))
    perform(co, "give_advice", actor=cast.co_clerk, at=today, payload=Advising("同意。"))
    with pytest.raises(engine.NotAllowed):
        _move(cast, co, today)


def test_replies_that_were_sent_before_are_named_as_their_event_names_the_unit(cast: Cast, today) -> None:
    migration = import_module("tongxin.handling.migrations.0010_assignments_taken_back_and_moved")
    case = cast.answered(today)
    imported = Reply.objects.create(
        committee=cast.county, task=cast.task(cast.assigned(today)), category="B", text="答复。", sent_at=today
    )
    Reply.objects.update(unit_name="")
    Task.objects.update(unit_name="")
    type(cast.unit).objects.filter(pk=cast.unit.pk).update(name="县健康局")
    migration.name_replies(apps, None)
    imported.refresh_from_db()
    assert (Reply.objects.get(task__case=case).unit_name, imported.unit_name) == ("县卫生健康局", "县健康局")
    task = cast.task(case)
    assert (task.unit_called, task.unit.name) == ("县卫生健康局", "县健康局")


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_move_the_same_part_one_is_told_who_was_faster(cast: Cast, today) -> None:
    lead = cast.task(cast.assigned(today))
    seen = [Task.objects.get(pk=lead.pk) for _hand in range(2)]
    works = [partial(_move, cast, one, today, to=to) for one, to in zip(seen, (cast.other_unit, cast.other_unit), strict=True)]
    assert both(*works) == ["Overtaken"]
    assert Task.objects.filter(moved_from=lead).count() == 1


# ── what goes along, and what has to be done once more ───────────────────────────────────────────
def _under_review(cast: Cast, today) -> Task:
    lead = cast.task(actions.assign(cast.filed(today), parts=[(cast.unit, "sole")], actor=cast.assigner, at=today))
    perform(lead, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    actions.record_contact(
        lead, stage="before", way="phone", on=today.date(), who="孟", with_whom="林知远", note="好。", actor=cast.clerk, at=today
    )
    reply, said = actions.reply_of(lead), {"text": "写完了。", "category": "B", "contact": "孟时雨", "phone": "0571-8888"}
    actions.save_reply(reply, fields=said, started_from=reply.version, actor=cast.clerk, at=today)
    perform(lead, "submit_reply", actor=cast.clerk, at=today)
    perform(lead, "approve", actor=cast.unit_leader, at=today)
    return lead


def test_what_stands_there_before_somebody_chooses_loses_nothing(cast: Cast, as_, today) -> None:
    lead = _under_review(cast, today)
    page = as_(cast.assigner).get(f"/go/tasks/{lead.uid}/move/").text
    goes = next(line for line in page.split("<input") if f'value="{queries.GOES}"' in line)
    left = next(line for line in page.split("<input") if f'value="{queries.LEFT}"' in line)
    assert ("checked" in goes, "checked" in left) == (True, False)
    assert "联系人和联系电话由承接单位另填" in goes
    assert "答复待审：移交后回到待签收，由承接单位签收，重新审签、送审" in goes


def test_whom_to_ask_does_not_go_along_with_a_draft(cast: Cast, today) -> None:
    lead = _under_review(cast, today)
    _move(cast, lead, today, draft=queries.GOES)
    draft = queries.draft_of(Task.objects.get(moved_from=lead))
    assert (draft.text, draft.contact, draft.phone) == ("写完了。", "", "")


def test_the_preview_of_a_merger_says_of_each_part_what_has_to_be_done_once_more(cast: Cast, as_, today) -> None:
    lead, signed_for = _under_review(cast, today), cast.task(cast.assigned(today))
    said = {"kind": "merge", "successors": [cast.other_unit.uid], "on": today.date().isoformat(), "reason": "机构改革"}
    page = as_(cast.office).post(f"/units/{cast.unit.uid}/end/", said).text
    matters = {uid: page.split(f'id="matter-{uid}"')[1].split("</li>")[0] for uid in (lead.uid, signed_for.uid)}
    again = "答复待审：移交后回到待签收，由承接单位签收，重新审签、送审"
    assert (again in matters[lead.uid], again in matters[signed_for.uid]) == (True, False)
    assert "联系人、联系电话由承接单位另填" in page


def test_whoever_writes_why_reads_who_is_told(cast: Cast, as_, today) -> None:
    lead = cast.task(cast.assigned(today))
    page = as_(cast.assigner).get(f"/go/tasks/{lead.uid}/move/").text
    assert "原承办单位、承接单位、本案其他承办单位、督办部门和第一提案人会收到这段话" in page
    bodies.appoint(
        cast.leader,
        committee=cast.county,
        duty=Duty.SUPERVISE,
        starts_on=today.date(),
        actor=None,
        at=today,
        affiliation=System.GOVERNMENT,
    )
    _move(cast, lead, today)
    assert _told("tasks.move") == {"clerk", "unitlead", "coclerk", "leader", "YX001"}
    assert "otherclerk" in _told("tasks.assign")
