"""Whole results: odd conversations, moderation, given groups, renaming, and adding votes one by one."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.deliberation.consensus.engine import Question, compute
from tongxin.deliberation.consensus.result import document, text
from tongxin.deliberation.consensus.state import State
from tongxin.deliberation.consensus.synthetic import conversation
from tongxin.deliberation.consensus.tests.reference import as_cells, latest, votes_of


def rows_of(votes):
    """Rows (person, statement, value) of a collection."""
    return [(person, statement, value) for (person, statement), value in as_cells(votes).items()]


def everybody(people, statements, value):
    """Everybody's vote on everything."""
    return [(f"p{person}", f"s{statement}", value) for person in range(people) for statement in range(statements)]


@pytest.mark.parametrize(
    ("rows", "in_map", "reason"),
    [
        ([], 0, "不足 50 人"),
        ([("a", "1", 1)], 1, "不足 50 人"),
        (everybody(60, 1, 1), 60, "所有表态都一样"),
        (everybody(60, 10, 1), 60, "所有表态都一样"),
        (everybody(60, 10, 0), 60, "所有表态都一样"),
        (everybody(1, 30, -1), 1, "不足 50 人"),
        (everybody(49, 10, 1), 49, "不足 50 人"),
    ],
)
def test_odd_conversations_have_a_result_without_groups_and_a_reason(rows, in_map, reason):
    found = document(compute(votes_of(rows)))
    assert (found["in_map"], found["k"], found["groups"], found["silhouette"]) == (in_map, 1, [], 0.0)
    assert reason in found["reason"]
    assert found["explained"] == [0.0, 0.0]
    assert all(row["groups"] == [] for row in found["statements_out"])
    json.dumps(found, allow_nan=False)


def test_without_groups_consensus_is_that_of_everybody_as_one():
    row = document(compute(votes_of(everybody(3, 1, 1))))["statements_out"][0]
    assert (row["consensus_agree"], row["consensus_disagree"]) == (0.8, 0.2)


def test_one_statement_on_which_people_differ_gives_one_axis():
    rows = [(f"p{person}", "s", 1 if person % 2 else -1) for person in range(80)]
    found = document(compute(votes_of(rows), Question(k=2)))
    assert found["explained"] == [1.0, 0.0]
    assert [group["size"] for group in found["groups"]] == [40, 40]


def test_people_who_vote_alike_stand_in_one_place_and_one_group():
    rows = [(f"p{n}", f"s{s}", (1 if n % 2 else -1) * (1 if s % 3 else -1)) for n in range(60) for s in range(9)]
    found = compute(votes_of(rows))
    assert found.k == 2
    assert found.silhouette == pytest.approx(1)
    assert len({tuple(point) for point in np.round(found.points, 9).tolist()}) == 2


def test_people_enter_the_map_after_seven_votes_or_all_there_are():
    rows = everybody(3, 9, 1) + [("late", f"s{number}", -1) for number in range(6)]
    found = compute(votes_of(rows))
    assert [found.votes.participants[person] for person in found.people] == ["p0", "p1", "p2"]
    assert len(compute(votes_of(everybody(4, 3, 1))).people) == 4


def test_moderated_statements_count_but_take_no_part():
    made = conversation(people=200, statements=30, votes=4000, separation=2).votes
    out = frozenset({"3", "17"})
    moderated = compute(made, Question(moderated=out))
    without = compute(votes_of([row for row in rows_of(made) if row[1] not in out]))
    shown, plain = document(moderated), document(without)
    assert shown["votes"] == len(made.values)
    by_name = {row["id"]: row for row in shown["statements_out"]}
    assert [name for name, row in by_name.items() if row["moderated"]] == ["3", "17"]
    assert all(by_name[name]["seen"] and by_name[name]["groups"] and not by_name[name]["extremity"] for name in out)
    assert shown["explained"] == pytest.approx(plain["explained"])
    named = [*shown["majority"]["agree"], *shown["majority"]["disagree"], *shown["bridging"], *shown["dividing"]]
    assert not out & {*named, *(row["statement"] for row in shown["representative"])}


def test_a_person_who_voted_only_on_moderated_statements_is_not_in_the_map():
    rows = everybody(3, 9, 1) + [("p9", f"x{number}", 1) for number in range(8)]
    question = Question(moderated=frozenset(f"x{number}" for number in range(8)))
    assert len(compute(votes_of(rows), question).people) == 3


def test_listed_statements_without_votes_are_shown_and_change_nothing_else():
    made = conversation(people=100, statements=12, votes=900, separation=2).votes
    plain, listed = document(compute(made)), document(compute(made, Question(listed=frozenset({"99", "新"}))))
    assert listed["statements"] == 14
    assert [row["id"] for row in listed["statements_out"]][-2:] == ["99", "新"]
    assert listed["statements_out"][-1]["agree_interval"] == [0.0, 1.0]
    assert listed["projection"] == plain["projection"]
    assert listed["statements_out"][:12] == plain["statements_out"]


def test_given_groups_are_taken_as_they_are_and_that_is_said():
    rows = everybody(4, 8, 1) + everybody(2, 8, -1)
    found = document(compute(votes_of(rows), Question(membership={"p0": 5, "p1": 5, "p2": 2, "absent": 2})))
    assert found["groups"] == [
        {"id": 2, "size": 2, "members": ["absent", "p2"]},
        {"id": 5, "size": 2, "members": ["p0", "p1"]},
    ]
    assert found["reason"] == "按给定的 2 组计算，未作人数和偶然性检验。"
    assert [row["group"] for row in found["projection"]] == [5, 5, 2, None]
    first = found["statements_out"][0]["groups"]
    assert [(group["id"], group["agree"], group["disagree"], group["seen"]) for group in first] == [(2, 1, 0, 1), (5, 0, 2, 2)]


def test_given_groups_of_people_who_never_voted_have_no_votes():
    found = document(compute(votes_of(everybody(3, 2, 1)), Question(membership={"x": 0})))
    assert (found["silhouette"], found["statements_out"][0]["groups"][0]["seen"]) == (0.0, 0)


def test_a_number_of_groups_asked_for_is_given_and_that_is_said():
    made = conversation(people=30, statements=20, votes=500, separation=2).votes
    assert compute(made).k == 1
    forced = compute(made, Question(k=3))
    assert (forced.k, forced.reason) == (3, "按指定分为 3 组，未作人数和偶然性检验。")
    assert compute(made, Question(k=1)).reason == "按指定不分组。"
    two = [(f"p{n}", f"s{s}", 1 if n % 2 else -1) for n in range(60) for s in range(9)]
    assert compute(votes_of(two), Question(k=4)).reason == "指定 4 组，表态只够分为 2 组，未作人数和偶然性检验。"
    assert compute(votes_of(everybody(60, 9, 1)), Question(k=2)).reason == "图中的人表态没有差别，分不出组。"


def test_the_minimum_may_be_lowered():
    made = conversation(people=40, statements=30, votes=900, separation=3).votes
    assert compute(made).k == 1
    assert compute(made, Question(minimum=20)).k > 1


@settings(max_examples=25)
@given(seed=st.integers(0, 1000), shift=st.integers(0, 10**6))
def test_renaming_people_and_statements_only_renames(seed, shift):
    made = conversation(people=70, statements=15, votes=700, separation=2, seed=seed).votes
    random = np.random.default_rng(shift)
    people = dict(zip(made.participants, (f"{n:03}" for n in random.permutation(len(made.participants))), strict=True))
    statements = dict(zip(made.statements, (f"s{n}" for n in random.permutation(len(made.statements))), strict=True))
    plain = compute(made, Question(k=3))
    renamed = compute(votes_of([(people[p], statements[s], v) for p, s, v in rows_of(made)]), Question(k=3))
    assert renamed.axes.explained == pytest.approx(plain.axes.explained, rel=1e-9)
    assert {people[name]: group for name, group in plain.membership.items()} == renamed.membership
    before, after = document(plain), document(renamed)
    places = {row["participant"]: (row["x"], row["y"]) for row in after["projection"]}
    for row in before["projection"]:
        assert places[people[row["participant"]]] == pytest.approx((row["x"], row["y"]), abs=1e-7)
    rows = {row["id"]: row for row in after["statements_out"]}
    for row in before["statements_out"]:
        twin = rows[statements[row["id"]]]
        for key in ("agree", "seen", "priority", "extremity", "consensus_agree", "consensus_disagree"):
            assert twin[key] == pytest.approx(row[key], rel=1e-7, abs=1e-9)


VOTES = st.lists(
    st.tuples(
        st.integers(0, 11).map(lambda n: f"p{n}"),
        st.integers(0, 6).map(lambda n: f"s{n}"),
        st.sampled_from([-1, 0, 1]),
        st.integers(0, 9),
    ),
    max_size=120,
)


@settings(max_examples=60)
@given(
    rows=VOTES,
    cuts=st.lists(st.integers(0, 120), max_size=4),
    timed=st.booleans(),
    k=st.sampled_from([None, 2, 3]),
)
def test_adding_votes_bit_by_bit_gives_the_full_result(rows, cuts, timed, k):
    if not timed:
        rows = [row[:3] for row in rows]
    question = Question(minimum=4, seed=3, k=k)
    state = State(question=question)
    for low, high in zip([0, *sorted(cuts)], [*sorted(cuts), len(rows)], strict=True):
        part = rows[low:high]
        columns = [list(column) for column in zip(*part, strict=True)] or [[], [], []]
        state.add(*columns)
        state.result()
    full, kept = compute(votes_of(rows), question), state.result()
    assert as_cells(state.votes) == latest(rows)
    assert unnumbered(document(kept)) == unnumbered(document(full))


def unnumbered(found):
    """A document with its groups in the order of their members, so that their numbers do not matter."""
    order = {group["id"]: place for place, group in enumerate(sorted(found["groups"], key=lambda g: g["members"]))}
    for group in found["groups"]:
        group["id"] = order[group["id"]]
    for row in [*found["projection"], *found["representative"]]:
        row["group"] = order.get(row["group"])
    for row in found["statements_out"]:
        for group in row["groups"]:
            group["id"] = order[group["id"]]
        row["groups"].sort(key=lambda group: group["id"])
    found["groups"].sort(key=lambda group: group["id"])
    found["representative"].sort(key=lambda row: row["group"])
    return found


def test_groups_keep_their_numbers_as_votes_come_in():
    made = conversation(people=300, statements=60, votes=9000, groups=3, separation=2, seed=4)
    rows = rows_of(made.votes)
    state = State()
    before = {}
    for low in range(3000, len(rows), 1500):
        part = rows[:low] if not before else rows[low - 1500 : low]
        state.add(*(list(column) for column in zip(*part, strict=True)))
        found = state.result().membership
        same = [found[person] == number for person, number in before.items() if person in found]
        assert not same or sum(same) >= 0.9 * len(same)
        before = found
    assert len(set(before.values())) == 3


def test_a_verdict_may_be_taken_over_instead_of_shuffling_anew():
    made = conversation(people=120, statements=20, votes=1500, separation=2).votes
    state = State(made)
    verdict = state.result().chance
    state.add(["0"], ["0"], [1])
    again = state.result(verdict=verdict)
    assert again.chance is verdict
    assert again.membership == compute(state.votes).membership


def test_wrong_votes_change_nothing():
    state = State()
    for bad in ((["a"], ["1"], [2]), (["a"], ["1", "2"], [1]), (["a"], ["1"], [1], [1, 2])):
        with pytest.raises(ValueError, match=r"vote|length"):
            state.add(*bad)
    assert len(state.votes.participants) == 0


def test_the_same_votes_give_the_same_bytes_in_any_order():
    rows = rows_of(conversation(people=80, statements=20, votes=900, separation=2).votes)
    first = text(compute(votes_of(rows)))
    for seed in range(3):
        np.random.default_rng(seed).shuffle(rows)
        assert text(compute(votes_of([tuple(row) for row in rows]))) == first
