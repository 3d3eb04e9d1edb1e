"""Gives groups numbers that mean the same group from one run to the next."""

from collections.abc import Mapping, Sequence

import numpy as np

from tongxin.deliberation.consensus.axes import Floats
from tongxin.deliberation.consensus.identifiers import Codes


def named(
    labels: Codes, points: Floats, participants: Sequence[str], previous: Mapping[str, int] | None = None
) -> tuple[Codes, list[int]]:
    """The groups in the order of their numbers: labels (n,) as positions in the returned list of numbers.

    Without a previous run: 0, 1, … by size, the largest first, then by the mean position on the first axis, then
    the second. With ``previous`` (participant → number): each group takes the number with which it shares most
    people, the largest share first; what is left takes the smallest numbers not used before.
    """
    count = int(labels.max(initial=-1)) + 1
    sizes = np.bincount(labels, minlength=count)
    centres = [np.bincount(labels, axis, count) / np.maximum(sizes, 1) for axis in points.T]
    order = np.lexsort((*np.round(centres[::-1], 9), -sizes)).tolist()
    numbers: dict[int, int] = {}
    if previous:
        numbers = _inherited(labels, participants, previous, order)
    unused = (number for number in range(len(previous or ()) + 2 * count) if number not in set((previous or {}).values()))
    for group in order:
        if group not in numbers:
            numbers[group] = next(unused)
    kept = sorted(numbers.values())
    place = np.array([kept.index(numbers[group]) for group in range(count)], np.int64)
    return place[labels], kept


def _inherited(labels: Codes, participants: Sequence[str], previous: Mapping[str, int], order: list[int]) -> dict[int, int]:
    shared: dict[tuple[int, int], int] = {}
    for label, participant in zip(labels.tolist(), participants, strict=True):
        if participant in previous:
            pair = (label, previous[participant])
            shared[pair] = shared.get(pair, 0) + 1
    numbers: dict[int, int] = {}
    for label, number in sorted(shared, key=lambda pair: (-shared[pair], order.index(pair[0]), pair[1])):
        if label not in numbers and number not in numbers.values():
            numbers[label] = number
    return numbers
