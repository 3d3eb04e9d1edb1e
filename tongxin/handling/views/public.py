"""The public pages of proposals: the list of what is published, and one of them."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.access.views import requires
from tongxin.committees.models import Committee
from tongxin.core.asked import query
from tongxin.desks.panels import with_a_front
from tongxin.handling.forms import PublicFilter
from tongxin.handling.pages import public as pages


def _committee(request: HttpRequest) -> Committee | None:
    """Return the committee asked for, or the only one; none where the reader has to choose."""
    found = with_a_front()
    code = request.GET.get("in", "")
    if code:
        return next((c for c in found if c.code == code), None)
    return found[0] if len(found) == 1 else None


def _url(data: QueryDict, **change: str) -> str:
    kept: dict[str, Any] = {k: v for k, v in data.items() if k not in {"before", "after"}} | change
    said = urlencode({k: v for k, v in kept.items() if v})
    return f"{reverse('public-proposals')}?{said}" if said else reverse("public-proposals")


@require_safe
@requires("site.front")
def proposals(request: HttpRequest) -> HttpResponse:
    """The published proposals of a committee, searched and filtered."""
    found = _committee(request)
    if found is None:
        if request.GET.get("in"):
            raise Http404
        return redirect("public")
    request.public_committee = found  # type: ignore[attr-defined]  # the shell names it
    form = PublicFilter(request.GET, committee=found)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    asked = pages.Asked(
        found, form.said("q"), form.said("topic"), form.session, form.said("progress"), before or after, bool(before)
    )
    listing = pages.listing(asked)
    first, last = (listing.lines[0].proposal.uid, listing.lines[-1].proposal.uid) if listing.lines else ("", "")
    context = {
        "committee": found,
        "form": form,
        "listing": listing,
        "clear_url": _url(query(), **{"in": request.GET.get("in", "")}),
        "filtered": any((asked.text, asked.topic, asked.session, asked.progress)),
        "page": {
            "caption": _("共 %(n)s 件") % {"n": listing.count},
            "previous_url": _url(request.GET, before=first) if listing.has_previous and first else "",
            "next_url": _url(request.GET, after=last) if listing.has_next else "",
        },
    }
    return render(request, "handling/public_proposals.html", context)


@require_safe
@requires("site.front")
def proposal(request: HttpRequest, uid: str) -> HttpResponse:
    """One published proposal, as the public may read it."""
    found = pages.load(uid)
    if found is None:
        raise Http404
    request.public_committee = found.committee  # type: ignore[attr-defined]  # the shell names it
    context = {"page": pages.page(found), "proposal": found, "list_url": _url(query(), **{"in": found.committee.code})}
    return render(request, "handling/public_proposal.html", context)
