"""Writes about members: invitations, contact data."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.accounts import actions as accounts
from tongxin.accounts import seats
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.core.secrets import phone_hash
from tongxin.core.words import clean_line, plain_phone
from tongxin.members.models import Member

CONTACT_FIELDS = {"phone": "手机", "email": "邮箱", "workplace": "工作单位", "workplace_post": "单位职务"}


class NotInvitedError(Exception):
    """A member who cannot be invited; the message is for people."""


@transaction.atomic
def invite(member: Member, *, actor: Account | None, at: datetime) -> str:
    """Give a member a one-time code: for the seat, or for a new password where there is an account. Returns the code, kept nowhere.

    An account that holds a duty is not touched: whoever keeps the members must not reset the password of a clerk. Raises
    NotInvitedError.
    """
    if member.account is not None:
        if seats.holds_duty(member.account):
            message = _("%(name)s已用承担职责的账户关联委员身份，请用原来的登录名登录；忘记密码的，请安全管理员发重置码")
            raise NotInvitedError(message % {"name": member.name})
        return accounts.invite(member.account, seat=member.uid, actor=actor, at=at)
    if not member.number and not plain_phone(member.phone):
        raise NotInvitedError(_("还没有编号和手机号，不能登录，请先补上"))
    code = accounts.invite_to_seat(member.uid, at=at)
    audit.record("members.invite", member, actor=actor, at=at, data={"name": member.name})
    return code


def take_seat(uid: str, account: Account, at: datetime) -> bool:
    """Give a member an account, once: the slower of two answers False."""
    if not Member.objects.filter(uid=uid, account=None).update(account=account):
        return False
    member = Member.objects.select_related("committee").get(uid=uid)
    audit.record("members.take_seat", member, actor=account, at=at, data={"name": member.name})
    return True


@transaction.atomic
def change_contact(member: Member, *, fields: Mapping[str, str], actor: Account, at: datetime) -> list[str]:
    """Change how a member can be reached; the event names the fields, never the values. Returns the labels that changed."""
    changed = []
    for name, label in CONTACT_FIELDS.items():
        if name in fields and (value := clean_line(fields[name])) != getattr(member, name):
            setattr(member, name, value)
            changed.append(label)
    if changed:
        member.phone_hash = phone_hash(member.phone)
        member.full_clean()
        member.save()
        if member.account is not None and "邮箱" in changed:
            Account.objects.filter(pk=member.account.pk).update(email=member.email)
        audit.record("members.change", member, actor=actor, at=at, data={"name": member.name, "fields": changed})
    return changed


def note_phone_read(member: Member, *, actor: Account, at: datetime) -> None:
    """Record that somebody read a member's phone number in full."""
    audit.record("audit.read_protected", member, actor=actor, at=at, data={"name": member.name, "field": "手机号"})
