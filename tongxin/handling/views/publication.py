"""The desk of publication: which public texts wait for somebody to confirm them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tongxin.access.permissions import allowed
from tongxin.access.views import requires
from tongxin.handling.pages import to_publish as queries


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
