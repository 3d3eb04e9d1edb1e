"""The slip stays for who made it until it is put away or half an hour is over.

Its code stands in no address that is logged.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts import sealed
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.tests.conftest import PASSWORD
from tongxin.committees.models import Appointment
from tongxin.core.templatetags.chinese import full_day
from tongxin.members import actions as members
from tongxin.members.models import Member

Give = Callable[..., Account]


@pytest.fixture
def office(cast: Cast, client: Client) -> Client:
    client.force_login(cast.office)
    return client


def made(office: Client, cast: Cast) -> Any:
    answer = office.post(f"/members/{cast.member(cast.bystander).uid}/invite/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/slip/")
    return office.get("/account/slip/")


def test_reloading_keeps_the_slip_and_makes_no_second_code(cast: Cast, office: Client) -> None:
    page = made(office, cast)
    code = page.context["slips"][0].code
    assert [code in office.get("/account/slip/").text for _reload in range(2)] == [True, True]
    assert Invitation.objects.count() == 1


def test_it_goes_when_it_is_put_away_and_after_half_an_hour(cast: Cast, office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    code = made(office, cast).context["slips"][0].code
    back = office.post("/account/slip/")
    assert back["Location"] == f"/members/{cast.member(cast.bystander).uid}/"
    gone = office.get("/account/slip/").text
    assert (code in gone, "邀请单已经收起" in gone) == (False, True)
    assert office.post("/account/slip/")["Location"] == "/home/"
    monkeypatch.setattr(sealed, "KEPT", timedelta(seconds=-1))
    page = made(office, cast)
    assert (page.context["slips"], "邀请单已经收起" in page.text) == ([], True)


def test_nobody_else_sees_it_and_the_database_holds_no_code(cast: Cast, office: Client) -> None:
    code = made(office, cast).context["slips"][0].code
    other = Client()
    other.force_login(cast.leader)
    assert code not in other.get("/account/slip/").text
    assert Client().get("/account/slip/").status_code == 302
    kept = "".join(str(session.get_decoded()) for session in Session.objects.all())
    assert (code in kept, "slip" in kept) == (False, True)


def test_the_code_stands_behind_the_sign_that_browsers_keep_to_themselves(cast: Cast, office: Client) -> None:
    slip = made(office, cast).context["slips"][0]
    assert slip.link == f"http://testserver/invitation/#{slip.code}"
    assert "data-from-hash" in Client().get("/invitation/").text


def test_a_slip_says_whether_it_is_the_first_sign_in_and_tells_of_ratings_only_to_members(
    cast: Cast, office: Client, with_password: Give
) -> None:
    first = made(office, cast).text
    assert ["登录邀请单</h1>" in first, "密码重置单" in first, "评价应由您本人填写" in first] == [True, False, True]
    with_password(cast.clerk)
    security, duty = Client(), Appointment.objects.get(account=cast.clerk)
    security.force_login(cast.security_admin)
    page = security.post(f"/appointments/{duty.uid}/reset/", follow=True)
    assert ["密码重置单</h1>" in page.text, "登录邀请单" in page.text, "评价应由您本人填写" in page.text] == [True, False, False]
    code = page.context["slips"][0].code
    assert headed(code) == ("设定新密码", "设定新密码")


def headed(code: str) -> tuple[str, ...]:
    """Return the title and the heading of the page that a code opens."""
    page = Client().post("/invitation/", {"code": code}).text
    found = [re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL) for tag in ("title", "h1")]
    return tuple(said[1].split(" · ")[0].strip() for said in found if said)


def test_the_page_of_a_first_invitation_is_headed_as_a_first_sign_in(cast: Cast, office: Client) -> None:
    nobody_yet = Member.objects.create(committee=cast.county, number="YX050", name="新委员", phone="13800000009")
    seat = members.invite(nobody_yet, actor=cast.office, at=timezone.now())
    assert headed(seat) == ("第一次登录", "第一次登录")
    assert headed("") == ("设定密码", "设定密码")  # nobody knows yet which it is
    security, duty = Client(), Appointment.objects.get(account=cast.clerk)  # appointed, and never had a password
    security.force_login(cast.security_admin)
    slip = security.post(f"/appointments/{duty.uid}/reset/", follow=True).context["slips"][0]
    assert headed(slip.code) == ("第一次登录", "第一次登录")
    page = Client().post("/invitation/", {"code": slip.code}).text
    assert [f"{cast.clerk.name}，请设定密码。" in page, "请设定新密码" in page] == [True, False]


def test_a_slip_ends_on_a_day_and_says_whom_to_ask(cast: Cast, office: Client) -> None:
    page = made(office, cast)
    ends = full_day(timezone.localdate(Invitation.objects.get().expires_at))
    assert f"请在 {ends}前用手机扫下面的图" in page.text
    assert f"有疑问的，请与{cast.office.name}（云溪县政协机关）联系。" in page.text
    assert "14 天内" not in page.text


def test_only_the_slip_of_a_seat_without_account_tells_who_has_one_to_sign_in_first(cast: Cast, office: Client) -> None:
    nobody_yet = Member.objects.create(committee=cast.county, number="YX050", name="新委员")
    office.post(f"/members/{nobody_yet.uid}/invite/")
    told = "请扫码后点“先登录，再关联”"
    assert [told in office.get("/account/slip/").text, told in made(office, cast).text] == [True, False]


def test_an_invitation_code_in_the_password_field_is_told_where_it_belongs(cast: Cast, office: Client) -> None:
    code = made(office, cast).context["slips"][0].code
    count = Invitation.objects.filter(used_at=None).count()
    # by its look: a code that is nobody's is told alike
    for typed in (code, code.upper().replace("-", ""), "2345-6789-abcd"):
        assert "像是邀请码" in Client().post("/in/YX/", {"login": "YX004", "password": typed}).text, typed
    assert "像是邀请码" not in Client().post("/in/YX/", {"login": "YX004", "password": "云溪河边的茶园"}).text
    assert Invitation.objects.filter(used_at=None).count() == count


def test_what_was_typed_into_a_password_form_is_not_said_to_be_there(cast: Cast, client: Client, with_password: Give) -> None:
    client.force_login(with_password(cast.proposer))
    page = client.post("/accounts/password/", {"oldpassword": "x", "password1": "一个很长的新密码啊", "password2": "另一个"})
    assert ("您填的内容都还在" in page.text, "密码请重新输入" in page.text) == (False, True)
    assert "现在的密码不对" in page.text


def test_two_new_passwords_that_differ_are_told_in_the_words_of_the_house(
    cast: Cast, client: Client, with_password: Give
) -> None:
    new = {"password1": "一个很长的新密码啊啊", "password2": "另一个很长的新密码"}
    client.force_login(cast.proposer)
    for address, more in (("/accounts/password/set/", {}), ("/accounts/password/", {"oldpassword": PASSWORD})):
        page = client.post(address, new | more).text
        assert [page.count("两次输入的密码不一样，请重新输入。") > 0, "必须相同" in page] == [True, False], address
        client.force_login(with_password(cast.proposer))


def test_who_changes_the_password_reads_one_rule_and_comes_back_to_the_account(
    cast: Cast, client: Client, with_password: Give
) -> None:
    client.force_login(with_password(cast.proposer))
    page = client.get("/accounts/password/").text
    assert [page.count("至少十位"), "你的密码" in page, '<a class="btn tall" href="/account/">返回</a>' in page] == [
        1,
        False,
        True,
    ]
    assert ["（重复）" in page, page.count("再输一次")] == [False, 1]
    new = {"password1": "一个很长的新密码啊啊", "password2": "一个很长的新密码啊啊"}
    assert client.post("/accounts/password/", {"oldpassword": PASSWORD} | new)["Location"] == "/account/"


def test_who_sets_a_first_password_reads_the_same_words(cast: Cast, client: Client) -> None:
    client.force_login(cast.proposer)
    page = client.get("/accounts/password/set/").text
    assert ["（重复）" in page, page.count("再输一次"), page.count("至少十位")] == [False, 1, 1]
