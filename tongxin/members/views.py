"""The list of members, a member's page, the invitation slip."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.accounts.slips import slip
from tongxin.core import asked
from tongxin.core.secrets import mask_phone
from tongxin.members import actions, queries
from tongxin.members.forms import Contact
from tongxin.members.models import Member

PAGE = 30


@requires("members.view")
def members(request: HttpRequest) -> HttpResponse:
    """Members who sit now, by number; found by name, sound, number or workplace; by sector."""
    today = timezone.localdate()
    rows = queries.sitting(queries.visible_to(request.user), today)
    sector, words, after = (asked.words(request.GET.get(k, ""), 60) for k in ("sector", "q", "after"))
    if sector:
        rows = rows.filter(seats__sector__uid=sector, seats__ends_on=None)
    rows = queries.find(rows, words)
    total = rows.count()
    shown = rows.filter(number__gt=after) if after else rows
    found = list(queries.with_seats(shown.order_by("number"), today)[: PAGE + 1])
    committee = found[0].committee_id if found else None
    context = {
        "members": [_row(m) for m in found[:PAGE]], "total": total, "q": words, "sector": sector, "after": after,
        "next": found[PAGE - 1].number if len(found) > PAGE else None,
        "sectors": _sectors(request.user, today), "committee": committee,
    }  # fmt: skip
    return render(request, "members/members.html", context)


def _sectors(user: Any, today: Any) -> list[Any]:
    member = queries.visible_to(user).select_related("committee").first()
    return list(queries.sectors(member.committee, today)) if member else []


def _row(member: Member) -> dict[str, Any]:
    seats, posts = member.seats_now, member.posts_now  # type: ignore[attr-defined]
    return {
        "member": member, "sector": seats[0].sector if seats else "",
        "special": (seats[0].special_committee or "") if seats else "",
        "posts": "、".join(p.get_rank_display() for p in posts if p.rank != "member") or _("委员"),
    }  # fmt: skip


def _load(request: HttpRequest, uid: str) -> Member:
    rows = queries.with_seats(queries.visible_to(request.user).filter(uid=uid), timezone.localdate())
    found = rows.select_related("committee", "account").first()
    if found is None:
        raise Http404
    permissions.demand(request.user, "members.view", found)
    return found


@requires("members.view", of_object=True)
def member(request: HttpRequest, uid: str) -> HttpResponse:
    """One member: seat, posts, workplace; the phone masked."""
    found = _load(request, uid)
    keeps = permissions.allowed(request.user, "members.change", found)
    reads_phone = permissions.allowed(request.user, "members.read_phone", found)
    context = {
        "row": _row(found), "member": found, "masked": mask_phone(found.phone) if found.phone else "", "keeps": keeps,
        "reads_phone": reads_phone, "invites": permissions.allowed(request.user, "members.invite", found),
        "sees_contact": keeps or reads_phone,
    }  # fmt: skip
    return render(request, "members/member.html", context)


@require_POST
@requires("members.read_phone", of_object=True)
def phone(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the phone number in full, once; reading it is an event."""
    found = _load(request, uid)
    permissions.demand(request.user, "members.read_phone", found)
    if found.account_id != request.user.pk:
        actions.note_phone_read(found, actor=request.user, at=timezone.now())
    context = {"phone": found.phone, "member": found}
    return render(request, "members/_phone.html" if request.headers.get("HX-Request") else "members/phone.html", context)


@requires("members.change", of_object=True)
def change(request: HttpRequest, uid: str) -> HttpResponse:
    """Change how a member can be reached."""
    found = _load(request, uid)
    permissions.demand(request.user, "members.change", found)
    start = {name: getattr(found, name) for name in actions.CONTACT_FIELDS if name != "phone"}
    form = Contact(request.POST or None, initial=start, masked=mask_phone(found.phone))
    if request.method == "POST" and form.is_valid():
        changed = actions.change_contact(found, fields=form.changes(), actor=request.user, at=timezone.now())
        messages.success(request, _("已修改：%s") % "、".join(changed) if changed else _("资料没有变化"))
        return redirect("member", uid=uid)
    return render(request, "members/change.html", {"form": form, "member": found})


@require_POST
@requires("members.invite", of_object=True)
def invite(request: HttpRequest, uid: str) -> HttpResponse:
    """Make a one-time code and show the slip to print; it is shown this once."""
    found = _load(request, uid)
    permissions.demand(request.user, "members.invite", found)
    try:
        code = actions.invite(found, actor=request.user, at=timezone.now())
    except actions.NotInvitedError as refused:
        messages.error(request, str(refused))
        return redirect("member", uid=uid)
    own = [found.number, _("手机号")] if found.phone and found.number else queries.sign_in_names(found)
    made = slip(found.name, _(" 或 ").join(own), code, request=request, realm=found.committee.code)
    context = {"slips": [made], "member": found, "committee": found.committee}
    return render(request, "members/slip.html", context)
