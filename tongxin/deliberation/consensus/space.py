"""Puts people on the map: centred votes, principal axes, positions, and who has voted enough to be drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tongxin.deliberation.consensus.axes import Axes, Floats, principal_axes, projection
from tongxin.deliberation.consensus.votes import Votes

ADMITTED_AFTER = 7


@dataclass(frozen=True, eq=False)
class Space:
    """``centred``: X (n, C) over the statements in the mathematics; ``people`` (m,): who is in the map.

    ``points`` (m, 2).
    """

    centred: csr_array
    axes: Axes
    people: NDArray[np.int64]
    points: Floats


def space_of(votes: Votes, used: NDArray[np.bool_], means: Floats, seed: int) -> Space:
    """The map of all people's votes on the ``used`` statements (C,), each centred on its ``means`` (C,).

    A missing vote takes the statement's mean and is therefore zero: it is not stored. A person is in the map
    after min(7, statements voted on) votes, moderated statements included, at least one of them ``used``.
    """
    people = len(votes.participants)
    values, columns, starts = votes.values, votes.columns, votes.starts
    if not used.all():
        kept = used[columns]
        starts = np.append(0, np.cumsum(kept))[starts]
        values, columns = values[kept], (np.cumsum(used, dtype=np.int32) - 1)[columns[kept]]
    counts = np.diff(starts)
    centred = csr_array((values - means[used][columns], columns, starts), shape=(people, int(used.sum())))
    axes = principal_axes(centred, seed)
    voted_on = int((np.bincount(votes.columns, minlength=len(used)) > 0).sum())
    admitted = np.flatnonzero((np.diff(votes.starts) >= min(ADMITTED_AFTER, voted_on)) & (counts > 0))
    return Space(centred, axes, admitted, projection(centred, axes, counts)[admitted])
