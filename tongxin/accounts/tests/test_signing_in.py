"""Which name opens which account, in one committee and in several."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tongxin.accounts import names
from tongxin.accounts.models import Account
from tongxin.accounts.tests.conftest import PASSWORD
from tongxin.audit.models import Event
from tongxin.committees.models import Committee
from tongxin.core.secrets import phone_hash
from tongxin.core.words import plain_phone, plain_sign_in_name, plain_staff_name
from tongxin.members.models import Member

SignIn = Callable[..., Any]
Give = Callable[..., Account]


def somebody(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


@pytest.fixture
def twins(cast: Cast) -> tuple[Account, Account]:
    """Two committees have a member 001 each; their accounts are named as invitations name them."""
    made = []
    for committee in (cast.county, cast.other_county):
        account = Account(username=names.for_member(committee.code, "001"), name=f"{committee.place}一号")
        account.set_password(f"{committee.place}的密码很长很长")
        account.save()
        Member.objects.create(committee=committee, account=account, number="001", name=account.name)
        made.append(account)
    return made[0], made[1]


@pytest.mark.parametrize("typed", ["yx001", "ＹＸ００１", " YX 001 ", "Yx001", "YX001\u200b"])
def test_width_blanks_and_case_of_a_number_do_not_matter(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn, typed: str
) -> None:
    Account.objects.filter(pk=cast.proposer.pk).update(username="YX/YX001")
    with_password(Account.objects.get(pk=cast.proposer.pk))
    assert sign_in(client, typed)["Location"] == "/home/"
    assert somebody(client) == str(cast.proposer.pk)


def test_a_number_written_in_full_width_on_the_list_is_found_too(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    Member.objects.filter(account=cast.proposer).update(number="ＹＸ００９")
    with_password(cast.proposer)
    sign_in(client, "yx009")
    assert somebody(client) == str(cast.proposer.pk)


def test_a_number_reaches_the_member_of_the_committee_it_is_typed_for_and_nobody_else(
    twins: tuple[Account, Account], client: Client, sign_in: SignIn
) -> None:
    here, there = twins
    assert sign_in(client, "001", "云溪县的密码很长很长", at="YX").status_code == 302
    assert somebody(client) == str(here.pk)
    client.logout()
    refused = sign_in(client, "001", "云溪县的密码很长很长", at="WC")
    assert (refused.status_code, somebody(client)) == (200, None)
    assert sign_in(client, "001", "望川县的密码很长很长", at="WC").status_code == 302
    assert somebody(client) == str(there.pk)


def test_without_a_committee_a_number_is_nobodys(twins: tuple[Account, Account], client: Client, sign_in: SignIn) -> None:
    answers = [sign_in(client, "001", f"{place}的密码很长很长", at="").status_code for place in ("云溪县", "望川县")]
    assert (answers, somebody(client)) == ([200, 200], None)


def test_the_committee_is_asked_for_where_there_are_several_and_only_there(
    twins: tuple[Account, Account], client: Client, sign_in: SignIn
) -> None:
    assert "所在政协" in client.get("/accounts/login/").text
    assert "所在政协" not in client.get("/in/YX/").text
    data = {"login": "001", "password": "望川县的密码很长很长", "realm": "WC"}
    assert client.post("/accounts/login/", data).status_code == 302
    assert somebody(client) == str(twins[1].pk)
    assert client.get("/in/NOBODY/").status_code == 404


def test_with_one_committee_the_number_is_enough(client: Client, db: None, sign_in: SignIn) -> None:
    committee = Committee.objects.create(
        code="YX", name="政协云溪县委员会", short_name="云溪县政协", place="云溪县", tier="county"
    )
    account = Account(username=names.for_member("YX", "001"), name="林知远")
    account.set_password(PASSWORD)
    account.save()
    Member.objects.create(committee=committee, account=account, number="001", name="林知远")
    assert "所在政协" not in client.get("/accounts/login/").text
    assert sign_in(client, "001", at="")["Location"] == "/home/"


@pytest.mark.parametrize("typed", ["13800000001", "138-0000-0001", "+86 138 0000 0001", "１３８０００００００１"])
def test_a_phone_works_everywhere_however_it_is_written(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn, typed: str
) -> None:
    Member.objects.filter(account=cast.proposer).update(phone="138 0000 0001", phone_hash=phone_hash("138 0000 0001"))
    with_password(cast.proposer)
    for page in ("", "YX", "WC"):
        assert sign_in(client, typed, at=page).status_code == 302
        assert somebody(client) == str(cast.proposer.pk)
        client.logout()


def test_a_changed_phone_is_the_new_name_at_once_and_the_old_one_none(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    with_password(cast.cosigner)
    client.force_login(cast.office)
    uid = cast.member(cast.cosigner).uid
    fields = {"email": "", "workplace": "", "workplace_post": ""}
    for phone in ("13800000001", "+86 13800000002"):
        client.post(f"/members/{uid}/change/", fields | {"phone": phone})
    client.logout()
    assert (sign_in(client, "13800000001").status_code, somebody(client)) == (200, None)
    assert sign_in(client, "13800000002").status_code == 302


def test_a_phone_of_several_people_opens_the_account_whose_password_fits_and_none_when_it_fits_two(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    people = [cast.proposer, cast.cosigner]
    for number, account in enumerate(people):
        Member.objects.filter(account=account).update(phone="13800000001", phone_hash=phone_hash("13800000001"))
        with_password(account, f"{PASSWORD}{number}")
    sign_in(client, "13800000001", f"{PASSWORD}1")
    assert somebody(client) == str(cast.cosigner.pk)
    client.logout()
    with_password(cast.cosigner, f"{PASSWORD}0")
    refused = sign_in(client, "13800000001", f"{PASSWORD}0")
    assert "这个手机号有几个账户" in refused.text
    assert somebody(client) is None
    sign_in(client, "YX002", f"{PASSWORD}0")
    assert somebody(client) == str(cast.cosigner.pk)


def test_staff_names_work_everywhere_and_the_systems_nowhere(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    with_password(cast.office)
    for page in ("", "YX", "WC"):
        assert sign_in(client, "ＯＦＦＩＣＥ", at=page).status_code == 302
        client.logout()
    system = with_password(Account.objects.system())
    sign_in(client, system.username, at="")
    assert somebody(client) is None


def test_a_closed_account_opens_with_nothing(cast: Cast, client: Client, with_password: Give, sign_in: SignIn) -> None:
    with_password(cast.office)
    Account.objects.filter(pk=cast.office.pk).update(is_active=False)
    assert (sign_in(client, "office").status_code, somebody(client)) == (200, None)


def test_what_is_said_and_kept_is_the_same_for_a_known_and_an_unknown_name_and_never_what_was_typed(
    cast: Cast, client: Client, with_password: Give, sign_in: SignIn
) -> None:
    with_password(cast.office)
    known, unknown = (sign_in(client, name, "不是这个密码") for name in ("office", "我的密码是春天"))
    assert (
        known.context["form"].non_field_errors()
        == unknown.context["form"].non_field_errors()
        == ["登录名或密码不对，请核对后再输一次。"]
    )
    kept = [e.data["username"] for e in Event.objects.filter(kind="accounts.sign_in_failed").order_by("id")]
    assert kept[0] == "秦若水"
    assert "我的密码是春天" not in kept[1]


def test_the_session_keeps_no_typed_name(cast: Cast, client: Client, with_password: Give, sign_in: SignIn) -> None:
    Member.objects.filter(account=cast.proposer).update(phone="13800000001", phone_hash=phone_hash("13800000001"))
    with_password(cast.proposer)
    sign_in(client, "13800000001")
    assert "13800000001" not in repr(dict(client.session))


def test_names_are_compared_plainly() -> None:
    assert plain_sign_in_name(" Ｙ\u3000x-００1\x00 ") == "yx-001"
    assert [plain_phone(t) for t in ("+86 138-0000-0001", "0086１３８０００００００１", "0571 8888 1234", "无", "138x")] == [
        "13800000001",
        "13800000001",
        "057188881234",
        "",
        "",
    ]
    assert [plain_staff_name(t) for t in ("+86 13800000001", "10-23-45", "Zhang San")] == ["13800000001", "10-23-45", "zhangsan"]
