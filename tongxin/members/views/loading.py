"""One member, as the pages of members read it: who may see it, and what its line shows."""

from django.http import Http404, HttpRequest
from django.utils import timezone

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
