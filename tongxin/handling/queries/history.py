"""What happened to a case, as far as a reader may know it."""

from typing import Any

from django.db.models import Q

from tongxin.audit import audience
from tongxin.audit.models import Event
from tongxin.handling.models import Case


def history_of(case: Case, user: Any) -> list[Event]:
    """Return the events of a case and its parts that the reader is told of, newest first."""
    tasks = list(case.tasks.all())
    found = Event.objects.filter(
        Q(subject_type="handling.case", subject_id=case.pk)
        | Q(subject_type="handling.task", subject_id__in=[t.pk for t in tasks])
    )
    return audience.told(user, [case, *tasks], found.order_by("-id"))
