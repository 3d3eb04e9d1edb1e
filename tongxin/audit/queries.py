"""Reading the event stream, as the audit administrator does."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
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
    """How many events of a kind there were from a day until another: one day, where enough people acted on it."""

    since: date
    until: date
    kind: str
    number: int


def by_day(codes: Collection[str], *, before: date) -> list[Daily]:
    """Count the events that are told by day alone, on the days that are over, the newest first.

    Days on which few people acted are told together with those that follow, always begun from the first: what was told
    once stays as it was told, and the newest days wait until there are enough.
    """
    rows = Event.objects.filter(committee_code__in=codes, kind__in=kinds.told_by_day(), recorded_at__date__lt=before)
    by_person = rows.annotate(on=TruncDate("recorded_at")).values_list("kind", "on", "actor_uid", "behalf_uid")
    counted = by_person.annotate(number=Count("pk")).order_by("kind", "on").iterator()
    found = [told for kind, days in groupby(counted, key=itemgetter(0)) for told in _together(kind, days, codes, before)]
    return sorted(found, key=lambda told: (told.until, told.kind), reverse=True)[:DAYS]


def _together(kind: str, days: Iterable[tuple[str, date, str, str, int]], codes: Collection[str], on: date) -> Iterator[Daily]:
    least = kinds.people_at_least(kind, codes, on)
    since, people, number = None, set[str](), 0
    for day, rows in groupby(days, key=itemgetter(1)):
        since = since or day
        for _kind, _day, actor, behalf, count in rows:
            people.add(behalf or actor)
            number += count
        if len(people) >= least:
            yield Daily(since, day, kind, number)
            since, people, number = None, set(), 0


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
