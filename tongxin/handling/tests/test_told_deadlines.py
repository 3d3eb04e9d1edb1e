"""Deadlines that draw near or have passed are told, each threshold once."""

from datetime import timedelta

from tests.cast import Cast
from tongxin.audit.models import Event
from tongxin.handling import actions, tasks
from tongxin.handling.workflow import SignFor
from tongxin.workflow.engine import perform


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
