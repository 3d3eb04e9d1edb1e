"""Earlier proposals like the one being written: it informs, never blocks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tongxin.access.views import requires
from tongxin.core import asked
from tongxin.proposals import queries

LEAST = 4  # characters of a title before it is worth looking


@requires("proposals.write")
def similar(request: HttpRequest) -> HttpResponse:
    """Answer the editor's question with the rows of earlier proposals."""
    title, of = asked.words(request.GET.get("title", ""), 200), request.GET.get("of", "")
    committee, written = queries.committee_of(request.user), None
    if of:
        written = queries.original_visible_to(request.user).filter(uid=of).select_related("committee__parent__parent").first()
    if written is not None:
        committee = written.committee
    rows = []
    if committee is not None and len(title) >= LEAST:
        body = written.body if written is not None else ""
        rows = queries.similar_for(request.user, committee, body, title=title, exclude=written, on=timezone.localdate())
    return render(request, "proposals/_similar.html", {"rows": rows, "asked": len(title) >= LEAST})
