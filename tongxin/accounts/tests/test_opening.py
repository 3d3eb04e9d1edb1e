"""What a view raises in another of the own seats is answered as if it had raised it at once, and nobody changes the seat by it."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config import urls
from tests.cast import Cast, second_seat
from tongxin.accounts import guessing
from tongxin.members.models import Member
from tongxin.members.rules import member_of

ACTED_IN: list[str] = []


def only_in_yunxi(request: HttpRequest, how: str) -> HttpResponse:
    """Find nothing but in the seat of one county, and fail there."""
    member = member_of(request.user)
    assert member is not None
    if member.committee.code != "YX":
        raise Http404
    locked = guessing.LockedOutError(guessing.PASSWORD, guessing.LIMITS[guessing.PASSWORD][0], 240)
    raise {"locked": locked, "broken": ValueError("写坏了")}[how]


def acted_in(request: HttpRequest) -> HttpResponse:
    """Note in which seat the page of an error is drawn."""
    ACTED_IN.append(request.user.chosen_seat)  # type: ignore[union-attr]
    return HttpResponse("出错了", status=500)


handler500 = acted_in
urlpatterns = [*urls.urlpatterns, path("yunxi/<str:how>/", only_in_yunxi)]


@dataclass
class Two:
    """Somebody who sits in two counties, acting in the second one."""

    there: Member
    client: Client


@pytest.fixture
def two(cast: Cast, settings: Any) -> Two:
    settings.ROOT_URLCONF = __name__
    there = second_seat(cast.bystander, cast.other_county, "WC050")
    client = Client(raise_request_exception=False)
    client.force_login(cast.bystander)
    client.post("/account/seat/choose/", {"seat": there.uid})
    return Two(there, client)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_door_that_is_locked_in_the_other_seat_says_for_how_long(two: Two, method: str) -> None:
    answer = getattr(two.client, method)("/yunxi/locked/")
    assert (answer.status_code, answer.headers["Retry-After"], "4 分钟" in answer.text) == (429, "240", True)
    assert two.client.session["seat"] == two.there.uid


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_fails_in_the_other_seat_is_told_in_the_own(two: Two, method: str) -> None:
    ACTED_IN.clear()
    assert getattr(two.client, method)("/yunxi/broken/").status_code == 500
    assert (ACTED_IN, two.client.session["seat"]) == ([two.there.uid], two.there.uid)
