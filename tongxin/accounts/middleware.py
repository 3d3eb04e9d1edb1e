"""The doors: staff without a second factor is led to its set-up; what stopped somebody is told on a page of its own."""

from collections.abc import Callable
from math import ceil
from typing import Any

from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tongxin.accounts import guessing, opening, queries, seats

OPEN = ("/accounts/", "/static/", "/size/", "/invitation/")
MINUTES_SAID = 120  # longer waits are said in hours
Page = Callable[[HttpRequest, Any], HttpResponse]


class Doors:
    """Answers errors that have a page of their own, a locked door first.

    Gives the device its cookie after a sign-in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        guessing.set_cookie(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer with the error's own page where it has one.

        Why nothing was looked at and for how long, or was taken back.
        """
        return _page_of(request, error)


def register_page(kind: type[Exception], page: Page) -> None:
    """Give an error a page of its own; apps above this one have errors that people should read about as well."""
    PAGES[kind] = page


def _page_of(request: HttpRequest, error: Exception) -> HttpResponse | None:
    found = next((page for kind, page in PAGES.items() if isinstance(error, kind)), None)
    return found(request, error) if found else None


def _locked(request: HttpRequest, error: guessing.LockedOutError) -> HttpResponse:
    if error.kind == guessing.CODE and not request.user.is_authenticated:
        clear_login(request)  # the sign-in page can be reached again, by somebody else too
    minutes = ceil(error.seconds / 60)
    wait = {"hours": ceil(minutes / 60)} if minutes > MINUTES_SAID else {"minutes": minutes}
    context = {"scope": error.scope, "kinds": error.kinds, "what": guessing.words_of(error.kinds), **wait}
    response = render(request, "accounts/locked.html", context, status=429)
    response["Retry-After"] = str(error.seconds)
    return response


PAGES: dict[type[Exception], Page] = {guessing.LockedOutError: _locked}


class ChosenSeat:
    """Puts the seat that this session chose on the account, where `members` finds it.

    A person acts in one seat at a time.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = get_user(
            request
        )  # the account itself: behind Django's stand-in each look at it costs, and a page looks often
        if chosen := request.session.get(seats.SESSION_KEY):
            request.user.chosen_seat = chosen  # type: ignore[union-attr]  # of nobody it is never asked
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Look whether what was not found is of another seat of the same person.

        `Doors` hears of what a view raises, not of what is raised here: so a door that is locked there is told here,
        and whatever else has a page of its own.
        """
        if not isinstance(error, Http404) or not request.user.is_authenticated:
            return None
        try:
            return opening.in_another_seat(request)
        except tuple(PAGES) as raised:
            return _page_of(request, raised)


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
            and request.session.get("second_factor") != user.factor_changes  # what the session saw is of today
        ):
            if not queries.has_second_factor(user):
                return redirect("mfa_activate_totp")
            request.session["second_factor"] = user.factor_changes
        return self.get_response(request)
