"""The list of a committee's units.

Those in use and those that ended, found by any name, with who works there and what is open.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from tongxin.committees.models import Appointment, Committee, FormerName, Unit
from tongxin.committees.queries import running, running_units

IN_USE, ENDED = "", "ended"
_counts: list[Callable[[list[int]], dict[int, int]]] = []


def register_open_counts(source: Callable[[list[int]], dict[int, int]]) -> None:
    """Add what an app above knows of how many matters are open at units."""
    _counts.append(source)


@dataclass(frozen=True)
class Line:
    """A unit as the list shows it."""

    unit: Unit
    former: tuple[str, ...]
    people: int
    open: int
    followed_by: tuple[str, ...]


def listed(committee: Committee, *, state: str, on: date) -> QuerySet[Unit]:
    """Return the units in use, those to come among them, or those that ended."""
    rows = Unit.objects.filter(committee=committee, dropped_at=None)
    rows = rows.filter(active_until__lt=on) if state == ENDED else rows.filter(running_units(on) | Q(active_from__gt=on))
    return rows.prefetch_related("former_names", "successions__successor")


def called(rows: QuerySet[Unit], words: str, committee: Committee) -> QuerySet[Unit]:
    """Return the units found by any name they have or had."""
    fits = Q(name__contains=words) | Q(short_name__contains=words)
    return rows.filter(fits | Q(pk__in=FormerName.objects.filter(committee=committee, name__contains=words).values("unit")))


def lines(units: Sequence[Unit], *, on: date) -> list[Line]:
    """Return the lines of units: the same few queries for any number."""
    keys = [unit.pk for unit in units]
    held = Appointment.objects.filter(running(on), unit__in=keys, account__is_active=True).order_by().values("unit")
    people = {row["unit"]: row["n"] for row in held.annotate(n=Count("account", distinct=True))}
    counted: dict[int, int] = {}
    for source in _counts:
        counted |= source(keys)
    return [
        Line(
            unit,
            tuple(row.name for row in unit.former_names.all()),
            people.get(unit.pk, 0),
            counted.get(unit.pk, 0),
            tuple(row.successor.name for row in unit.successions.all()),
        )
        for unit in units
    ]
