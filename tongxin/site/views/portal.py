"""The front of the public pages: a committee's, or the choice between several."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongxin.access.views import requires
from tongxin.committees.models import Committee
from tongxin.desks import panels


@require_safe
@requires("site.front")
def front(request: HttpRequest) -> HttpResponse:
    """The front for the public: the only committee's, or the choice between several."""
    found = panels.with_a_front()
    return _front(request, found[0]) if len(found) == 1 else render(request, "site/public_chooser.html", {"committees": found})


chooser = front


@require_safe
@requires("site.front")
def committee(request: HttpRequest, code: str) -> HttpResponse:
    """The public front of one committee."""
    found = next((c for c in panels.with_a_front() if c.code.lower() == code.lower()), None)
    if found is None:
        raise Http404
    return _front(request, found)


def _front(request: HttpRequest, committee: Committee) -> HttpResponse:
    context = {
        "committee": committee,
        "search": panels.front_finder(),
        "doors": panels.front_doors(committee),
        "panels": panels.panels("FRONT_PANELS", committee),
        "others": [c for c in panels.with_a_front() if c.pk != committee.pk],
    }
    return render(request, "site/public_front.html", context)
