"""A second seat is linked to the account that is there: sign in first, and type nothing twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.tests import codes
from tongxin.accounts.tests.conftest import PASSWORD
from tongxin.accounts.views import CARRIED
from tongxin.audit.models import Event
from tongxin.members import actions as members
from tongxin.members.models import Member

Give = Callable[..., Account]
LINK = "/account/seat/"
SIGN_IN = f"/accounts/login/?next={LINK}"


@pytest.fixture
def there(cast: Cast) -> Member:
    """The place that waits in the other county for who sits at home already; no phone tells whose it is."""
    return Member.objects.create(committee=cast.other_county, number="050", name=cast.bystander.name)


@pytest.fixture
def code(cast: Cast, there: Member) -> str:
    return members.invite(there, actor=cast.office_of_other_county, at=timezone.now())


def brought(code: str) -> Client:
    """Return a browser in which the code was typed, and 先登录，再关联 chosen."""
    client = Client()
    assert client.post("/invitation/", {"code": code, "sign_in_first": "1"})["Location"] == SIGN_IN
    return client


def sign_in(client: Client, account: Account, **more: str) -> Any:
    return client.post(SIGN_IN, {"login": account.username, "password": PASSWORD} | more, REMOTE_ADDR="10.1.1.1")


def taken(there: Member) -> Account | None:
    return Member.objects.get(pk=there.pk).account


def test_the_offer_to_sign_in_first_stands_before_the_password(cast: Cast, code: str, there: Member) -> None:
    page = Client().post("/invitation/", {"code": code}).text
    assert "不要另设密码，请先登录，再关联委员身份" in page
    assert page.index('name="sign_in_first"') < page.index('name="password"')
    reset = members.invite(cast.member(cast.proposer), actor=cast.office, at=timezone.now())
    assert 'name="sign_in_first"' not in Client().post("/invitation/", {"code": reset}).text


def test_the_code_goes_through_the_sign_in_and_the_second_factor_by_itself(
    cast: Cast, code: str, there: Member, with_password: Give
) -> None:
    codes.set_up(with_password(cast.bystander))
    client = brought(code)
    answers = [sign_in(client, cast.bystander, realm="YX")]
    answers.append(client.post(answers[0]["Location"], {"code": codes.code(cast.bystander)}))
    assert answers[1]["Location"] == LINK
    assert not [a for a in answers if code in a["Location"]]
    assert code not in str(dict(client.session))
    page = client.get(LINK).text
    assert ("给望川县政协委员" in page, code in page, taken(there)) == (True, False, None)
    assert client.post(LINK, {"carried": "1"})["Location"] == "/account/"
    assert taken(there) == cast.bystander
    assert CARRIED not in client.session
    assert Account.objects.filter(name=cast.bystander.name).count() == 1


def test_the_wrong_person_does_not_link_it(cast: Cast, code: str, there: Member, with_password: Give) -> None:
    client = brought(code)
    sign_in(client, with_password(cast.cosigner), realm="YX")
    assert f"您现在用{cast.cosigner.name}的账户登录" in client.get(LINK).text
    assert "邀请单上的姓名与您的账户不符" in client.post(LINK, {"carried": "1"}).text
    assert (taken(there), Invitation.objects.get().used_at, CARRIED in client.session) == (None, None, False)
    assert not Event.objects.filter(kind="members.take_seat").exists()


def test_the_sign_in_page_knows_what_follows_as_long_as_the_code_is_good(cast: Cast, code: str, there: Member) -> None:
    client = brought(code)
    said, page = "请用您原来的账户（原来的登录名和密码）登录，登录后关联望川县政协委员身份。", client.get(SIGN_IN).text
    assert [said in page, "第一次登录，请用机关给您的邀请单" in page, "我有邀请码或者密码重置码" in page] == [True, False, False]
    wrong = client.post(SIGN_IN, {"login": "050", "password": "不是这一个密码"}, REMOTE_ADDR="10.1.1.1").text
    assert ("登录名或密码不对" in wrong, said in wrong) == (True, True)
    assert said not in Client().get(SIGN_IN).text
    Invitation.objects.filter(account=None).update(revoked_at=timezone.now())
    page = client.get(SIGN_IN).text
    assert [said in page, "第一次登录，请用机关给您的邀请单" in page] == [False, True]


WAY_OUT = '<input type="hidden" name="next" value="/invitation/">'
OFFER = 'name="carried"'


def offered(account: Account, code: str) -> tuple[Client, Any]:
    """Return somebody signed in, and the page to which the link of a slip leads."""
    client = Client()
    client.force_login(account)
    return client, client.post("/invitation/", {"code": code}, follow=True)


@pytest.mark.parametrize("page", ["/accounts/login/", "/in/YX/", "/in/WC/"])
def test_whichever_address_one_signs_in_by_the_code_goes_along(
    cast: Cast, code: str, there: Member, with_password: Give, page: str
) -> None:
    client, owner = brought(code), with_password(cast.bystander)
    answer = client.post(page, {"login": owner.username, "password": PASSWORD}, REMOTE_ADDR="10.1.1.2")
    assert (answer.status_code, answer["Location"]) == (302, LINK)
    client.post(LINK, {"carried": "1"})
    assert taken(there) == owner


def test_a_link_that_must_be_refused_is_not_offered_and_the_page_leads_out(cast: Cast, code: str, there: Member) -> None:
    client, page = offered(cast.cosigner, code)
    said = "不是您本人的，请退出登录，再用邀请单"
    assert [said in page.text, OFFER in page.text, 'name="code"' in page.text, WAY_OUT in page.text] == [True, False, False, True]
    typed = client.post(LINK, {"code": code})
    assert [said in typed.text, 'name="code"' in typed.text, WAY_OUT in typed.text] == [True, False, True]
    assert client.post("/accounts/logout/", {"next": "/invitation/"})["Location"] == "/invitation/"
    assert "还没有账户的，请在下面设定密码" in client.post("/invitation/", {"code": code}).text
    assert (taken(there), Event.objects.filter(kind="members.take_seat").exists()) == (None, False)


def test_a_second_seat_in_one_committee_is_not_offered_either(cast: Cast) -> None:
    namesake = Member.objects.create(committee=cast.county, number="YX050", name=cast.bystander.name)
    _client, page = offered(cast.bystander, members.invite(namesake, actor=cast.office, at=timezone.now()))
    assert ["一人不能有两个席位" in page.text, OFFER in page.text, WAY_OUT in page.text] == [True, False, True]
    assert taken(namesake) is None


def test_the_right_person_who_is_signed_in_is_offered_it_without_a_field_to_type_in(cast: Cast, code: str, there: Member) -> None:
    client, page = offered(cast.bystander, code)
    assert OFFER in page.text
    assert [text in page.text for text in ('name="code"', code, WAY_OUT)] == [False, False, False]
    assert client.post(LINK, {"carried": "1"})["Location"] == "/account/"
    assert taken(there) == cast.bystander


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"used_at": timezone.now()}, "已经用过"),
        ({"revoked_at": timezone.now()}, "已经失效"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "已经失效"),
    ],
    ids=["used", "revoked", "expired"],
)
def test_a_code_that_was_used_or_is_over_when_the_person_has_signed_in_is_told(
    cast: Cast, code: str, there: Member, with_password: Give, change: dict[str, Any], said: str
) -> None:
    client = brought(code)
    sign_in(client, with_password(cast.bystander), realm="YX")
    Invitation.objects.filter(account=None).update(**change)
    assert said in client.get(LINK).text
    assert said in client.post(LINK, {"carried": "1"}).text
    assert taken(there) is None
    assert not Event.objects.filter(kind="members.take_seat").exists()


def test_a_code_is_not_carried_for_ever_and_a_wrong_one_not_at_all(
    cast: Cast, code: str, there: Member, with_password: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Client()
    assert "没有这个邀请码" in wrong.post("/invitation/", {"code": "aaaa-bbbb-cccc", "sign_in_first": "1"}).text
    assert CARRIED not in wrong.session
    monkeypatch.setattr("tongxin.accounts.sealed.KEPT", -timedelta(seconds=1))
    client = brought(code)
    sign_in(client, with_password(cast.bystander), realm="YX")
    page = client.get(LINK)
    assert ("给望川县政协委员" in page.text, page.context["seat"]) == (False, None)
    assert client.post(LINK, {"carried": "1"}).status_code == 200
    assert taken(there) is None
