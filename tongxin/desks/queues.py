"""What waits for whom: declared by the apps in their `desk.py`, shown on home pages, counted at the menu's addresses."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from tongxin.audit.queries import newest, remembered, remembered_since
from tongxin.committees import queries as bodies
from tongxin.core.prepared import Prepared
from tongxin.desks.declared import declared
from tongxin.desks.paging import capped
from tongxin.desks.todos import SHOWN, Todo

MOST = 20  # of one kind on a member's home, which is no list


# ── what apps declare ────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Queue:
    """What waits for who holds one of some duties (QUEUES).

    Its rows on a day, and what a home page says of the first of them.

    What ends at a minute and not with an event is `counted_anew` each time; what is not counted by its rows has a
    `count`.
    """

    duties: tuple[str, ...]
    label: Any
    url: str
    button: Any
    rows: Callable[[Any, date], Any]
    items: Callable[[Any, str, date], Iterable[Todo]]
    in_menu: bool = True
    counted_anew: bool = False
    count: Callable[[Any, date], int] | None = None
    order: int = 0

    @property
    def key(self) -> str:
        return f"{self.duties[0]} {self.url}"  # its label is another in each language

    def number(self, user: Any, on: date) -> int:
        """Count its rows, no further than is shown."""
        return self.count(user, on) if self.count else capped(self.rows(user, on))

    def first(self, user: Any, on: date) -> tuple[Todo, ...]:
        """Return the most urgent of its rows."""
        return tuple(self.items(self.rows(user, on), self.button, on))


@dataclass(frozen=True)
class ForMember:
    """What waits for a member (FOR_MEMBERS).

    Its rows (of a member's key, at a moment, on its day), and what is said of them.

    `shown` fetches with each row what is said of it, and puts the most urgent first; `each` tells what counts as one.
    """

    rows: Callable[[Any, Any, Any], QuerySet[Any]]
    shown: Callable[[QuerySet[Any]], QuerySet[Any]]
    items: Callable[[list[Any], Any, datetime], Iterable[Todo]]
    most: int = SHOWN
    each: str = ""
    order: int = 0

    def first(self, member: Any, now: datetime) -> Iterable[Todo]:
        """Return what is listed, the most urgent first."""
        return self.items(self._listed.all(member.pk, now, timezone.localdate(now)), member, now)

    def number(self, member: Any, now: datetime) -> int:
        """Count what is listed, without reading it."""
        return self._counted.count(member.pk, now, timezone.localdate(now))

    @cached_property
    def _listed(self) -> Prepared:
        return Prepared(lambda member, now, on: self.shown(self.rows(member, now, on))[: self.most])

    @cached_property
    def _counted(self) -> Prepared:
        def build(member: Any, now: Any, on: Any) -> QuerySet[Any, Any]:
            rows = self.rows(member, now, on).order_by()
            return (rows.values(self.each).distinct() if self.each else rows.values("pk"))[: self.most]

        return Prepared(build)


@dataclass(frozen=True)
class Nobodys:
    """The states of a lifecycle in which a row itself waits in no queue (NOBODYS), each with why.

    Every other one stands in one.
    """

    workflow: str
    states: Mapping[str, str]


@dataclass(frozen=True)
class Waiting:
    """A queue as a home page shows it: how many wait, the most urgent of them, and where all of them are."""

    label: str
    count: int
    url: str
    items: tuple[Todo, ...]


# ── for who holds a duty ─────────────────────────────────────────────────────────────────────────
def queues(user: Any, now: datetime) -> list[Waiting]:
    """Return the queues of a desk, by the duties held, with the most urgent of each."""
    on = timezone.localdate(now)
    held, (codes, scope) = [q for q in _held(user) if not q.counted_anew], _scope(user)
    last = newest(codes)
    numbers = _numbers(user, on, last)
    if not any(numbers.values()):
        return []

    def read() -> dict[str, tuple[Todo, ...]]:
        return {q.key: q.first(user, on) for q in held if numbers[q.key]}

    known = remembered_since(last, ("first", on, get_language(), *scope), read)
    # what is counted anew may begin to wait without an event
    return [Waiting(q.label, numbers[q.key], q.url, known.get(q.key) or q.first(user, on)) for q in _held(user) if numbers[q.key]]


def at_addresses(user: Any) -> dict[str, int]:
    """Count what waits at each address of the desk's menu; only for duties held."""
    numbers, counts = _numbers(user, timezone.localdate()), dict[str, int]()
    for queue in _held(user):
        if queue.in_menu:
            url = queue.url.partition("?")[0]
            counts[url] = counts.get(url, 0) + numbers[queue.key]
    return counts


def _held(user: Any) -> list[Queue]:
    duties = {a.duty for a in bodies.appointments_of(user)}
    return sorted((q for q in declared("QUEUES") if duties & set(q.duties)), key=lambda q: q.order)


def _numbers(user: Any, on: date, last: tuple[str, ...] | None = None) -> dict[str, int]:
    """Count every queue of the duties held, once for the menu and the home page; kept until something happens."""
    found = _held(user)
    if not found:
        return {}
    codes, scope = _scope(user)
    still = [q for q in found if not q.counted_anew]

    def read() -> dict[str, int]:
        return {q.key: q.number(user, on) for q in still}

    known = remembered_since(newest(codes) if last is None else last, ("waiting", on, *scope), read)
    return known | {q.key: q.number(user, on) for q in found if q.counted_anew}


def _scope(user: Any) -> tuple[set[str], list[tuple[Any, ...]]]:
    """Return the committees in which somebody holds duties, and which: who holds the same sees the same."""
    held = bodies.appointments_of(user)
    return {a.committee.code for a in held}, sorted((a.duty, a.committee_id, a.unit_id or 0, a.affiliation) for a in held)


# ── for members ──────────────────────────────────────────────────────────────────────────────────
def todos(member: Any, now: datetime) -> list[Todo]:
    """Return what waits for a member, the most urgent first."""
    kinds = sorted(declared("FOR_MEMBERS"), key=lambda kind: kind.order)
    found = [todo for kind in kinds for todo in kind.first(member, now)]
    return sorted(found, key=lambda t: {"red": 0, "yellow": 1, "soon": 2}.get(getattr(t.chip, "level", ""), 3))


def waiting_for(member: Any) -> int:
    """Count what `todos` lists, without reading it; kept until something happens."""
    now = timezone.now()

    def read() -> dict[str, int]:
        return {"all": sum(kind.number(member, now) for kind in declared("FOR_MEMBERS"))}

    # an invitation lapses at a minute, not by an event: the minute is part of the question
    return remembered([member.committee.code], ("member", member.pk, now.replace(second=0, microsecond=0)), read)["all"]
