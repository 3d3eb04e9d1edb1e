"""Staff work with a second factor: until it is set up, every page leads to setting it up."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

OPEN = ("/accounts/", "/static/", "/size/", "/invitation/")


class StaffSecondFactor:
    """Sends staff without TOTP to its set-up page. Not in the demo, whose accounts have no passwords."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and user.needs_second_factor
            and not settings.DEMO
            and not request.path.startswith(OPEN)
            and not request.session.get("second_factor_set")
        ):
            if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
                return redirect("mfa_activate_totp")
            request.session["second_factor_set"] = True
        return self.get_response(request)
