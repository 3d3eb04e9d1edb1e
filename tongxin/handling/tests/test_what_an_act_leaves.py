"""What people see after a part was returned or moved, or a case is handled again.

The clocks, the boxes, the reasons, the notices.
"""

from datetime import timedelta

import pytest

from tests.cast import Cast, moment
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.handling import actions, queries, tasks
from tongxin.handling.models import Case, Task
from tongxin.handling.workflow import Again, Moving, SignFor, Why
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.workflow.engine import perform


def _moved(cast: Cast, lead: Task, at, *, clock: str = queries.STAYS) -> Task:
    perform(lead, "move", actor=cast.assigner, at=at, payload=Moving(cast.other_unit.uid, clock, queries.LEFT, "职责调整。"))
    return Task.objects.get(moved_from=lead)


@pytest.mark.parametrize("late", [0, 20], ids=["due today", "overdue"])
def test_a_part_is_signed_for_no_later_than_it_is_answered_and_no_earlier_than_it_came(cast: Cast, as_, today, late: int) -> None:
    lead = cast.task(cast.assigned(today))
    Task.objects.filter(pk=lead.pk).update(due_on=today.date() - timedelta(days=late))
    lead.refresh_from_db()
    moved = _moved(cast, lead, today)
    until = moved.sign_due_on if late else today.date()
    assert moved.sign_due_on > today.date() >= moved.due_on
    assert (moved.clock_on, queries.clock_of(moved)) == (until, (until, "签收"))
    page = as_(cast.other_clerk).get("/handling/").text
    assert (f"签收剩 {(until - today.date()).days} 天" if late else "今天签收到期") in page
    assert "答复期限" in page
    tasks.tell_deadlines(today)
    notices.deliver()
    [told] = Notice.objects.filter(event__kind="tasks.assign", account=cast.other_clerk)
    assert f"请在 {until.month} 月 {until.day} 日前签收" in told.text
    assert not Notice.objects.filter(event__kind="handling.overdue", account=cast.other_clerk).exists()


@pytest.mark.parametrize("hour", [0, 7, 8, 23])
def test_the_day_of_assignment_is_the_same_to_the_database_at_every_hour(cast: Cast, hour: int) -> None:
    case = cast.assigned(moment("2026-03-02", hour))
    for days in (-1, 0, 1):
        Task.objects.filter(case=case).update(due_on=moment("2026-03-02").date() + timedelta(days=days))
        for task in Task.objects.filter(case=case):
            assert task.clock_on == task.sign_by == (task.sign_due_on if days < 0 else task.due_on), days


def test_a_part_that_moved_away_shows_no_clock_and_no_empty_box(cast: Cast, as_, today) -> None:
    lead = cast.task(cast.assigned(today))
    _moved(cast, lead, today)
    office = as_(cast.office).get(lead.get_absolute_url()).text
    assert ("办理要求" in office, "可办理事项" in office) == (False, False)
    assigner = as_(cast.assigner).get(lead.get_absolute_url()).text
    assert "可办理事项" in assigner
    assert f'/handling/cases/{lead.case.uid}/units/"' in assigner


def test_what_becomes_of_a_draft_is_asked_where_there_is_one(cast: Cast, as_, today) -> None:
    lead = cast.task(cast.assigned(today))
    page = f"/go/tasks/{lead.uid}/move/"
    assert "已起草的答复稿" not in as_(cast.assigner).get(page).text
    perform(lead, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    reply = actions.reply_of(lead)
    assert "已起草的答复稿" not in as_(cast.assigner).get(page).text
    actions.save_reply(reply, fields={"text": "写了一半。"}, started_from=reply.version, actor=cast.clerk, at=today)
    assert "已起草的答复稿" in as_(cast.assigner).get(page).text
    for alone in ({"category": "B"}, {"contact": "孟时雨"}, {"phone": "13800000000"}):
        reply.delete()
        reply = actions.reply_of(lead)
        actions.save_reply(reply, fields=alone, started_from=reply.version, actor=cast.clerk, at=today)
        assert "已起草的答复稿" in as_(cast.assigner).get(page).text, alone
    reply.delete()
    said = {"to": cast.other_unit.uid, "clock": "stays", "reason": "职责调整。"}
    assert as_(cast.assigner).post(page, said).status_code == 302
    assert Task.objects.filter(moved_from=lead).exists()


def test_the_reason_of_the_assemblys_office_stands_where_the_reasons_are_read(cast: Cast, as_) -> None:
    at, later = moment("2026-03-02"), moment("2026-04-20")
    case = cast.all_satisfied(at)
    case = actions.close_round(case, at=later)
    perform(case, "reopen", actor=cast.office, at=later, payload=Why("发现有误。"))
    lead = cast.task(case)
    perform(case, "resume", actor=cast.office, at=later, payload=Again("请把试点扩大到全县。", (lead.uid,), co=True))
    case = Case.objects.get(pk=case.pk)
    assert queries.reason_again(case) == "请把试点扩大到全县。"
    for page in (lead.get_absolute_url(), f"{lead.get_absolute_url()}reply/"):
        shown = as_(cast.clerk).get(page).text
        assert "政协机关的理由：请把试点扩大到全县。" in shown, page
        assert "重新办理的原因" in shown, page
    co = cast.task(case, cast.co_unit)
    assert "政协机关的理由：请把试点扩大到全县。" in as_(cast.co_clerk).get(co.get_absolute_url()).text


@pytest.mark.parametrize(
    ("kind", "action", "words"),
    [
        ("cases", "recall_assignment", "提案人、承办单位和督办部门会看到这段话"),
        ("tasks", "grant_return", "申请退办的单位会看到这段话"),
        ("tasks", "refuse_return", "申请退办的单位会看到这段话"),
    ],
)
def test_who_reads_a_reason_and_what_follows_is_said_beside_it(
    cast: Cast, as_, today, kind: str, action: str, words: str
) -> None:
    lead = cast.task(cast.assigned(today))
    if kind == "tasks":
        perform(lead, "ask_return", actor=cast.clerk, at=today, payload=Why("不属我局。"))
    uid = lead.uid if kind == "tasks" else lead.case.uid
    assert words in as_(cast.assigner).get(f"/go/{kind}/{uid}/{action}/").text


@pytest.mark.parametrize("ended", [True, False])
def test_whose_duty_ended_hears_nothing_more_on_the_very_day(cast: Cast, today, *, ended: bool) -> None:
    lead = cast.task(cast.assigned(today))
    own = Appointment.objects.get(account=cast.unit_leader, duty=Duty.UNIT_LEADER)
    if ended:
        bodies.end_appointment(own, actor=cast.security_admin, at=today, reason="工作调动")
        own.refresh_from_db()
        assert own.ends_on == today.date()
    _moved(cast, lead, today + timedelta(minutes=1))
    notices.deliver()
    told = set(Notice.objects.filter(event__kind="tasks.move").values_list("account__username", flat=True))
    assert ("unitlead" in told, "clerk" in told) == (not ended, True)
