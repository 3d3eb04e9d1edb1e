"""Reads about units in time.

By which names they are known, who follows whom, what is open where, what waits to change.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from tongxin.committees.choices import Change, Duty, Undoing
from tongxin.committees.models import Appointment, Committee, FormerName, Succession, Unit, UnitChange
from tongxin.committees.queries import is_running, not_over, running
from tongxin.core.templatetags.chinese import full_day


def unit_named(committee: Committee, name: str) -> Unit | None:
    """Return the unit of a committee that has a name, or had it: full name first, then short name, then former names.

    A name that two units had is the one's that has it now, else the one's that had it last.
    """
    return names_of_units(committee).get(name.strip())


def names_of_units(committee: Committee) -> dict[str, Unit]:
    """Return every name by which the units of a committee are known, with its unit: for whoever reads many rows.

    Full names go before short names, names in use before former ones, later ones before earlier; last those of a later
    day.
    """
    units = list(Unit.objects.filter(committee=committee, dropped_at=None).order_by("id"))
    by_key = {unit.pk: unit for unit in units}
    former = list(FormerName.objects.filter(committee=committee).order_by("-ends_on", "-id"))
    promised = list(_reservations(committee).order_by("id"))
    known: dict[str, Unit] = {}
    for name, unit in (
        *((unit.name, unit) for unit in units),
        *((unit.short_name, unit) for unit in units),
        *((row.name, by_key[row.unit_id]) for row in former),
        *((row.short_name, by_key[row.unit_id]) for row in former),
        *((row.name, by_key[row.unit_id]) for row in promised),
        *((row.short_name, by_key[row.unit_id]) for row in promised),
    ):
        if name:
            known.setdefault(name, unit)
    return known


def waiting_changes(committee: Committee) -> QuerySet[UnitChange]:
    """Return the changes of a committee's units that were decided and have not taken effect."""
    return UnitChange.objects.filter(committee=committee, done_at=None, called_off_at=None).select_related("unit")


def _reservations(committee: Committee) -> QuerySet[UnitChange]:
    return waiting_changes(committee).filter(kind=Change.RENAME)


def reserved_names(committee: Committee, *, but: int | None = None) -> dict[str, str]:
    """Return the names that are promised to units from a later day on, each with the sentence why it is not free.

    `but`: the unit that asks, whose own promise is none of another's.
    """
    said = _("“%(name)s”已定为%(unit)s自 %(on)s起的新名称，不能再用这个名称")
    return {
        promise.name: said % {"name": promise.name, "unit": promise.unit.name, "on": full_day(promise.starts_on)}
        for promise in _reservations(committee).exclude(unit=but)
    }


def why_not_free(committee: Committee, name: str, *, but: int | None = None) -> str:
    """Say why a unit cannot be given a name, `but` itself apart; nothing where it can.

    For who hold the names: `actions.hold_names`.

    It is asked of new units and of changed names alone: a name that somebody has stays his, whatever was promised
    since.
    """
    if _named(committee.pk, name, but=but).exists():
        return _("已经有“%(name)s”，不能再用这个名称") % {"name": name}
    return reserved_names(committee, but=but).get(name, "")


def _named(committee: int, name: str, *, but: int | None) -> QuerySet[Unit]:
    """Return the units of a committee, but for one, that are called so and stand in lists."""
    found = Unit.objects.filter(committee=committee, name=name, dropped_at=None)
    return found if but is None else found.exclude(pk=but)


def is_held_up(change: UnitChange, on: date) -> bool:
    """Say whether the day of a change of name has come and another unit has the name."""
    due = change.kind == Change.RENAME and change.starts_on <= on
    return due and _named(change.committee_id, change.name, but=change.unit_id).exists()


def followers_to_come(unit: Unit) -> QuerySet[Unit]:
    """Return the units that are to go on with a unit's work when the change that waits takes effect."""
    waiting = waiting_change(unit)
    return Unit.objects.filter(committee=unit.committee_id, uid__in=waiting.successors if waiting is not None else [])


def founded_for(change: UnitChange) -> list[Unit]:
    """Return the units that were founded for a change that waits, and for nothing else.

    Nobody serves there or waits for them.
    """
    others = waiting_changes(change.committee).exclude(pk=change.pk)
    needed = {uid for successors in others.values_list("successors", flat=True) for uid in successors}
    own = Unit.objects.filter(committee=change.committee_id, uid__in=set(change.successors) - needed, dropped_at=None)
    made = own.filter(active_from=change.starts_on)
    return [unit for unit in made.order_by("id") if not _has_anything(unit)]


def _has_anything(unit: Unit) -> bool:
    links = Unit._meta.related_objects  # noqa: SLF001 -- Django's public-in-practice Meta
    return any(link.related_model._base_manager.filter(**{link.field.name: unit}).exists() for link in links)  # noqa: SLF001 -- every row


def name_on(unit: Unit, day: date) -> str:
    """Return what a unit was called on a day. Whoever asks of many reads their `former_names` before, in one query."""
    later = [row for row in unit.former_names.all() if row.ends_on > day]
    return min(later, key=lambda row: (row.ends_on, row.pk)).name if later else unit.name


def former_name_on(unit: str, day: str) -> Subquery:
    """Return for rows that lead to a unit and a day what the unit was called then.

    Nothing where it is the name of now.
    """
    later = FormerName.objects.filter(unit=OuterRef(unit), ends_on__gt=OuterRef(day)).order_by("ends_on", "id")
    return Subquery(later.values("name")[:1])


def heirs_of(unit: Unit, on: date) -> list[Unit]:
    """Return the units that work on a day and go on with the work of one that ended.

    Of a successor that ended too, its own.
    """
    found: list[Unit] = []
    seen, asked = {unit.pk}, [] if is_running(unit, on) else [unit.pk]
    while asked:
        rows = Succession.objects.filter(unit__in=asked).exclude(successor__in=seen).select_related("successor").order_by("id")
        next_ones = list({row.successor_id: row.successor for row in rows}.values())
        seen |= {one.pk for one in next_ones}
        found += [one for one in next_ones if is_running(one, on)]
        asked = [one.pk for one in next_ones if not is_running(one, on)]
    return found


def why_never(unit: Unit) -> str:
    """Say of a unit that was founded for a change which was called off that it never began.

    Nothing of it is changed any more.
    """
    return _("%(name)s因变动取消，没有成立") % {"name": unit.name} if unit.dropped_at is not None else ""


def standings(units: Iterable[Unit], on: date) -> dict[int, str]:
    """Say of the units that ended what became of them: 已并入县水务局. Two queries where any did, none where none."""
    units = list(units)
    ended = {unit.pk for unit in units if unit.active_until is not None and unit.active_until < on}
    if not ended:
        return {}
    changes = UnitChange.objects.filter(unit__in=ended, done_at__isnull=False).exclude(kind=Change.RENAME).order_by("id")
    kinds = dict(changes.values_list("unit_id", "kind"))
    heirs: dict[int, list[str]] = {}
    for row in Succession.objects.filter(unit__in=ended).select_related("successor").order_by("id"):
        heirs.setdefault(row.unit_id, []).append(row.successor.name)
    never = {unit.pk for unit in units if unit.dropped_at is not None}
    said = {pk: _standing(kinds.get(pk, ""), "、".join(heirs.get(pk, []))) for pk in ended - never}
    return said | dict.fromkeys(never & ended, _("因变动取消，没有成立"))


def _standing(kind: str, heirs: str) -> str:
    if not heirs:
        return _("已撤销")
    said = {Change.MERGE: _("已并入%(heirs)s"), Change.SPLIT: _("已拆分，由%(heirs)s承接")}
    return said.get(Change(kind) if kind else Change.END, _("已撤销，由%(heirs)s承接")) % {"heirs": heirs}


def without_clerk(on: date) -> QuerySet[Unit]:
    """Return the units in which nobody works on a day who could sign for anything.

    Those that ended, and those without a clerk.
    """
    held = Appointment.objects.filter(running(on), unit=OuterRef("pk"), duty=Duty.UNIT_CLERK, account__is_active=True)
    return Unit.objects.filter(~Exists(held) | Q(active_until__lt=on))


def waiting_change(unit: Unit) -> UnitChange | None:
    """Return the change of a unit that was decided and has not taken effect."""
    return unit.changes.filter(done_at=None, called_off_at=None).first()


@dataclass(frozen=True)
class Undo:
    """What may be set right of a unit now: by which act, of which row, and what the unit is called afterwards."""

    act: Undoing
    row: UnitChange | FormerName | None  # none where the unit ended without a change of it, as imported ones did
    name: str

    @property
    def key(self) -> str:
        """What a page was about, for its form to say: after any other act on the unit it is another."""
        return f"{self.act.value}:{self.row.uid if self.row is not None else ''}"


def what_may_be_undone(unit: Unit) -> Undo | None:
    """Return the one act by which a unit is set right.

    What waits is called off first, then its end, then its last name.
    """
    waiting = waiting_change(unit)
    if waiting is not None:
        return Undo(Undoing.CALL_OFF, waiting, unit.name)
    if unit.dropped_at is not None:
        return None
    if unit.active_until is not None:
        ended = unit.changes.filter(done_at__isnull=False).exclude(kind=Change.RENAME).order_by("id").last()
        return Undo(Undoing.RESTORE, ended, unit.name)
    former = unit.former_names.order_by("ends_on", "id").last()
    return Undo(Undoing.TAKE_NAME_BACK, former, former.name) if former is not None else None


def due_changes(on: date) -> QuerySet[UnitChange]:
    """Return the changes whose day has come, in the order in which they were decided."""
    return UnitChange.objects.filter(done_at=None, called_off_at=None, starts_on__lte=on).order_by("starts_on", "id")


def people_of(units: Iterable[Unit], on: date) -> QuerySet[Appointment]:
    """Return who holds a duty at units on a day or later, and whose duty ended with the unit on that very day."""
    rows = Appointment.objects.filter(not_over(on) | Q(ends_on=on), unit__in=list(units), starts_on__lte=on)
    return rows.select_related("account", "unit").order_by("unit", "duty", "id")


def serving(unit: Unit, on: date) -> QuerySet[Appointment]:
    """Return who holds a duty at a unit on a day or will hold one: whose duty ends with it."""
    rows = Appointment.objects.filter(not_over(on), unit=unit, account__is_active=True).select_related("account")
    return rows.order_by("duty", "id")


def served_last(unit: Unit, on: date) -> list[Appointment]:
    """Return who served until nobody did at a unit that works.

    Those whose duty ended last, of whom some may be appointed anew.
    """
    if not is_running(unit, on) or serving(unit, on).exists():
        return []
    past = Appointment.objects.filter(ends_on__lte=on, starts_on__lt=F("ends_on"), unit=unit)
    last = past.order_by("-ends_on").values_list("ends_on", flat=True).first()
    return list(past.filter(ends_on=last).select_related("account").order_by("duty", "id"))


def change_in_words(change: UnitChange) -> str:
    """Say what becomes of a unit by a change, with the new name or with who goes on: 更名为县健康局."""
    if change.kind == Change.RENAME:
        return _("更名为%(name)s") % {"name": change.name}
    names = "、".join(Unit.objects.filter(uid__in=change.successors).order_by("id").values_list("name", flat=True))
    if change.kind == Change.MERGE:
        return _("并入%(names)s") % {"names": names}
    what = str(change.get_kind_display())
    return _("%(what)s，由%(names)s承接") % {"what": what, "names": names} if names else what


@dataclass(frozen=True)
class Prospect:
    """What an app above says before a unit ends.

    What happens, and which dates each open matter may have at its successor.

    `dates` and `notes` name matters as `Work.key` does; of several choices the first stands where nobody chooses. A
    note says what of a matter has to be done once more.
    """

    sentences: Sequence[str] = ()
    dates: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)


_prospects: list[Callable[[Unit, date, int], Prospect]] = []


def register_prospect(source: Callable[[Unit, date, int], Prospect]) -> None:
    """Add what an app above foresees when a unit ends on a day and so many others go on with its work."""
    _prospects.append(source)


def prospect_of(unit: Unit, on: date, heirs: int) -> Prospect:
    """Return what would happen to a unit's matters if it ended on a day."""
    found = [source(unit, on, heirs) for source in _prospects]
    dates = {key: choices for one in found for key, choices in one.dates.items()}
    notes = {key: said for one in found for key, said in one.notes.items()}
    return Prospect([said for one in found for said in one.sentences], dates, notes)
