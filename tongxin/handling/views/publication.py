"""The desk of publication: which public texts wait for somebody to confirm them.

What waits to be passed on, as a file.
"""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.access.permissions import allowed
from tongxin.access.views import requires
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.core import asked
from tongxin.desks.leaving import leave
from tongxin.desks.shown import shown
from tongxin.handling.lists.desk import DESK
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
    """Give what waits to be passed on in a committee as a file: the ledger of those proposals."""
    own = bodies.committees_held(request.user, Duty.PROPOSAL_OFFICE)
    committee = next((c for c in own if c.code == request.POST.get("in", own[0].code)), None)
    if committee is None:
        raise PermissionDenied  # another's list is never answered with one's own
    page = shown(DESK, asked.query(f"stage=unfiled&in={committee.code}"), request.user, at=timezone.now())
    waiting = to_be_passed_on([committee.pk])
    if (kind := request.POST.get("kind", "")) in Destination.values:
        waiting = waiting.filter(destination=kind)
    uids = list(waiting.values_list("uid", flat=True))
    return leave(page, ending="xlsx", picked=uids, title=_("待转出的提案"))
