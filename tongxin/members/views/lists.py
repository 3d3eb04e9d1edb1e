"""The list of members: those in office, those who never signed in, those who left, those whose code waits."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.accounts import reaching
from tongxin.core import asked
from tongxin.members import queries
from tongxin.members.models import Member
from tongxin.members.views.loading import row_of

PAGE = 30


@requires("members.view")
def members(request: HttpRequest) -> HttpResponse:
    """List members by number, found by name, sound, number, workplace or sector; those who left for who keeps the list."""
    today, at = timezone.localdate(), timezone.now()
    sector, words, after = (asked.words(request.GET.get(k, ""), 60) for k in ("sector", "q", "after"))
    keeps = permissions.allowed(request.user, "members.see_departed")
    who = _which_list(request.GET.get("who", ""), keeps=keeps)
    left, rows = who == "left", _on_the_list(who, request.user, at)
    if sector:
        rows = rows.filter(queries.held_in(sector, None if left else today))
    rows = queries.find(rows, words)
    total = rows.count()
    shown = rows.filter(_behind(after, request.user))
    fetch = queries.with_endings(shown) if left else queries.with_seats(shown, today)
    found = list((reaching.telling(fetch, at) if keeps and not left else fetch).order_by("number", "pk")[: PAGE + 1])
    kept = queries.kept_by(request.user) if keeps else set()
    context = {
        "members": [_departed(m) if left else row_of(m, came=_came(m, kept, at)) for m in found[:PAGE]],
        "keeps": keeps,
        "total": total,
        "q": words,
        "sector": sector,
        "after": after,
        "next": found[PAGE - 1].uid if len(found) > PAGE else None,
        "who": who,
        "tabs": _tabs(keeps=keeps, who=who),
        "sectors": _sectors(request.user, today),
        "merges": permissions.allowed(request.user, "members.merge"),
        "ends_terms": permissions.allowed(request.user, "members.end_term"),
    }
    if not found and keeps:
        context |= _why_empty(request.user, today, left=left)
    return render(request, "members/members.html", context)


def _behind(uid: str, user: Any) -> Q:
    """Return who stands behind the last of a page: two committees give the same number to different people."""
    last = queries.listed_to(user).filter(uid=uid).first() if uid else None
    return Q() if last is None else Q(number__gt=last.number) | Q(number=last.number, pk__gt=last.pk)


def _why_empty(user: Any, today: date, *, left: bool) -> dict[str, Any]:
    """Return what who keeps the list is told when nobody is on it: that all have left, else how it is brought in."""
    return {"all_left": not left and _all_left(user, today)}


def _which_list(asked_for: str, *, keeps: bool) -> str:
    """Return which list is shown: some are for who keeps it; everything else is the list of those in office."""
    return asked_for if asked_for == "waiting" or (keeps and asked_for in {"left", "never"}) else ""


def _on_the_list(who: str, user: Any, at: datetime) -> QuerySet[Member]:
    today, seen = timezone.localdate(at), queries.listed_to(user)
    if who == "waiting":
        return queries.with_code_to_confirm(user, at)
    if who == "left":
        return queries.departed(seen.filter(committee__in=queries.kept_by(user)), today)
    if who == "never":
        return seen.filter(reaching.NEVER_CAME, committee__in=queries.kept_by(user)).seated(today)
    return seen.seated(today)


def _all_left(user: Any, today: date) -> bool:
    """Say whether there were members and none is left: another thing than a list that was never brought in."""
    kept = Member.objects.filter(committee__in=queries.kept_by(user))
    return queries.departed(kept, today).exists()


def _tabs(*, keeps: bool, who: str) -> list[dict[str, Any]]:
    if not keeps:
        return []
    return [
        {"label": _("在任"), "count": None, "url": "?", "current": not who},
        {"label": _("还没有登录过的"), "count": None, "url": "?who=never", "current": who == "never"},
        {"label": _("离任"), "count": None, "url": "?who=left", "current": who == "left"},
    ]


def _departed(member: Member) -> dict[str, Any]:
    last = member.seats_past[0]  # type: ignore[attr-defined]
    return {"member": member, "sector": last.sector, "seat": last, "why": last.get_ending_display() or _("原因没有记录")}


def _sectors(user: Any, today: Any) -> list[Any]:
    member = queries.listed_to(user).select_related("committee").first()
    return list(queries.sectors(member.committee, today)) if member else []


def _came(member: Member, kept: set[int], at: datetime) -> str:
    """Say how far a member came with signing in, to who keeps the list that he is on."""
    return str(reaching.reached(member, at).label) if member.committee_id in kept else ""
