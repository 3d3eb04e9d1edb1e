"""A code for a new password that waits: on whose desk it stands, who is told, until when."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, second_seat
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account, Invitation
from tongxin.accounts.reaching import telling
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.members import actions, queries
from tongxin.members.models import Member
from tongxin.members.rules import waiting_code
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice


def as_(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    session = client.session
    session["second_factor"] = 0
    session.save()
    return client


def queues(account: Account) -> dict[str, int]:
    return {queue.label: queue.count for queue in as_(account).get("/home/").context["queues"]}


@pytest.fixture
def keeper(cast: Cast) -> Account:
    """Keeps the members, beside the office; all have been here for long."""
    Account.objects.update(joined_at=timezone.now() - timedelta(days=300))
    account = Account.objects.create(username="lianluo", name="韩知秋", joined_at=timezone.now() - timedelta(days=300))
    bodies.appoint(
        account, committee=cast.county, duty=Duty.MEMBER_AFFAIRS, starts_on=timezone.localdate(), actor=None, at=timezone.now()
    )
    return account


@pytest.fixture
def asked(cast: Cast, keeper: Account) -> Member:
    """A member who has a password, and for whom the keeper made a code that waits."""
    cast.bystander.set_password("一个很长很长的旧密码")
    cast.bystander.save()
    member = cast.member(cast.bystander)
    actions.invite(member, actor=keeper, at=timezone.now())
    return member


def test_a_waiting_code_stands_on_the_desk_of_everybody_who_may_confirm_it_and_of_nobody_else(
    cast: Cast, keeper: Account, asked: Member
) -> None:
    now = timezone.now()
    for name, account in (cast.everyone() | {"keeper": keeper}).items():
        shown = queries.with_code_to_confirm(account, now).filter(pk=asked.pk).exists()
        assert shown == (name in {"office", "leader"}), name
        assert shown <= allowed(account, "members.confirm_reinvitation", asked), name
    for account in (cast.office, cast.leader):
        page = as_(account).get("/home/")
        [queue] = [q for q in page.context["queues"] if q.label == "待确认的码"]
        assert (queue.count, [(t.url, t.title) for t in queue.items]) == (
            1, [(f"/members/{asked.uid}/confirm/", f"{asked.name}的密码重置码")]
        )  # fmt: skip
        listed = as_(account).get(queue.url)
        assert [row["member"].pk for row in listed.context["members"]] == [asked.pk]
    assert "待确认的码" not in queues(keeper)


def test_it_leaves_the_desk_when_it_is_confirmed_or_its_time_has_come(cast: Cast, keeper: Account, asked: Member) -> None:
    assert queues(cast.leader) == {"待确认的码": 1}
    Invitation.objects.update(works_from=timezone.now() - timedelta(seconds=1))  # no event tells of it
    assert queues(cast.leader) == {}
    Invitation.objects.update(works_from=timezone.now() + timedelta(hours=1))
    assert queues(cast.leader) == {"待确认的码": 1}
    code = waiting_code(asked, at=timezone.now())
    assert code is not None
    actions.confirm_reinvitation(asked, code=code.uid, actor=Account.objects.get(pk=cast.leader.pk), at=timezone.now())
    assert queues(cast.leader) == {}


def test_everybody_who_may_confirm_is_told_and_the_slip_names_them(cast: Cast, keeper: Account, asked: Member) -> None:
    notices.deliver()
    told = Notice.objects.filter(event__kind="members.reinvite", text__contains="请核实是本人要求后确认")
    assert {n.account for n in told} == {cast.office, cast.leader}
    client = as_(keeper)
    slip = client.get(client.post(f"/members/{asked.uid}/invite/", {"read": "1"})["Location"]).text
    assert "委员联络、提案日常工作、主席会议成员都可以确认" in slip


def test_a_code_waits_for_the_committee_that_made_it_and_not_for_another_in_which_the_person_sits_too(
    cast: Cast, asked: Member
) -> None:
    """Else the other county's leader would open an account that is not at home there, recorded in the wrong stream."""
    there, now = second_seat(cast.bystander, cast.other_county, "050"), timezone.now()
    leader = Account.objects.create(username="wclead", name="陶远山", joined_at=now - timedelta(days=300))
    Account.objects.filter(pk=leader.pk).update(joined_at=now - timedelta(days=300))
    bodies.appoint(leader, committee=cast.other_county, duty=Duty.LEADERSHIP, starts_on=timezone.localdate(), actor=None, at=now)
    Account.objects.update(needs_second_factor=False)
    leader.refresh_from_db()
    [code] = Invitation.objects.filter(account=cast.bystander)
    page = as_(leader).post(f"/members/{there.uid}/confirm/", {"code": code.uid}, follow=True)
    assert "没有等待确认的码" in page.text
    code.refresh_from_db()
    assert code.works_from is not None
    assert code.works_from > now + timedelta(hours=71)
    assert not Event.objects.filter(kind="members.confirm_reinvitation").exists()
    assert (waiting_code(there, at=now), queries.with_code_to_confirm(leader, now).exists()) == (None, False)
    rows = telling(Member.objects.filter(account=cast.bystander), now)
    assert {row.committee.code: row.to_confirm for row in rows} == {"YX": True, "WC": False}
    assert [m.pk for m in queries.with_code_to_confirm(cast.leader, now)] == [asked.pk]
