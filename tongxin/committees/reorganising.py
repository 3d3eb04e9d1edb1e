"""Units are renamed, ended, merged and split: decided with a reason, in effect on their day, set right by another act."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New, Saved
from tongxin.committees import actions, queries, successions
from tongxin.committees.choices import Change, Undoing
from tongxin.committees.models import Appointment, FormerName, Succession, Unit, UnitChange
from tongxin.committees.successions import Undo
from tongxin.core.templatetags.chinese import full_day
from tongxin.core.words import clean_line

KINDS = {
    Change.RENAME: "committees.rename_unit", Change.END: "committees.end_unit", Change.MERGE: "committees.merge_unit",
    Change.SPLIT: "committees.split_unit",
}  # fmt: skip
Facts = dict[str, Any]


class UnitError(Exception):
    """A change of a unit that must not be made; the message is for people."""


class OvertakenError(UnitError):
    """An act that was shown and is possible no more: somebody was faster, or it was sent twice."""


@dataclass(frozen=True)
class Ending:
    """How a unit ends: which units go on with its work, which are made for it, and which open matter goes where.

    `plan` names units by their uid, those that are made by their name. `dates` says which of its dates a matter has there,
    in the words of the app whose matter it is.
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
    held = _held(unit, on, at)
    name = clean_line(name)
    if name == held.name:
        message = f"{name}就是现在的名称"
        raise UnitError(message)
    _demand_free(held, name)
    change = _decided(held, Change.RENAME, on, reason, name=name, short_name=clean_line(short_name))
    return _announce_or_carry_out(change, actor=actor, at=at)


@transaction.atomic
def end(unit: Unit, *, how: Ending, on: date, reason: str, actor: Account, at: datetime) -> UnitChange:
    """End a unit from a day on (撤销、并入、拆分). Units that are made for it begin on that day. Raises UnitError."""
    held = _held(unit, on, at)
    _demand_sensible(held, how, on)
    new = [_found(held, name, on=on, actor=actor, at=at) for name in how.made]
    by_name = {one.name: one.uid for one in new}
    successors = [*(one.uid for one in how.successors), *by_name.values()]
    plan = {key: by_name.get(to, to) for key, to in how.plan.items() if by_name.get(to, to) in successors}
    change = _decided(held, how.kind, on, reason, successors=successors, plan=plan, dates=dict(how.dates))
    return _announce_or_carry_out(change, actor=actor, at=at)


def _held(unit: Unit, on: date, at: datetime) -> Unit:
    """Hold the unit, so that two hands take turns; the past is not changed, and nothing is decided twice."""
    held = Unit.objects.select_for_update(of=("self",)).select_related("committee").get(pk=unit.pk)
    if on < timezone.localdate(at):
        message = "不能早于今天"
        raise UnitError(message)
    if held.active_until is not None and successions.waiting_change(held) is None:
        message = f"{held.name}已经撤销，需要的请先恢复"
        raise UnitError(message)
    if (waiting := successions.waiting_change(held)) is not None:
        message = f"{held.name}已定于 {full_day(waiting.starts_on)}{waiting.get_kind_display()}，请先取消再办理"
        raise UnitError(message)
    return held


def _demand_free(unit: Unit, name: str) -> None:
    if Unit.objects.filter(committee_id=unit.committee_id, name=name).exclude(pk=unit.pk).exists():
        message = f"已经有“{name}”，不能再用这个名称"
        raise UnitError(message)


def _demand_sensible(unit: Unit, how: Ending, on: date) -> None:
    several = len(how.successors) + len(how.made)
    strangers = [one for one in how.successors if one.committee_id != unit.committee_id or one.pk == unit.pk]
    ended = [one.name for one in how.successors if not queries.is_running(one, on)]
    problem = ""
    if strangers:
        problem = "承接的单位须是本会的其他承办单位"
    elif ended:
        problem = f"{'、'.join(ended)}到那一天已经撤销，不能承接"
    elif len(set(how.made)) != len(how.made):
        problem = "新设单位的名称有重复"
    elif how.kind == Change.MERGE and (several != 1 or how.made):
        problem = "并入的，请选一个承接的单位"
    elif how.kind == Change.SPLIT and several < 2:  # noqa: PLR2004 -- into several
        problem = "拆分的，请写明两个以上承接的单位"
    if problem:
        raise UnitError(problem)
    for name in how.made:
        _demand_free(unit, name)


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
        message = f"{unit.name}已有一项变动待生效，请先取消再办理"
        raise UnitError(message) from error
    return change


def _announce_or_carry_out(change: UnitChange, *, actor: Account, at: datetime) -> UnitChange:
    """A change of today takes effect at once; of a later one it is said, and the unit gets no work beyond its last day."""
    if change.starts_on <= timezone.localdate(at):
        _carry_out(change, fresh=True, actor=actor, at=at)
        return change
    unit, sound = change.unit, audit.intact(change.unit)
    if change.kind != Change.RENAME:
        unit.active_until = change.starts_on - timedelta(days=1)
        unit.save(update_fields=["active_until"])
    touched = [Saved(unit, ("active_until",))] if sound and change.kind != Change.RENAME else []
    audit.record(
        "committees.announce_unit_change", unit, actor=actor, at=at, proves=[New(change), *touched], data=_facts(change),
    )  # fmt: skip
    return change


def _facts(change: UnitChange) -> dict[str, Any]:
    to = list(Unit.objects.filter(uid__in=change.successors).order_by("id"))
    return {
        "name": change.unit.name, "to": change.name or "、".join(unit.name for unit in to), "what": change.get_kind_display(),
        "on": change.starts_on.isoformat(), "reason": change.reason, "unit_id": change.unit_id,
        "successors": [unit.pk for unit in to],
    }  # fmt: skip


# ── taking effect ────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def carry_out(change: UnitChange, *, at: datetime) -> bool:
    """Let a change that was decided earlier take effect, in the system's name. False where it was done or called off meanwhile."""
    Unit.objects.select_for_update().get(pk=change.unit_id)
    waiting = successions.due_changes(timezone.localdate(at)).filter(pk=change.pk)
    held = waiting.select_related("unit__committee", "committee").first()
    if held is None:
        return False
    _carry_out(held, fresh=False, actor=Account.objects.system(), at=at)
    return True


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
    held = Unit.objects.select_for_update(of=("self",)).select_related("committee").get(pk=unit.pk)
    found = successions.what_may_be_undone(held)
    if found is None or found.key != shown:
        message = f"{held.name}的情况在您打开页面以后有变化，这次没有办理，请核对现在的情况"
        raise OvertakenError(message)
    _UNDOINGS[found.act](held, found.row, {"reason": clean_line(reason), "unit_id": held.pk}, actor, at)
    return found


def _call_off(unit: Unit, waiting: Any, said: Facts, actor: Account, at: datetime) -> None:
    """Let the day pass without the change: where the unit was to end, it gets work beyond it again."""
    vouched = audit.sound([unit, waiting])
    facts = _facts(waiting) | {"name": unit.name} | said
    UnitChange.objects.filter(pk=waiting.pk).update(called_off_at=at)
    Unit.objects.filter(pk=unit.pk).update(active_until=None)
    audit.record("committees.call_off_unit_change", unit, actor=actor, at=at, data=facts, proves=vouched)


def _restore(unit: Unit, _change: Any, said: Facts, actor: Account, at: datetime) -> None:
    """Let a unit that ended go on. What has moved is moved back by hand, and its people are appointed anew."""
    followed = list(Succession.objects.filter(unit=unit))
    vouched = audit.sound([unit, *followed])
    Succession.objects.filter(unit=unit).delete()
    Unit.objects.filter(pk=unit.pk).update(active_until=None)
    audit.record("committees.restore_unit", unit, actor=actor, at=at, data={"name": unit.name} | said, proves=vouched)


def _take_name_back(unit: Unit, former: Any, said: Facts, actor: Account, at: datetime) -> None:
    """Give a unit the name again that it had before its last change of name; what was sent meanwhile keeps the name of its day."""
    _demand_free(unit, former.name)
    vouched = audit.sound([unit, former])
    facts = {"name": unit.name, "to": former.name} | said
    Unit.objects.filter(pk=unit.pk).update(name=former.name, short_name=former.short_name)
    former.delete()
    audit.record("committees.restore_unit_name", unit, actor=actor, at=at, data=facts, proves=vouched)


_UNDOINGS = {Undoing.CALL_OFF: _call_off, Undoing.RESTORE: _restore, Undoing.TAKE_NAME_BACK: _take_name_back}
