"""What waits to be passed on.

The queue at home, its page and its file are of the committees whose office somebody keeps, no other's.
"""

import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tests.cast import Cast, moment
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee, Sector
from tongxin.desks import queues
from tongxin.desks.leaving import leave
from tongxin.desks.shown import shown
from tongxin.handling.lists.desk import DESK
from tongxin.members.models import Member, Seat
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal
from tongxin.proposals.regulations import NotFiling
from tongxin.proposals.workflow import Examination, NotFilingDecision
from tongxin.regulations.queries import in_force
from tongxin.workflow.engine import perform

AT = moment("2026-03-05")
PAGE, FILE = "/desk/passing-on/", "/desk/passing-on/export/"


def converted(cast: Cast, title: str) -> Proposal:
    """A proposal of the county that was not filed and is to be passed on."""
    proposal = cast.in_decision(title=title)
    return _decided(proposal, cast.office)


def _decided(proposal: Proposal, office: Account) -> Proposal:
    reasons = in_force(proposal.committee, NotFiling, timezone.localdate(AT)).reasons
    code = next(reason.code for reason in reasons if "suggestion" in reason.destinations)
    perform(proposal, "not_file", actor=office, at=AT, payload=NotFilingDecision(code, "suggestion", "属于日常意见。"))
    return proposal


def converted_next_door(cast: Cast, title: str) -> Proposal:
    """The same in the other county."""
    person, committee = cast.member_of_other_county, cast.other_county
    text = {"title": title, "situation": "情况。" * 40, "analysis": "分析。" * 40, "suggestions": "建议。" * 40}
    first = Member.objects.get(account=person)
    proposal = proposals.draft(committee, actor=person, at=AT, first=first, text=text)
    number = iter(range(50, 60))
    for name in ("甲", "乙"):
        account = Account.objects.create(username=f"wc{name}", name=name)
        sector = Sector.objects.select_related("term").get(committee=committee)
        member = Member.objects.create(committee=committee, account=account, number=f"WC0{next(number)}", name=name)
        Seat.objects.create(committee=committee, member=member, term=sector.term, sector=sector, starts_on=sector.term.starts_on)
        [asked] = proposals.invite_cosigners(proposal, members=[member], until=AT.replace(hour=20), actor=person, at=AT)
        proposals.answer_invitation(asked, accept=True, actor=account, at=AT)
    office = cast.office_of_other_county
    perform(proposal, "submit", actor=person, at=AT)
    perform(proposal, "pass_examination", actor=office, at=AT, payload=Examination("social", "learning", "government"))
    return _decided(proposal, office)


def appointed(*duties: tuple[str, Committee]) -> Account:
    """Somebody with duties in committees, in this order."""
    account = Account.objects.create(username="both", name="左右")
    for duty, committee in duties:
        bodies.appoint(account, committee=committee, duty=duty, starts_on=timezone.localdate(AT), actor=None, at=AT)
    account.needs_second_factor = False
    account.save(update_fields=["needs_second_factor"])
    return account


def counted(account: Account) -> int:
    found = queues.queues(account, timezone.now())
    return sum(one.count for one in found if one.url == PAGE)


def listed(client: Client) -> list[str]:
    return [row.title for row in client.get(PAGE).context["rows"]]


def in_file(client: Client, **said: Any) -> list[str]:
    answer = client.post(FILE, said)
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[arg-type]
    rows = book.get_sheet_by_index(0).to_python()
    return [row[rows[0].index("案由")] for row in rows[1:]]


def test_who_leads_here_and_is_clerk_there_gets_the_file_of_what_the_page_shows(cast: Cast) -> None:
    converted(cast, "这里的")
    converted_next_door(cast, "那里的")
    somebody = appointed((Duty.LEADERSHIP, cast.county), (Duty.PROPOSAL_OFFICE, cast.other_county))
    client = as_(somebody)
    assert (counted(somebody), listed(client), in_file(client)) == (1, ["那里的"], ["那里的"])
    assert Event.objects.get(kind="proposals.export").committee_code == "WC"
    assert client.post(FILE, {"in": "YX"}).status_code == 403


def test_whoever_keeps_two_offices_has_both_in_the_queue_and_on_the_page_and_each_as_a_file(cast: Cast) -> None:
    converted(cast, "这里的")
    converted_next_door(cast, "那里的")
    somebody = appointed((Duty.PROPOSAL_OFFICE, cast.county), (Duty.PROPOSAL_OFFICE, cast.other_county))
    client = as_(somebody)
    assert (counted(somebody), sorted(listed(client))) == (2, ["这里的", "那里的"])
    assert (in_file(client, **{"in": "YX"}), in_file(client, **{"in": "WC"})) == (["这里的"], ["那里的"])


def test_a_list_does_not_leave_for_who_may_not_have_it_whoever_calls(cast: Cast) -> None:
    cast.submitted()
    page = shown(DESK, QueryDict(""), cast.leader, at=timezone.now())
    with pytest.raises(PermissionDenied):
        leave(page, ending="csv")
    assert not Event.objects.filter(kind="proposals.export").exists()
