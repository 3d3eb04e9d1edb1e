"""Finds groups of people who vote alike: k-means from stated starts, k by silhouette.

Sources: Lloyd, "Least squares quantization in PCM" (1982); Hartigan, "Clustering Algorithms" (1975).
"""

from dataclasses import dataclass

import numpy as np

from tongxin.deliberation.consensus.axes import Floats
from tongxin.deliberation.consensus.identifiers import Codes
from tongxin.deliberation.consensus.silhouette import silhouettes

MOST_GROUPS = 5
EXACT_UP_TO = 5_000
PART = 2_500
_TURNS = 18
_CUTS = 2
_CUT_OF = 800
_MOVES = 100_000
_ROUNDS = 300
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Grouping:
    """``labels`` (n,): the group of each person, 0 … k − 1; ``silhouette``: mean, −1 … 1, 0 for a single group."""

    labels: Codes
    k: int
    silhouette: float


def stated_part(points: Floats) -> Codes:
    """The people (positions in ``points`` (n, 2)) among whom groups are first sought and silhouettes computed.

    Up to 5 000 everyone; above, 2 500 at even steps in the order of the first axis, then the second.
    """
    count = len(points)
    if count <= EXACT_UP_TO:
        return np.arange(count)
    order = np.lexsort((points[:, 1], points[:, 0]))
    return order[np.arange(PART) * count // PART]


def grouped(points: Floats, k: int | None = None) -> Grouping:
    """Groups the points (n, 2) into ``k``, or into 2 … 5 by the largest silhouette, the smaller k on a tie.

    Fewer groups come out where there are fewer distinct points. Above 5 000 people the groups of the stated part
    are carried over to everyone and settled there.
    """
    if not len(points):
        return Grouping(np.zeros(0, np.int64), 1, 0.0)
    some = points[stated_part(points)]
    solutions = _solutions(some, k or MOST_GROUPS)
    if k is not None or not solutions:
        solutions = solutions[-1:] if k != 1 else []
    if not solutions:
        return Grouping(np.zeros(len(points), np.int64), 1, 0.0)
    widths = silhouettes(some, [labels for labels, _ in solutions])
    best = int(np.argmax(widths))
    labels, centres = solutions[best]
    if len(some) < len(points):
        labels, centres = _settled(points, centres)
    return Grouping(labels, len(centres), float(widths[best]))


def _solutions(points: Floats, most: int) -> list[tuple[Codes, Floats]]:
    """Labels (n,) and centres (k, 2) for k = 2, 3, … ``most``, as far as there are that many distinct points."""
    found: list[tuple[Codes, Floats]] = []
    labels, centres = np.zeros(len(points), np.int64), points.mean(0)[None]
    while len(centres) < most:
        tried = [_improved(points, *_settled(points, start)) for start in _starts(points, labels, centres)]
        if not tried:
            break
        costs = [round(float(((points - middle[label]) ** 2).sum()), 9) for label, middle in tried]
        labels, centres = tried[costs.index(min(costs))]
        found.append((labels, centres))
    return found


def _starts(points: Floats, labels: Codes, centres: Floats) -> list[Floats]:
    """Starting centres, each (k, 2), for one group more than ``centres`` (k − 1, 2).

    The two best of cutting one group by the straight line that most lowers its sum of squares, and the points
    farthest from those already taken, beginning with the one farthest from the mean.
    """
    cuts = [(*_cut(points[labels == group]), group) for group in range(len(centres))]
    cuts = sorted((cut for cut in cuts if cut[0] > 0), key=lambda cut: (-cut[0], cut[2]))
    starts = [np.vstack((np.delete(centres, group, 0), halves)) for _, halves, group in cuts[:_CUTS]]
    if starts:
        nearest = ((points - points.mean(0)) ** 2).sum(1)
        taken: list[Floats] = []
        while len(taken) <= len(centres):
            taken.append(points[np.argmax(nearest)])
            apart = ((points - taken[-1]) ** 2).sum(1)
            nearest = apart if len(taken) == 1 else np.minimum(nearest, apart)
        starts.append(np.array(taken))
    return starts


def _cut(points: Floats) -> tuple[float, Floats]:
    """The best cut of the points (m, 2) by a straight line in one of 18 directions: gain and the halves' means (2, 2).

    Sought among at most 800 of them, at even steps. The gain is what the sum of squares loses, |S₁|²/m₁ + |S₂|²/m₂ with
    S the sums of the halves about the mean.
    """
    whole = len(points)
    if whole <= 1:
        return 0.0, np.zeros((2, 2))
    points = points[np.arange(min(whole, _CUT_OF)) * whole // min(whole, _CUT_OF)]
    count = len(points)
    middle = points.mean(0)
    away = points - middle
    turns = np.arange(_TURNS) * np.pi / _TURNS
    along = np.outer(np.cos(turns), away[:, 0]) + np.outer(np.sin(turns), away[:, 1])
    order = np.argsort(along, axis=1, kind="stable")
    sums = np.cumsum(away[order[:, :-1]], axis=1)
    sizes = np.arange(1, count)
    gains = np.round((sums**2).sum(2) * (count / (sizes * (count - sizes))), 9)
    turn, place = divmod(int(gains.argmax()), count - 1)
    first = sums[turn, place]
    halves = np.array([first / (place + 1), -first / (count - place - 1)]) + middle
    return float(gains[turn, place]) * whole / count, halves


def _nearest(points: Floats, centres: Floats) -> Codes:
    """The nearest of the centres (k, 2) to each point (n,); the first on a tie."""
    labels = np.zeros(len(points), np.int8)
    best = np.full(len(points), np.inf)
    x, y = points.T
    for group, (east, north) in enumerate(centres):
        # |p − c|² − |p|² = c·(c − 2p): the common |p|² does not change which is least
        distance = x * (-2 * east)
        distance += y * (-2 * north)
        distance += east * east + north * north
        np.copyto(labels, group, where=distance < best)
        np.minimum(best, distance, out=best)
    return labels.astype(np.int64)


def _settled(points: Floats, centres: Floats) -> tuple[Codes, Floats]:
    """Labels (n,) and centres (k, 2) once no point changes its group (at most 300 of Lloyd's rounds).

    An empty group keeps its centre.
    """
    points = np.asfortranarray(points)
    k = len(centres)
    labels = _nearest(points, centres)
    for _ in range(_ROUNDS):
        counts = np.bincount(labels, minlength=k)
        sums = [np.bincount(labels, column, k) for column in points.T]
        centres = np.where((counts > 0)[:, None], np.column_stack(sums) / np.maximum(counts, 1)[:, None], centres)
        before = labels
        labels = _nearest(points, centres)
        if (before == labels).all():
            break
    return labels, centres


def _improved(points: Floats, labels: Codes, centres: Floats) -> tuple[Codes, Floats]:
    """Moves single points (at most 100 000 / n), the greatest gain first, while that lowers the sum of squares (Hartigan).

    A point at squared distance d² leaves a group of m for another of l if l/(l + 1)·d²_new < m/(m − 1)·d²_old:
    this leads out of many places where Lloyd's rounds stop.
    """
    labels, centres = labels.copy(), centres.copy()
    every = np.arange(len(points))
    sizes = np.bincount(labels, minlength=len(centres)).astype(np.float64)
    away = np.array([((points - centre) ** 2).sum(1) for centre in centres])
    for _ in range(_MOVES // len(points)):
        leaving = away[labels, every] * (sizes / np.maximum(sizes - 1, _TINY))[labels]
        leaving[sizes[labels] <= 1] = 0
        joining = away * (sizes / (sizes + 1))[:, None]
        joining[labels, every] = np.inf
        gains = leaving - joining.min(0)
        mover = int(gains.argmax())
        if gains[mover] <= _TINY * leaving[mover]:
            break
        old, new = int(labels[mover]), int(joining[:, mover].argmin())
        for group, change in ((old, -1), (new, 1)):
            sizes[group] += change
            centres[group] += (points[mover] - centres[group]) * (change / sizes[group])
            away[group] = ((points - centres[group]) ** 2).sum(1)
        labels[mover] = new
    return labels, centres
