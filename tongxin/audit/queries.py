"""Reading the event stream, as the audit administrator does."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from tongxin.audit.models import Event, Mark, Seal


@dataclass(frozen=True)
class Search:
    """What the audit reader looks for; empty means all."""

    words: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None


def events(codes: set[str], search: Search) -> QuerySet[Event]:
    """Return the events of some committees that fit, newest first."""
    rows = Event.objects.filter(committee_code__in=codes).select_related("seal").order_by("-id")
    if search.kind:
        rows = rows.filter(kind__startswith=search.kind)
    if search.words:
        rows = rows.filter(actor_name=search.words) | rows.filter(subject_label__contains=search.words)
    if search.since:
        rows = rows.filter(recorded_at__date__gte=search.since)
    if search.until:
        rows = rows.filter(recorded_at__date__lte=search.until)
    return rows


def of_subject(subject_type: str, subject_id: int) -> QuerySet[Event]:
    """Return the events of one row, newest first."""
    return Event.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by("-id")


def about(*subjects: Any) -> QuerySet[Event]:
    """Return the events of several rows together (a proposal, its case, its tasks), newest first."""
    rows = Event.objects.none()
    by_type: dict[str, list[int]] = {}
    for subject in subjects:
        by_type.setdefault(subject._meta.label_lower, []).append(subject.pk)  # noqa: SLF001 -- Django's public-in-practice Meta
    for name, ids in by_type.items():
        rows = rows | Event.objects.filter(subject_type=name, subject_id__in=ids)
    return rows.order_by("-id")


@dataclass(frozen=True)
class Health:
    """How far sealing and delivery have come."""

    sealed: int
    waiting: int
    undelivered: int


def health(codes: set[str]) -> Health:
    """Count sealed events, events waiting for a seal, and undelivered marks."""
    own = Event.objects.filter(committee_code__in=codes)
    return Health(Seal.objects.filter(committee_code__in=codes).count(), own.filter(seal=None).count(), Mark.objects.count())
