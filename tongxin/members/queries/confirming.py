"""Codes that wait for a second person: whose, for whom.

And whoever was asked to confirm one reads what became of it.
"""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.accounts.actions import VALID
from tongxin.accounts.models import Invitation
from tongxin.accounts.queries import codes_waiting, has_second_factor
from tongxin.audit.models import Event
from tongxin.committees import queries as bodies
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import moment
from tongxin.desks.paging import CAP
from tongxin.members.models import Member
from tongxin.members.rules import CONFIRM


def with_code_to_confirm(user: Any, at: datetime) -> QuerySet[Member]:
    """Return the members whose code waits for `user` as the second person: not the own, none he made."""
    return with_code(*confirmed_by(user), at)


def confirmed_by(user: Any) -> tuple[set[int], Any]:
    """Return in which committees somebody confirms codes as the second person, and who it is."""
    return bodies.committees_with(user, *CONFIRM), user.pk


def codes_to_confirm(user: Any, at: datetime) -> int:
    """Count them, no further than is shown: every page of the desk asks."""
    return CODES_TO_CONFIRM.count(*confirmed_by(user), at)


def with_code(committees: Any, account: Any, at: Any) -> QuerySet[Member]:
    """Return the members of some committees whose code waits for an account as the second person."""
    waiting = codes_waiting(OuterRef("account"), seat=OuterRef("uid"), at=at).exclude(made_by=account)
    rows = Member.objects.filter(committee__in=committees).exclude(account=account)
    return rows.filter(Q(account=None) | Q(account__is_active=True)).filter(Exists(waiting))


CODES_TO_CONFIRM = Prepared(lambda committees, account, at: with_code(committees, account, at).order_by().values("pk")[: CAP + 1])


def what_became_of_the_code(member: Member, *, at: datetime) -> str:
    """Say what became of the code made last, as long as the notice that asks to confirm it is fresh.

    Nothing while it waits.
    """
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
        return _("%(what)s已经用过，无需再确认") % what
    if not _is_open(code, at):
        return _("%(what)s已经作废，无需再确认") % what
    return _("没有人确认，已经等满时间，%(what)s可以使用了") % what


def _is_open(code: Invitation, at: datetime) -> bool:
    return code.used_at is None and code.revoked_at is None and code.expires_at >= at
