"""Writes about members: invitations, contact data."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tongxin.accounts import actions as accounts
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.core.secrets import lookup_hash
from tongxin.core.words import clean_line
from tongxin.members.models import Member

CONTACT_FIELDS = {"phone": "手机", "email": "邮箱", "workplace": "工作单位", "workplace_post": "单位职务"}


@transaction.atomic
def invite(member: Member, *, actor: Account | None, at: datetime) -> str:
    """Give a member an account (named by the member number) and a one-time code. Returns the code; it is kept nowhere."""
    account = member.account
    if account is None:
        account = Account.objects.filter(username=member.number).first()
        if account is None:
            account = Account(username=member.number, name=member.name, email=member.email)
            account.set_unusable_password()
            account.save()
        member.account = account
        member.save(update_fields=["account"])
    return accounts.invite(account, actor=actor, at=at)


@transaction.atomic
def change_contact(member: Member, *, fields: Mapping[str, str], actor: Account, at: datetime) -> list[str]:
    """Change how a member can be reached; the event names the fields, never the values. Returns the labels that changed."""
    changed = []
    for name, label in CONTACT_FIELDS.items():
        if name in fields and (value := clean_line(fields[name])) != getattr(member, name):
            setattr(member, name, value)
            changed.append(label)
    if changed:
        member.phone_hash = lookup_hash(member.phone)
        member.full_clean()
        member.save()
        if member.account is not None and "邮箱" in changed:
            Account.objects.filter(pk=member.account.pk).update(email=member.email)
        audit.record("members.change", member, actor=actor, at=at, data={"name": member.name, "fields": changed})
    return changed


def note_phone_read(member: Member, *, actor: Account, at: datetime) -> None:
    """Record that somebody read a member's phone number in full."""
    audit.record("audit.read_protected", member, actor=actor, at=at, data={"name": member.name, "field": "手机号"})
