"""The appointments of a committee as their page lists them.

Those that run or are to begin, and those that ended, with why.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.audit.models import Event
from tongxin.committees import queries
from tongxin.committees.models import Appointment, Committee
from tongxin.core import asked

NOW, ENDED = "", "ended"
PARTS = {NOW: _("现任"), ENDED: _("已免去")}


@dataclass(frozen=True)
class Over:
    """An appointment that ended, whether somebody ended it, and why where that was said."""

    appointment: Appointment
    relieved: bool
    reason: str


def listed(committee: Committee, *, part: str, at: datetime) -> QuerySet[Appointment]:
    """Return the appointments of a part: those that run or are to begin, or those that ended."""
    today = timezone.localdate(at)
    kept = queries.over(today) if part == ENDED else queries.not_over(today)
    return Appointment.objects.filter(kept, committee=committee).select_related("account", "unit")


def address(*, part: str = NOW, q: str = "") -> str:
    """Return the address of the list; what goes without saying is left out."""
    said = {"part": part, "q": q}
    kept = urlencode({name: value for name, value in said.items() if value})
    return f"{reverse('appointments')}?{kept}" if kept else reverse("appointments")


def back(text: str) -> str:
    """Return the page of the list from which somebody came to an act, or the list's beginning: never another page."""
    listed = reverse("appointments")
    said = asked.address(text)
    return said if said == listed or said.startswith(f"{listed}?") else listed


def with_reasons(found: Iterable[Appointment]) -> list[Over]:
    """Add to appointments why they ended: who may list them appoints here, and is of the office that is told."""
    listed = list(found)
    told: QuerySet[Event] = Event.objects.filter(
        kind="committees.end_appointment", subject_type="committees.appointment", subject_id__in=[a.pk for a in listed]
    )
    reasons = {event.subject_id: str(event.data.get("reason", "")) for event in told.order_by("id")}
    return [Over(a, a.pk in reasons, reasons.get(a.pk, "")) for a in listed]
