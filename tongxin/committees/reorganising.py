"""Units are renamed, ended, merged and split.

Decided with a reason, in effect on their day, set right by another act.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.audit.truth import New, Saved
from tongxin.committees import actions, queries, successions
from tongxin.committees.choices import Change, Undoing
from tongxin.committees.models import Appointment, FormerName, Succession, Unit, UnitChange
from tongxin.committees.successions import Undo
from tongxin.core.templatetags.chinese import full_day
from tongxin.core.words import clean_line

KINDS = {
    Change.RENAME: "committees.rename_unit",
    Change.END: "committees.end_unit",
    Change.MERGE: "committees.merge_unit",
    Change.SPLIT: "committees.split_unit",
}
HELD_UP = "committees.hold_up_unit_change"
Facts = dict[str, Any]


class UnitError(Exception):
    """A change of a unit that must not be made; the message is for people."""


class OvertakenError(UnitError):
    """An act that was shown and is possible no more: somebody was faster, or it was sent twice."""


@dataclass(frozen=True)
class Ending:
    """How a unit ends: which units go on with its work, which are made for it, and which open matter goes where.

    `plan` names units by their uid, those that are made by their name. `dates` says which of its dates a matter has
    there, in the words of the app whose matter it is.
    """

    kind: str
    successors: Sequence[Unit] = ()
    made: Sequence[str] = ()
    plan: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)


_followers: list[Callable[[UnitChange, datetime], object]] = []


def register_end_of_unit(follow: Callable[[UnitChange, datetime], object]) -> None:
    """Add what an app above does when a unit ends: its open matters go on elsewhere, in the same transaction."""
    _followers.append(follow)


# ── deciding ─────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def rename(unit: Unit, *, name: str, short_name: str, on: date, reason: str, actor: Account, at: datetime) -> UnitChange:
    """Give a unit another name from a day on (更名): the same unit goes on. Raises UnitError."""
    held = _held(unit, [], on, at)[0]
    name = clean_line(name)
    if name == held.name:
        message = _("%(name)s就是现在的名称") % {"name": name}
        raise UnitError(message)
    _demand_free(held, name)
    change = _decided(held, Change.RENAME, on, reason, name=name, short_name=clean_line(short_name))
    return _announce_or_carry_out(change, actor=actor, at=at)


@transaction.atomic
def end(unit: Unit, *, how: Ending, on: date, reason: str, actor: Account, at: datetime) -> UnitChange:
    """End a unit from a day on (撤销、并入、拆分). Units that are made for it begin on that day. Raises UnitError."""
    held, successors = _held(unit, how.successors, on, at)
    how = replace(how, successors=successors)
    _demand_sensible(held, how, on)
    new = [_found(held, name, on=on, actor=actor, at=at) for name in how.made]
    by_name = {one.name: one.uid for one in new}
    heirs = [*(one.uid for one in successors), *by_name.values()]
    plan = {key: by_name.get(to, to) for key, to in how.plan.items() if by_name.get(to, to) in heirs}
    change = _decided(held, how.kind, on, reason, successors=heirs, plan=plan, dates=dict(how.dates))
    return _announce_or_carry_out(change, actor=actor, at=at)


def _held(unit: Unit, successors: Sequence[Unit], on: date, at: datetime) -> tuple[Unit, list[Unit]]:
    """Hold the unit and who follows it, so that two hands take turns.

    The past is not changed, and nothing is decided twice.
    """
    actions.hold_names(unit.committee_id)
    rows = actions.hold_units(unit.pk, *(one.pk for one in successors))
    held = rows[unit.pk]
    if never := successions.why_never(held):
        raise UnitError(never)
    if on < timezone.localdate(at):
        message = _("不能早于今天")
        raise UnitError(message)
    if held.active_until is not None and successions.waiting_change(held) is None:
        message = _("%(held)s已经撤销，需要的请先恢复") % {"held": held.name}
        raise UnitError(message)
    if (waiting := successions.waiting_change(held)) is not None:
        message = _("%(held)s已定于 %(starts_on)s%(kind)s，请先取消再办理") % {
            "held": held.name,
            "starts_on": full_day(waiting.starts_on),
            "kind": waiting.get_kind_display(),
        }
        raise UnitError(message)
    return held, [rows[one.pk] for one in successors]


def _demand_free(unit: Unit, name: str) -> None:
    if taken := successions.why_not_free(unit.committee, name, but=unit.pk):
        raise UnitError(taken)


def _demand_sensible(unit: Unit, how: Ending, on: date) -> None:
    several = len(how.successors) + len(how.made)
    strangers = [one for one in how.successors if one.committee_id != unit.committee_id or one.pk == unit.pk]
    ended = [one.name for one in how.successors if not queries.is_running(one, on)]
    problem = ""
    if strangers:
        problem = _("承接的单位须是本会的其他承办单位")
    elif ended:
        problem = _("%(ended)s到那一天不在承办，不能承接") % {"ended": "、".join(ended)}
    elif (waiting := _heir_is_reserved(unit, on)) is not None:
        named = _("%(unit)s已定于 %(starts_on)s%(kind)s，由%(unit2)s承接") % {
            "unit": waiting.unit.name,
            "starts_on": full_day(waiting.starts_on),
            "kind": waiting.get_kind_display(),
            "unit2": unit.name,
        }
        problem = _("%(named)s，到那一天%(unit)s已经不在，请先取消那项变动") % {"named": named, "unit": unit.name}
    elif len(set(how.made)) != len(how.made):
        problem = _("新设单位的名称有重复")
    elif how.kind == Change.MERGE and (several != 1 or how.made):
        problem = _("并入的，请选一个承接的单位")
    elif how.kind == Change.SPLIT and several < 2:  # noqa: PLR2004 -- into several
        problem = _("拆分的，请写明两个以上承接的单位")
    if problem:
        raise UnitError(problem)
    for name in how.made:
        _demand_free(unit, name)


def _heir_is_reserved(unit: Unit, on: date) -> UnitChange | None:
    """Return a change of another unit that waits for this one to go on with its work, on the day on which it ends or later."""
    later = successions.waiting_changes(unit.committee).filter(starts_on__gte=on).order_by("starts_on", "id")
    return next((change for change in later if unit.uid in change.successors), None)


def _found(unit: Unit, name: str, *, on: date, actor: Account, at: datetime) -> Unit:
    made = Unit(committee=unit.committee, name=name, system=unit.system, active_from=on)
    made.full_clean(exclude=["uid"])
    made.save()
    audit.record("committees.add_unit", made, actor=actor, at=at, data={"name": made.name}, proves=[New(made)])
    return made


def _decided(unit: Unit, kind: str, on: date, reason: str, **said: Any) -> UnitChange:
    change = UnitChange(committee=unit.committee, unit=unit, kind=kind, starts_on=on, reason=clean_line(reason), **said)
    change.full_clean(exclude=["uid", "successors", "plan", "dates"])
    try:
        with transaction.atomic():
            change.save()
    except IntegrityError as error:  # two hands at once
        message = _("%(unit)s已有一项变动待生效，请先取消再办理") % {"unit": unit.name}
        raise UnitError(message) from error
    return change


def _announce_or_carry_out(change: UnitChange, *, actor: Account, at: datetime) -> UnitChange:
    """A change of today takes effect at once.

    Of a later one it is said, and the unit gets no work beyond its last day.
    """
    if change.starts_on <= timezone.localdate(at):
        _carry_out(change, fresh=True, actor=actor, at=at)
        return change
    unit, sound = change.unit, audit.intact(change.unit)
    if change.kind != Change.RENAME:
        unit.active_until = change.starts_on - timedelta(days=1)
        unit.save(update_fields=["active_until"])
    touched = [Saved(unit, ("active_until",))] if sound and change.kind != Change.RENAME else []
    audit.record(
        "committees.announce_unit_change",
        unit,
        actor=actor,
        at=at,
        proves=[New(change), *touched],
        data=_facts(change),
    )
    return change


def _facts(change: UnitChange) -> dict[str, Any]:
    to = list(Unit.objects.filter(uid__in=change.successors).order_by("id"))
    return {
        "name": change.unit.name,
        "to": change.name or "、".join(unit.name for unit in to),
        "what": change.get_kind_display(),
        "on": change.starts_on.isoformat(),
        "reason": change.reason,
        "unit_id": change.unit_id,
        "successors": [unit.pk for unit in to],
    }


# ── taking effect ────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def carry_out(change: UnitChange, *, at: datetime) -> bool:
    """Let a change that was decided earlier take effect, in the system's name.

    False where it was done or called off meanwhile.

    A change of name whose name another unit has by now stays and waits: the office is told once, and decides.
    """
    actions.hold_names(change.committee_id)
    successors = Unit.objects.filter(committee=change.committee_id, uid__in=change.successors)
    actions.hold_units(change.unit_id, *successors.values_list("pk", flat=True))
    waiting = successions.due_changes(timezone.localdate(at)).filter(pk=change.pk)
    held = waiting.select_related("unit__committee", "committee").first()
    if held is None:
        return False
    if successions.is_held_up(held, timezone.localdate(at)):
        _tell_held_up(held, at=at)
        return False
    _carry_out(held, fresh=False, actor=Account.objects.system(), at=at)
    return True


def _tell_held_up(change: UnitChange, *, at: datetime) -> None:
    told = Event.objects.filter(subject_type=audit.label_of(change.unit), subject_id=change.unit_id, kind=HELD_UP)
    if told.filter(data__change=change.uid).exists():
        return
    facts = _facts(change) | {"change": change.uid, "reason": _("已有另一个单位叫“%(change)s”") % {"change": change.name}}
    audit.record(HELD_UP, change.unit, actor=Account.objects.system(), at=at, data=facts)


def _carry_out(change: UnitChange, *, fresh: bool, actor: Account, at: datetime) -> None:
    """`fresh`: decided in the same act, so that nothing was said of it before."""
    kept = audit.sound([change.unit] if fresh else [change.unit, change])
    facts = _facts(change)
    made = _take_name(change) if change.kind == Change.RENAME else _take_end(change)
    UnitChange.objects.filter(pk=change.pk).update(done_at=at)
    change.refresh_from_db(fields=["done_at"])
    new = [New(row) for row in (*made, *([change] if fresh else []))]
    audit.record(KINDS[Change(change.kind)], change.unit, actor=actor, at=at, data=facts, proves=[*new, *kept])
    if change.kind == Change.RENAME:
        return
    for follow in _followers:
        follow(change, at)
    _end_appointments(change, at=at)


def _take_name(change: UnitChange) -> list[Any]:
    unit = change.unit
    former = FormerName.objects.create(
        committee=change.committee, unit=unit, name=unit.name, short_name=unit.short_name, ends_on=change.starts_on
    )
    unit.name, unit.short_name = change.name, change.short_name
    unit.save(update_fields=["name", "short_name"])
    return [former]


def _take_end(change: UnitChange) -> list[Any]:
    unit = change.unit
    unit.active_until = change.starts_on - timedelta(days=1)
    unit.save(update_fields=["active_until"])
    return [
        Succession.objects.create(committee=change.committee, unit=unit, successor=successor, starts_on=change.starts_on)
        for successor in Unit.objects.filter(uid__in=change.successors).order_by("id")
    ]


def _end_appointments(change: UnitChange, *, at: datetime) -> None:
    """Nobody serves in a unit that is no more; who was to begin there later never does."""
    on = max(change.starts_on, timezone.localdate(at))  # the worker may come late: until then they served
    rows = Appointment.objects.filter(queries.not_over(on), unit=change.unit).select_related("account")
    for row in rows.order_by("id"):
        actions.end_appointment(
            row,
            actor=Account.objects.system(),
            at=at,
            ends_on=on,
            reason=f"{change.unit.name}{change.get_kind_display()}",
        )


# ── setting right ────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def undo(unit: Unit, *, shown: str, reason: str, actor: Account, at: datetime) -> Undo:
    """Set right what somebody was shown of a unit (`shown`: the key of an `Undo`) and nothing else. Raises UnitError.

    Whoever comes second, or clicks twice, meant what is no more: what could be undone next is not what he read.
    """
    actions.hold_names(unit.committee_id)  # from here on nothing is decided of a unit
    held = actions.hold_units(unit.pk, *(one.pk for one in successions.followers_to_come(unit)))[unit.pk]
    found = successions.what_may_be_undone(held)
    if found is None or found.key != shown:
        message = _("%(held)s的情况在您打开页面以后有变化，这次没有办理，请核对现在的情况") % {"held": held.name}
        raise OvertakenError(message)
    _UNDOINGS[found.act](held, found.row, {"reason": clean_line(reason), "unit_id": held.pk}, actor, at)
    return found


def _call_off(unit: Unit, waiting: Any, said: Facts, actor: Account, at: datetime) -> None:
    """Let the day pass without the change: where the unit was to end, it gets work beyond it again.

    What was founded for the change and has begun nothing goes along: its name is free again. Those units are held since
    before they were looked at: who appoints to one of them, or gives it work, was there first, and then it stays, or
    finds it gone.
    """
    vouched = audit.sound([unit, waiting])
    founded = successions.founded_for(waiting)
    gone = {"gone": "、".join(one.name for one in founded)} if founded else {}
    facts = _facts(waiting) | {"name": unit.name} | gone | said
    UnitChange.objects.filter(pk=waiting.pk).update(called_off_at=at)
    Unit.objects.filter(pk=unit.pk).update(active_until=None)
    audit.record("committees.call_off_unit_change", unit, actor=actor, at=at, data=facts, proves=vouched)
    for one in founded:
        _drop(one, reason=said["reason"], actor=actor, at=at)


def _drop(unit: Unit, *, reason: str, actor: Account, at: datetime) -> None:
    """End a unit that was to begin before it does: it stands in no list, and its name is free. The caller holds it."""
    vouched = audit.sound([unit])
    Unit.objects.filter(pk=unit.pk).update(active_until=timezone.localdate(at) - timedelta(days=1), dropped_at=at)
    audit.record("committees.drop_unit", unit, actor=actor, at=at, data={"name": unit.name, "reason": reason}, proves=vouched)


def _restore(unit: Unit, _change: Any, said: Facts, actor: Account, at: datetime) -> None:
    """Let a unit that ended go on. What has moved is moved back by hand, and its people are appointed anew."""
    followed = list(Succession.objects.filter(unit=unit))
    vouched = audit.sound([unit, *followed])
    Succession.objects.filter(unit=unit).delete()
    Unit.objects.filter(pk=unit.pk).update(active_until=None)
    audit.record("committees.restore_unit", unit, actor=actor, at=at, data={"name": unit.name} | said, proves=vouched)


def _take_name_back(unit: Unit, former: Any, said: Facts, actor: Account, at: datetime) -> None:
    """Give a unit the name again that it had before its last change of name.

    What was sent meanwhile keeps the name of its day.
    """
    _demand_free(unit, former.name)
    vouched = audit.sound([unit, former])
    facts = {"name": unit.name, "to": former.name} | said
    Unit.objects.filter(pk=unit.pk).update(name=former.name, short_name=former.short_name)
    former.delete()
    audit.record("committees.restore_unit_name", unit, actor=actor, at=at, data=facts, proves=vouched)


_UNDOINGS = {Undoing.CALL_OFF: _call_off, Undoing.RESTORE: _restore, Undoing.TAKE_NAME_BACK: _take_name_back}
