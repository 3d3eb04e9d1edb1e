"""Who signs in from a public page comes back to it, at the sign-in of the committee whose page it is."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.accounts.tests import codes
from tongxin.committees.models import Committee
from tongxin.regulations.actions import load_library

PASSWORD = "云溪河边的茶园真好看"
HREF = re.compile(r'class="(?:btn|btn tall|door)" href="(/(?:in|accounts)/[^"]*)"')


@pytest.fixture
def member(cast: Cast) -> Account:
    cast.proposer.set_password(PASSWORD)
    cast.proposer.save(update_fields=["password"])
    return cast.proposer


def doors(client: Client, page: str) -> set[str]:
    """The addresses of all ways to sign in on a page."""
    return set(HREF.findall(client.get(page).text))


@pytest.mark.parametrize(
    ("page", "door"),
    [
        ("/public/YX/", "/in/YX/"),  # a front leads on to the own home
        ("/public/WC/", "/in/WC/"),
        ("/public/proposals/?q=a+b&in=YX", "/in/YX/?next=" + quote("/public/proposals/?q=a+b&in=YX")),
        ("/", "/accounts/login/"),
        ("/no/such/page/", "/accounts/login/?next=/no/such/page/"),
    ],
)
def test_every_public_page_leads_to_the_sign_in_and_back(cast: Cast, client: Client, page: str, door: str) -> None:
    assert doors(client, page) == {door}


def test_with_one_committee_every_page_is_its_own(db: None, client: Client, settings: Any) -> None:
    Committee.objects.create(code="YX", name="政协云溪县委员会", short_name="云溪县政协", place="云溪县", tier="county")
    load_library(settings.LIBRARY_DIR / "national", None, actor=None, at=timezone.now())
    assert doors(client, "/public/proposals/") == {"/in/YX/?next=/public/proposals/"}


def test_the_sign_in_goes_back_to_the_page_and_nowhere_else(member: Account) -> None:
    data = {"login": "YX001", "password": PASSWORD}
    asked = {"/public/YX/": "/public/YX/", "//elsewhere.example/": "/home/", "https://elsewhere.example/": "/home/", "": "/home/"}
    found = {there: Client().post(f"/in/YX/?next={there}", data)["Location"] for there in asked}
    assert found == asked


def test_the_second_factor_between_does_not_lose_the_page(member: Account) -> None:
    codes.set_up(member)
    RecoveryCodes.activate(member)
    client = Client()
    asks = client.post("/in/YX/?next=/public/YX/", {"login": "YX001", "password": PASSWORD})["Location"]
    assert client.post(asks, {"code": codes.code(member)})["Location"] == "/public/YX/"


def test_another_committees_sign_in_is_offered_with_the_same_page(cast: Cast, client: Client) -> None:
    assert 'href="/accounts/login/?next=/public/YX/"' in client.get("/in/YX/?next=/public/YX/").text
    assert 'href="/accounts/login/"' in client.get("/in/YX/?next=//elsewhere.example/").text
