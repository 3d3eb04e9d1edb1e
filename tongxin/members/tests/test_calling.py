"""Who verifies a code by a call reads whether the number is a new one, and who changed it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.core.templatetags.chinese import moment
from tongxin.members import actions, queries
from tongxin.members.models import Member
from tongxin.regulations.actions import adopt


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
    # another field says nothing
    actions.change_contact(member, fields={"workplace": "云溪县中学"}, actor=cast.office, at=at)
    actions.invite(member, actor=keeper, at=at)
    said = f"手机号由韩知秋于 {moment(at)} 改动"
    assert [said in text for text in before] == [False, False]
    assert said in as_(keeper).get(page).text
    assert f"{said}，请不要只打这个号码核实。" in as_(keeper).get(making).text
    assert f"{said}，请不要只打这个号码核实。" in as_(cast.leader).get(confirming).text
    # who may confirm the code that waits, a fellow member, the member
    readers = (cast.leader, cast.proposer, cast.bystander)
    assert [said in as_(reader).get(page).text for reader in readers] == [True, False, True]


def test_after_the_days_of_the_regulation_it_is_said_no_longer(cast: Cast, keeper: Account, member: Member) -> None:
    at = timezone.now()
    actions.change_contact(member, fields={"phone": "13900000001"}, actor=keeper, at=at)
    said = f"手机号由韩知秋于 {moment(at)} 改动"
    days = [0, 29, 31]
    assert [queries.phone_changed(member, at=at + timedelta(days=n)) for n in days] == [said, said, ""]
    adopt(
        cast.county,
        "members.phone_change",
        effective_from=timezone.localdate(at),
        body={"told_days": 40},
        reference={"title": "云溪县政协委员联络办法"},
        actor=None,
        at=at,
    )
    assert [queries.phone_changed(member, at=at + timedelta(days=n)) for n in (39, 41)] == [said, ""]
    other = cast.member(cast.member_of_other_county)
    actions.change_contact(other, fields={"phone": "13900000002"}, actor=cast.office_of_other_county, at=at)
    assert [bool(queries.phone_changed(other, at=at + timedelta(days=n))) for n in (29, 39)] == [True, False]
