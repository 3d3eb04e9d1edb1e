"""Third-party hooks that become events: allauth and axes tell of sign-ins through signals (`accounts` stands below)."""

from datetime import datetime
from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
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
def second_factor_added(user: Account, **_more: Any) -> None:
    """Somebody began to use one-time codes."""
    _about(user, "accounts.second_factor", change="启用")


@receiver(authenticator_removed)
def second_factor_removed(user: Account, **_more: Any) -> None:
    """Somebody gave up one-time codes."""
    _about(user, "accounts.second_factor", change="停用")


def _about_name(kind: str, username: str) -> None:
    account = Account.objects.filter(username=username).first() or Account.objects.system()
    actions.record(kind, account, actor=None, at=timezone.now(), data={"username": username[:40]})


@receiver(user_login_failed)
def sign_in_failed(credentials: dict[str, Any], **_more: Any) -> None:
    """A sign-in did not succeed: kept with the name that was typed, never the password."""
    _about_name("accounts.sign_in_failed", str(credentials.get("username") or credentials.get("login") or ""))


@receiver(user_locked_out)
def locked_out(username: str | None = None, **_more: Any) -> None:
    """A name was locked for some minutes after too many failures."""
    _about_name("accounts.locked_out", username or "")


@receiver(signals.invited)
def invited(account: Account, actor: Account | None, at: datetime, **_more: Any) -> None:
    """Record an invitation."""
    actions.record("accounts.invite", account, actor=actor, at=at, data={"name": account.name})


@receiver(signals.accepted)
def accepted(account: Account, at: datetime, **_more: Any) -> None:
    """Record that an invitation was accepted."""
    actions.record("accounts.accept_invitation", account, actor=account, at=at)
