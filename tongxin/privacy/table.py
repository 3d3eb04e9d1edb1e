"""The two registers that every app's `privacy.py` fills.

What is held about somebody, and what goes when its time is over.

The third, smaller one says which accounts are a committee's people, and which of them still serve.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import clock, full_day


# ── what is held ─────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Part:
    """What is held, as a table; without `head` its rows are pairs of a label and a text.

    `total` counts what is not shown too.
    """

    rows: Sequence[tuple[str, ...]]
    head: tuple[str, ...] = ()
    total: int = 0


@dataclass(frozen=True)
class Held:
    """One section of what is held about somebody: read(account, most) gives it, `most` rows at most (None: all).

    How long it is kept: until the rule of the `erasables` says, where they concern this person, and `kept` in words for
    what no rule ends.
    """

    key: str
    label: Any
    read: Callable[[Account, int | None], Part]
    kept: Any = ""
    erasables: tuple[str, ...] = ()
    concern: Callable[[Account], bool] = lambda _account: True


HELD: dict[str, Held] = {}


def register_held(*sections: Held) -> None:
    """Add an app's sections, in the order in which they are read."""
    for section in sections:
        if section.key in HELD:
            message = f"what is held as {section.key} is declared twice"
            raise ValueError(message)
        HELD[section.key] = section


def newest(rows: QuerySet[Any], most: int | None, *, head: tuple[Any, ...], say: Callable[[Any], tuple[Any, ...]]) -> Part:
    """Return the first rows as a table, with the number of all."""
    found, total = first_of(rows, most)
    return Part([say(row) for row in found], head, total)


def first_of(rows: QuerySet[Any], most: int | None) -> tuple[list[Any], int]:
    """Return the first rows, and how many there are: counted only where there are more than are shown."""
    found = list(rows if most is None else rows[: most + 1])
    total = len(found) if most is None or len(found) <= most else rows.count()
    return found[:most], total


def stamp(value: datetime | None) -> str:
    """Write a moment with its year: what is taken along is read in other years too."""
    return f"{full_day(value)} {clock(value)}" if value else ""


def span(starts_on: date, ends_on: date | None) -> str:
    """Say from when until when; `ends_on` is the first day without."""
    return (
        _("%(starts_on)s起，%(ends_on)s起不再") % {"starts_on": full_day(starts_on), "ends_on": full_day(ends_on)}
        if ends_on
        else _("%(starts_on)s至今") % {"starts_on": full_day(starts_on)}
    )


# ── what goes ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Going:
    """One line of the list of what will go: whose or of what, what exactly, and since when. Never the value itself.

    `url` is a page of what it belongs to, where everybody who may be named in the rule for it can open one.
    """

    what: Any
    detail: Any = ""
    url: str = ""


@dataclass(frozen=True)
class Erased:
    """What an erasure took: rows that no event vouches for, rows that one does, fields of events.

    `shortened` are those that were intact before (`audit.sound`): one changed past the house is not vouched for anew.
    """

    rows: int = 0
    shortened: Sequence[Model] = ()
    events: Sequence[Event] = ()
    fields: Collection[str] | None = None


@dataclass(frozen=True)
class Erasable:
    """Personal values that go together when their time is over.

    `key` names the months and the duty in the regulation `privacy.retention`; `since` is the day the months begin.
    `due` returns the rows (each with a `uid`) whose months began on `before` or earlier, and nothing else.
    `erase` blanks or deletes some of them, in the caller's transaction; afterwards none of them is due any more.
    """

    key: str
    label: Any
    consists: Any
    since: Any
    due: Callable[[Committee, date], QuerySet[Any]]
    describe: Callable[[Any], Going]
    erase: Callable[[Sequence[Any]], Erased]


ERASABLE: dict[str, Erasable] = {}


def register_erasable(*erasables: Erasable) -> None:
    """Add an app's lines."""
    for erasable in erasables:
        if erasable.key in ERASABLE:
            message = f"what goes as {erasable.key} is declared twice"
            raise ValueError(message)
        ERASABLE[erasable.key] = erasable


# ── whose people, and who still serves ───────────────────────────────────────────────────────────
@dataclass(frozen=True)
class People:
    """How an app knows accounts: those of a committee, and those that serve anywhere after a day.

    Conditions on accounts.

    `seats` gives the uids of a committee's seats (a query of values): invitations name them before there is an account.
    """

    of: Callable[[Committee], Q]
    serving_after: Callable[[date], Q]
    seats: Callable[[Committee], QuerySet[Any, Any]] | None = None


PEOPLE: list[People] = []


def register_people(people: People) -> None:
    """Add an app's way to tell."""
    PEOPLE.append(people)


def accounts_of(committee: Committee) -> QuerySet[Account]:
    """Return the accounts that are or were a committee's people."""
    known = Q(pk__in=())
    for people in PEOPLE:
        known |= people.of(committee)
    return Account.objects.filter(known)


def invited_by(committee: Committee) -> Q:
    """Return the condition on invitations of a committee's people.

    To an account of theirs, or to a seat that has none yet.
    """
    known = Q(account__in=accounts_of(committee))
    for people in PEOPLE:
        if people.seats is not None:
            known |= Q(seat__in=people.seats(committee))
    return known


def serving_after(day: date) -> Q:
    """Return the condition on accounts that serve somewhere after a day."""
    known = Q(pk__in=())
    for people in PEOPLE:
        known |= people.serving_after(day)
    return known
