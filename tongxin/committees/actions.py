"""Writes about bodies: numbers without gaps, appointments."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts import actions as accounts
from tongxin.accounts import names
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New, Saved
from tongxin.committees import queries, resetting, successions
from tongxin.committees.choices import Duty, Level
from tongxin.committees.models import Appointment, Committee, Counter, Session, Term, Unit
from tongxin.core.templatetags.chinese import full_day
from tongxin.core.words import clean_line, plain_phone, plain_staff_name


def next_number(committee: Committee, series: str) -> int:
    """Give the next number of a series, without gaps. Must stand in the transaction that uses it: a rollback gives it back.

    The UPDATE takes the row's lock first, so two clerks never get the same number on either database.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "numbers are given inside the transaction that uses them"
        raise RuntimeError(message)
    row, _made = Counter.objects.get_or_create(committee=committee, series=series)
    Counter.objects.filter(pk=row.pk).update(last=F("last") + 1)
    return Counter.objects.values_list("last", flat=True).get(pk=row.pk)


def take_numbers(committee: Committee, series: str, count: int) -> int:
    """Give `count` numbers of a series at once and return the first: what an import needs. The same conditions as `next_number`."""
    row, _made = Counter.objects.get_or_create(committee=committee, series=series)
    Counter.objects.filter(pk=row.pk).update(last=F("last") + count)
    return Counter.objects.values_list("last", flat=True).get(pk=row.pk) - count + 1


def claim_number(committee: Committee, series: str, number: int) -> None:
    """Note that an imported record already carries `number`, so that the series goes on behind it."""
    row, _made = Counter.objects.get_or_create(committee=committee, series=series)
    Counter.objects.filter(pk=row.pk, last__lt=number).update(last=number)


class AppointmentError(Exception):
    """An appointment that must not be made or ended; the message is for people."""


class NameTakenError(AppointmentError):
    """A sign-in name that belongs to another person, whoever and wherever that is."""

    def __init__(self) -> None:
        super().__init__(_("这个登录名已属于另一个人，请核对姓名，或另取一个登录名"))


@transaction.atomic
def appoint(
    account: Account,
    *,
    committee: Committee,
    duty: str,
    starts_on: date,
    actor: Account | None,
    at: datetime,
    kind: str = "committees.appoint",
    reason: str = "",
    **scope: Any,
) -> Appointment:
    """Appoint somebody to a duty (scope: unit, affiliation, body, ends_on); staff must then use a second factor.

    `kind` tells an appointment by other hands than the security administrator's (break-glass). Raises AppointmentError.
    """
    unit: Unit | None = scope.get("unit")
    if unit is not None:
        unit = hold_units(unit.pk)[unit.pk]
    _demand_running(unit, max(starts_on, timezone.localdate(at)))
    _demand_appointable(account, committee, duty, scope=scope, actor=actor, at=at)
    made = Appointment(account=account, committee=committee, duty=duty, starts_on=starts_on, **scope)
    made.full_clean(exclude=["uid"])
    made.save()
    if not account.needs_second_factor:
        account.needs_second_factor = True
        account.save(update_fields=["needs_second_factor"])
    queries.forget_appointments(account)
    audit.record(
        kind, made, actor=actor, at=at, proves=[New(made)],
        data={"name": account.name, "duty": made.get_duty_display(), "unit": unit.name if unit else "", "reason": reason},
    )  # fmt: skip
    return made


def _demand_running(unit: Unit | None, on: date) -> None:
    """Nobody is appointed to a unit that has ended, or will have by the first day."""
    if unit is not None and unit.active_until is not None and unit.active_until < on:
        ended = full_day(unit.active_until + timedelta(days=1))
        message = f"{unit.name}自 {ended}起撤销，不能再任命，请任命到承接的单位"
        raise AppointmentError(message)


def _demand_appointable(
    account: Account, committee: Committee, duty: str, *, scope: dict[str, Any], actor: Account | None, at: datetime
) -> None:
    """Nobody appoints himself, nor twice to the same; who keeps security or audit keeps nothing else.

    The account's row is held, so two clerks take turns.
    """
    if actor is not None and actor.pk == account.pk:
        message = "不能任命自己，请由另一位安全管理员办理"
        raise AppointmentError(message)
    Account.objects.select_for_update().filter(pk=account.pk).first()
    others = Appointment.objects.filter(queries.not_over(timezone.localdate(at)), account=account, committee=committee)
    against = next((a for a in others.order_by("id") if not queries.agree(a.duty, duty)), None)
    if against is not None:
        message = f"{account.name}已任“{against.get_duty_display()}”，{STANDS_ALONE}"
        raise AppointmentError(message)
    if others.filter(duty=duty, unit=scope.get("unit"), affiliation=scope.get("affiliation", "")).exists():
        message = f"{account.name}已承担这项职责，不用重复任命"
        raise AppointmentError(message)


STANDS_ALONE = "安全管理员、审计管理员不能兼任其他职责，系统、安全、审计管理员应是三个人"


OVER = "这项任命已经终止，请看现任名单"

_ends_of_duties: list[Callable[[Account, datetime], object]] = []


def register_end_of_duty(follow: Callable[[Account, datetime], object]) -> None:
    """Add what an app above does when somebody's duty has ended, in the same transaction."""
    _ends_of_duties.append(follow)


@transaction.atomic
def end_appointment(
    appointment: Appointment, *, actor: Account | None, at: datetime, ends_on: date | None = None, reason: str = "",
    even_the_last: bool = False,
) -> None:  # fmt: skip
    """End an appointment, at once unless a day is given; the row stays. Raises AppointmentError.

    `ends_on` is the first day without the duty, and who holds nothing today holds nothing from the next request on. An end that
    is set may come nearer, never go farther: nobody is appointed by being relieved. Who guards the committee alone is relieved
    first, but for `even_the_last`: death waits for nobody.
    """
    if queries.is_own_guard(appointment, actor):
        message = "不能免去自己的安全管理员职责，请由接任者办理"
        raise AppointmentError(message)
    held = Appointment.objects.select_for_update().get(pk=appointment.pk)  # as it is now: two hands take turns
    day, sound = _day_to_end(held, ends_on or timezone.localdate(at), at=at), audit.intact(held)
    if held.duty in queries.ALONE and not even_the_last:
        _demand_another(held, day)
    held.ends_on = day
    held.save(update_fields=["ends_on"])
    queries.forget_appointments(appointment.account)  # kept on the account that the caller has in hand
    audit.record(
        "committees.end_appointment", held, actor=actor, at=at, proves=[Saved(held, ("ends_on",))] if sound else (),
        data={
            "name": held.account.name, "duty": held.get_duty_display(), "unit": held.unit.name if held.unit else "",
            "on": day.isoformat(), "reason": reason,
        },
    )  # fmt: skip
    for follow in _ends_of_duties:
        follow(held.account, at)


def _day_to_end(held: Appointment, day: date, *, at: datetime) -> date:
    """Return the first day without a duty: not before it began, and not after the day that is set already."""
    if held.ends_on is not None and held.ends_on <= max(timezone.localdate(at), held.starts_on):
        raise AppointmentError(OVER)
    day = max(day, held.starts_on)
    if held.ends_on is not None and day > held.ends_on:
        message = f"这项任命自 {full_day(held.ends_on)}起终止，免去的日子不能更晚；需要继续任职的，请到期后重新任命"
        raise AppointmentError(message)
    return day


def _demand_another(appointment: Appointment, day: date) -> None:
    """Somebody else holds the duty on every day that it loses. The committee's row is held: two hands take turns."""
    Committee.objects.select_for_update().get(pk=appointment.committee_id)
    without = queries.first_day_without(appointment, since=day, until=appointment.ends_on)
    if without is None:
        return
    duty = appointment.get_duty_display()
    message = f"这是唯一的{duty}，请先任命接任的人，再免去"
    if without > day:
        message = f"接任的人任期届满，{full_day(without)}起没有{duty}，请先任命以后接任的人，再免去"
    raise AppointmentError(message)


@transaction.atomic
def transfer_clerk(
    appointment: Appointment, *, name: str, username: str, reason: str, actor: Account, at: datetime
) -> tuple[Account, str]:
    """Hand a unit's clerkship to somebody else in one act (承办人变动). Returns the new clerk, and a code when he is new here.

    The unit's open matters go on as they are; the names under what was signed for stay. Raises AppointmentError.
    """
    if appointment.unit_id is not None:
        hold_units(appointment.unit_id)
    locking = Appointment.objects.select_for_update(of=("self",)).select_related("account", "unit", "committee")
    old = locking.get(pk=appointment.pk)
    today = timezone.localdate(at)
    if old.duty != Duty.UNIT_CLERK or not locking.filter(queries.not_over(today), pk=old.pk).exists():
        raise AppointmentError(OVER)
    known = known_account(old.committee, name=name, username=username)
    if known is not None and known.pk == old.account_id:
        message = f"{old.account.name}就是现任承办人，请填写接任的人"
        raise AppointmentError(message)
    end_appointment(old, actor=actor, at=at, reason=reason)
    scope = {"unit": old.unit, "body": old.body}
    account, code = appoint_person(
        old.committee, name=name, username=username, duty=Duty.UNIT_CLERK, starts_on=today, scope=scope, actor=actor, at=at
    )
    audit.record(
        "committees.transfer_clerk", old.unit or old.committee, actor=actor, at=at,
        data={
            "before": old.account.name, "name": account.name, "unit_id": old.unit_id, "account": account.pk, "reason": reason,
        },
    )  # fmt: skip
    return account, code


# ── assemblies, terms and sessions ───────────────────────────────────────────────────────────────
@transaction.atomic
def found(
    *, code: str, name: str, tier: str | None = None, parent: Committee | None = None, actor: Account | None, at: datetime
) -> Committee:
    """Add an assembly. Its place, and its tier when not given, are read from its name (政协云溪县委员会 → 云溪县, 县级)."""
    name = clean_line(name)
    place = re.sub(r"^(中国人民政治协商会议|政协)|委员会$", "", name) or name
    made = Committee(
        code=code,
        name=name,
        place=place[:20],
        short_name=f"{place}政协"[:20],
        tier=tier or _tier_of(place),
        parent=parent,
    )
    made.full_clean(exclude=["uid"])
    made.save()
    audit.record("committees.found", made, actor=actor, at=at, data={"name": made.name}, proves=[New(made)])
    return made


def _tier_of(place: str) -> str:
    if place.startswith("全国"):
        return str(Level.NATIONAL)
    if place.endswith(("省", "自治区", "特别行政区")) or place in {"北京市", "天津市", "上海市", "重庆市"}:
        return str(Level.PROVINCE)
    return str(Level.CITY if place.endswith(("市", "自治州", "盟", "地区")) else Level.COUNTY)


@transaction.atomic
def open_session(
    committee: Committee, *, term: int, number: int, starts_on: date, actor: Account | None, at: datetime, via: str = ""
) -> Session:
    """Set up a session and, when it is the first of its term, the term."""
    kept, _made = Term.objects.get_or_create(committee=committee, number=term, defaults={"starts_on": starts_on})
    if starts_on < kept.starts_on:
        kept.starts_on = starts_on
        kept.save(update_fields=["starts_on"])
    session = Session.objects.create(committee=committee, term=kept, number=number, starts_on=starts_on)
    audit.record(
        "committees.open_session", session, actor=actor, at=at, data={"name": str(session)}, via=via, proves=[New(session)]
    )
    return session


@transaction.atomic
def set_plenary(
    session: Session, *, plenary_from: datetime | None, plenary_until: datetime | None, cut_off_at: datetime | None,
    actor: Account, at: datetime,
) -> Session:  # fmt: skip
    """Set when a session's plenary is held and when its 大会提案 close; what was submitted before keeps its season."""
    sound, names = audit.intact(session), ("plenary_from", "plenary_until", "cut_off_at")
    session.plenary_from, session.plenary_until, session.cut_off_at = plenary_from, plenary_until, cut_off_at
    session.save(update_fields=names)
    audit.record(
        "committees.set_plenary", session, actor=actor, at=at, data={"name": str(session)},
        proves=[Saved(session, names)] if sound else (),
    )  # fmt: skip
    return session


def hold_names(committee: int) -> None:
    """Hold what the units of a committee are called: who gives, promises or takes a name waits for the other. Before any unit."""
    list(Committee.objects.select_for_update(no_key=True).filter(pk=committee).values_list("pk", flat=True))


def hold_units(*units: int) -> dict[int, Unit]:
    """Hold units, in one order for everybody and before what belongs to them, and read them anew.

    Who gives work or people to a unit waits for who ends it, and sees then that it has ended.
    """
    rows = Unit.objects.select_for_update(of=("self",), no_key=True).select_related("committee")
    return {unit.pk: unit for unit in rows.filter(pk__in=units).order_by("pk")}


@transaction.atomic
def save_unit(committee: Committee, unit: Unit | None, *, fields: dict[str, str], actor: Account, at: datetime) -> Unit:
    """Add a unit, or change its data. Raises ValidationError, also of a new name that is not free."""
    new = unit is None
    hold_names(committee.pk)
    saved = (
        Unit.objects.select_for_update().get(pk=unit.pk)
        if unit
        else Unit(committee=committee, active_from=timezone.localdate(at))
    )
    if never := successions.why_never(saved):
        raise ValidationError(never)
    sound, called = unit is not None and audit.intact(saved), saved.name
    for name, value in fields.items():
        setattr(saved, name, value)
    if (new or saved.name != called) and (taken := successions.why_not_free(committee, saved.name, but=saved.pk)):
        raise ValidationError({"name": taken})
    saved.full_clean(exclude=["uid"])
    saved.save()
    audit.record(
        "committees.add_unit" if new else "committees.change_unit", saved, actor=actor, at=at, data={"name": saved.name},
        proves=[New(saved)] if new else [Saved(saved, tuple(fields))] if sound else [],
    )  # fmt: skip
    return saved


@transaction.atomic
def appoint_person(
    committee: Committee,
    *,
    name: str,
    username: str,
    duty: str,
    starts_on: date,
    scope: dict[str, Any],
    actor: Account,
    at: datetime,
) -> tuple[Account, str]:
    """Appoint somebody by sign-in name; who is new here gets an account and a one-time code (else an empty one).

    An account that is there keeps its person, its password and its second factor. Raises NameTakenError when the name belongs
    to somebody else, and NameRefusedError (`accounts.names`) when it cannot be one.
    """
    account, code = known_account(committee, name=name, username=username), ""
    if account is None:
        account = Account(username=names.for_staff(username), name=name)
        account.set_unusable_password()
        try:
            with transaction.atomic():
                account.save()
        except IntegrityError as error:  # two clerks at once
            raise NameTakenError from error
        code = accounts.invite(account, actor=actor, at=at)
    appoint(account, committee=committee, duty=duty, starts_on=starts_on, actor=actor, at=at, **scope)
    return account, code


def known_account(committee: Committee, *, name: str, username: str) -> Account | None:
    """Return the account of a sign-in name and a person's name. Raises NameTakenError when the name is somebody else's."""
    found = names.find(committee.code, username)
    own = [account for account in found if account.name == name and account.is_active]
    if len(own) == 1:
        return own[0]
    same_number = found and not plain_phone(username)  # a family's phone is no obstacle, a member's number is
    if own or same_number or Account.objects.filter(username=plain_staff_name(username)).exists():
        raise NameTakenError
    return None


@transaction.atomic
def reset_second_factor(appointment: Appointment, *, reason: str, actor: Account, at: datetime) -> None:
    """Let somebody who lost the phone and the recovery codes set up the second factor anew at the next sign-in.

    The password stays, and is not reset at the same time: two resets by one hand would open anybody's account. Every session of
    the account ends; every committee in which it holds a duty is told. Raises AppointmentError.
    """
    account = accounts.hold(appointment.account)
    if why := resetting.why_no_factor_reset(appointment, actor, resetting.locks([appointment], at=at)):
        raise AppointmentError(why)
    reset_second_factor_of(account, reason=reason, actor=actor, at=at)


@transaction.atomic
def reset_second_factor_of(
    account: Account, *, reason: str, actor: Account | None, at: datetime, kind: str = "committees.reset_second_factor"
) -> None:
    """Reset a second factor, and record it in every committee in which the account holds a duty, or else on the account."""
    accounts.reset_second_factor(account, at=at)
    _record_where_it_serves(kind, account, reason=reason, actor=actor, at=at)


@transaction.atomic
def make_code_on_the_server(account: Account, *, reason: str, at: datetime) -> str:
    """Make a code for a new password where there is no second factor to reset; why is recorded as a reset is."""
    _record_where_it_serves("committees.break_glass_code", account, reason=reason, actor=None, at=at)
    return accounts.invite(account, actor=Account.objects.system(), at=at)


def _record_where_it_serves(kind: str, account: Account, *, reason: str, actor: Account | None, at: datetime) -> None:
    in_force = Appointment.objects.filter(queries.running(timezone.localdate(at)), account=account).select_related("committee")
    by_committee = {a.committee_id: a for a in in_force.order_by("-id")}
    for subject in by_committee.values() or [account]:
        audit.record(
            kind, subject, actor=actor, at=at, data={"name": account.name, "account": account.pk, "reason": clean_line(reason)}
        )


@transaction.atomic
def make_reset_code(appointment: Appointment, *, actor: Account, at: datetime) -> str:
    """Make a one-time code with which somebody who holds a duty sets a new password; the second factor is still asked for.

    Raises AppointmentError.
    """
    account = accounts.hold(appointment.account)
    if why := resetting.why_no_reset_code(appointment, actor, resetting.locks([appointment], at=at)):
        raise AppointmentError(why)
    return accounts.invite(account, actor=actor, at=at)
