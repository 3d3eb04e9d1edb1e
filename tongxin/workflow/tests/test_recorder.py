"""A life that is told follows the graph and the time, and ends where its row is."""

from typing import Any

import pytest

from tests.cast import Cast, moment
from tongxin.audit.actions import UnknownKindError
from tongxin.proposals.choices import State
from tongxin.workflow.recorder import Recorder, UntoldError

FIRST, LATER = moment("2025-02-01"), moment("2025-02-05")


@pytest.fixture
def told() -> Recorder:
    return Recorder(via="import", recorded_at=moment("2026-03-03"))


def test_a_life_leads_along_the_graph_to_where_its_row_is(cast: Cast, told: Recorder) -> None:
    proposal = cast.submitted()
    told.life(proposal, [("draft", None, {}), ("submit", FIRST, {"season": "平时提案"})])
    begun, handed_in = told.events()
    assert (begun.at, begun.via, begun.from_state, begun.to_state) == (None, "import", "", State.DRAFT)
    assert (handed_in.at, handed_in.from_state, handed_in.to_state, handed_in.data) == (
        FIRST,
        State.DRAFT,
        State.SUBMITTED,
        {"season": "平时提案"},
    )
    assert {event.recorded_at for event in (begun, handed_in)} == {moment("2026-03-03")}


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([("draft", None, {}), ("submit", FIRST, {})], "is draft, and its life ends in submitted"),
        ([("draft", None, {}), ("file", None, {})], "file from draft"),
        ([("submit", None, {})], "submit from nothing"),
        ([("draft", LATER, {}), ("submit", FIRST, {})], "02-01 09:00 comes before 02-05 09:00"),
        ([], "its life ends in nothing"),
    ],
)
def test_a_life_that_cannot_have_been_is_refused(cast: Cast, told: Recorder, steps: list[Any], why: str) -> None:
    with pytest.raises(UntoldError, match=why):
        told.life(cast.draft(), steps)


def test_what_is_said_without_a_sentence_is_refused(cast: Cast, told: Recorder) -> None:
    with pytest.raises(UnknownKindError):
        told.note("proposals.dance", cast.draft(), at=FIRST)
    assert told.said == []


def test_what_was_told_in_any_order_comes_in_that_of_time_and_rows_stand_for_their_keys(cast: Cast) -> None:
    told, proposal = Recorder(), cast.draft()
    told.note("proposals.release", proposal, at=LATER)
    told.begin(proposal, actor=cast.proposer, at=FIRST)
    told.note("proposals.absorb", proposal, at=LATER, data={"proposal": proposal}, acting_as="提案委员会")
    events = told.events(told.take())
    assert [event.kind for event in events] == ["proposals.draft", "proposals.release", "proposals.absorb"]
    assert (events[0].actor_name, events[2].data, events[2].acting_as) == (
        cast.proposer.name,
        {"proposal": proposal.pk},
        "提案委员会",
    )
    assert told.said == []
    told.begin(proposal, at=FIRST)  # what was taken is told: another life may begin


def test_where_nobody_said_when_there_is_no_order_of_time(cast: Cast, told: Recorder) -> None:
    told.begin(cast.draft(), at=None)
    with pytest.raises(UntoldError, match=r"nobody said when: proposals\.draft"):
        told.in_order()
