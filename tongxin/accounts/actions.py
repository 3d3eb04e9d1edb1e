"""Writes about accounts: invitations, the text size."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tongxin.accounts import signals
from tongxin.accounts.models import Account, Invitation
from tongxin.core.ids import new_code

VALID = timedelta(days=14)


class InvitationError(Exception):
    """An invitation that cannot be used; the message is for people."""


def code_hash(code: str) -> str:
    """Return what is kept of a code; hyphens, blanks and case do not count."""
    plain = "".join(c for c in code.lower() if c.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


@transaction.atomic
def invite(account: Account, *, actor: Account | None, at: datetime) -> str:
    """Make a one-time code with which the person sets the own password; earlier open ones end. Returns the code, kept nowhere.

    `audit` stands above this app and listens to its signals.
    """
    account.invitations.filter(used_at=None, revoked_at=None).update(revoked_at=at)
    code = new_code()
    Invitation.objects.create(account=account, code_hash=code_hash(code), made_at=at, expires_at=at + VALID)
    signals.invited.send(Account, account=account, actor=actor, at=at)
    return code


def find(code: str, *, at: datetime) -> Invitation:
    """Return the invitation a code opens. Raises InvitationError saying what to do."""
    found = Invitation.objects.select_related("account").filter(code_hash=code_hash(code)).first()
    if found is None or not found.account.is_active:
        message = "没有这个邀请码，请核对邀请单，或与机关联系"
    elif found.used_at is not None:
        message = "这个邀请码已经用过，请直接登录；忘记密码的，请与机关联系重新发邀请"
    elif found.revoked_at is not None or at > found.expires_at:
        message = "这个邀请码已经失效，请与机关联系重新发邀请"
    else:
        return found
    raise InvitationError(message)


@transaction.atomic
def accept(code: str, *, password: str, at: datetime) -> Account:
    """Set the password with a code, once. Raises InvitationError."""
    found = find(code, at=at)
    if not Invitation.objects.filter(pk=found.pk, used_at=None, revoked_at=None).update(used_at=at):
        message = "这个邀请码已经用过，请直接登录"
        raise InvitationError(message)
    account = found.account
    account.set_password(password)
    account.save(update_fields=["password"])
    signals.accepted.send(Account, account=account, at=at)
    return account


def save_size(account: Any, value: str) -> None:
    """Keep the chosen text size."""
    size = Account.Size.ELDER if value == "elder" else Account.Size.NORMAL
    Account.objects.filter(pk=account.pk).update(size=size)


def save_settings(account: Account, *, size: str, email: str, by_mail: bool) -> None:
    """Keep one's own settings."""
    account.size, account.email, account.by_mail = size, email, by_mail
    account.full_clean(exclude=["password"])
    account.save(update_fields=["size", "email", "by_mail"])
