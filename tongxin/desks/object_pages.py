"""The page of any object that an app declares: loaded for the reader, checked, and drawn by the one skeleton."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongxin.access import permissions
from tongxin.access.views import View, requires
from tongxin.desks.objects import ObjectPage, Reading, shown


def page_of_object(page: ObjectPage) -> View:
    """Return the view of an object's page, under the permission that is asked of the object."""

    @require_safe
    @requires(page.permission, of_object=True, unsigned=page.unsigned)
    def show(request: HttpRequest, uid: str) -> HttpResponse:
        reading = opened(page, request.user, uid, at=timezone.now())
        if page.instead and (elsewhere := page.instead(reading)):
            return redirect(elsewhere)
        return render(request, "desks/object.html", {"shown": shown(reading)})

    show.__doc__ = f"Show one {page.name}."
    return show


def opened(page: ObjectPage, user: Any, uid: str, *, at: datetime) -> Reading:
    """Load an object for a reader; to who may not see it, it is not there."""
    found = page.one(user, uid)
    if found is None:
        raise Http404
    permissions.demand(user, page.permission, found)
    return Reading(page, found, user, at)
