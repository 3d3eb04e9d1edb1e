"""A unit signs for a proposal, is renamed, and merged into another, which answers under its own name."""

from datetime import timedelta

from django.utils import timezone

from tests.cast import Cast
from tongxin.audit import verifying
from tongxin.committees import actions as bodies
from tongxin.committees import reorganising, tasks
from tongxin.committees.choices import Change, Duty
from tongxin.committees.models import Unit
from tongxin.committees.successions import unit_named
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Reply, Task
from tongxin.handling.workflow import CASES, TASKS, Advising, Sending, SignFor
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.workflow.engine import perform, unexplained


def test_a_unit_that_ends_in_mid_case(cast: Cast) -> None:
    now = timezone.localtime().replace(hour=9)
    today = timezone.localdate(now)

    # 县卫生健康局答复了一件；另一件刚签收，答复写了一半。
    earlier, case = cast.answered(now), cast.assigned(now)
    lead, co = cast.task(case), cast.task(case, cast.co_unit)
    perform(lead, "sign_for", actor=cast.clerk, at=now, payload=SignFor("孟时雨"))
    perform(co, "sign_for", actor=cast.co_clerk, at=now, payload=SignFor("陆知行"))
    perform(co, "give_advice", actor=cast.co_clerk, at=now, payload=Advising("同意。"))
    draft = handling.reply_of(lead)
    handling.save_reply(
        draft, fields={"category": "B", "text": "六月底前试点。"}, started_from=draft.version, actor=cast.clerk, at=now
    )

    # 当天更名：同一个单位，以前的答复仍是原名。
    reorganising.rename(
        cast.unit, name="县健康委员会", short_name="", on=today, reason="云发〔2026〕3 号", actor=cast.office, at=now
    )
    unit = Unit.objects.get(pk=cast.unit.pk)
    assert (unit.name, unit_named(cast.county, "县卫生健康局")) == ("县健康委员会", unit)
    sent = Reply.objects.select_related("task__unit", "task__case").get(task__case=earlier)
    letter = cases.letter_of(sent, sent.task.case, for_the_public=True)
    assert (letter.unit, letter.unit_now) == ("县卫生健康局", "县健康委员会")

    # 十天后并入县水务局：到那一天，由系统移交，原单位人员任职终止。
    day = today + timedelta(days=10)
    how = reorganising.Ending(Change.MERGE, [cast.other_unit])
    reorganising.end(unit, how=how, on=day, reason="云发〔2026〕4 号", actor=cast.office, at=now)
    later = now + timedelta(days=10)
    assert (tasks.carry_out_changes(now), tasks.carry_out_changes(later), tasks.carry_out_changes(later)) == (0, 1, 0)
    lead.refresh_from_db()
    moved = Task.objects.get(case=case, unit=cast.other_unit)
    assert (lead.state, moved.state, moved.part, moved.moved_from_id, moved.due_on) == (
        TaskState.MOVED,
        TaskState.AWAITING,
        "lead",
        lead.pk,
        lead.due_on,
    )
    assert unit.appointments.filter(ends_on=None).count() == 0

    # 双方人员、提案人、交办督办部门都知道。
    notices.deliver()
    told = set(Notice.objects.filter(event__kind="tasks.move").values_list("account__username", flat=True))
    assert {"clerk", "unitlead", "YX001", "coclerk", "assigner"} <= told
    assert Notice.objects.filter(event__kind="tasks.assign", account=cast.other_clerk).count() == 1
    assert Notice.objects.filter(event__kind="committees.merge_unit", account=cast.assigner).exists()

    # 县水务局签收，接着写，以自己的名义答复。
    perform(moved, "sign_for", actor=cast.other_clerk, at=later, payload=SignFor("苏明澈"))
    reply = handling.reply_of(moved)
    assert (reply.text, reply.category) == ("六月底前试点。", "B")
    handling.record_contact(
        moved,
        stage="during",
        way="meeting",
        on=today,
        who="苏明澈",
        with_whom="林知远",
        note="承接以后再商。",
        actor=cast.other_clerk,
        at=later,
    )
    bodies.appoint(
        cast.leader, committee=cast.county, duty=Duty.UNIT_LEADER, unit=cast.other_unit, starts_on=today, actor=None, at=now
    )
    perform(moved, "submit_reply", actor=cast.other_clerk, at=later)
    perform(moved, "approve", actor=cast.leader, at=later)
    perform(moved, "send", actor=cast.assigner, at=later, payload=Sending("B"))
    assert Reply.objects.get(task=moved).unit_name == "县水务局"
    assert Case.objects.get(pk=case.pk).state == CaseState.RATING
    assert [r.task_id for r in cases.replies_to_rate(Case.objects.get(pk=case.pk))] == [moved.pk]
    for workflow, rows in ((CASES, Case.objects.all()), (TASKS, Task.objects.all())):
        assert list(unexplained(workflow, rows)) == []
    assert verifying.verify().problems == ()
