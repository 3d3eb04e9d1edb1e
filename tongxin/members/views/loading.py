"""One member, as the pages of members read it: who may see it, and what its line shows."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.members import queries
from tongxin.members.models import Member
from tongxin.members.rules import who_it_is


def load(request: HttpRequest, uid: str) -> Member:
    """Return a member with the seats held, for who may see the page; not found for anybody else."""
    rows = queries.with_seats(queries.visible_to(request.user).filter(uid=uid), timezone.localdate())
    found = rows.select_related("committee", "account").first()
    if found is None:
        raise Http404
    permissions.demand(request.user, "members.view", found)
    return found


def leads_to(request: HttpRequest, uid: str) -> Member | None:
    """Return the member into whom the row of an address went, for who may see the page."""
    gone = Member.everybody.filter(uid=uid, merged_into__isnull=False).select_related("merged_into").first()
    return queries.visible_to(request.user).filter(pk=who_it_is(gone).pk).first() if gone is not None else None


def row_of(member: Member, *, came: str = "") -> dict[str, Any]:
    """Return what a line of the list, and the head of the page, show of a member."""
    seats, posts = member.seats_now, member.posts_now  # type: ignore[attr-defined]
    return {
        "member": member, "sector": seats[0].sector if seats else "",
        "special": (seats[0].special_committee or "") if seats else "",
        "posts": "、".join(p.get_rank_display() for p in posts if p.rank != "member") or _("委员"),
        "came": came,
    }  # fmt: skip
