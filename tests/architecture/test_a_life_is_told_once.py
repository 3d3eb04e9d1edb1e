"""One story, told by the acts of people, by an import, by the demo and by the bench, leaves the same events.

What a way cannot know stands here by name, with why. Everything else that differs is a fault of who tells it.
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from tests.architecture import lives
from tests.architecture.lives import Told
from tongxin.audit.kinds import KINDS

pytestmark = pytest.mark.django_db

# What a sheet does not say of what happened: the events are not invented.
NOT_IN_A_SHEET = {
    "proposals.gather",
    "proposals.invite",
    "proposals.accept_invitation",  # who was asked when; who signed is a row
    "handling.contact",
    "handling.confirm_contact",
    "tasks.submit_reply",
    "tasks.approve",  # who signed the reply in the unit: it is told as sent to the office that reviews
}
INSTEAD = {"import": {"tasks.submit_for_review"}}
# Of events that it implies, a sheet does not say: key → why.
UNSAID = {
    "proposals.submit": {"season": "the plenary's days of that session are not kept"},
    "proposals.pass_examination": dict.fromkeys(
        ("construction", "topic", "routed_to", "remark"), "a sheet has one classification, the one decided upon"
    ),
    "proposals.merge": {"reason": "no column"},
    "proposals.absorb": {"reason": "no column"},
    "proposals.not_file": dict.fromkeys(("reason_code", "reason", "reason_text"), "no column"),
    "cases.assign": {"due": "when it was assigned is not said"},
    "tasks.sign_for": {"handler": "no column"},
    "tasks.give_advice": {"advice": "no column"},
    "tasks.send": {"before": "no column: what the unit had chosen before review", "reason": "no column"},
    "cases.open_rating": {"due": "all rated: until when is no matter any more"},
}
# What the bench's dice add to a life, and the story does not have.
BY_DICE = {"proposals.release", "proposals.pass_on"}
TWICE_BY_DICE = {"handling.contact"}  # whoever confirmed a talk confirmed the second
# What stands in events as a key: of which row.
ROWS = {
    "member": "members.Member",
    "lead": "proposals.Proposal",
    "proposal": "proposals.Proposal",
    "unit_id": "committees.Unit",
    "case": "handling.Case",
    "contact": "handling.Contact",
    "signature": "proposals.Signature",
    "reply": "handling.Reply",
}
# Of these words the four stories have the same.
SAME = {"part", "stage", "way", "round", "entered_for"}


@pytest.fixture
def ways(tmp_path: Path) -> dict[str, dict[str, list[Told]]]:
    """Tell the story in the four ways, each in a world of its own."""
    found = {}
    for way, tell in lives.WAYS.items():
        with lives.undone():
            found[way] = tell(tmp_path)
            for rows in found[way].values():
                check_rows(rows)
    return found


def check_rows(rows: Iterable[Told]) -> None:
    """See that each step begins where the one before ended.

    What stands as a key is the key of such a row, a unit's name its own.
    """
    states: dict[str, str] = {}
    for one in rows:
        if one.target:
            assert states.get(one.of, "") == one.source, one.step
            states[one.of] = one.target
        for key, label in ROWS.items():
            if key in one.data:
                row = apps.get_model(label)._base_manager.filter(pk=one.data[key]).first()
                assert row is not None, (one.kind, key)
                if key == "unit_id":
                    assert one.data["unit"] == row.name
        if "into" in one.data:
            assert one.data["into"] == apps.get_model("proposals.Proposal").objects.get(pk=one.data["lead"]).uid


def test_the_four_ways_leave_the_same_events_in_the_same_order_that_say_the_same(ways: dict[str, dict[str, list[Told]]]) -> None:
    lived = ways["acts"]
    assert {name for name, rows in lived.items() if rows} == {lives.WHOLE, lives.MERGED, lives.RETURNED, lives.REFUSED}
    for way, told in ways.items():
        # a sheet brings outcomes
        assert told.keys() == lived.keys() - ({lives.RETURNED} if way == "import" else set()), way
        for name, rows in told.items():
            assert shape(way, rows) == shape("acts", lived[name], but=NOT_IN_A_SHEET if way == "import" else ()), (way, name)
            for one in rows:
                same_words(way, name, one, [act for act in lived[name] if (act.of, act.kind) == (one.of, one.kind)])


def shape(way: str, rows: Iterable[Told], but: Iterable[str] = ()) -> dict[str, list[tuple[str, str]]]:
    """Return for each row of a story what happened to it, in order, without what a way adds or does otherwise by name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in rows:
        steps = found.setdefault(one.of, [])
        if one.kind in {*but, *INSTEAD.get(way, ()), *(BY_DICE if way == "bench" else ())}:
            continue
        if one.kind == "proposals.absorb":
            continue  # it comes when the other one comes: asked below
        if way == "bench" and one.kind in TWICE_BY_DICE and steps and steps[-1][0] == one.kind:
            continue
        steps.append((one.kind, one.target))
    return found


def same_words(way: str, name: str, one: Told, acts: list[Told]) -> None:
    """See that an event says what the act says.

    The same keys, sorts of values, and words where they are the office's own.
    """
    if one.kind in {*INSTEAD.get(way, ()), *(BY_DICE if way == "bench" else ())}:
        return
    assert acts, (way, name, one.step)
    act = acts[0]
    unsaid = set(UNSAID.get(one.kind, ())) if way == "import" else set()
    assert one.data.keys() == act.data.keys() - unsaid, (way, name, one.kind)
    for key, value in one.data.items():
        assert sort_of(value) == sort_of(act.data[key]), (way, name, one.kind, key, value)
        if key in SAME:
            assert value == act.data[key], (way, name, one.kind, key)
    if way != "import":  # who did it, for whom, by which rule a sheet does not say
        assert bool(one.event.acting_as) == bool(act.event.acting_as), (way, name, one.kind)
        assert bool(one.event.regulation_version) == bool(act.event.regulation_version), (way, name, one.kind)
        assert bool(one.event.actor_name) == bool(act.event.actor_name), (way, name, one.kind)
    assert KINDS[one.kind].audience == KINDS[act.kind].audience


def sort_of(value: Any) -> str:
    """Say what sort a value is: a day and a moment are texts that can be read as such."""
    if isinstance(value, str):
        for sort, read in (("day", date.fromisoformat), ("moment", datetime.fromisoformat)):
            try:
                read(value)
            except ValueError:
                continue
            return sort
    return type(value).__name__


def test_what_is_merged_is_told_of_in_both_and_the_lead_was_filed_before(ways: dict[str, dict[str, list[Told]]]) -> None:
    for way, told in ways.items():
        kinds = [one.kind for one in told[lives.WHOLE]]
        [merge] = [one for one in told[lives.MERGED] if one.kind == "proposals.merge"]
        absorbed = [
            one for one in told[lives.WHOLE] if one.kind == "proposals.absorb" and one.data["proposal"] == merge.event.subject_id
        ]
        assert len(absorbed) == 1, way
        assert kinds.index("proposals.file") < kinds.index("proposals.absorb"), way


def test_what_a_sheet_does_not_say_is_in_no_event_of_its(ways: dict[str, dict[str, list[Told]]]) -> None:
    """An exception that is none any more goes."""
    told = [one for rows in ways["import"].values() for one in rows]
    assert not NOT_IN_A_SHEET & {one.kind for one in told}
    for kind, keys in UNSAID.items():
        said = [one.data.keys() & keys for one in told if one.kind == kind]
        assert said, kind
        assert not any(said), kind
