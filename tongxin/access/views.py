"""Every view names its permission; the architecture test walks the URL table and fails on one that does not."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tongxin.access import permissions

View = Callable[..., HttpResponseBase]


def requires(name: str, *, of_object: bool = False) -> Callable[[View], View]:
    """Name a view's permission and check it first.

    With `of_object` the name is all that is given here, and nothing is asked: the view itself loads the object (through
    `visible_to`) and calls `permissions.demand`. Who is not signed in is led to the sign-in by `login_required` beside it;
    without that the view answers the public, or a script, which is told by a status and not by a page.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not of_object and not permissions.allowed(request.user, name, None):
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                permissions.demand(request.user, name, None)
            return view(request, *args, **kwargs)

        checked.permission = name  # type: ignore[attr-defined]
        return checked

    return wrap
