"""The unit rings up the proposer before it replies: it finds the number, and each look leaves an event."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.handling import actions, queries
from tongxin.handling.choices import TaskState
from tongxin.handling.models import Task
from tongxin.handling.workflow import SignFor
from tongxin.members import actions as members
from tongxin.members.choices import Ending
from tongxin.members.models import Member
from tongxin.proposals.models import Proposal
from tongxin.workflow.engine import perform

NUMBER, MASKED = "13800138021", "138******21"
SENTENCE = "查看提案人"


@pytest.fixture
def part(cast: Cast, today) -> Task:
    """A part of the lead unit that waits to be signed for; its first proposer has a telephone."""
    member = cast.member(cast.proposer)
    members.change_contact(member, fields={"phone": NUMBER}, actor=cast.office, at=today)
    return cast.task(cast.assigned(today))


def _sign(part: Task, cast: Cast, today) -> Task:
    perform(part, "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    return Task.objects.get(pk=part.pk)


def test_the_number_stands_masked_on_the_page_and_is_read_in_full_by_an_act_that_leaves_an_event(
    cast: Cast, as_, part: Task, today
) -> None:
    part, client = _sign(part, cast, today), as_(cast.clerk)
    page = client.get(f"/handling/{part.uid}/").content.decode()
    assert (MASKED in page, NUMBER in page) == (True, False)
    answer = client.post(f"/handling/{part.uid}/phone/", headers={"HX-Request": "true"})
    assert NUMBER in answer.content.decode()
    [event] = Event.objects.filter(kind="handling.read_phone")
    assert (event.actor, event.subject_id, event.data["name"]) == (cast.clerk, part.pk, "林知远")
    assert NUMBER not in f"{event.data} {event.subject_label} {kinds.sentence(event)} {kinds.detail(event)}"
    assert NUMBER in client.post(f"/handling/{part.uid}/phone/").content.decode()  # without a script: a page of its own
    assert Event.objects.filter(kind="handling.read_phone").count() == 2


def test_reloaded_the_address_leads_to_the_part_and_leaves_nothing(cast: Cast, as_, part: Task, today) -> None:
    part = _sign(part, cast, today)
    answer = as_(cast.clerk).get(f"/handling/{part.uid}/phone/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/handling/{part.uid}/")
    assert not Event.objects.filter(kind="handling.read_phone").exists()


def test_nobody_else_reads_it_and_the_unit_only_while_it_handles_the_case(cast: Cast, as_, part: Task, today) -> None:
    def may() -> set[str]:
        answers = {name: as_(who).post(f"/handling/{part.uid}/phone/") for name, who in cast.everyone().items()}
        assert all(NUMBER not in a.content.decode() for name, a in answers.items() if a.status_code != 200)
        return {name for name, a in answers.items() if a.status_code == 200}

    assert may() == set()
    assert not Event.objects.filter(kind="handling.read_phone").exists()
    assert MASKED not in as_(cast.clerk).get(f"/handling/{part.uid}/").content.decode()
    _sign(part, cast, today)
    assert may() == {"clerk", "unit_leader"}
    co = cast.task(part.case, cast.co_unit)
    perform(co, "sign_for", actor=cast.co_clerk, at=today, payload=SignFor("陆知行"))
    assert as_(cast.co_clerk).post(f"/handling/{co.uid}/phone/").status_code == 403
    assert MASKED not in as_(cast.assigner).get(f"/handling/{part.uid}/").content.decode()


def test_a_closed_case_gives_no_number_any_more(cast: Cast, as_, today) -> None:
    members.change_contact(cast.member(cast.proposer), fields={"phone": NUMBER}, actor=cast.office, at=today)
    case = cast.answered(today)
    task = cast.task(case)
    assert task.state == TaskState.ANSWERED
    assert as_(cast.clerk).post(f"/handling/{task.uid}/phone/").status_code == 200
    actions.close_round(case, at=today + timedelta(days=40))
    answer = as_(cast.clerk).post(f"/handling/{task.uid}/phone/")
    assert (answer.status_code, NUMBER in answer.content.decode()) == (403, False)
    assert MASKED not in as_(cast.clerk).get(f"/handling/{task.uid}/").content.decode()


def test_who_has_no_telephone_is_asked_for_at_the_office(cast: Cast, as_, today) -> None:
    part = _sign(cast.task(cast.assigned(today)), cast, today)
    assert "系统里没有提案人的电话，请与政协提案工作人员联系" in as_(cast.clerk).get(f"/handling/{part.uid}/").content.decode()
    assert as_(cast.clerk).post(f"/handling/{part.uid}/phone/").headers["Location"] == f"/handling/{part.uid}/"
    assert not Event.objects.filter(kind="handling.read_phone").exists()


def test_where_the_first_proposer_sits_no_more_it_is_the_next_who_sits_and_nobody_s_where_none_does(
    cast: Cast, part: Task, today
) -> None:
    part = _sign(part, cast, today)
    members.change_contact(cast.member(cast.cosigner), fields={"phone": "13900139033"}, actor=cast.office, at=today)
    for name, left in (("林知远", ()), (cast.cosigner.name, (cast.proposer,)), ("", (cast.proposer, cast.cosigner))):
        for account in left:
            _resign(cast.member(account), cast, today)
        fresh = Task.objects.select_related("case__proposal").get(pk=part.pk)
        assert queries.number_of(fresh).name == name


def _resign(member: Member, cast: Cast, today) -> None:
    on = timezone.localdate(today)
    if Member.objects.sitting(on).filter(pk=member.pk).exists():
        members.end_seat(member, ending=Ending.RESIGNED, on=on, reason="调离", actor=cast.office, at=today)


def test_who_asked_for_letters_is_said_beside_the_number(cast: Cast, as_, part: Task, today) -> None:
    part = _sign(part, cast, today)
    Proposal.objects.filter(pk=part.case.proposal_id).update(wants_contact=False)
    assert "提案人选的是书面沟通。" in as_(cast.clerk).get(f"/handling/{part.uid}/").content.decode()


def test_the_look_is_told_to_the_office_and_to_audit_and_not_on_the_unit_s_page(cast: Cast, as_, part: Task, today) -> None:
    part = _sign(part, cast, today)
    as_(cast.clerk).post(f"/handling/{part.uid}/phone/")
    seen = {
        name
        for name in ("office", "proposer", "co_clerk", "clerk", "assigner")
        if SENTENCE in _course(as_(getattr(cast, name)), part)
    }
    assert seen == {"office"}
    assert SENTENCE in as_(cast.audit_admin).get(reverse("events")).content.decode()


def _course(client, part: Task) -> str:
    page = client.get(f"/handling/{part.uid}/")
    return (
        str(page.content.decode()) if page.status_code == 200 else str(client.get(part.case.get_absolute_url()).content.decode())
    )
