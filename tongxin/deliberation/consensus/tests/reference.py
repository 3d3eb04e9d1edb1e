"""Slow, plain recomputations to hold the engine against: dense matrices, one cell after another."""

import numpy as np

from tongxin.deliberation.consensus.identifiers import canonical_key
from tongxin.deliberation.consensus.votes import Tally, Votes


def votes_of(rows, *, keep_times=True):
    """Votes from rows (person, statement, value[, time])."""
    people = sorted({row[0] for row in rows}, key=str)
    statements = sorted({row[1] for row in rows}, key=str)
    timed = any(len(row) > 3 for row in rows)
    tally = Tally(timed=timed)
    tally.add(
        np.array([people.index(row[0]) for row in rows], np.int64),
        np.array([statements.index(row[1]) for row in rows], np.int64),
        np.array([row[2] for row in rows], np.int8),
        np.array([row[3] for row in rows], np.int64) if timed else None,
    )
    return tally.finish(people, statements, keep_times=keep_times)


def latest(rows):
    """(person, statement) → value: the last vote, by time where there is one, then by order."""
    kept = {}
    for place, row in enumerate(rows):
        stamp = (row[3] if len(row) > 3 else 0, place)
        if row[:2] not in kept or stamp >= kept[row[:2]][0]:
            kept[row[:2]] = (stamp, row[2])
    return {key: value for key, (_, value) in kept.items()}


def as_cells(votes: Votes):
    """(person, statement) → value of a compact collection."""
    return {
        (votes.participants[row], votes.statements[column]): value
        for row, column, value in zip(votes.rows.tolist(), votes.columns.tolist(), votes.values.tolist(), strict=True)
    }


def dense(votes: Votes):
    """People × statements with nan where nobody voted."""
    matrix = np.full((len(votes.participants), len(votes.statements)), np.nan)
    matrix[votes.rows, votes.columns] = votes.values
    return matrix


def dense_axes(matrix):
    """Means, centred matrix and the two principal axes with the shares they explain, densely."""
    means = np.nanmean(matrix, 0)
    centred = np.nan_to_num(matrix - means)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    return means, centred, vectors.T[::-1][:2], values[::-1][:2] / (centred**2).sum()


def in_order(names):
    """The fixed order of identifiers."""
    return sorted(names, key=canonical_key)


def agreement(one, other):
    """Adjusted Rand index of two labellings (Hubert and Arabie 1985)."""
    table = np.zeros((max(one) + 1, max(other) + 1))
    np.add.at(table, (np.array(one), np.array(other)), 1)
    pairs = lambda counts: (counts * (counts - 1) / 2).sum()  # noqa: E731
    together, rows, columns = pairs(table), pairs(table.sum(1)), pairs(table.sum(0))
    expected = rows * columns / pairs(table.sum(keepdims=True))
    return (together - expected) / ((rows + columns) / 2 - expected)
