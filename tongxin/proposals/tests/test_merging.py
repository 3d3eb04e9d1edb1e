"""Proposals that go into others, and those with them that went into them before."""

import pytest

from tests.cast import Cast, moment
from tongxin.audit import actions as audit
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.audit.tests.forging import raw
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import MergeInto
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
