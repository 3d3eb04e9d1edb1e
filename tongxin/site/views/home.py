"""The first page of everybody who signed in: what waits for them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access.views import requires
from tongxin.committees import queries as bodies
from tongxin.desks import panels, queues
from tongxin.desks.todos import SHOWN
from tongxin.members.models import Member
from tongxin.members.queries import suspended_now
from tongxin.members.rules import member_of, sitting_member_of
from tongxin.notices import queries as notices
from tongxin.site.queries import home as queries
from tongxin.site.queries.first_steps import first_steps
from tongxin.site.queries.looked import open_findings
from tongxin.site.views import portal

NOON, EVENING, MORNING = 12, 18, 5
WEEKDAYS = gettext_lazy("一二三四五六日")


def _greeting(hour: int) -> str:
    return _("上午好") if MORNING <= hour < NOON else _("下午好") if NOON <= hour < EVENING else _("晚上好")


@requires("site.front")
def front(request: HttpRequest) -> HttpResponseBase:
    """The first page of the house: the own home for who is signed in, the public front for others."""
    return redirect("home") if request.user.is_authenticated else portal.front(request)


@requires("site.home")
def home(request: HttpRequest) -> HttpResponse:
    """The desk for staff, the member's home for members."""
    now = timezone.now()
    local = timezone.localtime(now)
    member, sits = member_of(request.user), sitting_member_of(request.user) is not None
    common = {
        "now": now,
        "greeting": _greeting(local.hour),
        "weekday": WEEKDAYS[local.weekday()],
        "news": notices.entries(request.user, most=SHOWN)[0],
        "todos": queues.todos(member, now) if member is not None and sits else [],
        "elsewhere": queries.waiting_elsewhere(request.user),
    }
    if bodies.appointments_of(request.user):
        return render(request, "site/home_desk.html", common | _desk(request.user, member, now))
    if member is None:
        return redirect("account")
    context = {
        "member": member,
        "sits": sits,
        "suspended": None if sits else suspended_now(member, local.date()),
        "panels": panels.panels("MEMBER_PANELS", request.user),
        "quick": panels.quick(request.user),
    }
    return render(request, "site/home_member.html", common | context)


def _desk(user: Any, member: Member | None, now: datetime) -> dict[str, Any]:
    """Return what a desk shows: its queues, and what stands beside them.

    What the last look through the files found, what the matters show to who leads, and of which committee what waits
    beside them for the member is.
    """
    waiting = queues.queues(user, now)
    return {
        "queues": waiting,
        "findings": open_findings(user),
        "panels": panels.panels("DESK_PANELS", user),
        "first": [] if waiting else first_steps(user),  # where work goes on, a committee is set up
        "sits_in": member.committee if member is not None and bodies.has_to_do_with_several(user) else None,
    }
