"""The appointments of a committee as their page lists them: those that run or are to begin, and those that ended, with why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees import queries, resetting
from tongxin.committees.models import Appointment, Committee
from tongxin.core import asked

PAGE = 50
NOW, ENDED = "now", "ended"
PARTS = {NOW: _("现任"), ENDED: _("已免去")}


@dataclass(frozen=True)
class Over:
    """An appointment that ended, whether somebody ended it, and why where that was said."""

    appointment: Appointment
    relieved: bool
    reason: str


def page(committee: Committee, *, part: str, words: str, after: str, reader: Account, at: datetime) -> dict[str, Any]:
    """Return one page of a part, found by words and paged by key: the same few queries for any number of rows."""
    rows = Appointment.objects.filter(_kept(part, at), committee=committee)
    rows = queries.find_appointments(rows, words)
    total = rows.count()
    if (last := Appointment.objects.filter(uid=after, committee=committee).first()) is not None:
        rows = rows.filter(_behind(part, last))
    order = ("-ends_on", "-id") if part == ENDED else ("duty", "id")
    found = list(rows.select_related("account", "unit").order_by(*order)[: PAGE + 1])
    shown, ended = found[:PAGE], part == ENDED
    came = urlencode({"next": address(part=part, q=words, after=after)})
    return {
        "part": part, "tabs": _tabs(part, words),
        "appointments": shown, "total": total, "q": words, "after": after, "today": timezone.localdate(at),
        "offers": [] if ended else resetting.offers(shown, reader, at=at), "over": _with_reasons(shown) if ended else [],
        "came": f"?{came}" if words or after else "", "first": address(part=part, q=words),
        "next": address(part=part, q=words, after=shown[-1].uid) if len(found) > PAGE else "",
    }  # fmt: skip


def _tabs(part: str, words: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "count": None, "url": address(part=name, q=words), "current": name == part}
        for name, label in PARTS.items()
    ]


def address(*, part: str = NOW, q: str = "", after: str = "") -> str:
    """Return the address of a page of the list; what goes without saying is left out."""
    said = {"part": "" if part == NOW else part, "q": q, "after": after}
    kept = urlencode({name: value for name, value in said.items() if value})
    return f"{reverse('appointments')}?{kept}" if kept else reverse("appointments")


def back(text: str) -> str:
    """Return the page of the list from which somebody came to an act, or the list's beginning: never another page."""
    listed = reverse("appointments")
    said = asked.address(text)
    return said if said == listed or said.startswith(f"{listed}?") else listed


def _kept(part: str, at: datetime) -> Q:
    today = timezone.localdate(at)
    return queries.over(today) if part == ENDED else queries.not_over(today)


def _behind(part: str, last: Appointment) -> Q:
    if part == ENDED:
        return Q(ends_on__lt=last.ends_on) | Q(ends_on=last.ends_on, id__lt=last.pk) if last.ends_on else Q()
    return Q(duty__gt=last.duty) | Q(duty=last.duty, id__gt=last.pk)


def _with_reasons(found: Iterable[Appointment]) -> list[Over]:
    """Add to appointments why they ended: who may list them appoints here, and is of the office that is told."""
    listed = list(found)
    told: QuerySet[Event] = Event.objects.filter(
        kind="committees.end_appointment", subject_type="committees.appointment", subject_id__in=[a.pk for a in listed]
    )
    reasons = {event.subject_id: str(event.data.get("reason", "")) for event in told.order_by("id")}
    return [Over(a, a.pk in reasons, reasons.get(a.pk, "")) for a in listed]
