"""Axes, silhouettes, groups and statistics against slow recomputation and against the books."""

from itertools import product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from tongxin.deliberation.consensus import grouping, statistics
from tongxin.deliberation.consensus.axes import gram_product, leading, principal_axes
from tongxin.deliberation.consensus.chance import FEWER_SHUFFLES, SHUFFLES, against_chance
from tongxin.deliberation.consensus.engine import compute
from tongxin.deliberation.consensus.grouping import PART, grouped, stated_part
from tongxin.deliberation.consensus.naming import named
from tongxin.deliberation.consensus.reading import read_votes
from tongxin.deliberation.consensus.silhouette import silhouettes
from tongxin.deliberation.consensus.statistics import Counts
from tongxin.deliberation.consensus.synthetic import conversation, write_csv
from tongxin.deliberation.consensus.tests.reference import agreement, as_cells, dense, dense_axes


@pytest.mark.parametrize(("people", "statements", "votes"), [(60, 12, 400), (150, 80, 4000), (90, 200, 3000)])
def test_axes_equal_those_of_the_full_matrix(people, statements, votes):
    made = conversation(people=people, statements=statements, votes=votes, separation=2).votes
    result = compute(made)
    _, centred, axes, shares = dense_axes(dense(made))
    assert result.axes.explained == pytest.approx(shares, rel=1e-10)
    for ours, theirs in zip(result.axes.loadings, axes, strict=True):
        assert abs(ours @ theirs) == pytest.approx(1, abs=1e-10)
        assert (ours**3).sum() >= 0
    scale = np.sqrt(statements / np.maximum((~np.isnan(dense(made))).sum(1), 1))[:, None]
    expected = (centred @ result.axes.loadings.T * scale)[result.people]
    assert result.points == pytest.approx(expected, abs=1e-10)


def test_missing_votes_are_never_filled_in():
    made = conversation(people=300, statements=100, votes=1500).votes
    found = statistics.counted(made)
    assert found.seen.sum() == len(made.values)
    assert compute(made).axes.loadings.shape == (2, 100)


def test_repeated_and_missing_eigenvalues_are_found_in_large_matrices():
    diagonal = np.zeros(60)
    diagonal[7] = 3.0
    values, vectors = leading(lambda vector: diagonal * vector, 60, 2, seed=1)
    assert values == pytest.approx([3, 0], abs=1e-12)
    assert abs(vectors[0, 7]) == pytest.approx(1)


def test_slowly_converging_axes_are_still_exact():
    values, _ = leading(lambda vector: np.linspace(1, 2, 300) * vector, 300, 2, seed=0)
    assert values == pytest.approx([2, 2 - 1 / 299], abs=1e-10)


def test_a_symmetric_axis_takes_its_sign_from_the_first_statement():
    axes = principal_axes(csr_array(np.array([[1.0, -1.0], [-1.0, 1.0]])))
    assert axes.loadings[0] == pytest.approx([sqrt(0.5), -sqrt(0.5)])
    assert axes.explained == pytest.approx([1, 0])


def test_the_gram_product_is_that_of_the_matrix():
    matrix = np.arange(12.0).reshape(4, 3)
    assert gram_product(csr_array(matrix))(np.array([1.0, 2, 3])) == pytest.approx(matrix.T @ matrix @ [1, 2, 3])


def slow_silhouette(points, labels):
    """Rousseeuw's definition, point by point."""
    widths = []
    for place, label in enumerate(labels):
        apart = np.hypot(*(points - points[place]).T)
        others = [apart[labels == other].mean() for other in set(labels.tolist()) - {label}]
        own = (labels == label).sum()
        if own == 1 or not others:
            widths.append(0.0)
            continue
        inside, outside = apart[labels == label].sum() / (own - 1), min(others)
        widths.append((outside - inside) / max(inside, outside) if max(inside, outside) else 0.0)
    return np.mean(widths)


@settings(max_examples=50)
@given(
    points=st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=2, max_size=30),
    labels=st.lists(st.integers(0, 3), min_size=30, max_size=30),
)
def test_silhouettes_equal_their_definition(points, labels):
    points, labels = np.array(points, float), np.array(labels)[: len(points)]
    labels = np.unique(labels, return_inverse=True)[1]
    other = np.arange(len(points)) % 2
    assert silhouettes(points, [labels, other]) == pytest.approx(
        [slow_silhouette(points, labels), slow_silhouette(points, other)], abs=1e-12
    )


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_separate_clouds_are_found_and_counted(k):
    random = np.random.default_rng(k)
    truth = random.integers(0, k, 400)
    points = 8 * np.array([(np.cos(a), np.sin(a)) for a in 2 * np.pi * np.arange(k) / k])[truth]
    found = grouped(points + random.standard_normal((400, 2)))
    assert found.k == k
    assert agreement(found.labels, truth) > 0.98


def test_two_groups_are_the_best_that_exist():
    random = np.random.default_rng(3)
    points = random.standard_normal((11, 2))
    best = min(
        sum(((points[side] - points[side].mean(0)) ** 2).sum() for side in (mask, ~mask))
        for bits in product([False, True], repeat=10)
        if any(bits) and (mask := np.array([*bits, False])) is not None
    )
    labels = grouped(points, 2).labels
    assert sum(((points[labels == g] - points[labels == g].mean(0)) ** 2).sum() for g in (0, 1)) == pytest.approx(best)


def test_fewer_places_than_groups_give_fewer_groups():
    points = np.repeat([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0]], 20, axis=0)
    assert grouped(points, 5).k == 3
    assert grouped(np.zeros((30, 2))).k == 1
    assert grouped(np.zeros((1, 2)), 2).k == 1
    assert grouped(np.zeros((0, 2))).k == 1
    assert grouped(points, 1).k == 1


def test_rounds_are_limited(monkeypatch):
    points = np.random.default_rng(5).standard_normal((200, 2))
    monkeypatch.setattr(grouping, "_ROUNDS", 1)
    assert grouped(points, 3).k == 3


def test_above_five_thousand_people_a_stated_part_decides():
    random = np.random.default_rng(0)
    truth = random.integers(0, 3, 7000)
    points = np.array([[0, 0], [9, 0], [0, 9.0]])[truth] + random.standard_normal((7000, 2))
    part = stated_part(points)
    assert len(set(part.tolist())) == PART
    found = grouped(points)
    assert agreement(found.labels, truth) > 0.99
    shuffled = random.permutation(7000)
    assert (grouped(points[shuffled]).labels == found.labels[shuffled]).all()


def counts(agree, disagree, seen):
    """Counts of one group on one statement."""
    return Counts(np.array([agree]), np.array([disagree]), np.array([seen]))


def test_shares_and_tests_follow_their_formulas():
    assert statistics.share(np.array([3]), np.array([10])) == pytest.approx([4 / 12])
    assert statistics.share_test(np.array([9]), np.array([10])) == pytest.approx([2 * sqrt(11) * (10 / 11 - 0.5)])
    ratio, z = statistics.representativeness(counts(8, 1, 10), counts(5, 9, 20), agree=True)
    pooled = (9 + 6) / (11 + 21)
    assert ratio == pytest.approx([(9 / 12) / (6 / 22)])
    assert z == pytest.approx([(9 / 11 - 6 / 21) / sqrt(pooled * (1 - pooled) * (1 / 11 + 1 / 21))])
    assert statistics.representativeness(counts(3, 0, 3), counts(4, 0, 4), agree=True)[1].tolist() == [0]


@pytest.mark.parametrize(
    ("successes", "seen", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718), (0, 0, 0, 1)],
)
def test_wilson_intervals_are_those_of_newcombe(successes, seen, low, high):
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3
    assert statistics.wilson(np.array([successes]), np.array([seen]))[0] == pytest.approx([low, high], abs=5e-5)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_share_lies_within_its_interval(agree, other):
    interval = statistics.wilson(np.array([agree]), np.array([agree + other]))[0]
    share = statistics.share(np.array([agree]), np.array([agree + other]))[0]
    assert 0 <= interval[0] <= share <= interval[1] <= 1


def test_extremity_and_priority_follow_their_formulas():
    extremity = statistics.extremity(np.array([0.5, -1.0]), np.array([[0.6, 0.8], [0.8, 0.6]]), 4)
    assert extremity == pytest.approx([2 * 0.5 * 1.0, 2 * 2.0 * 1.0])
    every = Counts(np.array([6]), np.array([1]), np.array([10]))
    expected = ((1 - 4 / 12) * 2.5 * (7 / 12) * (1 + 8 * 2**-2)) ** 2
    assert statistics.priority(every, np.array([1.5])) == pytest.approx([expected])


def test_bridging_needs_every_group_and_dividing_needs_two_sides():
    groups = Counts(
        np.array([[30, 30, 5, 30], [28, 2, 4, 29]]),
        np.array([[1, 1, 5, 1], [1, 28, 4, 1]]),
        np.array([[32, 32, 20, 32], [30, 32, 20, 30]]),
    )
    allowed = np.array([True, True, True, False])
    assert statistics.bridging(groups, allowed) == [0]
    assert statistics.dividing(groups, allowed) == [1]
    assert statistics.consensus(groups, agree=True)[0] == pytest.approx(31 / 34 * 29 / 32)
    marks = statistics.representative(groups, allowed)
    assert [(row.group, row.statement, row.direction) for row in marks] == [(0, 1, "agree"), (1, 1, "disagree")]
    assert statistics.representative(groups[:1], allowed) == []
    assert statistics.bridging(groups[:1], allowed) == statistics.dividing(groups[:1], allowed) == []


def test_at_most_five_statements_mark_a_group_or_a_majority():
    groups = Counts(np.array([[40] * 9, [2] * 9]), np.array([[1] * 9, [40] * 9]), np.array([[50] * 9, [50] * 9]))
    marks = statistics.representative(groups, np.ones(9, bool))
    assert [row.statement for row in marks] == [0, 1, 2, 3, 4] * 2
    assert statistics.majority(groups[0], np.ones(9, bool), agree=True) == [0, 1, 2, 3, 4]
    assert statistics.majority(groups[0], np.ones(9, bool), agree=False) == []


def test_counts_of_groups_add_up_over_blocks(monkeypatch):
    made = conversation(people=80, statements=9, votes=400, seed=2)
    labels = made.labels.copy()
    labels[::7] = -1
    whole = statistics.counted(made.votes, labels, 3)
    matrix = dense(made.votes)
    for group in range(3):
        rows = matrix[labels == group]
        assert whole.agree[group].tolist() == (rows == 1).sum(0).tolist()
        assert whole.disagree[group].tolist() == (rows == -1).sum(0).tolist()
        assert whole.passes[group].tolist() == (rows == 0).sum(0).tolist()
    assert whole.seen[-1].tolist() == (~np.isnan(matrix)).sum(0).tolist()
    monkeypatch.setattr(statistics, "_BLOCK", 7)
    again = statistics.counted(made.votes, labels, 3)
    assert (again.seen == whole.seen).all()
    assert (again.agree == whole.agree).all()


def test_groups_are_numbered_by_size_and_keep_their_numbers():
    labels = np.array([1, 1, 2, 0, 0, 0])
    points = np.array([[3, 0], [3, 1], [9, 9], [0, 0], [0, 1], [1, 0.0]])
    places, numbers = named(labels, points, [*"abcdef"])
    assert (places.tolist(), numbers) == ([1, 1, 2, 0, 0, 0], [0, 1, 2])
    places, numbers = named(labels, points, [*"abcdef"], {"a": 4, "b": 4, "d": 2, "e": 2, "f": 4})
    assert ([numbers[place] for place in places], numbers) == ([4, 4, 0, 2, 2, 2], [0, 2, 4])


@pytest.mark.parametrize(("people", "statements", "votes"), [(100, 30, 1500), (300, 60, 6000)])
def test_where_no_groups_are_planted_none_are_found_in_95_of_100_seeds(people, statements, votes):
    found = [
        compute(conversation(people=people, statements=statements, votes=votes, separation=0, seed=seed).votes)
        for seed in range(100)
    ]
    assert sum(result.k == 1 and not result.groups for result in found) >= 95
    assert all("看不出成组的看法" in result.reason for result in found if result.k == 1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("groups", [2, 3])
def test_planted_groups_are_recovered_at_separation_two(groups, seed):
    made = conversation(people=1000, statements=200, votes=50_000, groups=groups, separation=2, seed=seed)
    found = compute(made.votes)
    assert found.k == groups
    assert agreement(made.labels[found.people], found.labels) >= 0.9


def test_five_shuffles_are_enough_above_two_hundred_thousand_votes():
    small = compute(conversation(people=400, statements=40, votes=8000, separation=2).votes)
    large = compute(conversation(people=2000, statements=200, votes=210_000, separation=2).votes)
    assert len(small.chance.shuffled) == SHUFFLES
    assert len(large.chance.shuffled) == FEWER_SHUFFLES


def test_nothing_to_explain_is_no_structure():
    assert not against_chance(csr_array((3, 2)), 0.0, 0.0).structured


def test_people_without_votes_are_not_written(tmp_path):
    made = conversation(people=40, statements=10, votes=20).votes
    write_csv(made, tmp_path / "votes.csv")
    assert as_cells(read_votes(tmp_path / "votes.csv")) == as_cells(made)


def test_a_conversation_without_groups_has_none_planted():
    assert set(conversation(people=20, statements=30, votes=200, separation=0).labels.tolist()) == {0}
