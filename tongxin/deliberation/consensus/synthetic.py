"""Makes conversations with known groups, from a seed, to test and time the engine with."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tongxin.deliberation.consensus.identifiers import Codes
from tongxin.deliberation.consensus.votes import Votes

_BLOCK = 1 << 23
_PASSING = 0.12
_DILIGENCE = 0.6


@dataclass(frozen=True, eq=False)
class Conversation:
    """Votes and the group ``labels`` (n,) that were planted; all zero where none were."""

    votes: Votes
    labels: Codes


def conversation(
    *, people: int, statements: int, votes: int, groups: int = 3, separation: float = 1.0, seed: int = 0
) -> Conversation:
    """A conversation of about ``votes`` votes with ``groups`` planted groups of unequal size.

    The log-odds of agreeing with statement j are b_j + separation·z_gj for people of group g, b and z standard
    normal; ``separation`` 0 plants nothing. 12 % of the votes are passes. How much people vote is log-normal
    (σ = 0.6); which statements they see is random.
    """
    random = np.random.default_rng([seed, people, statements])
    odds = random.standard_normal(statements) + separation * random.standard_normal((groups, statements))
    agreeing = 1 / (1 + np.exp(-odds))
    weights = 1 / np.arange(1.5, groups + 1.5)
    labels = random.choice(groups, people, p=weights / weights.sum())
    diligence = np.exp(_DILIGENCE * random.standard_normal(people))
    rates = _rates(diligence, votes / max(people * statements, 1)).astype(np.float32)
    counts, columns, values = [], [], []
    step = max(1, _BLOCK // statements)
    for low in range(0, people, step):
        here = slice(low, low + step)
        seen = random.random((len(rates[here]), statements), dtype=np.float32) < rates[here, None]
        row, column = np.nonzero(seen)
        mood, passing = random.random((2, len(row)), dtype=np.float32)
        value = np.where(mood < agreeing[labels[here][row], column], 1, -1)
        counts.append(seen.sum(1))
        columns.append(column.astype(np.int32))
        values.append(np.where(passing < _PASSING, 0, value).astype(np.int8))
    starts = np.append(0, np.cumsum(np.concatenate(counts)))
    names = [str(number) for number in range(people)]
    made = Votes(
        names,
        names[:statements] if people >= statements else [*map(str, range(statements))],
        starts,
        np.concatenate(columns),
        np.concatenate(values),
    )
    return Conversation(made, labels if separation else np.zeros(people, np.int64))


def _rates(diligence: np.ndarray, wanted: float) -> np.ndarray:
    """Chances of seeing a statement, at most one, in proportion to diligence, of the mean wanted."""
    low, high = 0.0, 1e6
    for _ in range(60):
        factor = (low + high) / 2
        low, high = (factor, high) if np.minimum(diligence * factor, 1).mean() < wanted else (low, factor)
    return np.minimum(diligence * high, 1)


def write_csv(votes: Votes, path: Path) -> None:
    """Writes the votes in long form, ordered by person."""
    endings = [f",{name},{value}\n" for name in votes.statements for value in (-1, 0, 1)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("participant_id,statement_id,vote\n")
        codes = votes.columns.astype(np.int64) * 3 + votes.values + 1
        for person, name in enumerate(votes.participants):
            row = codes[votes.starts[person] : votes.starts[person + 1]].tolist()
            if row:
                stream.write(name + name.join([endings[code] for code in row]))
