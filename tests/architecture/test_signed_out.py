"""Whose session has ended is led to the sign-in and from there back, wherever he was.

His page is not said to be gone.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.architecture.addresses import Route, routes, values_of
from tests.architecture.walking import (
    NOT_ALLOWED,
    drain,
    quiet,  # noqa: F401 -- a fixture
    undone,
)
from tests.cast import Cast, moment
from tongxin.access.views import Unsigned, to_sign_in
from tongxin.proposals import actions as proposals

PIECE = {"HX-Request": "true"}
PAGE = "/proposals/?tab=mine"
FROM_PAGE = {"Referer": f"http://testserver{PAGE}"}
FOUND, UNAUTHORIZED = 302, 401
UNDONE = "这一步还没有办：您已经退出登录，或者登录已经到期。请登录后再办一次。"
NOWHERE = "zzzzzzzzzzzz"
FIRST = 1  # answer that differs is enough where one is expected

# What answers who is not signed in otherwise than by the way to the sign-in, with the reason.
_PUBLIC = "a page of the public's"
_DOOR = "a part of signing in"
_SCRIPT = "a script of a page asks, which says so itself and keeps what was typed"
_INTERFACE = "the interface, which tells a program so by a status"
_BROWSER = "concerns the visitor's own browser, and holds no data of anybody"
OTHERWISE = {
    "front": _PUBLIC,
    "public": _PUBLIC,
    "public-committee": _PUBLIC,
    "public-proposals": _PUBLIC,
    "public-proposal": _PUBLIC,
    "public-file": _PUBLIC,
    "healthz": "a monitor asks, which is told no more than which part is late",
    "proposal": "who has no more right than the public is led to the public page of what is published",
    "proposal-similar": "a piece of that page",
    "account_login": _DOOR,
    "sign-in-at": _DOOR,
    "invitation": _DOOR,
    "mfa_authenticate": "the second step of signing in; without the first it leads there, and so has nowhere to go back to",
    "account_logout": "nobody is left to sign out",
    "draft": _SCRIPT,
    "ui:stay": _SCRIPT,
    "ui:size": _BROWSER,
    "ui:components": _BROWSER,
    "switch-role": "the role switcher of the demo, which whoever opens the demo signs in by",
    **{route.name: _INTERFACE for route in routes() if route.pattern.startswith("api/")},
}


def asked(client: Client, method: str, path: str, **more: Any) -> tuple[HttpResponseBase, list[str]]:
    """Ask for a page, or send it an empty form; return the answer and the tables written to. All is undone."""
    with undone() as watch:
        answer: HttpResponseBase = getattr(client, method)(path, **more)
        drain(answer)
    return answer, watch.tables


def behind(address: str) -> str:
    """Return where an address of the sign-in leads on to; nothing for any other address."""
    parts = urlsplit(address)
    return parse_qs(parts.query).get("next", [""])[0] if parts.path == reverse("account_login") else ""


def paths(route: Route) -> Iterator[str]:
    """Yield the address of something that is there, and of something that is not.

    Of what may be public, all there are.
    """
    there = values_of(route, None)
    assert there, route.name
    yield from (route.path(values) for values in (there if route.name in OTHERWISE else there[:1]))
    if route.arguments:
        yield route.path(dict.fromkeys(route.arguments, NOWHERE))


def faults_of(route: Route, client: Client) -> Iterator[str]:
    """Name what a route answers otherwise than by leading to the sign-in and back, by pages and by pieces."""
    for path in paths(route):
        for method in ("get", "post"):
            answer, wrote = asked(client, method, path)
            if answer.status_code == NOT_ALLOWED:
                continue
            if (answer.status_code, behind(answer.headers.get("Location", "")), wrote) != (FOUND, path, []):
                yield f"{method} {path}: {answer.status_code} {answer.headers.get('Location', '')} {wrote}"
            sent, wrote = asked(client, method, path, headers=FROM_PAGE)
            if (behind(sent.headers.get("Location", "")), wrote) != (PAGE if method == "post" else path, []):
                yield f"{method} {path} from a page: {sent.status_code} {sent.headers.get('Location', '')} {wrote}"
            piece, wrote = asked(client, method, path, headers=PIECE | FROM_PAGE)
            if (piece.status_code, drain(piece), wrote) != (UNAUTHORIZED, b"", []):
                yield f"{method} {path} by htmx: {piece.status_code} {wrote}"


@pytest.mark.usefixtures("quiet")
def test_whoever_is_not_signed_in_is_led_to_the_sign_in_and_back(furnished: Cast, settings: Any) -> None:
    settings.DEMO = True
    client = Client()
    found = {route.name: list(islice(faults_of(route, client), FIRST if route.name in OTHERWISE else None)) for route in routes()}
    assert {name: faults for name, faults in found.items() if faults and name not in OTHERWISE} == {}
    assert sorted(name for name in OTHERWISE if not found[name]) == []


def test_what_is_otherwise_in_a_view_of_one_object_is_said_at_the_view() -> None:
    """Nobody leaves the door open by forgetting something: only what is named at the view is answered otherwise."""
    named = {route.name for route in routes() if getattr(route.view, "unsigned", Unsigned.SIGN_IN) is not Unsigned.SIGN_IN}
    assert named == {
        "proposal",
        "proposal-similar",
        "public-file",
        "draft",
        "healthz",
        *(name for name, why in OTHERWISE.items() if why == _INTERFACE),
    }


def test_an_own_proposal_waits_behind_the_sign_in_and_a_published_one_on_its_public_page(cast: Cast) -> None:
    kept, shown = cast.submitted(), cast.filed()
    proposals.release(shown, actor=cast.office, at=moment("2026-03-02"))
    client = Client()
    assert behind(client.get(kept.get_absolute_url()).headers["Location"]) == kept.get_absolute_url()
    assert client.get(shown.get_absolute_url()).headers["Location"] == reverse("public-proposal", args=[shown.uid])


def test_who_is_signed_in_and_has_no_right_is_still_told_that_there_is_nothing(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.member_of_other_county)
    member = cast.member(cast.proposer)
    assert [client.get(f"/members/{member.uid}/{page}").status_code for page in ("", "change/", "invite/")] == [404, 404, 404]


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"http://testserver{PAGE}#top", PAGE),
        ("", "/members/x/phone/"),
        ("https://elsewhere.example/", "/members/x/phone/"),
        (f"http://testserver/{'a' * 3000}", "/members/x/phone/"),
    ],
    ids=["a page of ours", "unsaid", "of another site", "longer than any"],
)
def test_what_was_sent_leads_back_to_the_page_it_was_sent_from(rf: Any, referer: str, back: str) -> None:
    """The address it was sent to often shows no page: who came back to it would stand before nothing."""
    answer = to_sign_in(rf.post("/members/x/phone/", headers={"Referer": referer}))
    assert behind(answer.headers["Location"]) == back


def test_who_pressed_a_button_after_signing_out_reads_that_nothing_was_done(cast: Cast) -> None:
    client = Client()
    page = client.post(f"/members/{cast.member(cast.proposer).uid}/invite/", follow=True)
    assert page.redirect_chain[0][0].startswith(reverse("account_login"))
    assert UNDONE in page.text
    assert UNDONE not in client.get(reverse("account_login")).text  # once
    assert UNDONE not in Client().get("/members/", follow=True).text  # who only looked has done nothing either


def test_a_page_that_was_asked_for_leads_back_to_itself(rf: Any) -> None:
    answer = to_sign_in(rf.get("/members/?q=%E7%8E%8B", headers={"Referer": f"http://testserver{PAGE}"}))
    assert behind(answer.headers["Location"]) == "/members/?q=%E7%8E%8B"
