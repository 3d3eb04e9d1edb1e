"""What time has brought about and nobody has been told of."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.audit.models import Event
from tongxin.core import faults
from tongxin.handling.choices import TaskState
from tongxin.handling.models import Task
from tongxin.handling.queries.deadlines import clock_of
from tongxin.handling.regulations import Deadlines
from tongxin.regulations.queries import in_force

WITH_THE_UNIT = (TaskState.AWAITING, TaskState.IN_HAND, TaskState.WITH_LEADER)
UNKNOWN = "?"  # a threshold that cannot be said
ANSWERING = _("答复")  # the clock that has no name of its own
SOONEST = 60  # the regulation's upper limit of `soon_days`


def threshold_of(task: Task, on: date) -> str:
    """Name the threshold that a unit's clock has passed: soon, yellow, red, or none.

    A clock shorter than the first warning starts without one: nobody is warned on the day of assignment.
    """
    due, _what = clock_of(task)
    if due is None or task.state not in WITH_THE_UNIT:
        return ""
    rules: Deadlines = in_force(task.committee, Deadlines, on)
    left = (due - on).days
    if left < 0:
        return "red"
    if left <= rules.yellow_days:
        return "yellow"
    began = task.again_on or (timezone.localdate(task.assigned_at) if task.assigned_at else on)
    return "soon" if left <= rules.soon_days and (due - began).days > rules.soon_days else ""


def told(task: Task, threshold: str) -> bool:
    """Say whether the passing of a threshold of a part's clock was told."""
    rows = Event.objects.filter(
        subject_type="handling.case", subject_id=task.case_id, kind__in=("handling.due_soon", "handling.overdue")
    )
    return _mark(task, threshold) in {_mark_of(event.data) for event in rows}


def deadlines_to_tell(on: date) -> list[Task | faults.Unread]:
    """Return the parts whose clock has passed a threshold that was not told."""
    rows = Task.objects.filter(state__in=WITH_THE_UNIT, clock_on__lte=on + timedelta(days=SOONEST))
    rows = rows.select_related("committee__parent__parent", "case__proposal", "case__committee", "unit").order_by("id")
    found = faults.rows_of(rows)
    unread = [row for row in found if isinstance(row, faults.Unread)]
    near = [(task, name) for task in found if task not in unread and (name := _threshold_if_known(task, on))]
    events = Event.objects.filter(
        subject_type="handling.case",
        subject_id__in=[t.case_id for t, _n in near],
        kind__in=("handling.due_soon", "handling.overdue"),
    )
    told_of = [event.data for event in faults.rows_of(events) if not isinstance(event, faults.Unread)]
    known = {_mark_of(data) for data in told_of}
    return [*unread, *(task for task, name in near if _mark(task, name) not in known)]


Mark = tuple[int | None, str | None, str | None, str]


def _mark(task: Task, threshold: str) -> Mark:
    """Name what is told once: of which part which threshold of which clock. Two clocks may end on the same day."""
    due, what = clock_of(task)
    return task.pk, threshold, due.isoformat() if due else "", str(what or ANSWERING)


def _mark_of(data: dict[str, Any]) -> Mark:
    """Read what an event told; of before events named their clock, the answer's was told."""
    return data.get("task"), data.get("threshold"), data.get("due"), str(data.get("what") or ANSWERING)


def _threshold_if_known(task: Task, on: date) -> str:
    """Return the threshold, or that it cannot be said.

    Such a part fails by itself where it is told, and stops no other.
    """
    try:
        return threshold_of(task, on)
    except Exception:  # noqa: BLE001 -- it is raised again where the part is worked on alone
        return UNKNOWN
