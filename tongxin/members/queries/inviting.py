"""Whose account it is, and whether a code is made for it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.accounts.seats import holds_duty
from tongxin.committees.models import Appointment
from tongxin.committees.queries import holders_of, home_committee
from tongxin.committees.resetting import why_no_code_by_appointment
from tongxin.core.words import plain_phone
from tongxin.members.acting import has_acted
from tongxin.members.models import Member
from tongxin.members.rules import CONFIRM, is_dead


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
        if why := why_no_code_by_appointment(member.account, at=timezone.now()):
            return _("%(name)s承担职责，请用原来的登录名登录。%(why)s") % {"name": member.name, "why": why}
        at_work = home_committee(member.account) or member.committee
        said = _("%(name)s承担职责，请用原来的登录名登录；忘记密码的，请%(home)s的安全管理员发重置码")
        return said % {"name": member.name, "home": at_work.short_name}
    if (home := at_home(member.account)) is not None and home.pk != member.pk:
        message = _("%(name)s用在%(home)s的账户办理本会事项，请用原来的密码登录；忘记密码的，请%(home)s发密码重置单")
        return message % {"name": member.name, "home": home.committee.short_name}
    return ""


def somebody_else_confirms(member: Member, maker: Account | None) -> bool:
    """Say whether there is anybody to confirm a code that `maker` makes for a member.

    Somebody else, and not the member.
    """
    alone = {maker.pk if maker is not None else None, member.account_id}
    found = (account for duty in CONFIRM for account in holders_of(member.committee, duty))
    return any(account.pk not in alone for account in found)


def why_not_released(member: Member) -> str:
    """Say why a seat is not taken off the account it is linked to; nothing when it may be."""
    if member.account is None:
        return _("%(name)s的委员身份没有关联账户，无需解除") % {"name": member.name}
    if has_acted(member):
        return _("%(name)s已经提出、答复联名或者附议过，不能解除关联") % {"name": member.name}
    return ""


def closes_with(member: Member) -> bool:
    """Say whether an account was made for this seat alone, and so closes when the seat is taken off it."""
    others = Member.objects.filter(account=member.account).exclude(pk=member.pk)
    return not others.exists() and not Appointment.objects.filter(account=member.account).exists()


def what_follows_release(member: Member) -> list[str]:
    """Say what will happen when a seat is taken off its account (将发生什么)."""
    found = [
        _("这个账户不能再以本会委员身份办理事项；委员资料、席位、职务不变"),
        _("可以重新发邀请：本人已经有账户的，登录后用邀请码关联；新的邀请码须机关另一位工作人员确认，或者等待后使用"),
    ]
    if closes_with(member):
        found.append(
            _("这个账户没有其他委员身份和职责，随即关闭，不能再登录，也不再收到消息和邮件，请当面或打电话告诉使用它的人")
        )
    else:
        found.append(_("这个账户的其他委员身份和职责不变，密码不变，告知其本人"))
    return [*found, _("立即告知审计管理员")]
