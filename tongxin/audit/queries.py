"""Reading the event stream, as the audit administrator does."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from tongxin.audit import kinds
from tongxin.audit.models import Event, Mark

# On PostgreSQL a transaction with an older event may end after one with a newer: what is kept is wrong for no longer than this.
KEPT_SECONDS = 10
DAYS = 31


@dataclass(frozen=True)
class Search:
    """What the audit reader looks for; empty means all."""

    words: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None


def events(codes: set[str], search: Search) -> QuerySet[Event]:
    """Return the events of some committees that fit, newest first; without those that are told by day alone."""
    rows = _told(codes).select_related("seal").order_by("-id")
    if search.kind:
        rows = rows.filter(kind__startswith=search.kind)
    if search.words:
        rows = rows.filter(actor_name=search.words) | rows.filter(subject_label__contains=search.words)
    if search.since:
        rows = rows.filter(recorded_at__date__gte=search.since)
    if search.until:
        rows = rows.filter(recorded_at__date__lte=search.until)
    return rows


def _told(codes: Collection[str]) -> QuerySet[Event]:
    return Event.objects.filter(committee_code__in=codes).exclude(kind__in=kinds.told_by_day())


@dataclass(frozen=True)
class Daily:
    """How many events of a kind there were on a day."""

    on: date
    kind: str
    number: int


def by_day(codes: Collection[str], *, before: date) -> list[Daily]:
    """Count the events that are told by day alone, on the days that are over: a day still running would tell the hour."""
    rows = Event.objects.filter(committee_code__in=codes, kind__in=kinds.told_by_day(), recorded_at__date__lt=before)
    counted = rows.annotate(on=TruncDate("recorded_at")).values_list("on", "kind").annotate(number=Count("pk"))
    return [Daily(*row) for row in counted.order_by("-on", "kind")[:DAYS]]


def newest(codes: Collection[str]) -> tuple[str, ...]:
    """Return the uid of each committee's newest event; nothing when one of them has none."""
    rows = Event.objects.order_by("-id").values_list("uid", flat=True)
    found = [rows.filter(committee_code=code).first() for code in sorted(codes)]
    return () if None in found else tuple(str(uid) for uid in found)


def kept(codes: Collection[str], what: tuple[Any, ...], read: Callable[[], dict[str, int]]) -> dict[str, int]:
    """Return `read()`, or the counts it returned before as long as no event was added in these committees.

    Every write ends with an event in its own transaction, so the same newest event means the same rows. `what` names
    everything else that the counts depend on: the scope of the reader, the day, the limits of a regulation.
    """
    last = newest(codes)
    if not last:
        return read()
    key = f"counts.{sha256(repr((last, what)).encode()).hexdigest()}"
    found: dict[str, int] | None = cache.get(key)
    if found is None:
        found = read()
        cache.set(key, found, KEPT_SECONDS)
    return found


@dataclass(frozen=True)
class Health:
    """How far sealing and delivery have come."""

    sealed: int
    waiting: int
    undelivered: int


def health(codes: set[str]) -> Health:
    """Count sealed events, events waiting for a seal, and undelivered marks; without those that are told by day alone."""
    own = _told(codes)
    return Health(own.filter(seal__isnull=False).count(), own.filter(seal=None).count(), Mark.objects.count())
