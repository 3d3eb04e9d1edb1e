"""The desk of publication: which public texts wait for somebody to confirm them; what waits to be passed on, as a file."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.access.permissions import allowed
from tongxin.access.views import requires
from tongxin.core import asked
from tongxin.desks.leaving import leave
from tongxin.desks.shown import shown
from tongxin.handling.lists.desk import DESK, committee_of
from tongxin.handling.pages import to_publish as queries
from tongxin.proposals.choices import Destination
from tongxin.proposals.queries import to_be_passed_on


@require_safe
@requires("proposals.release")
def desk(request: HttpRequest) -> HttpResponse:
    """List the proposals and the replies whose public texts wait, the first to come on top."""
    context = {
        "waiting": queries.waiting(request.user),
        "most": queries.SHOWN,
        "desk": reverse("desk-proposals") if allowed(request.user, "proposals.examine") else "",
    }
    return render(request, "handling/publication.html", context)


@require_POST
@requires("proposals.pass_on")
def passing_on_export(request: HttpRequest) -> HttpResponseBase:
    """Give what waits to be passed on as a file: the ledger of those proposals."""
    page = shown(DESK, asked.query("stage=unfiled"), request.user, at=timezone.now())
    waiting = to_be_passed_on(committee_of(page.question))
    if (kind := request.POST.get("kind", "")) in Destination.values:
        waiting = waiting.filter(destination=kind)
    uids = list(waiting.values_list("uid", flat=True))
    return leave(page, ending="xlsx", picked=uids, title=_("待转出的提案"))
