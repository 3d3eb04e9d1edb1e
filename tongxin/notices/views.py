"""The notice centre."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tongxin.access.views import requires
from tongxin.notices import actions, queries

PAGE = 20


@requires("notices.view")
def notices(request: HttpRequest) -> HttpResponse:
    """Everything one was told, newest first; `before` pages by key."""
    rows = queries.visible_to(request.user)
    if (before := request.GET.get("before", "")).isdecimal():
        rows = rows.filter(id__lt=int(before))
    only_unread = request.GET.get("unread") == "1"
    if only_unread:
        rows = rows.filter(read_at=None)
    found = list(rows[: PAGE + 1])
    context = {"notices": found[:PAGE], "older": found[PAGE - 1].pk if len(found) > PAGE else None, "only_unread": only_unread}
    return render(request, "notices/notices.html", context)


@requires("notices.view")
def follow(request: HttpRequest, uid: str) -> HttpResponse:
    """Open what a notice leads to. Opening it is reading it."""
    notice = queries.visible_to(request.user).filter(uid=uid).first()
    if notice is None:
        return redirect("notices")
    actions.mark_read(request.user, uids=[uid], at=timezone.now())
    target = notice.url if url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None) else ""
    return redirect(target or "notices")


@require_POST
@requires("notices.view")
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    actions.mark_read(request.user, uids=None, at=timezone.now())
    return redirect("notices")
