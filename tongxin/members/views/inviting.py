"""Codes for signing in: an invitation, a reset, a seat that is released, and the second person who confirms."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.accounts import queries as accounts
from tongxin.accounts import slips
from tongxin.accounts.actions import VALID
from tongxin.core.secrets import mask_phone
from tongxin.core.templatetags.chinese import moment
from tongxin.members import actions, queries
from tongxin.members.forms import Release
from tongxin.members.models import Member
from tongxin.members.regulations import Reinvitation
from tongxin.members.rules import CONFIRM, is_reset, waiting_code, was_released
from tongxin.members.views.loading import load
from tongxin.regulations.queries import in_force


@requires("members.invite", of_object=True)
def invite(request: HttpRequest, uid: str) -> HttpResponse:
    """Make a one-time code and lead to the slip to print. Where it may have to wait, what follows is said before."""
    found, at = load(request, uid), timezone.now()
    permissions.demand(request.user, "members.invite", found)
    resets = is_reset(found)
    if request.method != "POST" or ((resets or was_released(found)) and "read" not in request.POST):
        context = {"member": found, "resets": resets, "refusal": queries.why_not_invited(found)}
        return render(request, "members/invite.html", context | {"sentences": _what_follows_a_code(found, request.user, at)})
    try:
        code = actions.invite(found, actor=request.user, at=at)
    except actions.NotInvitedError as refused:
        messages.error(request, str(refused))
        return redirect("member", uid=uid)
    made = slips.slip(
        found.name,
        _sign_in_name(found),
        code,
        request=request,
        realm=found.committee.code,
        resets=resets,
        for_member=True,
        coded=found.account is not None and accounts.has_second_factor(found.account),
        links=found.account is None,
        sets_up_factor=found.account is not None and accounts.must_set_up_factor(found.account),
        committee=found.committee.short_name,
        waits=_waits(found, at),
        back=reverse("member", args=[uid]),
    )
    return slips.keep(request, made, at=at)


def _sign_in_name(member: Member) -> str:
    """Say what somebody signs in with; a telephone stands on no paper that lies about."""
    if member.phone and member.number:
        return _("%(number)s 或手机号") % {"number": member.number}
    return "".join(queries.sign_in_names(member))


def _what_follows_a_code(member: Member, maker: Any, at: datetime) -> list[str]:
    """Say what will happen when a code is made (将发生什么): since when it works, who is told."""
    return [*_new_number(member, at), *_what_the_code_does(member, maker, at)]


def _new_number(member: Member, at: datetime) -> list[str]:
    """Say that the phone was changed lately: a call to it proves little."""
    changed = queries.phone_changed(member, at=at)
    return [_("%(changed)s，请不要只打这个号码核实") % {"changed": changed}] if changed else []


def _what_the_code_does(member: Member, maker: Any, at: datetime) -> list[str]:
    good = _("%(days)s 天内有效，以前发的码作废") % {"days": VALID.days}
    if is_reset(member):
        verified = _("打印密码重置单，本人凭重置码设定新密码；请先当面或打电话核实是本人忘记了密码")
        return [verified, *_how_a_reset_waits(member, maker, at), _("本人用原来的密码登录的，重置码随即作废"), good]
    if was_released(member):
        return [
            _("原来的关联已经解除，请先核实，邀请单交给本人"),
            _must_be_confirmed(member, maker, at, _("邀请码")),
            _("立即告知审计管理员和可以确认的人") if queries.somebody_else_confirms(member, maker) else _("立即告知审计管理员"),
            _("可以使用后，本人已经有账户的，登录后用邀请码关联；没有账户的，凭邀请码设定密码，第一次登录"),
            good,
        ]
    return [_("本人还没有设定过密码，凭邀请码设定密码，第一次登录"), good]


def _how_a_reset_waits(member: Member, maker: Any, at: datetime) -> list[str]:
    if member.account is not None and accounts.has_second_factor(member.account):
        return [_("本人设有动态口令：重置码马上可以使用，登录时还须输入动态口令"), _("立即告知本人和审计管理员")]
    told = (
        _("立即告知本人、审计管理员和可以确认的人")
        if queries.somebody_else_confirms(member, maker)
        else _("立即告知本人和审计管理员")
    )
    return [_must_be_confirmed(member, maker, at, _("重置码")), told]


def _must_be_confirmed(member: Member, maker: Any, at: datetime, code: str) -> str:
    """Say since when a code works, and who is asked to confirm it; where there is nobody else, that it waits."""
    hours = in_force(member.committee, Reinvitation, timezone.localdate(at)).wait_hours
    if not queries.somebody_else_confirms(member, maker):
        message = _("%(code)s不能马上使用：本会现在没有别人可以确认，%(n)s 小时后可以使用")
        return message % {"code": code, "n": hours}
    message = _("%(code)s不能马上使用：须机关另一位工作人员确认（%(who)s都可以确认）；没有人确认的，%(n)s 小时后可以使用")
    return message % {"code": code, "who": _who_confirms(), "n": hours}


def _who_confirms() -> str:
    return "、".join(str(duty.label) for duty in CONFIRM)


def _waits(member: Member, at: datetime) -> str:
    """Say on the slip when a code works that does not work yet."""
    waiting = waiting_code(member, at=at)
    if waiting is None:
        return ""
    when = moment(waiting.works_from)
    if not queries.somebody_else_confirms(member, waiting.made_by):
        return _("%(when)s 起可以使用。") % {"when": when}
    message = _("须机关另一位工作人员确认后才能使用（%(who)s都可以确认）；没有人确认的，%(when)s 起可以使用。")
    return message % {"who": _who_confirms(), "when": when}


@requires("members.release_seat", of_object=True)
def release_seat(request: HttpRequest, uid: str) -> HttpResponse:
    """Take a seat off the account it was linked to by mistake: what follows is said before."""
    found = load(request, uid)
    permissions.demand(request.user, "members.release_seat", found)
    if refusal := queries.why_not_released(found):
        messages.info(request, refusal)
        return redirect("member", uid=uid)
    form = Release(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.release_seat(found, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
        except actions.StandingError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _("已解除%(name)s的委员身份与账户的关联，可以重新发邀请") % {"name": found.name})
            return redirect("member", uid=uid)
    context = {"form": form, "member": found, "sentences": queries.what_follows_release(found)}
    return render(request, "members/release.html", context)


@requires("members.confirm_reinvitation", of_object=True)
def confirm_reinvitation(request: HttpRequest, uid: str) -> HttpResponse:
    """Confirm, as a second person of the office, that a member asked for the new password.

    For the code that is shown.
    """
    found, at = load(request, uid), timezone.now()
    permissions.demand(request.user, "members.confirm_reinvitation", found)
    if request.method == "POST":
        try:
            actions.confirm_reinvitation(found, code=request.POST.get("code", ""), actor=request.user, at=at)
        except actions.NotInvitedError as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("已确认，%(name)s的码现在可以使用") % {"name": found.name})
        return redirect("member", uid=uid)
    waiting = waiting_code(found, at=at)
    heading = _("重置码待确认") if waiting is None or waiting.account_id else _("邀请码待确认")
    context = {
        "member": found,
        "waiting": waiting,
        "heading": heading,
        "became": queries.what_became_of_the_code(found, at=at),
        "reads_phone": permissions.allowed(request.user, "members.read_phone", found),
        "masked": mask_phone(found.phone),
        "phone_changed": queries.phone_changed(found, at=at),
    }
    return render(request, "members/confirm_reinvitation.html", context)
