"""Codes and passwords longer than any are refused with a sentence before anything is done with them.

Anybody may send them.
"""

import html
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts import queries
from tongxin.accounts.adapters import ByInvitationOnly
from tongxin.accounts.forms import LONGEST_PASSWORD
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.tests.conftest import PASSWORD
from tongxin.audit.models import Event
from tongxin.core import asked
from tongxin.members import actions as members
from tongxin.members.models import Member

Give = Callable[..., Account]
# as they stand, to put them into order takes a process fourteen seconds
MARKS = "a" + "\u0301" * 40_000 + "\u0316" * 40_000
SAID = f"密码最多 {LONGEST_PASSWORD} 位，现在有 80001 位。"


def sent(client: Client, address: str, data: dict[str, str]) -> Any:
    """Send a form as browsers do; in parts, as the client of tests does, so much from nobody is not read at all."""
    return client.post(address, urlencode(data), content_type="application/x-www-form-urlencoded")


def shown(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_a_code_longer_than_any_opens_nothing_and_is_not_shown_again(cast: Cast, client: Client) -> None:
    page = sent(client, "/invitation/", {"code": MARKS})
    assert (page.status_code, "没有这个邀请码，请核对邀请单，或与机关联系" in shown(page)) == (200, True)
    assert shown(page).count("\u0301") == queries.LONGEST_CODE - 1
    assert Event.objects.filter(kind="accounts.accept_invitation").count() == 0


def test_what_stands_behind_a_code_does_not_count() -> None:
    code = "abcd-efgh-jkmn"
    assert queries.code_hash(code + " " * 26) == queries.code_hash(code + " " * 26 + MARKS) == queries.code_hash("ABCDEFGHJKMN")


def test_a_new_password_is_refused_when_it_is_too_long(cast: Cast, client: Client) -> None:
    member = Member.objects.create(committee=cast.county, number="YX050", name="新委员")
    code = members.invite(member, actor=cast.office, at=timezone.now())
    page = sent(client, "/invitation/", {"code": code, "password": MARKS, "again": MARKS})
    assert (page.status_code, SAID in shown(page)) == (200, True)
    assert Invitation.objects.get(seat=member.uid).used_at is None
    most = "春" * LONGEST_PASSWORD
    assert client.post("/invitation/", {"code": code, "password": most, "again": most}).status_code == 302


@pytest.mark.parametrize("page", ["/accounts/login/", "/in/YX/"])
def test_signing_in_with_a_password_longer_than_any_is_refused_and_counts_as_no_try(
    cast: Cast, client: Client, page: str
) -> None:
    before = Event.objects.count()
    answer = sent(client, page, {"login": cast.office.username, "password": MARKS})
    assert (answer.status_code, SAID in shown(answer)) == (200, True)
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/accounts/password/", {"oldpassword": MARKS, "password1": "新的密码也很长很长", "password2": "新的密码也很长很长"}),
        ("/accounts/password/", {"oldpassword": PASSWORD, "password1": MARKS, "password2": MARKS}),
        ("/accounts/reauthenticate/", {"password": MARKS}),
    ],
)
def test_who_is_signed_in_is_refused_a_password_longer_than_any(
    cast: Cast, client: Client, with_password: Give, page: str, fields: dict[str, str]
) -> None:
    client.force_login(with_password(cast.proposer))
    answer = client.post(page, fields)
    assert (answer.status_code, SAID in shown(answer)) == (200, True)
    assert Account.objects.get(pk=cast.proposer.pk).check_password(PASSWORD)


def test_a_first_password_is_refused_when_it_is_too_long(cast: Cast, client: Client) -> None:
    cast.proposer.set_unusable_password()
    cast.proposer.save(update_fields=["password"])
    client.force_login(cast.proposer)
    answer = client.post("/accounts/password/set/", {"password1": MARKS, "password2": MARKS})
    assert (answer.status_code, SAID in shown(answer)) == (200, True)
    assert not Account.objects.get(pk=cast.proposer.pk).has_usable_password()


def test_an_address_to_go_on_to_that_is_longer_than_any_is_not_looked_into(cast: Cast, client: Client) -> None:
    """Reading the host of an address puts its marks into order too."""
    adapter = ByInvitationOnly()
    assert [adapter.is_safe_url(f"//{host}") for host in (MARKS, "a" * asked.LONGEST_ADDRESS)] == [False, False]
    answer = sent(client, "/accounts/login/", {"login": cast.office.username, "password": "x", "next": f"//{MARKS}"})
    assert answer.status_code == 200
