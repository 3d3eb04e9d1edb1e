"""Third-party hooks that become events.

Django, allauth and accounts tell of sign-ins through signals (`accounts` stands below).
"""

from datetime import datetime
from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.utils import timezone

from tongxin.accounts import signals
from tongxin.accounts.models import Account
from tongxin.audit import actions


def _about(account: Account, kind: str, **data: Any) -> None:
    actions.record(kind, account, actor=account, at=timezone.now(), data=data)


@receiver(user_logged_in)
def signed_in(user: Account, **_more: Any) -> None:
    """Somebody signed in."""
    _about(user, "accounts.sign_in")


@receiver(user_logged_out)
def signed_out(user: Account | None, **_more: Any) -> None:
    """Somebody signed out; a session that had run out has nobody to name."""
    if user is not None:
        _about(user, "accounts.sign_out")


@receiver(password_changed)
def password_was_changed(user: Account, **_more: Any) -> None:
    """Somebody changed the own password."""
    _about(user, "accounts.change_password")


@receiver(authenticator_added)
def second_factor_added(user: Account, authenticator: Authenticator, **_more: Any) -> None:
    """Somebody began to use one-time codes.

    That recovery codes came along is told by the same signal, and is no second event.
    """
    if authenticator.type == Authenticator.Type.TOTP:
        _about(user, "accounts.second_factor", change="启用")


@receiver(authenticator_removed)
def second_factor_removed(user: Account, authenticator: Authenticator, **_more: Any) -> None:
    """Somebody gave up one-time codes; the recovery codes went along."""
    if authenticator.type == Authenticator.Type.TOTP:
        _about(user, "accounts.second_factor", change="停用")


@receiver(authenticator_reset)
def recovery_codes_made_anew(user: Account, **_more: Any) -> None:
    """Somebody made new recovery codes; the old ones are void."""
    _about(user, "accounts.renew_recovery_codes")


def _about_guess(kind: str, account: Account | None, shown: str, what: str, at: datetime) -> None:
    """A failure is about the account it was tried on.

    A name that is nobody's is kept masked, for it may be a password.
    """
    name = account.name if account is not None else shown or "有人"
    actions.record(kind, account or Account.objects.system(), actor=None, at=at, data={"username": name[:40], "what": what})


@receiver(signals.failed)
def sign_in_failed(account: Account | None, shown: str, what: str, at: datetime, **_more: Any) -> None:
    """A password or a code was wrong, at the sign-in or at a step that asks for it: `what` decides the sentence."""
    _about_guess("accounts.sign_in_failed", account, shown, what, at)


@receiver(signals.locked_out)
def locked_out(account: Account | None, shown: str, what: str, at: datetime, **_more: Any) -> None:
    """Too many were wrong: no more are looked at for some time."""
    _about_guess("accounts.locked_out", account, shown, what, at)


@receiver(signals.invited)
def invited(account: Account, actor: Account | None, at: datetime, seat: str, **_more: Any) -> None:
    """Record an invitation, or the code for a new password; one for a member `members.reinvite` tells, once."""
    resets = account.has_usable_password()
    if not (resets and seat):
        kind = "accounts.make_reset_code" if resets else "accounts.invite"
        actions.record(kind, account, actor=actor, at=at, data={"name": account.name})


@receiver(signals.accepted)
def accepted(account: Account, at: datetime, *, resets: bool, **_more: Any) -> None:
    """Record that an invitation was accepted, or that a code replaced a password."""
    actions.record("accounts.reset_password" if resets else "accounts.accept_invitation", account, actor=account, at=at)
