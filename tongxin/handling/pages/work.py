"""What is open at a handling unit, for whoever takes over its clerkship."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.committees.models import Unit
from tongxin.committees.queries import Work
from tongxin.core.templatetags.chinese import case_number, day
from tongxin.handling import queries as handling
from tongxin.handling.choices import TaskState, TaskStates
from tongxin.handling.models import Task
from tongxin.proposals.models import long_of


def open_tasks(unit: Unit) -> Iterable[Work]:
    """Yield the unit's matters that are being handled, the earliest deadline first."""
    rows = Task.objects.filter(unit=unit, state__in=TaskStates.open).select_related("case__proposal", "unit", "committee")
    rows = rows.defer("unit__phone", *long_of("case__proposal")).order_by("due_on", "id")
    today = timezone.localdate()
    for task in rows:
        due, what = handling.clock_of(task)
        proposal = task.case.proposal
        state = str(TaskState(task.state).label)
        line = (
            _("%(state)s，%(what)s期限 %(day)s") % {"state": state, "what": what or _("答复"), "day": day(due, today)}
            if due
            else state
        )
        yield Work(f"{case_number(proposal.number)}《{proposal.title}》", line, task.get_absolute_url(), task.uid)
