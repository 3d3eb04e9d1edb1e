"""Reading the event stream, as the audit administrator does."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Count, Min, Model, Q, QuerySet
from django.db.models.functions import TruncDate

from tongxin.audit import kinds
from tongxin.audit.actions import VOUCHING, label_of
from tongxin.audit.models import Event, Mark
from tongxin.audit.truth import uid_of
from tongxin.core.prepared import Prepared

# On PostgreSQL a transaction with an older event may end after one with a newer: what is kept is wrong for no longer
# than this.
KEPT_SECONDS = 10
DAYS = 31
Found = TypeVar("Found")


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
        rows = rows.filter(kind__in=kinds.of_sort(search.kind))
    if not search.words:  # that a kind of rows is told of from here on is found by its key, and happened to nobody
        rows = rows.exclude(kind=VOUCHING, data__rows=0)
    else:
        uid = uid_of(search.words)
        rows = rows.filter(Q(actor_name=search.words) | Q(subject_label__contains=search.words) | Q(uid=uid) | Q(subject_uid=uid))
    if search.since:
        rows = rows.filter(recorded_at__date__gte=search.since)
    if search.until:
        rows = rows.filter(recorded_at__date__lte=search.until)
    return rows


def events_of(subject: Model) -> QuerySet[Event]:
    """Return the events of one row, newest first, without those that are told by day alone."""
    rows = Event.objects.filter(subject_type=label_of(subject), subject_id=subject.pk)
    return rows.exclude(kind__in=kinds.told_by_day()).order_by("-id")


def last_of(subject: Model, **which: Any) -> Event | None:
    """Return the newest event of one row of which so much is true.

    Its `kind`, its `to_state`, a fact (`data__member`).
    """
    return Event.objects.filter(subject_type=label_of(subject), subject_id=subject.pk, **which).order_by("-id").first()


def traceable(codes: Collection[str], keys: Iterable[str]) -> set[str]:
    """Return those of a verdict's keys under which a search finds an event: the event itself, or one of the row."""
    by_key = {key: uid_of(key) for key in keys}
    own, found = _told(codes), set[str]()
    for field in ("uid", "subject_uid"):
        found |= set(own.filter(**{f"{field}__in": by_key.values()}).values_list(field, flat=True).distinct())
    return {key for key, uid in by_key.items() if uid in found}


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

    Days on which few people acted are told together with those that follow, always begun from the first, by the minimum
    that was in force on each day: what was told once stays as it was told, and the newest days wait until there are
    enough.
    """
    found = [told for kind in kinds.told_by_day() for told in _of_kind(kind, codes, before)]
    return sorted(found, key=lambda told: (told.until, told.kind), reverse=True)[:DAYS]


def _of_kind(kind: str, codes: Collection[str], before: date) -> list[Daily]:
    """Return what is told of a kind; days that this process told before are not read again."""
    rows = Event.objects.filter(committee_code__in=codes, kind=kind)
    first = rows.order_by("id").values_list("uid", flat=True).first()
    key = f"by_day.{sha256(repr((first, kind, sorted(codes))).encode()).hexdigest()}"
    known: list[tuple[Daily, int]] = cache.get(key, [])
    if known:
        (last, begun) = known[-1]
        rows = rows.filter(pk__gte=begun, recorded_at__date__gt=last.until)
    if fresh := list(_groups(kind, rows.filter(recorded_at__date__lt=before), codes)):
        known = [*known, *fresh][-DAYS:]
        cache.set(key, known, timeout=None)
    return [told for told, _begun in known if told.until < before]


def _groups(kind: str, rows: QuerySet[Event], codes: Collection[str]) -> Iterator[tuple[Daily, int]]:
    """Return days told together, each with the first key of its last day: what comes later was not written before."""
    by_person = rows.annotate(on=TruncDate("recorded_at")).values_list("on", "actor_uid", "behalf_uid")
    counted = by_person.annotate(number=Count("pk"), first=Min("pk")).order_by("on").iterator()
    least = kinds.people_at_least(kind, codes)
    since, people, number = None, set[str](), 0
    for day, told in groupby(counted, key=itemgetter(0)):
        since, begun = since or day, None
        for _day, actor, behalf, count, first in told:
            people.add(behalf or actor)
            number, begun = number + count, min(first, begun or first)
        if len(people) >= least(day):
            yield Daily(since, day, kind, number), begun or 0
            since, people, number = None, set(), 0


NEWEST = Prepared(lambda code: Event.objects.filter(committee_code=code).order_by("-id").values_list("uid", flat=True))


def newest(codes: Collection[str]) -> tuple[str, ...]:
    """Return the uid of each committee's newest event; nothing when one of them has none."""
    found = [NEWEST.first(code) for code in sorted(codes)]
    return () if None in found else tuple(str(uid) for uid in found)


def remembered(codes: Collection[str], what: tuple[Any, ...], read: Callable[[], Found]) -> Found:
    """Return `read()`, or what it returned before as long as no event was added in these committees.

    Every write ends with an event in its own transaction, so the same newest event means the same rows; but for a
    draft, which saves itself without one, and what its reader alone changes (a notice read): of these nothing is to be
    remembered. `what` names everything else that the answer depends on: the scope of the reader, the day, the limits of
    a regulation.
    """
    return remembered_since(newest(codes), what, read)


def remembered_since(last: tuple[str, ...], what: tuple[Any, ...], read: Callable[[], Found]) -> Found:
    """Return the same where the newest events are known already."""
    if not last:
        return read()
    key = f"counts.{sha256(repr((last, what)).encode()).hexdigest()}"
    found: Found | None = cache.get(key)
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
    """Count sealed events, events waiting for a seal, and undelivered marks.

    Without those that are told by day alone.
    """
    own = _told(codes)
    return Health(own.filter(seal__isnull=False).count(), own.filter(seal=None).count(), Mark.objects.count())
