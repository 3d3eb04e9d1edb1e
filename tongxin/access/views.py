"""Every view names its permission; the architecture test walks the URL table and fails on one that does not."""

from collections.abc import Callable
from enum import Enum, auto
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.core import asked

View = Callable[..., HttpResponseBase]
LOOKS = {"GET", "HEAD"}


class Unsigned(Enum):
    """What a view of one object answers to who is not signed in."""

    SIGN_IN = auto()  # leads to the sign-in, whether there is such an object or not
    # shows what is published; for anything else leads to the sign-in, as it may be the visitor's own
    PUBLISHED = auto()
    PUBLIC = auto()  # an address of the public's: what is not there is not found
    SCRIPT = auto()  # tells the script of a page by a status, in words of its own


def requires(name: str, *, of_object: bool = False, unsigned: Unsigned = Unsigned.SIGN_IN) -> Callable[[View], View]:
    """Name a view's permission and check it first.

    With `of_object` the name is all that is given here, and nothing is asked: the view itself loads the object (through
    `visible_to`) and calls `permissions.demand`. Who is not signed in, or whose session has ended, is led to the
    sign-in all the same, unless the view says otherwise (`unsigned`).
    """
    if unsigned is not Unsigned.SIGN_IN and not of_object:
        message = f"{name}: a view that is asked by its name alone leads to the sign-in"
        raise ValueError(message)

    def wrap(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if of_object:
                return _of_object(view, unsigned, request, *args, **kwargs)
            if not permissions.allowed(request.user, name, None):
                if not request.user.is_authenticated:
                    return to_sign_in(request)
                permissions.demand(request.user, name, None)
            return view(request, *args, **kwargs)

        checked.permission = name  # type: ignore[attr-defined]
        checked.unsigned = unsigned  # type: ignore[attr-defined]
        return checked

    return wrap


def signed_in(view: View) -> View:
    """Lead to the sign-in before a page of a library's is shown, in the words of ours: what was sent was not done."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else to_sign_in(request)

    return checked


def _of_object(view: View, unsigned: Unsigned, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    if request.user.is_authenticated or unsigned in {Unsigned.PUBLIC, Unsigned.SCRIPT}:
        return view(request, *args, **kwargs)
    if unsigned is Unsigned.SIGN_IN:
        return to_sign_in(request)
    try:
        return view(request, *args, **kwargs)
    except (Http404, PermissionDenied):
        return to_sign_in(request)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in, and from there back to the page where somebody was.

    What was sent was not done, which the sign-in says; it came from a page, and may have an address that shows none:
    one goes on from that page. Whatever htmx asks for is refused, so that what was typed stays on the page, which says
    why and leads there.
    """
    if asked.by_htmx(request.headers):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    path = request.get_full_path()
    if request.method not in LOOKS:
        path = _page_before(request) or path
        undone = _("这一步还没有办：您已经退出登录，或者登录已经到期。请登录后再办一次。")
        messages.warning(request, undone, fail_silently=True)  # carried by a cookie: nothing is written
    return redirect_to_login(path if len(path) <= asked.LONGEST_ADDRESS else request.path[: asked.LONGEST_ADDRESS])


def _page_before(request: HttpRequest) -> str:
    """Return the page of this site from which a request was made; nothing where the browser does not say so."""
    said = asked.address(request.headers.get("Referer", ""), host=request.get_host(), secure=request.is_secure())
    page = urlsplit(said)
    return page._replace(scheme="", netloc="", fragment="").geturl()
