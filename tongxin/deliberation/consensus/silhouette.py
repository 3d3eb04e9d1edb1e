"""Says how well groups stand apart, without a matrix of all distances.

Source: Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis" (1987).
"""

import numpy as np

from tongxin.deliberation.consensus.axes import Floats
from tongxin.deliberation.consensus.identifiers import Codes

_BLOCK = 1 << 16


def silhouettes(points: Floats, labellings: list[Codes]) -> Floats:
    """Mean silhouette of each labelling (n,) of the points (n, 2), in blocks of rows: no n × n matrix.

    s = (b − a) / max(a, b): a, the mean distance to one's own group; b, to the nearest other; 0 for a person
    who is alone in a group. Points are put in the order of their labels under all labellings together, so that
    one pass over the distances serves every k.
    """
    kinds, kind = np.unique(np.column_stack(labellings), axis=0, return_inverse=True)
    kind = kind.ravel()
    order = np.argsort(kind, kind="stable")
    sizes = np.bincount(kind)
    totals = _summed_distances(points[order, 0], points[order, 1], np.append(0, np.cumsum(sizes)[:-1]))
    return np.array([_mean_width(totals, group_of, sizes, kind[order]) for group_of in kinds.T])


def _summed_distances(x: Floats, y: Floats, edges: Codes) -> Floats:
    """Sums of distances (n, parts) from each point to the points of each part, which begins at ``edges``."""
    count = len(x)
    totals = np.empty((count, len(edges)))
    rows = max(1, _BLOCK // count)
    across, down = np.empty((rows, count)), np.empty((rows, count))
    for low in range(0, count, rows):
        size = min(rows, count - low)
        apart, along = across[:size], down[:size]
        np.subtract(x[low : low + size, None], x, out=apart)
        np.subtract(y[low : low + size, None], y, out=along)
        np.multiply(apart, apart, out=apart)
        np.multiply(along, along, out=along)
        np.add(apart, along, out=apart)
        np.sqrt(apart, out=apart)
        totals[low : low + size] = np.add.reduceat(apart, edges, axis=1)
    return totals


def _mean_width(totals: Floats, group_of: Codes, sizes: Codes, kind: Codes) -> float:
    """Mean silhouette from summed distances (n, kinds) to each kind of people, whose group is ``group_of`` (kinds,)."""
    k = int(group_of.max()) + 1
    people = np.bincount(group_of, sizes, k)
    sums = np.column_stack([totals[:, group_of == group].sum(1) for group in range(k)])
    own, every = group_of[kind], np.arange(len(kind))
    inside = sums[every, own] / np.maximum(people[own] - 1, 1)
    means = sums / np.maximum(people, 1)
    means[:, people == 0] = np.inf
    means[every, own] = np.inf
    outside = means.min(1)
    larger = np.maximum(inside, outside)
    fit = (people[own] > 1) & np.isfinite(outside) & (larger > 0)
    return float(((outside[fit] - inside[fit]) / larger[fit]).sum() / len(kind))
