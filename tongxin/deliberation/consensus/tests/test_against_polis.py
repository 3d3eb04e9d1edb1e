"""What Polis itself computed on real conversations comes out here as well."""

import csv
import json

import numpy as np
import pytest

from tongxin.deliberation.consensus.engine import Question, compute
from tongxin.deliberation.consensus.reading import read_votes
from tongxin.deliberation.consensus.result import document
from tongxin.deliberation.consensus.tables import read_membership, read_statements
from tongxin.deliberation.consensus.tests.reference import agreement
from tongxin.deliberation.consensus.tests.shared import CLEAR, MATH, POLIS, needs_polis

pytestmark = needs_polis
Z = 1.2816


@pytest.fixture(params=MATH)
def pair(request):
    """Our result under Polis' groups and moderation, and Polis' own."""
    folder = POLIS / "math" / request.param
    theirs = json.loads((folder / "math-pca2.json").read_text())
    base = dict(zip(theirs["base-clusters"]["id"], theirs["base-clusters"]["members"], strict=True))
    membership = {
        str(person): group["id"] for group in theirs["group-clusters"] for cluster in group["members"] for person in base[cluster]
    }
    votes = read_votes(folder / "votes.csv")
    moderated = frozenset(map(str, theirs["mod-out"])) & frozenset(votes.statements)
    return compute(votes, Question(moderated=moderated, membership=membership)), theirs


def test_the_counts_of_every_group_are_those_of_polis(pair):
    ours, theirs = pair
    for row in document(ours)["statements_out"]:
        for group in row["groups"]:
            counts = theirs["group-votes"][str(group["id"])]["votes"][row["id"]]
            assert (group["agree"], group["disagree"], group["seen"]) == (counts["A"], counts["D"], counts["S"])
    sizes = {str(group["id"]): group["size"] for group in document(ours)["groups"]}
    assert sizes == {number: group["n-members"] for number, group in theirs["group-votes"].items()}


def test_group_informed_consensus_is_that_of_polis_moderated_statements_too(pair):
    ours, theirs = pair
    found = {row["id"]: row["consensus_agree"] for row in document(ours)["statements_out"]}
    assert found == pytest.approx(theirs["group-aware-consensus"], abs=1e-9, rel=1e-9)


def test_the_axes_point_where_those_of_polis_point(pair):
    ours, theirs = pair
    place = [theirs["tids"].index(int(name)) for name in ours.votes.statements]
    for axis, comp in zip(ours.axes.loadings, np.array(theirs["pca"]["comps"])[:, place], strict=True):
        assert abs(axis @ comp) / np.linalg.norm(comp) == pytest.approx(1, abs=1e-9)


def test_the_people_polis_counts_as_having_voted_enough_are_in_the_map(pair):
    ours, theirs = pair
    enough = {person for person, count in theirs["user-vote-counts"].items() if count >= 7}
    assert {ours.votes.participants[person] for person in ours.people} == enough


def test_majority_statements_have_the_figures_of_polis(pair):
    ours, theirs = pair
    every = document(ours)
    for row in every["statements_out"]:
        for side, count in (("agree", row["agree"]), ("disagree", row["disagree"])):
            listed = {str(entry["tid"]): entry for entry in theirs["consensus"][side]}
            if row["id"] in listed and not row["moderated"]:
                entry = listed[row["id"]]
                assert (count, row["seen"]) == (entry["n-success"], entry["n-trials"])
                assert (count + 1) / (row["seen"] + 2) == pytest.approx(entry["p-success"], abs=1e-9)
                assert row["id"] in every["majority"][side]


def test_representative_statements_have_the_figures_of_polis(pair):
    ours, theirs = pair
    theirs_by = {
        (int(group), str(entry["tid"]), entry["repful-for"]): entry
        for group, entries in theirs["repness"].items()
        for entry in entries
    }
    shared = 0
    for row in document(ours)["representative"]:
        assert row["p_test"] > Z
        assert row["r_test"] > Z
        entry = theirs_by.get((row["group"], row["statement"], row["direction"]))
        if entry:
            shared += 1
            assert row["p"] == pytest.approx(entry["p-success"], abs=1e-9)
            assert row["p_test"] == pytest.approx(entry["p-test"], abs=1e-9)
            assert row["r"] == pytest.approx(entry["repness"], abs=1e-9)
            assert row["r_test"] == pytest.approx(entry["repness-test"], abs=1e-5)  # given in single precision
    assert shared


@pytest.mark.parametrize("name", CLEAR)
@pytest.mark.parametrize("k", [2, None])
def test_two_groups_are_those_that_were_published(name, k):
    folder = POLIS / "exports" / name
    published = read_membership(folder / "participants-votes.csv")
    found = compute(read_votes(folder / "votes.csv"), Question(k=k)).membership
    both = sorted(found.keys() & published.keys())
    assert agreement([found[p] for p in both], [published[p] for p in both]) >= 0.7


@pytest.mark.parametrize("folder", sorted((POLIS / "exports").glob("*/")), ids=lambda folder: folder.name)
def test_every_real_conversation_has_more_structure_than_chance(folder):
    found = compute(read_votes(folder / "votes.csv"))
    assert found.chance.structured
    assert 2 <= found.k <= 5
    assert found.reason is None


def test_the_published_export_reads_as_wide_table_and_as_membership():
    folder = POLIS / "exports" / "ssis.land-bank-farmland"
    wide = read_votes(folder / "participants-votes.csv")
    with (folder / "participants-votes.csv").open(encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    assert list(wide.statements) == rows[0][6:]
    assert len(wide.values) == sum(cell != "" for row in rows[1:] for cell in row[6:])


def test_the_published_list_of_statements_says_which_are_moderated():
    listed = read_statements(POLIS / "exports" / "ssis.land-bank-farmland" / "comments.csv")
    assert (len(listed.texts), len(listed.moderated)) == (297, 105)
