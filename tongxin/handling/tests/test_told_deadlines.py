"""Deadlines that draw near or have passed are told, each threshold once."""

from datetime import timedelta

import pytest

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.handling import actions, tasks
from tongxin.handling.models import Task
from tongxin.handling.workflow import SignFor
from tongxin.workflow.engine import perform


def _told() -> list[Event]:
    return list(Event.objects.filter(kind__in=("handling.due_soon", "handling.overdue")).order_by("id"))


def _kinds() -> list[tuple[str, str]]:
    return [(e.kind, e.data["threshold"]) for e in _told()]


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


@pytest.mark.parametrize(("left", "threshold"), [(3, "yellow"), (-1, "red")])
def test_signing_and_answering_that_end_on_one_day_are_told_each(cast: Cast, today, left: int, threshold: str) -> None:
    task = cast.task(cast.assigned(today))
    Task.objects.filter(pk=task.pk).update(due_on=task.sign_due_on)
    at = today + (task.sign_due_on - today.date()) - timedelta(days=left)
    others = {e.pk for e in _told()}
    assert tasks.tell_deadlines(at) >= 1
    perform(Task.objects.get(pk=task.pk), "sign_for", actor=cast.clerk, at=at, payload=SignFor("孟时雨"))
    tasks.tell_deadlines(at)
    tasks.tell_deadlines(at)
    said = [(e.data["what"], e.data["threshold"]) for e in _told() if e.pk not in others and e.data["task"] == task.pk]
    assert said == [("签收", threshold), ("答复", threshold)]


def test_what_was_told_before_events_named_their_clock_is_not_told_again(cast: Cast, today) -> None:
    case = actions.assign(cast.filed(today), parts=[(cast.unit, "sole")], actor=cast.assigner, at=today)
    task = cast.task(case)
    perform(task, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    due = cast.task(case).due_on
    data = {"unit": cast.unit.name, "unit_id": cast.unit.pk, "task": task.pk, "threshold": "red", "due": due.isoformat()}
    audit.record("handling.overdue", case, actor=Account.objects.system(), at=today, data=data | {"days": -1})
    assert tasks.tell_deadlines(today + (due - today.date()) + timedelta(days=1)) == 0
