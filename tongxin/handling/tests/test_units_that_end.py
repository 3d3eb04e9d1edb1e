"""What is taken up at a unit that ended, or in which nobody signs: who goes on with it, until when, and who is told."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.at_once import REFUSALS, another_hand
from tests.cast import Cast, a_unit
from tongxin.audit import verifying
from tongxin.audit.kinds import detail
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees import reorganising, successions
from tongxin.committees.choices import Change, Duty
from tongxin.committees.models import Appointment, Unit
from tongxin.core.templatetags.chinese import deadline
from tongxin.handling import actions, queries
from tongxin.handling.choices import CaseState, Part, TaskState
from tongxin.handling.models import Case, Task
from tongxin.handling.workflow import CASES, TASKS, Advising, Again, Moving, SignFor, Why
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.workflow.engine import Invalid, perform, unexplained

MERGED = "县卫生健康局（已并入县水务局；由县水务局重新办理）"


def _end(cast: Cast, today, kind: str = Change.MERGE, *heirs: Unit, **more) -> None:
    how = reorganising.Ending(kind, heirs or (cast.other_unit,), **more)
    reorganising.end(
        Unit.objects.get(pk=cast.unit.pk), how=how, on=today.date(), reason="云发〔2026〕3 号", actor=cast.office, at=today
    )


def _restore(cast: Cast, reason: str, today) -> None:
    unit = Unit.objects.get(pk=cast.unit.pk)
    shown = successions.what_may_be_undone(unit).key
    reorganising.undo(unit, shown=shown, reason=reason, actor=cast.office, at=today)


def _without_unit(account) -> list[Task]:
    return list(queries.without_unit(timezone.localdate(), *queries.scope_of(account, Duty.ASSIGN)))


def _told(account, kind: str) -> list[str]:
    notices.deliver()
    return list(Notice.objects.filter(account=account, event__kind=kind).values_list("text", flat=True))


def _with_office(cast: Cast, today) -> Case:
    case = actions.close_round(cast.answered(today), at=today)
    perform(case, "reopen", actor=cast.office, at=today, payload=Why("办结有误。"))
    return Case.objects.get(pk=case.pk)


def _sound() -> None:
    for workflow, rows in ((CASES, Case.objects.all()), (TASKS, Task.objects.all())):
        assert list(unexplained(workflow, rows)) == []
    assert verifying.verify().problems == ()


def _rejected(cast: Cast, case: Case, today) -> None:
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


# ── handled once more ────────────────────────────────────────────────────────────────────────────
def test_a_case_of_a_merged_unit_is_handled_again_by_its_successor(cast: Cast, as_, today) -> None:
    case = _with_office(cast, today)
    lead = cast.task(case)
    _end(cast, today)
    page = as_(cast.office).get(f"/go/cases/{case.uid}/resume/").text
    key = f"{lead.uid}:{cast.other_unit.uid}"
    assert MERGED in page
    assert f'value="{key}"' in page
    first = queries.who_answers_again(case, today.date())[0]
    assert (first.key, first.name) == (key, "县水务局")
    perform(case, "resume", actor=cast.office, at=today, payload=Again("重新研究。", (key,), co=True))
    moved = Task.objects.get(moved_from=lead)
    lead.refresh_from_db()
    assert (lead.state, moved.unit, moved.state, moved.part) == (
        TaskState.MOVED,
        cast.other_unit,
        TaskState.AWAITING,
        Part.LEAD,
    )
    assert moved.again_on == today.date()
    assert Event.objects.get(kind="cases.resume").data["units"] == "县水务局"
    [told] = _told(cast.other_clerk, "tasks.assign")
    assert "县卫生健康局承办的第 0001 号提案" in told
    assert "经政协协调" in "".join(_told(cast.proposer, "cases.resume"))
    _sound()


def test_it_is_chosen_by_the_part_and_the_successor_and_by_one_of_them_alone(cast: Cast, today) -> None:
    case = _with_office(cast, today)
    lead = cast.task(case)
    _end(cast, today, Change.SPLIT, cast.other_unit, cast.co_unit)
    both = tuple(f"{lead.uid}:{unit.uid}" for unit in (cast.other_unit, cast.co_unit))
    for units in (both, (lead.uid,)):
        with pytest.raises(Invalid):
            perform(case, "resume", actor=cast.office, at=today, payload=Again("重新研究。", units))
    perform(case, "resume", actor=cast.office, at=today, payload=Again("重新研究。", both[1:]))
    moved = Task.objects.get(moved_from=lead)
    assert (moved.unit, moved.part) == (cast.co_unit, Part.LEAD)
    _sound()


def test_what_the_proposers_reject_goes_to_the_only_successor_of_a_unit_that_ended(cast: Cast, today) -> None:
    case = cast.answered(today)
    _end(cast, today)
    _rejected(cast, case, today)
    moved = Task.objects.get(case=case, unit=cast.other_unit)
    case.refresh_from_db()
    assert (moved.state, case.state, case.round) == (TaskState.AWAITING, CaseState.IN_HAND, 2)
    assert moved.due_on == queries.due_on(cast.county, "rework_days", today.date())
    assert queries.draft_of(moved).text.startswith("您提出的建议收悉")
    assert queries.verdict_for_unit(moved, case).reasons == ("没有落实。", "没有落实。")
    _sound()


def test_where_nobody_follows_it_waits_on_the_desk_that_assigns_which_is_told(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    how = reorganising.Ending(Change.END)
    reorganising.end(cast.unit, how=how, on=today.date(), reason="机构改革", actor=cast.office, at=today)
    _rejected(cast, case, today)
    lead = cast.task(case)
    assert lead.state == TaskState.IN_HAND
    assert list(_without_unit(cast.assigner)) == [lead]
    assert "该单位已撤销，请移交其他单位" in "".join(_told(cast.assigner, "tasks.rework"))
    desk = as_(cast.assigner).get("/handling/assign/?part=ended").text
    assert "单位已撤销" in desk


def test_a_successor_that_has_answered_itself_answers_again_in_its_own_part(cast: Cast, today) -> None:
    from tongxin.handling.workflow import Sending

    case = actions.assign(
        cast.filed(today), parts=[(cast.unit, "separate"), (cast.other_unit, "separate")], actor=cast.assigner, at=today
    )
    bodies.appoint(
        cast.leader,
        committee=cast.county,
        duty=Duty.UNIT_LEADER,
        unit=cast.other_unit,
        starts_on=today.date(),
        actor=None,
        at=today,
    )
    for unit, clerk, leader in ((cast.unit, cast.clerk, cast.unit_leader), (cast.other_unit, cast.other_clerk, cast.leader)):
        task = cast.task(case, unit)
        perform(task, "sign_for", actor=clerk, at=today, payload=SignFor(clerk.name))
        actions.record_contact(
            task, stage="before", way="phone", on=today.date(), who="孟", with_whom="林知远", note="好。", actor=clerk, at=today
        )
        reply = actions.reply_of(task)
        actions.save_reply(reply, fields={"text": "答复。", "category": "B"}, started_from=reply.version, actor=clerk, at=today)
        perform(task, "submit_reply", actor=clerk, at=today)
        perform(task, "approve", actor=leader, at=today)
        perform(task, "send", actor=cast.assigner, at=today, payload=Sending("B"))
    _end(cast, today)
    _rejected(cast, Case.objects.get(pk=case.pk), today)
    assert (cast.task(case).state, cast.task(case, cast.other_unit).state) == (TaskState.ANSWERED, TaskState.IN_HAND)
    assert Case.objects.get(pk=case.pk).state == CaseState.IN_HAND
    _sound()


# ── nobody there to sign ─────────────────────────────────────────────────────────────────────────
def test_a_part_stays_on_the_desk_as_long_as_its_unit_has_no_clerk(cast: Cast, as_, today) -> None:
    case = cast.assigned(today)
    lead, desk = cast.task(case), as_(cast.assigner)
    assert list(_without_unit(cast.assigner)) == []
    how = reorganising.Ending(Change.END)
    reorganising.end(cast.unit, how=how, on=today.date(), reason="机构改革", actor=cast.office, at=today)
    assert list(_without_unit(cast.assigner)) == [lead]
    _restore(cast, "撤销有误", today)
    assert list(_without_unit(cast.assigner)) == [lead]  # it goes on, and nobody serves there
    assert "单位还没有承办人" in desk.get("/handling/assign/?part=ended").text
    assert "单位无承办人" in desk.get("/home/").text
    unit = Unit.objects.get(pk=cast.unit.pk)
    bodies.appoint(
        cast.clerk, committee=cast.county, duty=Duty.UNIT_CLERK, unit=unit, starts_on=today.date(), actor=None, at=today
    )
    assert list(_without_unit(cast.assigner)) == []
    bodies.end_appointment(Appointment.objects.get(account=cast.co_clerk), actor=cast.security_admin, at=today)
    assert list(_without_unit(cast.assigner)) == [cast.task(case, cast.co_unit)]  # the last clerk went
    assert list(_without_unit(cast.party_assigner)) == []


def test_who_assigns_to_a_unit_in_which_nobody_signs_reads_so_before_and_finds_it_after(cast: Cast, as_, today) -> None:
    made, client = a_unit(cast.county, "县数据局", at=today), as_(cast.assigner)
    filed = cast.filed(today)
    assert "县数据局（还没有承办人）" in client.get(f"/handling/assign/{filed.uid}/").text
    assert "县数据局（还没有承办人）" in client.post("/handling/assign/acts/", {"act": "together", "pick": [filed.uid]}).text
    case = actions.assign(filed, parts=[(made, "sole")], actor=cast.assigner, at=today)
    assert [t.unit for t in _without_unit(cast.assigner)] == [made]
    other = cast.assigned(today, title="关于另一件事的建议")
    assert "县数据局（还没有承办人）" in client.get(f"/go/tasks/{cast.task(other).uid}/move/").text
    assert case.proposal.title in client.get("/handling/assign/?part=ended").text


# ── until when ───────────────────────────────────────────────────────────────────────────────────
def test_what_is_overdue_stays_so_when_its_unit_ends_unless_another_date_is_chosen(cast: Cast, as_, today) -> None:
    first, second = (cast.task(cast.assigned(today - timedelta(days=150), title=f"关于第{n}件事的建议")) for n in "一二")
    late = (today.date() - first.due_on).days
    assert late > 0
    said = {"kind": "merge", "successors": [cast.other_unit.uid], "on": today.date().isoformat(), "reason": "云发〔2026〕3 号"}
    page = as_(cast.office).post(f"/units/{cast.unit.uid}/end/", said).text
    anew = queries.due_anew(first, today.date())
    assert f"已超期 {late} 天" in page
    assert queries.said_until(first.due_on, today.date()) in page
    assert f"重新起算，{deadline(first.due_on)} → {deadline(anew)}" in page
    done = as_(cast.office).post(f"/units/{cast.unit.uid}/end/", said | {"confirmed": "1", f"date_{second.uid}": "anew"})
    assert done.status_code == 302
    kept, begun = (Task.objects.get(moved_from=task) for task in (first, second))
    assert (kept.due_on, begun.due_on) == (first.due_on, anew)
    told = detail(Event.objects.get(kind="tasks.move", subject_id=second.pk))
    assert f"移交时已超期 {late} 天" in told
    assert "原期限" in told
    assert f"移交时已超期 {late} 天" in detail(Event.objects.get(kind="tasks.move", subject_id=first.pk))
    # wrongly merged, and moved back: the former date may be had again
    _restore(cast, "并入有误", today)
    form = as_(cast.assigner).get(f"/go/tasks/{begun.uid}/move/").text
    assert f"恢复移交前的期限，{queries.said_until(second.due_on, today.date())}" in form
    back = Moving(cast.unit.uid, queries.FORMER, queries.GOES, "并入有误。")
    perform(begun, "move", actor=cast.assigner, at=today, payload=back)
    assert Task.objects.get(moved_from=begun).due_on == second.due_on
    _sound()


def test_the_preview_says_by_which_rule_dates_stay_and_what_waits_for_a_rating(cast: Cast, as_, today) -> None:
    answered, lead = cast.answered(today), cast.task(cast.assigned(today, title="关于另一件事的建议"))
    said = {"kind": "merge", "successors": [cast.other_unit.uid], "on": today.date().isoformat(), "reason": "云发〔2026〕3 号"}
    page = as_(cast.office).post(f"/units/{cast.unit.uid}/end/", said).text
    length, _source = queries.rule_of(cast.county, "sign_working_days", today.date())
    assert f"签收期限（{length}，" in page
    assert f"答复期限不变，{queries.said_until(lead.due_on, today.date())}" in page
    assert f"已答复、还没有办结 1 件：第 {answered.proposal.number:04d} 号" in page
    assert "需要重新办理的，由承接单位办理" in page
    assert "孟时雨（承办人）、齐望山（单位负责人）" in page


# ── to a co-handler ──────────────────────────────────────────────────────────────────────────────
def test_a_co_handler_that_gets_the_answer_to_write_is_told_once_and_keeps_its_advice(cast: Cast, as_, today) -> None:
    case = cast.assigned(today)
    lead, co = cast.task(case), cast.task(case, cast.co_unit)
    perform(co, "sign_for", actor=cast.co_clerk, at=today, payload=SignFor("陆知行"))
    perform(co, "give_advice", actor=cast.co_clerk, at=today, payload=Advising("同意列支。"))
    notices.deliver()
    Notice.objects.all().delete()
    assert "县财政局（本案会办单位，移交后改为主办）" in as_(cast.assigner).get(f"/go/tasks/{lead.uid}/move/").text
    perform(lead, "move", actor=cast.assigner, at=today, payload=Moving(cast.co_unit.uid, "stays", "left", "职责调整。"))
    notices.deliver()
    [told] = Notice.objects.filter(account=cast.co_clerk)
    assert "由会办改为主办（原由县卫生健康局主办），请在" in told.text
    shown = queries.sections(Case.objects.get(pk=case.pk), cast.co_clerk)
    assert [[(given.heading, given.text) for given in line.before] for line in shown.tasks] == [
        [("以前会办时的意见", "同意列支。")]
    ]
    assert "同意列支。" in as_(cast.assigner).get(case.get_absolute_url()).text
    assert "县财政局　会办" not in as_(cast.assigner).get(f"/handling/cases/{case.uid}/units/").text
    _sound()


def test_a_unit_that_ended_is_named_with_what_became_of_it(cast: Cast, as_, today) -> None:
    case = cast.assigned(today)
    co = cast.task(case, cast.co_unit)
    perform(co, "sign_for", actor=cast.co_clerk, at=today, payload=SignFor("陆知行"))
    perform(co, "give_advice", actor=cast.co_clerk, at=today, payload=Advising("同意列支。"))
    how = reorganising.Ending(Change.MERGE, (cast.other_unit,))
    reorganising.end(cast.co_unit, how=how, on=today.date(), reason="机构改革", actor=cast.office, at=today)
    page = as_(cast.assigner).get(case.get_absolute_url()).text
    assert "（已并入县水务局）" in page
    assert "承办人 陆知行" not in page


def test_the_page_of_a_move_says_the_number_of_the_case(cast: Cast, as_, today) -> None:
    lead = cast.task(cast.assigned(today))
    assert "<span>第 0001 号</span>" in as_(cast.assigner).get(f"/go/tasks/{lead.uid}/move/").text


def test_a_successor_that_ended_too_hands_on_to_its_own(cast: Cast, today) -> None:
    _end(cast, today)
    how = reorganising.Ending(Change.MERGE, (cast.co_unit,))
    reorganising.end(
        Unit.objects.get(pk=cast.other_unit.pk), how=how, on=today.date(), reason="再并", actor=cast.office, at=today
    )
    assert successions.heirs_of(Unit.objects.get(pk=cast.unit.pk), today.date()) == [cast.co_unit]


def _work_left_at(unit: Unit) -> list[Task]:
    return list(queries.open_at(unit))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["assign", "assign_again", "move"])
def test_a_unit_that_ends_in_the_same_moment_leaves_nothing_behind(cast: Cast, how: str) -> None:
    """Who ends it waits until the part is there, and takes it along."""
    today = timezone.localtime()
    with transaction.atomic():
        ending = a_unit(cast.county, "县信访局", at=today)
        case = cast.assigned(today)
        proposal = cast.filed(today)

    def give() -> None:
        if how == "assign":
            actions.assign(proposal, parts=[(ending, Part.SOLE)], actor=cast.assigner, at=today)
        elif how == "assign_again":
            actions.assign_again(case, parts=[(ending, Part.CO)], reason="补充", actor=cast.assigner, at=today)
        else:
            task = cast.task(case)
            said = Moving(ending.uid, queries.clocks_to_choose(task, cast.assigner, today)[0][0], queries.GOES, "职责调整")
            perform(task, "move", actor=cast.assigner, at=today, payload=said)

    def end() -> None:
        to = reorganising.Ending(Change.MERGE, (cast.other_unit,))
        reorganising.end(ending, how=to, on=today.date(), reason="机构改革", actor=cast.office, at=today)

    with another_hand('INSERT INTO "handling_task"' if connection.vendor != "sqlite" else "SELECT", end):
        try:
            give()
        except (*REFUSALS, actions.HandlingError):
            assert connection.vendor == "sqlite"  # where who ends it has been before
    assert _work_left_at(ending) == []
    _sound()
