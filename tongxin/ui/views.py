"""The shell's own small acts: text size, staying signed in, and the live page of components."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tongxin.core import asked
from tongxin.ui import navigation, samples
from tongxin.ui.context import ENDS_AT, SIZES

if TYPE_CHECKING:
    from django.http import HttpRequest

YEAR = 365 * 24 * 3600


@require_POST
def size(request: HttpRequest) -> HttpResponse:
    """Keep the chosen text size in a cookie and, when signed in, on the account; go back to the page."""
    value = request.POST.get("size", "")
    if value not in SIZES:
        value = ""
    user = getattr(request, "user", None)
    if getattr(user, "is_authenticated", False):
        navigation.save_size(user, value)
    answer: HttpResponse
    if request.headers.get("X-Requested-With") == "fetch":
        answer = HttpResponse(status=204)
    else:
        answer = HttpResponseRedirect(_back(request))
    answer.set_cookie("size", value, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return answer


@require_POST
def stay(request: HttpRequest) -> JsonResponse:
    """Begin the session's time anew; 403 tells the page that it has already ended."""
    if not getattr(getattr(request, "user", None), "is_authenticated", False):
        return JsonResponse({"seconds": 0}, status=403)
    seconds = request.session.get_expiry_age()
    request.session[ENDS_AT] = int(time.time()) + seconds
    return JsonResponse({"seconds": seconds})


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every component as it is drawn now; only where the data is invented."""
    if not (settings.DEBUG or getattr(settings, "DEMO", False) or getattr(settings, "TESTING", False)):
        raise Http404
    kind = request.GET.get("shell", "")
    return render(request, "ui/components.html", samples.page(kind, request.GET))


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.headers.get("Referer", "")
    return asked.address(target, host=request.get_host(), secure=request.is_secure()) or "/"
