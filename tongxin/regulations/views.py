"""Reading the rules: what is in force, where each value comes from, what was in force before."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tongxin.access.views import requires
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.core import asked
from tongxin.regulations import presenting, queries
from tongxin.regulations.schema import KINDS


def _committee(request: HttpRequest) -> Committee:
    """Return the reader's own committee."""
    committee = bodies.committee_of(request.user)
    if committee is None:
        raise Http404
    return committee


def _on(request: HttpRequest) -> date:
    return asked.day(request.GET.get("on", "")) or timezone.localdate()


@requires("regulations.view")
def regulations(request: HttpRequest) -> HttpResponse:
    """Every kind, as it is in force for the reader's committee on a day."""
    committee, on = _committee(request), _on(request)
    kinds = [(found.kind, list(found.versions)) for found in queries.overview(committee, on)]
    return render(
        request,
        "regulations/regulations.html",
        {"kinds": kinds, "committee": committee, "on": on, "now": on == timezone.localdate()},
    )


@requires("regulations.view")
def regulation(request: HttpRequest, name: str) -> HttpResponse:
    """One kind: values with their sources, and all versions."""
    kind = KINDS.get(name)
    if kind is None:
        raise Http404
    committee, on = _committee(request), _on(request)
    found = queries.look_up(committee, kind.schema, on)
    context = {
        "kind": kind,
        "lines": presenting.lines(found),
        "versions": presenting.versions(kind, queries.history(committee, kind)),
        "committee": committee,
        "on": on,
    }
    return render(request, "regulations/regulation.html", context)
