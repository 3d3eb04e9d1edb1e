"""The notice centre."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from tongxin.access.views import requires
from tongxin.accounts import opening, seats
from tongxin.core import asked
from tongxin.notices import actions, queries

PAGE, OK = 20, 200


@requires("notices.view")
def notices(request: HttpRequest) -> HttpResponse:
    """Everything one was told, newest first; `before` pages by key."""
    rows = queries.visible_to(request.user)
    if (before := asked.number(request.GET.get("before", ""))) is not None:
        rows = rows.filter(id__lt=before)
    only_unread = request.GET.get("unread") == "1"
    if only_unread:
        rows = rows.filter(read_at=None)
    found = list(rows[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    context = {"notices": queries.with_committees(request.user, found[:PAGE]), "older": older, "only_unread": only_unread}
    return render(request, "notices/notices.html", context)


@requires("notices.view")
def follow(request: HttpRequest, uid: str) -> HttpResponse:
    """Lead to what a notice is about; marked as read by POST: by its button, or by the page's script when it is followed.

    What the reader cannot open in the seat in which he acts, but in the one it was told to, is opened there: a button
    changes it. What opens in neither is not found, as for everybody.
    """
    notice = queries.visible_to(request.user).filter(uid=uid).first()
    if request.method == "POST":
        actions.mark_read(request.user, uids=[uid], at=timezone.now())
        followed = request.headers.get("X-Requested-With") == "fetch"
        return HttpResponse(status=204) if followed else redirect("notices")
    if notice is None:
        return redirect("notices")
    target = asked.address(notice.url)
    seat = seats.elsewhere(request.user, notice.committee_code) if target else None
    if seat is not None and opening.answers(request, target) != OK and opening.answers(request, target, seat=seat.uid) == OK:
        return render(request, "notices/other_seat.html", {"notice": notice, "seat": seat, "target": target})
    return redirect(target or "notices")


@require_POST
@requires("notices.view")
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    actions.mark_read(request.user, uids=None, at=timezone.now())
    return redirect("notices")
