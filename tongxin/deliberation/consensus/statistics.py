"""Counts votes by group and says which statements unite, divide or mark a group.

Source of the formulas: the published Polis method; the project's FORMATS state them. A, D and S are agreeing,
disagreeing and all votes (passes included); C is the number of statements.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongxin.deliberation.consensus.axes import Floats
from tongxin.deliberation.consensus.identifiers import Codes
from tongxin.deliberation.consensus.votes import Votes

SIGNIFICANT = 1.2816
AT_MOST = 5
_WILSON_Z = 1.959963984540054
_BLOCK = 1 << 20
_KINDS = 3


@dataclass(frozen=True, eq=False)
class Counts:
    """Votes on each statement: ``agree``, ``disagree`` and ``seen`` (passes included), all of one shape (…, C)."""

    agree: NDArray[np.int64]
    disagree: NDArray[np.int64]
    seen: NDArray[np.int64]

    def __getitem__(self, place: int | slice | NDArray[np.bool_]) -> "Counts":
        """The counts of one or more groups (positions on the first axis)."""
        return Counts(self.agree[place], self.disagree[place], self.seen[place])

    @property
    def passes(self) -> NDArray[np.int64]:
        """Votes neither for nor against."""
        return self.seen - self.agree - self.disagree


def counted(votes: Votes, labels: Codes | None = None, groups: int = 0) -> Counts:
    """Counts by group and statement, shape (groups + 1, C); the last row is everybody.

    ``labels`` (n,): the group of each person, −1 for none.
    """
    width = len(votes.statements)
    total = np.zeros((groups + 1) * width * _KINDS, np.int64)
    base = (np.arange(width, dtype=np.int64) * _KINDS + 1).astype(np.int32)
    person = None
    if labels is not None:
        person = np.where(labels < 0, groups, labels).astype(np.int32) * np.int32(width * _KINDS)
    for low in range(0, len(votes.values), _BLOCK):
        here = slice(low, low + _BLOCK)
        cell = base[votes.columns[here]]
        cell += votes.values[here]
        if person is not None:
            cell += _spread(votes.starts, person, low, low + len(cell))
        total += np.bincount(cell, minlength=len(total))
    table = total.reshape(groups + 1, width, _KINDS)
    table[groups] += table[:groups].sum(0)
    return Counts(table[:, :, 2], table[:, :, 0], table.sum(2))


def _spread(starts: NDArray[np.int64], person: NDArray[np.int32], low: int, high: int) -> NDArray[np.int32]:
    """What belongs to the person of each vote ``low:high``."""
    first, last = np.searchsorted(starts, [low, high - 1], side="right") - 1
    edges = np.clip(starts[first : last + 2], low, high)
    return np.repeat(person[first : last + 1], edges[1:] - edges[:-1])


def share(successes: NDArray[np.int64], seen: NDArray[np.int64]) -> Floats:
    """(A + 1) / (S + 2): the share of agreement, drawn towards one half where few have voted."""
    return (successes + 1) / (seen + 2)


def share_test(successes: NDArray[np.int64], seen: NDArray[np.int64]) -> Floats:
    """2·√(S + 1)·((A + 1)/(S + 1) − ½): standard deviations from an even split."""
    return 2 * np.sqrt(seen + 1) * ((successes + 1) / (seen + 1) - 0.5)


def wilson(successes: NDArray[np.int64], seen: NDArray[np.int64]) -> Floats:
    """95 % interval of a share by Wilson (1927), shape (…, 2); (0, 1) where nobody has voted."""
    z2 = _WILSON_Z**2
    trials = np.maximum(seen, 1)
    middle = (successes + z2 / 2) / (trials + z2)
    half = _WILSON_Z / (trials + z2) * np.sqrt(successes * (trials - successes) / trials + z2 / 4)
    low = np.where((seen == 0) | (successes == 0), 0.0, middle - half)
    high = np.where((seen == 0) | (successes == seen), 1.0, middle + half)
    return np.stack((low, high), -1)


def representativeness(inside: Counts, outside: Counts, *, agree: bool) -> tuple[Floats, Floats]:
    """``r`` and ``r_test``, shape (C,): how much more often a group says so than all other groups together.

    r = p_in / ((1 + A_rest) / (2 + S_rest)); r_test is the two-proportion z of A + 1 of S + 1 inside and outside,
    0 where both are certain.
    """
    one, other = (inside.agree, outside.agree) if agree else (inside.disagree, outside.disagree)
    ratio = share(one, inside.seen) / share(other, outside.seen)
    trials_in, trials_out = inside.seen + 1, outside.seen + 1
    pooled = (one + other + 2) / (trials_in + trials_out)
    variance = pooled * (1 - pooled) * (1 / trials_in + 1 / trials_out)
    apart = (one + 1) / trials_in - (other + 1) / trials_out
    return ratio, np.where(variance > 0, apart / np.sqrt(np.where(variance > 0, variance, 1)), 0.0)


@dataclass(frozen=True)
class Representative:
    """A statement (position) that marks a group (position), in the direction ``agree`` or ``disagree``."""

    group: int
    statement: int
    direction: str
    p: float
    p_test: float
    r: float
    r_test: float


def representative(groups: Counts, allowed: NDArray[np.bool_]) -> list[Representative]:
    """For each group at most five statements whose p_test and r_test both exceed 1.2816, by p·p_test·r·r_test.

    ``groups``: counts (k, C); ``allowed`` (C,): statements in the mathematics.
    """
    found: list[Representative] = []
    if len(groups.seen) <= 1:
        return found
    for group in range(len(groups.seen)):
        inside = groups[group]
        others = groups[np.arange(len(groups.seen)) != group]
        outside = Counts(others.agree.sum(0), others.disagree.sum(0), others.seen.sum(0))
        rows: list[tuple[float, Representative]] = []
        for direction in ("agree", "disagree"):
            agree = direction == "agree"
            successes = inside.agree if agree else inside.disagree
            p, p_test = share(successes, inside.seen), share_test(successes, inside.seen)
            r, r_test = representativeness(inside, outside, agree=agree)
            for place in np.flatnonzero(allowed & (p_test > SIGNIFICANT) & (r_test > SIGNIFICANT)).tolist():
                figures = float(p[place]), float(p_test[place]), float(r[place]), float(r_test[place])
                strength = figures[0] * figures[1] * figures[2] * figures[3]
                rows.append((strength, Representative(group, place, direction, *figures)))
        rows.sort(key=lambda row: (-row[0], row[1].statement))
        found.extend(row for _, row in rows[:AT_MOST])
    return found


def majority(every: Counts, allowed: NDArray[np.bool_], *, agree: bool) -> list[int]:
    """At most five statements with p > ½ and p_test > 1.2816 over all votes, by p·p_test."""
    successes = every.agree if agree else every.disagree
    p, test = share(successes, every.seen), share_test(successes, every.seen)
    fit = allowed & (p > 0.5) & (test > SIGNIFICANT)  # noqa: PLR2004 - one half
    return _by(p * test, fit)[:AT_MOST]


def consensus(groups: Counts, *, agree: bool) -> Floats:
    """Group-informed consensus Π_g (A_g + 1)/(S_g + 2), shape (C,): high only where every group agrees."""
    product: Floats = np.prod(share(groups.agree if agree else groups.disagree, groups.seen), axis=0)
    return product


def bridging(groups: Counts, allowed: NDArray[np.bool_]) -> list[int]:
    """Statements that every group agrees with (p > ½, p_test > 1.2816 in each), by group-informed consensus."""
    if len(groups.seen) <= 1:
        return []
    p, test = share(groups.agree, groups.seen), share_test(groups.agree, groups.seen)
    fit = allowed & ((p > 0.5) & (test > SIGNIFICANT)).all(0)  # noqa: PLR2004 - one half
    return _by(consensus(groups, agree=True), fit)


def dividing(groups: Counts, allowed: NDArray[np.bool_]) -> list[int]:
    """Statements that one group agrees and another disagrees with, both with p_test > 1.2816, by the gap in p_agree."""
    if len(groups.seen) <= 1:
        return []
    for_it = (share_test(groups.agree, groups.seen) > SIGNIFICANT).any(0)
    against = (share_test(groups.disagree, groups.seen) > SIGNIFICANT).any(0)
    p = share(groups.agree, groups.seen)
    return _by(p.max(0) - p.min(0), allowed & for_it & against)


def _by(strength: Floats, fit: NDArray[np.bool_]) -> list[int]:
    """The fit positions, strongest first, in the fixed order where equal (to twelve digits)."""
    places = np.flatnonzero(fit)
    return [int(place) for place in places[np.argsort(-np.round(strength[places], 12), kind="stable")]]


def extremity(means: Floats, loadings: Floats, count: int) -> Floats:
    """√C·|1 − mean|·‖loading‖, shape (C,): how far agreeing with this statement alone places one from the middle.

    ``means`` (C,), ``loadings`` (2, C), ``count``: the statements in the mathematics.
    """
    placed: Floats = np.sqrt(count) * np.abs(1 - means) * np.sqrt((loadings**2).sum(0))
    return placed


def priority(every: Counts, extremity_of: Floats) -> Floats:
    """((1 − (P+1)/(S+2))·(extremity+1)·(A+1)/(S+2)·(1 + 8·2^(−S/5)))², shape (C,): which statement to show next."""
    unsure = share(every.passes, every.seen)
    agreed = share(every.agree, every.seen)
    product: Floats = (1 - unsure) * (extremity_of + 1) * agreed * (1 + 8 * 2.0 ** (-every.seen / 5))
    return product**2
