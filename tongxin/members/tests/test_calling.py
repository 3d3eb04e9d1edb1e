"""Who verifies a code by a call reads whether the number is a new one, and who changed it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.core.templatetags.chinese import moment
from tongxin.members import actions, queries
from tongxin.members.models import Member
from tongxin.regulations.actions import adopt


def as_(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    session = client.session
    session["second_factor"] = 0
    session.save()
    return client


@pytest.fixture
def keeper(cast: Cast) -> Account:
    """Keeps the members, beside the office."""
    Account.objects.update(joined_at=timezone.now() - timedelta(days=300))
    account = Account.objects.create(username="lianluo", name="韩知秋", joined_at=timezone.now() - timedelta(days=300))
    bodies.appoint(
        account, committee=cast.county, duty=Duty.MEMBER_AFFAIRS, starts_on=timezone.localdate(), actor=None, at=timezone.now()
    )
    return account


@pytest.fixture
def member(cast: Cast) -> Member:
    """Somebody who has a password."""
    cast.bystander.set_password("一个很长很长的旧密码")
    cast.bystander.save()
    return cast.member(cast.bystander)


def test_a_phone_changed_lately_is_said_where_a_code_is_made_and_where_it_is_confirmed(
    cast: Cast, keeper: Account, member: Member
) -> None:
    at = timezone.now()
    page, making, confirming = f"/members/{member.uid}/", f"/members/{member.uid}/invite/", f"/members/{member.uid}/confirm/"
    before = [as_(keeper).get(path).text for path in (page, making)]
    actions.change_contact(member, fields={"phone": "13900000001"}, actor=keeper, at=at)
    actions.change_contact(member, fields={"workplace": "云溪县中学"}, actor=cast.office, at=at)  # another field says nothing
    actions.invite(member, actor=keeper, at=at)
    said = f"手机号由韩知秋于 {moment(at)} 改动"
    assert [said in text for text in before] == [False, False]
    assert said in as_(keeper).get(page).text
    assert f"{said}，请不要只打这个号码核实。" in as_(keeper).get(making).text
    assert f"{said}，请不要只打这个号码核实。" in as_(cast.leader).get(confirming).text
    readers = (cast.leader, cast.proposer, cast.bystander)  # who may confirm the code that waits, a fellow member, the member
    assert [said in as_(reader).get(page).text for reader in readers] == [True, False, True]


def test_after_the_days_of_the_regulation_it_is_said_no_longer(cast: Cast, keeper: Account, member: Member) -> None:
    at = timezone.now()
    actions.change_contact(member, fields={"phone": "13900000001"}, actor=keeper, at=at)
    said = f"手机号由韩知秋于 {moment(at)} 改动"
    days = [0, 29, 31]
    assert [queries.phone_changed(member, at=at + timedelta(days=n)) for n in days] == [said, said, ""]
    adopt(
        cast.county, "members.phone_change", effective_from=timezone.localdate(at), body={"told_days": 40},
        reference={"title": "云溪县政协委员联络办法"}, actor=None, at=at,
    )  # fmt: skip
    assert [queries.phone_changed(member, at=at + timedelta(days=n)) for n in (39, 41)] == [said, ""]
    other = cast.member(cast.member_of_other_county)
    actions.change_contact(other, fields={"phone": "13900000002"}, actor=cast.office_of_other_county, at=at)
    assert [bool(queries.phone_changed(other, at=at + timedelta(days=n))) for n in (29, 39)] == [True, False]


def test_the_demo_says_who_came_without_a_password(cast: Cast, keeper: Account, settings: Any) -> None:
    """Everybody changes places there: a first invitation is no surprise."""
    settings.DEMO = True
    page = f"/members/{cast.member(cast.bystander).uid}/"
    said = "没有设密码，只能在演示里换身份使用"
    assert said not in as_(keeper).get(page).text
    as_(cast.bystander)
    assert f"登录过，{said}" in as_(keeper).get(page).text
    actions.invite(cast.member(cast.bystander), actor=keeper, at=timezone.now())
    invited = as_(keeper).get(page).text
    assert ("已发邀请，" in invited, "已发重置码" in invited, said in invited) == (True, False, True)
    cast.bystander.set_password("一个很长很长的旧密码")
    cast.bystander.save()
    assert said not in as_(keeper).get(page).text
