"""The migrations carry yesterday's accounts along: nobody is locked out, nothing stays in the clear."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts import actions
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.queries import InvitationError
from tongxin.accounts.tests import codes
from tongxin.accounts.tests.conftest import PASSWORD
from tongxin.core.secrets import lookup_hash, phone_hash
from tongxin.members.models import Member


def migration(app: str, name: str) -> Any:
    return import_module(f"tongxin.{app}.migrations.{name}")


accounts_data = migration("accounts", "0003_names_and_secrets_kept_safely")
members_data = migration("members", "0002_numbers_belong_to_their_committee")
committees_data = migration("committees", "0003_open_codes_of_staff_end")
codes_data = migration("members", "0006_open_reset_codes_of_members_end")


def account(username: str) -> Account:
    made = Account(username=username, name=username)
    made.set_password(f"{PASSWORD}{username}")
    made.save()
    return made


def test_staff_go_on_signing_in_with_what_they_typed(cast: Cast) -> None:
    typed = ["Zhang San", "ＡＢ１２", "138-0000-0001", "Dou", "dou", " 工号 7 "]
    people = {name: account(name) for name in typed}
    system = Account.objects.system()
    accounts_data.write_names_plainly(apps, None)
    kept = [Account.objects.get(pk=people[name].pk).username for name in typed]
    assert kept == ["zhangsan", "ab12", "13800000001", "Dou", "dou", "工号7"]
    assert Account.objects.get(pk=system.pk).username == "system"
    for name in typed:
        client = Client()
        client.post("/accounts/login/", {"login": name, "password": f"{PASSWORD}{name}"})
        assert (name, client.session.get("_auth_user_id")) == (name, str(people[name].pk))


def test_members_go_on_signing_in_with_their_number(cast: Cast) -> None:
    type(cast.county).objects.update(fictional=False)
    member = Member.objects.create(committee=cast.county, number="001", name="林一", account=account("001"))
    Member.objects.create(committee=cast.other_county, number="001", name="林二")
    linked = Member.objects.create(committee=cast.county, number="002", name="林三", account=account("zhanglin"))
    members_data.name_with_committee(apps, None)
    member.refresh_from_db()
    linked.refresh_from_db()
    assert (member.account.username, linked.account.username) == ("YX/001", "zhanglin")  # type: ignore[union-attr]
    for page, name in (("/in/YX/", "001"), ("/accounts/login/", "YX/001"), ("/accounts/login/", "yx/001")):
        client = Client()
        assert client.post(page, {"login": name, "password": f"{PASSWORD}001"}).status_code == 302, name


def test_phones_are_found_however_they_were_written(cast: Cast) -> None:
    member = cast.member(cast.proposer)
    Member.objects.filter(pk=member.pk).update(phone="138-0000 0001", phone_hash=lookup_hash("138-0000 0001"))
    members_data.hash_phones(apps, None)
    member.refresh_from_db()
    assert (member.phone, member.phone_hash) == ("138-0000 0001", phone_hash("13800000001"))


def test_keys_of_the_second_factor_are_encrypted_once_and_come_back(cast: Cast) -> None:
    rows = [
        Authenticator.objects.create(user=cast.office, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"}),
        Authenticator.objects.create(user=cast.office, type="recovery_codes", data={"seed": "ab12", "used_mask": 5}),
        Authenticator.objects.create(user=cast.clerk, type="recovery_codes", data={"migrated_codes": ["12345678"]}),
    ]
    before = [dict(row.data) for row in rows]
    accounts_data.encrypt(apps, None)
    accounts_data.encrypt(apps, None)
    for row in rows:
        row.refresh_from_db()
    assert [row.data["secret"][:5] for row in rows[:1]] == ["gAAAA"]
    assert rows[1].data["used_mask"] == 5
    assert rows[2].wrap().generate_codes() == ["12345678"]
    assert codes.shown("JBSWY3DPEHPK3PXP") == codes.code(cast.office)
    accounts_data.decrypt(apps, None)
    for row, kept in zip(rows, before, strict=True):
        row.refresh_from_db()
        assert row.data == kept


def test_open_codes_that_would_reset_the_password_of_somebody_with_a_duty_end(cast: Cast) -> None:
    for who in (cast.office, cast.proposer):
        who.set_password(PASSWORD)
        who.save()
    for who in (cast.office, cast.clerk, cast.proposer):
        actions.invite(who, actor=None, at=timezone.now())
    committees_data.revoke(apps, None)
    open_ = Invitation.objects.filter(revoked_at=None).values_list("account__username", flat=True)
    assert sorted(open_) == ["YX001", "clerk"]  # the clerk has no password yet: it is the first code


def test_open_codes_that_would_reset_a_members_password_at_once_end_and_no_others(cast: Cast) -> None:
    at = timezone.now()
    for who in (cast.proposer, cast.bystander, cast.clerk):
        who.set_password(PASSWORD)
        who.save()
    reset = actions.invite(cast.proposer, actor=None, at=at)
    actions.invite(cast.cosigner, actor=None, at=at)  # never used: the first code
    actions.invite(cast.bystander, seat=cast.member(cast.bystander).uid, actor=None, at=at, works_from=at + timedelta(days=3))
    actions.invite(cast.clerk, actor=None, at=at)  # staff: the second factor is asked for as well
    actions.invite_to_seat(cast.member(cast.proposer).uid, actor=None, at=at)
    codes_data.revoke(apps, None)
    with pytest.raises(InvitationError, match="失效"):
        actions.accept(reset, password=f"{PASSWORD}！", at=at)
    open_ = Invitation.objects.filter(revoked_at=None).values_list("account__username", flat=True).order_by("pk")
    assert list(open_) == ["YX002", cast.bystander.username, "clerk", None]


@pytest.mark.django_db(transaction=True)
def test_the_tables_that_kept_typed_names_and_addresses_are_gone() -> None:
    assert [name for name in connection.introspection.table_names() if name.startswith("axes_")] == []
