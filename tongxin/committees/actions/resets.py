"""Somebody who lost the phone or the password gets in again.

By whom, recorded where, and never both at once by one hand.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tongxin.accounts import actions as accounts
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.committees import queries, resetting
from tongxin.committees.actions.appointing import AppointmentError
from tongxin.committees.models import Appointment
from tongxin.core.words import clean_line


@transaction.atomic
def reset_second_factor(appointment: Appointment, *, reason: str, actor: Account, at: datetime) -> None:
    """Let somebody who lost the phone and the recovery codes set up the second factor anew at the next sign-in.

    The password stays, and is not reset at the same time: two resets by one hand would open anybody's account. Every
    session of the account ends; every committee in which it holds a duty is told. Raises AppointmentError.
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
    """Make a one-time code with which somebody who holds a duty sets a new password.

    The second factor is still asked for.

    Raises AppointmentError.
    """
    account = accounts.hold(appointment.account)
    if why := resetting.why_no_reset_code(appointment, actor, resetting.locks([appointment], at=at)):
        raise AppointmentError(why)
    return accounts.invite(account, actor=actor, at=at)
