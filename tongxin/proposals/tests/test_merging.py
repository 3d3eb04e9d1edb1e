"""Proposals that go into others, and those with them that went into them before."""

import pytest

from tests.cast import Cast, merged_late, moment
from tests.signed_in import as_
from tongxin.audit import actions as audit
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import raw
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import MergeInto, Separation
from tongxin.workflow.engine import perform

AT = moment("2026-03-05")
REASON = "同一件事。"


def merge(cast: Cast, what: Proposal, into: Proposal) -> None:
    row = Proposal.objects.get(pk=what.pk)
    perform(row, "merge", actor=cast.office, at=AT, payload=MergeInto(into.uid, REASON))


@pytest.fixture
def leads(cast: Cast) -> list[Proposal]:
    return [cast.filed(title=title) for title in "甲乙丙丁"]


def test_what_moves_along_twice_is_vouched_for_all_the_way(cast: Cast, leads: list[Proposal]) -> None:
    first, *others = leads
    for what, into in zip(leads, others, strict=False):
        merge(cast, what, into)
    moved = Proposal.objects.get(pk=first.pk)
    assert moved.merged_into == others[-1]
    assert audit.intact(moved)
    assert verifying.verify().ok


def test_what_moves_along_says_so_in_its_own_life_and_to_its_signers(cast: Cast, leads: list[Proposal]) -> None:
    first, second, third, _fourth = leads
    merge(cast, first, second)
    merge(cast, second, third)
    [event] = Event.objects.filter(kind="proposals.move_along")
    assert (event.subject_uid, event.data["into_label"]) == (first.uid, f"第 {third.number:04d} 号")
    notices.deliver()
    told = Notice.objects.filter(event=event)
    assert {(n.account, REASON in n.text) for n in told} == {(cast.proposer, True), (cast.cosigner, True)}


def test_what_was_forged_is_not_vouched_for_as_it_moves_along(cast: Cast, leads: list[Proposal]) -> None:
    first, second, third, _fourth = leads
    merge(cast, first, second)
    raw(Proposal).filter(pk=first.pk).update(number=99)
    merge(cast, second, third)
    assert Event.objects.get(kind="proposals.move_along").proofs == {}


def who_is_told(kind: str) -> dict[str, str]:
    notices.deliver()
    return {notice.account.username: notice.text for notice in Notice.objects.filter(event__kind=kind)}


def test_the_same_people_are_told_what_goes_into_an_assigned_case_and_out_of_it(cast: Cast) -> None:
    case, joined = cast.assigned(title="甲"), cast.in_decision(title="乙")
    merge(cast, joined, case.proposal)
    came = who_is_told("proposals.absorb")
    row = Proposal.objects.get(pk=joined.pk)
    perform(row, "separate", actor=cast.office, at=AT, payload=Separation("不是同一件事。"))
    went = who_is_told("proposals.part_with")
    assert set(came) == set(went) == {"YX001", "YX002", "assigner", "clerk", "coclerk"}
    assert came["clerk"] == f"《乙》并入你单位承办的第 0001 号提案《甲》，请一并面商、答复：{REASON}"
    assert went["coclerk"] == "《乙》不再并入你单位承办的第 0001 号提案《甲》，无需一并答复：不是同一件事。"
    assert came["YX002"] == f"《乙》并入您的提案《甲》，一并办理、答复：{REASON}"


def test_what_moves_along_comes_into_the_new_lead_by_its_own_name(cast: Cast, leads: list[Proposal]) -> None:
    first, second, third, _fourth = leads
    merge(cast, first, second)
    merge(cast, second, third)
    came = Event.objects.filter(kind="proposals.absorb", subject_uid=third.uid).order_by("id")
    assert [event.data["title"] for event in came] == ["乙", "甲"]


def test_who_was_asked_to_assign_hears_that_it_went_into_another(cast: Cast, leads: list[Proposal]) -> None:
    first, second, *_others = leads
    merge(cast, first, second)
    assert who_is_told("proposals.merge")["assigner"] == "第 0001 号提案《甲》并入第 0002 号提案，无需单独交办"


def test_the_page_of_the_lead_names_what_came_and_went_to_who_has_to_do_with_it(cast: Cast) -> None:
    case, joined = cast.assigned(title="甲"), cast.in_decision(title="乙")
    merge(cast, joined, case.proposal)
    perform(Proposal.objects.get(pk=joined.pk), "separate", actor=cast.office, at=AT, payload=Separation("不是同一件事。"))
    url = case.proposal.get_absolute_url()
    for account in (cast.office, cast.cosigner, cast.clerk, cast.assigner):
        page = as_(account).get(url).text
        assert ("《乙》并入本案" in page, "《乙》解除并案，不再并入本案" in page) == (True, True), account
    page = as_(cast.bystander).get(url).text
    assert ("另有一件提案并入本案" in page, "乙" in page) == (True, False)


def test_the_form_promises_a_number_only_where_there_is_one(cast: Cast) -> None:
    lead, joined = cast.filed(title="甲"), cast.in_decision(title="乙")
    merge(cast, joined, lead)
    page = as_(cast.office).get(f"/go/proposals/{joined.uid}/separate/").text
    assert "本案已有提案号的，提案号保留" in page


def test_who_takes_something_out_of_an_answered_case_reads_that_it_was_answered(cast: Cast) -> None:
    case, joined = cast.answered(title="甲"), cast.in_decision(title="乙")
    merged_late(joined, case.proposal, cast, at=AT)
    page = as_(cast.office).get(f"/go/proposals/{joined.uid}/separate/").text
    assert "主案第 0001 号《甲》已经答复（县卫生健康局 2026 年 3 月 2 日的答复（B 类））" in page
    perform(Proposal.objects.get(pk=joined.pk), "separate", actor=cast.office, at=AT, payload=Separation("不是同一件事。"))
    went = who_is_told("proposals.part_with")["clerk"]
    assert went == "《乙》不再并入你单位承办的第 0001 号提案《甲》，已经送出的答复无需改动：不是同一件事。"
