"""First pages: what a matter shows there beside what waits, and the ways that lead from there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.desks.declared import declared


@dataclass(frozen=True)
class Panel:
    """A part of a first page: MEMBER_PANELS and DESK_PANELS read for a person, FRONT_PANELS for a committee's public.

    Where it reads nothing, it does not stand there. Its template finds what it read under `facts`; on a desk, `beside`
    is what is drawn of the same facts in the narrow column.
    """

    template: str
    read: Callable[[Any], Mapping[str, Any] | None]
    order: int = 0
    beside: str = ""


@dataclass(frozen=True)
class Shown:
    """A panel with what it read."""

    template: str
    facts: Mapping[str, Any]
    beside: str = ""


@dataclass(frozen=True)
class Line:
    """A line of a board: what it speaks of, how that stands, where it is seen.

    A `level` (good, warn, bad) where it is judged.
    """

    label: str
    said: str
    url: str = ""
    level: str = ""


@dataclass(frozen=True)
class Board:
    """What somebody looks after, in a few lines, also when all is quiet: a home is never empty.

    Drawn by desks/_boards.html.
    """

    title: str
    lines: Sequence[Line]
    url: str = ""
    button: str = ""


BOARDS = "desks/_boards.html"


def boards(found: Sequence[Board]) -> dict[str, Any] | None:
    """Return boards as a panel reads them; nothing for who looks after nothing."""
    return {"boards": found} if found else None


def panels(name: str, whom: Any) -> list[Shown]:
    """Return the panels of a first page (MEMBER_PANELS, DESK_PANELS, FRONT_PANELS) that have something to show."""
    found = ((p, p.read(whom)) for p in sorted(declared(name), key=lambda p: p.order))
    return [Shown(p.template, facts, p.beside) for p, facts in found if facts is not None]


@dataclass(frozen=True)
class Quick:
    """What a member does often (QUICK): a large button on the own home, where there is an address for him."""

    label: Any
    icon: str
    url: Callable[[Any], str]
    order: int = 0
    leads: bool = False


def quick(user: Any) -> list[tuple[Quick, str]]:
    """Return the large buttons of a member's home, each with its address."""
    found = ((q, q.url(user)) for q in sorted(declared("QUICK"), key=lambda q: q.order))
    return [(q, url) for q, url in found if url]


@dataclass(frozen=True)
class FrontDoor:
    """A way into the public pages (FRONT_DOORS), large on a committee's front, with a line of what is found there."""

    label: Any
    line: Any
    icon: str
    url: Callable[[Committee], str]
    order: int = 0


def front_doors(committee: Committee) -> list[tuple[FrontDoor, str]]:
    """Return the ways into a committee's public pages, each with its address."""
    return [(door, door.url(committee)) for door in sorted(declared("FRONT_DOORS"), key=lambda d: d.order)]


@dataclass(frozen=True)
class FrontFinder:
    """The search field of a committee's front (FRONT_FINDERS; the first counts).

    Asks its address for `q`, `in` the committee.
    """

    label: Any
    hint: Any
    url: str


def front_finder() -> FrontFinder | None:
    """Return the search field of the public front."""
    return next(iter(declared("FRONT_FINDERS")), None)


def with_a_front() -> list[Committee]:
    """Return the committees that have a public front, cities before their counties."""
    return bodies.WITH_A_FRONT.all()
