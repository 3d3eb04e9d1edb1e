"""The piece of a proposal's page that is fetched when it is looked at."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongxin.access import permissions
from tongxin.access.views import Unsigned, requires
from tongxin.core import asked
from tongxin.handling.pages import proposal as queries
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries import copy_of


def _load(request: HttpRequest, uid: str) -> Proposal:
    found = queries.load(request.user, uid)
    if found is None:
        raise Http404
    permissions.demand(request.user, "handling.open_proposal", found)
    return found


@require_safe
@requires("handling.open_proposal", of_object=True, unsigned=Unsigned.PUBLISHED)
def similar(request: HttpRequest, uid: str) -> HttpResponse:
    """Show earlier proposals like this one: a piece of the page, fetched when it is looked at."""
    found = _load(request, uid)
    fragment = asked.by_htmx(request.headers)
    public = copy_of(found) if queries.only_published_for(request.user, found) else None
    context = {
        "items": queries.similar_to(request.user, found),
        "proposal": found,
        "title": public.title if public else found.title,
    }
    return render(request, "handling/_proposal_similar.html" if fragment else "handling/proposal_similar.html", context)
