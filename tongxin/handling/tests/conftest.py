"""What the pages' tests share: a browser without a browser, signed in, and a case of the other county."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import signed_in
from tests.cast import TEXT, Cast, a_unit
from tongxin.accounts.models import Account
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty, System
from tongxin.committees.models import Sector
from tongxin.handling import actions
from tongxin.handling.models import Task
from tongxin.handling.workflow import SignFor
from tongxin.members.models import Member, Seat
from tongxin.proposals import actions as proposals
from tongxin.proposals.workflow import Examination, Filing
from tongxin.workflow.engine import perform


@pytest.fixture
def as_() -> Callable[[Account], Client]:
    return signed_in.as_


@pytest.fixture
def today():
    """A moment of today, so that pages see running clocks.

    Never the last hour, when no day is left to invite co-signers.
    """
    now = timezone.localtime()
    return now.replace(hour=min(now.hour, 22))


@pytest.fixture
def wangchuan(cast: Cast, today):
    """A case of the other county with three signers whose reply was sent by the unit's leader."""
    county, since = cast.other_county, today.date() - timedelta(days=400)
    sector = Sector.objects.get(committee=county)
    members = [Member.objects.get(account=cast.member_of_other_county)]
    for number, name in (("WC002", "林听雪"), ("WC003", "柳如眉")):
        account = Account.objects.create(username=number, name=name, password="!")
        member = Member.objects.create(committee=county, account=account, number=number, name=name)
        Seat.objects.create(committee=county, member=member, term=sector.term, sector=sector, starts_on=sector.term.starts_on)
        members.append(member)
    unit = a_unit(county, "望川县卫生健康局", at=today)
    people = {}
    for name, duty, scope in (
        ("assigner", Duty.ASSIGN, {"affiliation": System.GOVERNMENT}),
        ("clerk", Duty.UNIT_CLERK, {"unit": unit}),
        ("leader", Duty.UNIT_LEADER, {"unit": unit}),
    ):
        people[name] = Account.objects.create(username=f"wc{name}", name=name, password="!")
        bodies.appoint(people[name], committee=county, duty=duty, starts_on=since, actor=None, at=today, **scope)
    Account.objects.update(needs_second_factor=False)
    for name, account in people.items():
        people[name] = Account.objects.get(pk=account.pk)
    proposal = proposals.draft(county, actor=members[0].account, at=today, first=members[0], text=TEXT)
    asked = proposals.invite_cosigners(
        proposal, members=members[1:], until=today.replace(hour=23), actor=members[0].account, at=today
    )
    for invitation, member in zip(asked, members[1:], strict=True):
        proposals.answer_invitation(invitation, accept=True, actor=member.account, at=today)
    perform(proposal, "submit", actor=members[0].account, at=today)
    office = cast.office_of_other_county
    perform(proposal, "pass_examination", actor=office, at=today, payload=Examination("social", "learning", "government"))
    perform(proposal, "file", actor=office, at=today, payload=Filing("social", "learning", "government"))
    case = actions.assign(proposal, parts=[(unit, "sole")], actor=people["assigner"], at=today)
    task = Task.objects.get(case=case)
    perform(task, "sign_for", actor=people["clerk"], at=today, payload=SignFor("某人"))
    return case, Task.objects.get(pk=task.pk), members, people
