"""Writes about bodies: numbers without gaps, appointments."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.committees import queries
from tongxin.committees.models import Appointment, Committee, Counter, Unit


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


def claim_number(committee: Committee, series: str, number: int) -> None:
    """Note that an imported record already carries `number`, so that the series goes on behind it."""
    row, _made = Counter.objects.get_or_create(committee=committee, series=series)
    Counter.objects.filter(pk=row.pk, last__lt=number).update(last=number)


@transaction.atomic
def appoint(
    account: Account, *, committee: Committee, duty: str, starts_on: date, actor: Account | None, at: datetime, **scope: Any
) -> Appointment:
    """Appoint somebody to a duty (scope: unit, affiliation, body, ends_on); staff must then use a second factor."""
    unit: Unit | None = scope.get("unit")
    made = Appointment(account=account, committee=committee, duty=duty, starts_on=starts_on, **scope)
    made.full_clean(exclude=["uid"])
    made.save()
    if not account.needs_second_factor:
        account.needs_second_factor = True
        account.save(update_fields=["needs_second_factor"])
    queries.forget_appointments(account)
    audit.record(
        "committees.appoint", made, actor=actor, at=at,
        data={"name": account.name, "duty": made.get_duty_display(), "unit": unit.name if unit else ""},
    )  # fmt: skip
    return made


@transaction.atomic
def end_appointment(appointment: Appointment, *, ends_on: date, actor: Account | None, at: datetime) -> None:
    """End an appointment with a day; the row stays."""
    appointment.ends_on = ends_on
    appointment.save(update_fields=["ends_on"])
    queries.forget_appointments(appointment.account)
    audit.record(
        "committees.end_appointment", appointment, actor=actor, at=at,
        data={"name": appointment.account.name, "duty": appointment.get_duty_display(), "on": ends_on.isoformat()},
    )  # fmt: skip
