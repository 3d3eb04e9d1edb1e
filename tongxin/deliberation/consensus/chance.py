"""Refuses to make groups out of nothing: compares the first axis with votes shuffled within each statement.

k-means and silhouettes find "groups" in votes without any structure. Shuffling keeps who saw what and how many
agreed with each statement, and destroys only that the same people vote alike (parallel analysis: Horn 1965).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array

from tongxin.deliberation.consensus.axes import gram_product, leading

SHUFFLES = 20
FEWER_SHUFFLES = 5
MANY_VOTES = 200_000
# How many times the range of the shuffles the first axis must lie above the highest of them.
_RANGES = {SHUFFLES: 1, FEWER_SHUFFLES: 2}
_GOOD_ENOUGH = 5e-3


@dataclass(frozen=True)
class Chance:
    """The first axis against chance: shares explained of the votes and of each shuffle made, and the verdict.

    ``structured`` if the votes' share is above every shuffle's by more than the shuffles' own range (twice the
    range where only five were made). Being merely above all of 20 happens by chance once in 21 conversations
    without structure, above all of 5 once in 6.
    """

    share: float
    shuffled: tuple[float, ...]
    structured: bool


def against_chance(centred: csr_array, first: float, total: float, seed: int = 0) -> Chance:
    """Compares the first axis' sum of squares ``first`` (of ``total``) with seeded shuffles of the centred votes (n, C).

    20 shuffles; 5 above 200 000 votes. Stops at the first shuffle that explains as much.
    """
    if total <= 0:
        return Chance(0.0, (), structured=False)
    # The votes of a statement lie together in the order of columns; ``place`` is where each lies in ``centred``.
    order = csr_array((np.arange(centred.nnz), centred.indices, centred.indptr), shape=centred.shape).tocsc()
    place, starts = order.data, order.indptr.tolist()
    mixed = centred.copy()
    product, width = gram_product(mixed), centred.shape[1]
    values = centred.data[place]
    shuffled: list[float] = []
    for turn in range(FEWER_SHUFFLES if values.size > MANY_VOTES else SHUFFLES):
        random = np.random.default_rng([seed, turn])
        for low, high in pairwise(starts):
            random.shuffle(values[low:high])
        mixed.data[place] = values
        found, _ = leading(product, width, 1, seed, _GOOD_ENOUGH)
        shuffled.append(float(found[0]) / total)
        if found[0] >= first:
            return Chance(first / total, tuple(shuffled), structured=False)
    margin = _RANGES[len(shuffled)] * (max(shuffled) - min(shuffled))
    return Chance(first / total, tuple(shuffled), structured=first / total > max(shuffled) + margin)
