"""The page of one proposal."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tongxin.access import permissions
from tongxin.access.views import Unsigned, requires
from tongxin.core import asked
from tongxin.core.templatetags.chinese import case_number
from tongxin.handling.pages import proposal as queries
from tongxin.handling.pages.buttons import bar
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries import copy_of

LEAVABLE = (State.GATHERING, State.RETURNED, State.SUBMITTED, State.IN_DECISION)


def _load(request: HttpRequest, uid: str) -> Proposal:
    found = queries.load(request.user, uid)
    if found is None:
        raise Http404
    permissions.demand(request.user, "handling.open_proposal", found)
    return found


@require_safe
@requires("handling.open_proposal", of_object=True, unsigned=Unsigned.PUBLISHED)
def show(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a proposal; who sees it only because it is published is led to its public page."""
    found = _load(request, uid)
    if queries.only_published_for(request.user, found):
        return redirect("public-proposal", uid=uid)
    page = queries.page(request.user, found)
    context = {
        "page": page,
        "proposal": found,
        "sections": page.sections,
        "actions": bar(request.user, page),
        "files": page.files,
        "here": case_number(found.number) if found.number else found.title,
        "may_see_told": permissions.allowed(request.user, "handling.view_told", found),
        "may_leave": permissions.allowed(request.user, "proposals.leave", found) and found.state in LEAVABLE,
        "may_endorse": permissions.allowed(request.user, "proposals.endorse", found),
    }
    return render(request, "handling/proposal.html", context)


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
