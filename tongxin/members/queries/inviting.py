"""Whose account it is, and whether a code is made for it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.accounts.seats import holds_duty
from tongxin.core.words import plain_phone
from tongxin.members.models import Member
from tongxin.members.rules import is_dead


def at_home(account: Account) -> Member | None:
    """Return the place of the committee that answers for an account, closed or not."""
    return Member.objects.filter(account=account).home_first(timezone.localdate()).first()


def is_gone(member: Member) -> bool:
    """Say whether a member died, or the own account was closed: no code is made for it."""
    return is_dead(member) or (member.account is not None and not member.account.is_active)


def why_not_invited(member: Member) -> str:
    """Say why no code is made for a member; nothing when one may be."""
    if is_gone(member):
        return _("%(name)s的账户已经关闭，不能再发邀请") % {"name": member.name}
    if member.account is None:
        return "" if member.number or plain_phone(member.phone) else _("还没有编号和手机号，不能登录，请先补上")
    if holds_duty(member.account):
        message = _("%(name)s已用承担职责的账户关联委员身份，请用原来的登录名登录；忘记密码的，请安全管理员发重置码")
        return message % {"name": member.name}
    if (home := at_home(member.account)) is not None and home.pk != member.pk:
        message = _("%(name)s用在%(home)s的账户办理本会事项，请用原来的密码登录；忘记密码的，请%(home)s发密码重置码")
        return message % {"name": member.name, "home": home.committee.short_name}
    return ""
