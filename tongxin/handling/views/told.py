"""Who was told what of a proposal."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.core import asked
from tongxin.handling.pages import proposal as proposals
from tongxin.handling.pages import told as queries


@require_safe
@requires("handling.view_told", of_object=True)
def told(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the office who was told what of a proposal it keeps, when it was read, and whether a letter went."""
    found = proposals.load(request.user, uid)
    if found is None:
        raise Http404
    permissions.demand(request.user, "handling.view_told", found)
    rows, older = queries.told(request.user, found, before=asked.number(request.GET.get("before", "")))
    return render(request, "handling/told.html", {"proposal": found, "rows": rows, "older": older})
