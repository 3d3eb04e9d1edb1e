"""Two walls around every view.

What no database can hold does not come in, and what concerns a person is kept by nobody.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from tongxin.access.views import to_sign_in
from tongxin.core import charsets
from tongxin.core.asked import NUL, without_nul

# bytes of a form in parts from nobody: each costs, and no page of the public's takes files
LONGEST_UNSIGNED = 64 * 1024
MULTIPART = "multipart/form-data"
PRIVATE = "private, no-store"


class WholeCharacters:
    """Drops the character NUL from what comes in, as it has no meaning in a text and PostgreSQL refuses it with an error.

    Addresses, form data and cookies are read as if it were not there. A body that is a form is cleaned when its view
    was found, so that reading it in pieces stays the business of who does not want a form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # where `charsets.Utf8Alone` does not stand before
        if not charsets.is_utf8(request.META.get("CONTENT_TYPE", "")):
            return HttpResponse(charsets.REFUSED, status=charsets.STATUS, headers=charsets.HEADERS)
        if NUL in request.path_info:
            request.path_info, request.path = request.path_info.replace(NUL, ""), request.path.replace(NUL, "")
        request.GET = without_nul(request.GET)  # type: ignore[assignment]  # as immutable as the one it stands for
        for name, value in request.COOKIES.items():
            if NUL in value:
                request.COOKIES[name] = value.replace(NUL, "")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Clean a body that is a form. Who is not signed in sends no files: that is said before they are read."""
        if request.method != "POST":
            return None
        if request.content_type == MULTIPART and _length(request) > LONGEST_UNSIGNED and not request.user.is_authenticated:
            return to_sign_in(request)
        request.POST = without_nul(request.POST)  # type: ignore[assignment]
        return None


def _length(request: HttpRequest) -> int:
    """Return how long the body is said to be, as Django itself reads it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


class NothingKept:
    """Tells browsers and proxies to keep nothing of what a view answers, unless the view itself says for how long.

    Every page carries who is signed in or a token of its own form; pages of persons, exports and downloads above all
    must not be found on a shared computer by pressing Back. Static files do not come this way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        answer.headers.setdefault("Cache-Control", PRIVATE)
        return answer
