"""What happened to a case, as far as a reader may know it."""

from typing import Any

from django.db.models import Q, QuerySet

from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.handling.models import Case
from tongxin.handling.queries.sections import viewer_of

# Between a unit's clerk and its leader, or between a unit and its supervisors: not for the proposer's page.
INTERNAL = ("tasks.submit_reply", "tasks.revise", "tasks.submit_for_review", "tasks.approve", "tasks.return_reply")


def private_kinds() -> list[str]:
    """Return the kinds that only the assembly's office may read: who rated, for one."""
    return [name for name, kind in kinds.KINDS.items() if kind.private]


def history_of(case: Case, user: Any) -> QuerySet[Event]:
    """Return the events of a case and its parts, newest first: never who rated, and a unit's inner steps to those concerned."""
    viewer = viewer_of(case, user)
    if not viewer.inside:
        return Event.objects.none()
    tasks = list(case.tasks.all())
    found = Event.objects.filter(
        Q(subject_type="handling.case", subject_id=case.pk)
        | Q(subject_type="handling.task", subject_id__in=[t.pk for t in tasks])
    ).exclude(kind__in=private_kinds())
    own = bodies.units_with(user, Duty.UNIT_CLERK, Duty.UNIT_LEADER)
    if viewer.of_unit or not viewer.working:
        inner = Q(kind__in=INTERNAL) & ~Q(subject_type="handling.task", subject_id__in=[t.pk for t in tasks if t.unit_id in own])
        found = found.exclude(inner)
    return found.order_by("-id")
