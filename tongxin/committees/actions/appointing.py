"""Duties: who is appointed to one, relieved of it, hands it over; security and audit stand alone, and never empty."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts import actions as accounts
from tongxin.accounts import names
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New, Saved
from tongxin.committees import queries, successions
from tongxin.committees.actions.units import hold_units
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Committee, Unit
from tongxin.core.templatetags.chinese import full_day
from tongxin.core.words import plain_phone, plain_staff_name

STANDS_ALONE = gettext_lazy("安全管理员、审计管理员不能兼任其他职责，系统、安全、审计管理员应是三个人")
OVER = gettext_lazy("这项任命已经终止，请看现任名单")


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
    """Nobody is appointed to a unit that has ended, will have by the first day, or never began."""
    if unit is not None and (never := successions.why_never(unit)):
        message = _("%(never)s，不能任命") % {"never": never}
        raise AppointmentError(message)
    if unit is not None and unit.active_until is not None and unit.active_until < on:
        ended = full_day(unit.active_until + timedelta(days=1))
        message = _("%(unit)s自 %(ended)s起撤销，不能再任命，请任命到承接的单位") % {"unit": unit.name, "ended": ended}
        raise AppointmentError(message)


def _demand_appointable(
    account: Account, committee: Committee, duty: str, *, scope: dict[str, Any], actor: Account | None, at: datetime
) -> None:
    """Nobody appoints himself, nor twice to the same; who keeps security or audit keeps nothing else.

    The account's row is held, so two clerks take turns.
    """
    if actor is not None and actor.pk == account.pk:
        message = _("不能任命自己，请由另一位安全管理员办理")
        raise AppointmentError(message)
    Account.objects.select_for_update().filter(pk=account.pk).first()
    others = Appointment.objects.filter(queries.not_over(timezone.localdate(at)), account=account, committee=committee)
    against = next((a for a in others.order_by("id") if not queries.agree(a.duty, duty)), None)
    if against is not None:
        message = _("%(account)s已任“%(duty)s”，%(stands_alone)s") % {
            "account": account.name,
            "duty": against.get_duty_display(),
            "stands_alone": STANDS_ALONE,
        }
        raise AppointmentError(message)
    if others.filter(duty=duty, unit=scope.get("unit"), affiliation=scope.get("affiliation", "")).exists():
        message = _("%(account)s已承担这项职责，无需重复任命") % {"account": account.name}
        raise AppointmentError(message)


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
        message = _("不能免去自己的安全管理员职责，请由接任者办理")
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
        message = _("这项任命自 %(ends_on)s起终止，免去的日子不能更晚；需要继续任职的，请到期后重新任命") % {
            "ends_on": full_day(held.ends_on)
        }
        raise AppointmentError(message)
    return day


def _demand_another(appointment: Appointment, day: date) -> None:
    """Somebody else holds the duty on every day that it loses. The committee's row is held: two hands take turns."""
    Committee.objects.select_for_update().get(pk=appointment.committee_id)
    without = queries.first_day_without(appointment, since=day, until=appointment.ends_on)
    if without is None:
        return
    duty = appointment.get_duty_display()
    message = _("这是唯一的%(duty)s，请先任命接任的人，再免去") % {"duty": duty}
    if without > day:
        message = _("接任的人任期届满，%(without)s起没有%(duty)s，请先任命以后接任的人，再免去") % {
            "without": full_day(without),
            "duty": duty,
        }
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
        message = _("%(account)s就是现任承办人，请填写接任的人") % {"account": old.account.name}
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
