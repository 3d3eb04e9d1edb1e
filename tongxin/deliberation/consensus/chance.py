"""Refuses to make groups out of nothing: compares the first axis with votes shuffled within each statement.

k-means and silhouettes find "groups" in votes without any structure. Shuffling keeps who saw what and how many
agreed with each statement, and destroys only that the same people vote alike (parallel analysis: Horn 1965).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tongxin.deliberation.consensus.axes import gram_product, leading

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SHUFFLES = 20
FEWER_SHUFFLES = 5
MANY_VOTES = 200_000
_GOOD_ENOUGH = 1e-3


@dataclass(frozen=True)
class Chance:
    """The first axis against chance: shares explained of the votes and of each shuffle made, and the verdict.

    ``structured`` if the votes' share is above every shuffle's by more than the shuffles differ among
    themselves. Being merely above all of 20 happens by chance once in 21 conversations without structure, above
    all of 5 once in 6.
    """

    share: float
    shuffled: tuple[float, ...]
    structured: bool


def against_chance(centred: "csr_array", first: float, total: float, seed: int = 0) -> Chance:
    """Compares the first axis' sum of squares ``first`` (of ``total``) with seeded shuffles of the centred votes (n, C).

    20 shuffles; 5 above 200 000 votes. Stops at the first shuffle that explains as much.
    """
    if total <= 0:
        return Chance(0.0, (), structured=False)
    columns = centred.tocsc()
    values, starts = columns.data, columns.indptr.tolist()
    shuffled: list[float] = []
    for turn in range(FEWER_SHUFFLES if values.size > MANY_VOTES else SHUFFLES):
        random = np.random.default_rng([seed, turn])
        for low, high in zip(starts, starts[1:], strict=False):
            random.shuffle(values[low:high])
        found, _ = leading(gram_product(columns), columns.shape[1], 1, seed, _GOOD_ENOUGH)
        shuffled.append(float(found[0]) / total)
        if found[0] >= first:
            return Chance(first / total, tuple(shuffled), structured=False)
    clear = first / total > 2 * max(shuffled) - min(shuffled)
    return Chance(first / total, tuple(shuffled), structured=clear)
