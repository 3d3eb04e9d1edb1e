"""Reads about units in time: by which names they are known, who follows whom, what is open where, what waits to change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from tongxin.committees.models import Appointment, Committee, FormerName, Succession, Unit, UnitChange
from tongxin.committees.queries import not_over, running, running_units

IN_USE, ENDED = "", "ended"


def unit_named(committee: Committee, name: str) -> Unit | None:
    """Return the unit of a committee that has a name, or had it: full name first, then short name, then former names.

    A name that two units had is the one's that has it now, else the one's that had it last.
    """
    return names_of_units(committee).get(name.strip())


def names_of_units(committee: Committee) -> dict[str, Unit]:
    """Return every name by which the units of a committee are known, with its unit: for whoever reads many rows.

    Full names go before short names, names in use before former ones, later ones before earlier.
    """
    units = list(Unit.objects.filter(committee=committee).order_by("id"))
    by_key = {unit.pk: unit for unit in units}
    former = list(FormerName.objects.filter(committee=committee).order_by("-ends_on", "-id"))
    known: dict[str, Unit] = {}
    for name, unit in (
        *((unit.name, unit) for unit in units),
        *((unit.short_name, unit) for unit in units),
        *((row.name, by_key[row.unit_id]) for row in former),
        *((row.short_name, by_key[row.unit_id]) for row in former),
    ):
        if name:
            known.setdefault(name, unit)
    return known


def name_on(unit: Unit, day: date) -> str:
    """Return what a unit was called on a day."""
    former = unit.former_names.filter(ends_on__gt=day).order_by("ends_on", "id").first()
    return former.name if former is not None else unit.name


def succeeds(unit: Unit, before: Unit) -> bool:
    """Say whether a unit goes on with the work of another."""
    return Succession.objects.filter(unit=before, successor=unit).exists()


def waiting_change(unit: Unit) -> UnitChange | None:
    """Return the change of a unit that was decided and has not taken effect."""
    return unit.changes.filter(done_at=None, called_off_at=None).first()


def due_changes(on: date) -> QuerySet[UnitChange]:
    """Return the changes whose day has come, in the order in which they were decided."""
    return UnitChange.objects.filter(done_at=None, called_off_at=None, starts_on__lte=on).order_by("starts_on", "id")


def people_of(units: Iterable[Unit], on: date) -> QuerySet[Appointment]:
    """Return who holds a duty at units on a day or later, and whose duty ended with the unit on that very day."""
    rows = Appointment.objects.filter(not_over(on) | Q(ends_on=on), unit__in=list(units), starts_on__lte=on)
    return rows.select_related("account", "unit").order_by("unit", "duty", "id")


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


def lines(committee: Committee, *, words: str, system: str, state: str, on: date) -> list[Line]:
    """Return the units in use, or those that ended, found by any name they have or had: the same few queries for any number."""
    rows = Unit.objects.filter(committee=committee)
    rows = rows.filter(active_until__lt=on) if state == ENDED else rows.filter(running_units(on) | Q(active_from__gt=on))
    if words:
        fits = Q(name__contains=words) | Q(short_name__contains=words)
        rows = rows.filter(fits | Q(pk__in=FormerName.objects.filter(committee=committee, name__contains=words).values("unit")))
    if system:
        rows = rows.filter(system=system)
    units = list(rows.prefetch_related("former_names", "successions__successor").order_by("system", "id"))
    keys = [unit.pk for unit in units]
    held = Appointment.objects.filter(running(on), unit__in=keys, account__is_active=True).order_by().values("unit")
    people = {row["unit"]: row["n"] for row in held.annotate(n=Count("account", distinct=True))}
    counted: dict[int, int] = {}
    for source in _counts:
        counted |= source(keys)
    return [
        Line(
            unit, tuple(row.name for row in unit.former_names.all()), people.get(unit.pk, 0), counted.get(unit.pk, 0),
            tuple(row.successor.name for row in unit.successions.all()),
        )
        for unit in units
    ]  # fmt: skip
