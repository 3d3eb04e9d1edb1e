"""What the office sees of signing in: who was invited, who came, what a reset does before it is made."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, second_seat
from tests.signed_in import as_
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.tests import codes
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.core.templatetags.chinese import full_day
from tongxin.members import actions
from tongxin.members.models import Member

OLD = "一个很长很长的旧密码"


@pytest.fixture
def keeper(cast: Cast, client: Client) -> Client:
    client.force_login(cast.office)
    return client


def state(keeper: Client, member: Member) -> list[str]:
    """Return the line 登录状态 of a member's page."""
    said: list[str] = keeper.get(f"/members/{member.uid}/").context["came"]
    return said


def listed(keeper: Client, query: str = "") -> dict[str, str]:
    return {row["member"].name: row["came"] for row in keeper.get(f"/members/?{query}").context["list"].lines}


def seated(cast: Cast, number: str = "YX050", name: str = "新委员") -> Member:
    member = Member.objects.create(committee=cast.county, number=number, name=name)
    member.seats.create(
        committee=cast.county, term=cast.sector.term, sector=cast.sector, starts_on=timezone.localdate() - timedelta(days=9)
    )
    return member


def with_password(account: Account) -> Account:
    account.set_password(OLD)
    account.save()
    return account


def test_the_page_says_how_far_somebody_came(cast: Cast, keeper: Client) -> None:
    member, at = seated(cast), timezone.now()
    assert state(keeper, member) == ["未邀请"]
    code = actions.invite(member, actor=cast.office, at=at)
    days = (f"{full_day(at)}发出", f"{full_day(at + timedelta(days=14))}失效")
    assert state(keeper, member) == ["已发邀请", *days]
    Invitation.objects.update(expires_at=at - timedelta(hours=1))
    assert state(keeper, member) == ["邀请过期", days[0], f"{full_day(at - timedelta(hours=1))}失效，没有用过"]
    code = actions.invite(member, actor=cast.office, at=at)
    Client().post("/invitation/", {"code": code, "password": OLD, "again": OLD})
    assert state(keeper, member) == ["登录过"]  # and not when: it may have been for another committee
    member.refresh_from_db()
    actions.invite(member, actor=cast.office, at=at)
    assert state(keeper, member) == ["码待确认", *days]
    assert member.account is not None
    codes.set_up(member.account)
    assert state(keeper, member) == ["已发重置码", *days]
    assert state(keeper, cast.member(cast.cosigner)) == ["有账户，未登录"]


def test_a_day_on_which_somebody_was_here_for_another_committee_is_told_to_none(cast: Cast, keeper: Client) -> None:
    here, day = cast.member(cast.bystander), timezone.now() - timedelta(days=40)
    there = second_seat(cast.bystander, cast.other_county, "050")
    Account.objects.filter(pk=cast.bystander.pk).update(last_login=day)
    assert state(keeper, here) == ["登录过"]
    page = keeper.get(f"/members/{here.uid}/").text
    keeper.force_login(cast.office_of_other_county)
    assert full_day(day) not in page + keeper.get(f"/members/{there.uid}/").text


def test_only_who_invites_reads_it(cast: Cast, client: Client) -> None:
    member = cast.member(cast.proposer)
    for name, account in cast.everyone().items():
        client.force_login(account)
        page = client.get(f"/members/{member.uid}/")
        assert (name, page.status_code == 200 and "登录状态" in page.text) == (name, account == cast.office)
        roster = client.get("/members/")
        assert (name, roster.status_code == 200 and "还没有登录过的" in roster.text) == (
            name,
            account in {cast.office, cast.office_of_other_county},
        )


def test_the_list_tells_and_finds_who_never_came(cast: Cast, keeper: Client) -> None:
    Account.objects.filter(pk=cast.proposer.pk).update(last_login=timezone.now())
    seated(cast)
    everybody = listed(keeper)
    assert (everybody["林知远"], everybody["新委员"], everybody[cast.cosigner.name]) == ("登录过", "未邀请", "有账户，未登录")
    never = listed(keeper, "who=never")
    assert never == {name: came for name, came in everybody.items() if name != "林知远"}
    assert keeper.get("/members/?who=never").context["list"].caption == f"{len(never)} 名委员还没有登录过"
    assert listed(keeper, "who=never&q=YX050") == {"新委员": "未邀请"}


def test_who_keeps_no_list_filters_nothing_by_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.leader)
    page = client.get("/members/?who=never")
    assert ("没有登录过" in page.text, page.context["list"].caption) == (False, client.get("/members/").context["list"].caption)


def test_the_list_of_one_committee_does_not_tell_of_another(cast: Cast, keeper: Client) -> None:
    """Who keeps the members here, and reads those of another committee by another duty, reads nothing of their signing in."""
    bodies.appoint(
        cast.office,
        committee=cast.other_county,
        duty=Duty.LEADERSHIP,
        starts_on=timezone.localdate(),
        actor=None,
        at=timezone.now(),
    )
    Account.objects.update(needs_second_factor=False)
    foreign = cast.member(cast.member_of_other_county)
    assert listed(keeper)[foreign.name] == ""
    assert foreign.name not in listed(keeper, "who=never")
    assert state(keeper, foreign) == []


@pytest.mark.parametrize("query", ["", "who=never"])
def test_the_list_asks_no_more_for_four_than_for_one(cast: Cast, keeper: Client, one_minute: None, query: str) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            keeper.get(f"/members/?{query}")
        return len(queries)

    asked()  # what a process asks once
    actions.invite(seated(cast), actor=cast.office, at=timezone.now())
    first = asked()  # each time after something happened: counts in the menu are kept until then
    for n in range(3):
        actions.invite(seated(cast, f"YX06{n}", f"新委员{n}"), actor=cast.office, at=timezone.now())
    assert asked() == first


# ── a reset ──
def test_a_new_password_is_not_made_possible_before_what_follows_was_read(cast: Cast, keeper: Client) -> None:
    member = cast.member(with_password(cast.bystander))
    page, before = f"/members/{member.uid}/", Event.objects.count()
    shown = keeper.get(page).text
    assert (f'href="{page}invite/"' in shown, f'action="{page}invite/"' in shown) == (True, False)
    # a button drawn before there was a password
    for asked in (keeper.get(f"{page}invite/"), keeper.post(f"{page}invite/")):
        assert asked.context["sentences"] == [
            "打印密码重置单，本人凭重置码设定新密码；请先当面或打电话核实是本人忘记了密码",
            "重置码不能马上使用：须机关另一位工作人员确认（委员联络、提案日常工作、主席会议成员都可以确认）；没有人确认的，72 小时后可以使用",
            "立即告知本人、审计管理员和可以确认的人",
            "本人用原来的密码登录的，重置码随即作废",
            "14 天内有效，以前发的码作废",
        ]
    assert (Invitation.objects.count(), Event.objects.count()) == (0, before)
    assert keeper.post(f"{page}invite/", {"read": "1"}, follow=True).context["slips"][0].resets
    assert Event.objects.filter(kind="members.reinvite").count() == 1


def test_with_a_second_factor_it_says_that_nothing_waits(cast: Cast, keeper: Client) -> None:
    codes.set_up(with_password(cast.bystander))
    said = keeper.get(f"/members/{cast.member(cast.bystander).uid}/invite/").context["sentences"]
    assert said[1:3] == ["本人设有动态口令：重置码马上可以使用，登录时还须输入动态口令", "立即告知本人和审计管理员"]


def test_a_first_invitation_takes_one_click(cast: Cast, keeper: Client) -> None:
    member = seated(cast)
    assert f'action="/members/{member.uid}/invite/"' in keeper.get(f"/members/{member.uid}/").text
    assert not keeper.post(f"/members/{member.uid}/invite/", follow=True).context["slips"][0].resets


def test_where_no_code_is_made_the_reason_stands_in_the_buttons_place(cast: Cast, keeper: Client) -> None:
    bodies.appoint(
        with_password(cast.bystander),
        committee=cast.county,
        duty=Duty.FILING,
        starts_on=timezone.localdate(),
        actor=None,
        at=timezone.now(),
    )
    page = f"/members/{cast.member(cast.bystander).uid}/"
    shown = keeper.get(page).text
    assert ("请用原来的登录名登录" in shown, f"{page}invite/" in shown) == (True, False)
    assert "请用原来的登录名登录" in keeper.get(f"{page}invite/").text
    assert not Invitation.objects.exists()


def test_the_demo_says_who_came_without_a_password(cast: Cast, keeper: Client, settings: Any) -> None:
    """Everybody changes places there: a first invitation is no surprise."""
    settings.DEMO = True
    page = f"/members/{cast.member(cast.bystander).uid}/"
    said = "没有设密码，只能在演示里换身份使用"
    assert said not in keeper.get(page).text
    as_(cast.bystander)
    assert f"登录过，{said}" in keeper.get(page).text
    actions.invite(cast.member(cast.bystander), actor=cast.office, at=timezone.now())
    invited = keeper.get(page).text
    assert ("已发邀请，" in invited, "已发重置码" in invited, said in invited) == (True, False, True)
    cast.bystander.set_password("一个很长很长的旧密码")
    cast.bystander.save()
    assert said not in keeper.get(page).text
