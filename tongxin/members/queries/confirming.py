"""What became of a code that waited for a second person: whoever was asked to confirm it reads that it is done."""

from datetime import datetime

from django.utils.translation import gettext as _

from tongxin.accounts.actions import VALID
from tongxin.accounts.models import Invitation
from tongxin.accounts.queries import has_second_factor
from tongxin.audit.models import Event
from tongxin.core.templatetags.chinese import moment
from tongxin.members.models import Member


def what_became_of_the_code(member: Member, *, at: datetime) -> str:
    """Say what became of the code made last, as long as the notice that asks to confirm it is fresh; nothing while it waits."""
    code = Invitation.objects.filter(seat=member.uid, made_at__gte=at - VALID).order_by("-made_at", "-pk").first()
    if code is None or code.works_from is None or (code.works_from > at and _is_open(code, at)):
        return ""
    what = {"what": _("重置码") if code.account_id else _("邀请码")}
    done = Event.objects.filter(
        kind="members.confirm_reinvitation", subject_type="members.member", subject_id=member.pk, at__gte=code.made_at
    )
    if (event := done.order_by("-id").first()) is not None:
        return _("%(what)s已由%(who)s于 %(when)s 确认") % (what | {"who": event.actor_name, "when": moment(event.at)})
    if code.account is not None and has_second_factor(code.account):  # it never waited
        return ""
    if code.used_at is not None:
        return _("%(what)s已经用过，不用再确认") % what
    if not _is_open(code, at):
        return _("%(what)s已经作废，不用再确认") % what
    return _("没有人确认，已经等满时间，%(what)s可以使用了") % what


def _is_open(code: Invitation, at: datetime) -> bool:
    return code.used_at is None and code.revoked_at is None and code.expires_at >= at
