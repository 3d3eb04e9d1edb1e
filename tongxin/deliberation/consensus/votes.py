"""Keeps one vote per person and statement, compactly and in one fixed order, however often they voted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from tongxin.deliberation.consensus.identifiers import Codes, canonical_order

Times: TypeAlias = NDArray[np.int64]
VoteValues: TypeAlias = NDArray[np.int8]
Places: TypeAlias = NDArray[np.int32]
Whole: TypeAlias = NDArray[np.signedinteger[Any]]
Number = TypeVar("Number", bound=np.generic)

AGREE, PASS, DISAGREE = 1, 0, -1
_ROOM = 4_000_000
_WORD_BITS = 64
_LONG_RUN = 1_000


@dataclass(frozen=True, eq=False)
class Votes:
    """The votes that count: people × statements, sparse by rows, people and statements in the fixed order.

    ``participants`` (n identifiers), ``statements`` (C identifiers), ``starts`` (n + 1,): the votes of person i
    lie at ``starts[i]:starts[i + 1]`` of ``columns`` (statement, ascending), ``values`` (1 agree, 0 pass,
    −1 disagree) and ``times`` (milliseconds; ``None`` where file order alone decides).
    """

    participants: Sequence[str]
    statements: Sequence[str]
    starts: NDArray[np.int64]
    columns: Places
    values: VoteValues
    times: Times | None = None

    @property
    def rows(self) -> NDArray[np.int32]:
        """The person of each vote, shape (votes,)."""
        return np.repeat(np.arange(len(self.participants), dtype=np.int32), np.diff(self.starts))


def latest_positions(people: Whole, statements: Whole, times: Times | None, in_order: int = 0) -> Codes:
    """Positions of the votes that count, ordered by person, then statement; the later vote replaces the earlier.

    Equal times are decided by position (file order). Arrays have shape (rows,); the first ``in_order`` rows are in
    that order already. Person, statement and position are packed into one 64-bit number where they fit, because
    plain numbers sort several times faster.
    """
    count = len(people)
    if not count:
        return np.empty(0, np.int64)
    column_bits, place_bits = int(statements.max()).bit_length(), (count - 1).bit_length()
    if int(people.max()).bit_length() + column_bits + place_bits <= _WORD_BITS:
        packed = people.astype(np.uint64) << np.uint64(column_bits)
        packed |= statements.astype(np.uint64)
        packed <<= np.uint64(place_bits)
        packed |= np.arange(count, dtype=np.uint64)
        _sort(packed[in_order:])
        _sort(packed)
        places = (packed & np.uint64((1 << place_bits) - 1)).astype(np.int64)
        packed >>= np.uint64(place_bits)
        changes = packed[1:] != packed[:-1]
        del packed
    else:
        places = np.lexsort((statements, people))
        changes = (np.diff(people[places]) != 0) | (np.diff(statements[places]) != 0)
    last = np.append(changes, True)
    if last.all():
        return places
    if times is not None:
        _order_repeats(places, changes, times)
    chosen: Codes = places[last]
    return chosen


def _sort(numbers: NDArray[np.uint64]) -> None:
    """Sorts in place: numbers that stand in a few runs are merged, others sorted without regard to order."""
    falls = np.count_nonzero(numbers[1:] < numbers[:-1])
    if falls:
        numbers.sort(kind="stable" if falls * _LONG_RUN < len(numbers) else "quicksort")


def _order_repeats(places: Codes, changes: NDArray[np.bool_], times: Times) -> None:
    """Puts the votes of one person on one statement in the order of their times, in place."""
    repeated = np.flatnonzero(~(np.append(True, changes) & np.append(changes, True)))
    run = np.cumsum(np.append(0, changes))[repeated]
    held = places[repeated]
    places[repeated] = held[np.lexsort((held, times[held], run))]


class Tally:
    """Collects votes in any number of rows, dropping superseded ones as it goes.

    Memory grows with the distinct votes: once as many rows wait as there are distinct votes (at least ``room``),
    they are joined. Codes are any non-negative whole numbers; ``finish`` puts them in the fixed order.
    """

    def __init__(self, *, timed: bool, room: int = _ROOM) -> None:
        self._timed = timed
        self._room = room
        self._kept = 0
        self._waiting = 0
        self._people = [np.empty(0, np.int32)]
        self._statements = [np.empty(0, np.int32)]
        self._values = [np.empty(0, np.int8)]
        self._times = [np.empty(0, np.int64)]

    def add(self, people: Codes, statements: Codes, values: VoteValues, times: Times | None = None) -> None:
        """Adds rows (arrays of one length) that stand after all rows added before.

        ``times`` if the collection is timed.
        """
        self._people.append(people.astype(np.int32))
        self._statements.append(statements.astype(np.int32))
        self._values.append(values)
        if times is not None:
            self._times.append(times)
        self._waiting += len(people)
        if self._waiting >= max(self._room, self._kept):
            kept, columns, values, times = self._latest(np.empty(0, np.int32), np.empty(0, np.int32))
            self._people, self._statements, self._values = [kept], [columns], [values]
            self._times = [] if times is None else [times]
            self._kept, self._waiting = len(kept), 0

    def _latest(self, people_ranks: Places, statement_ranks: Places) -> tuple[Places, Places, VoteValues, Times | None]:
        people, statements = _emptied(self._people), _emptied(self._statements)
        values, times = _emptied(self._values), _emptied(self._times) if self._timed else None
        in_order = self._kept
        if people_ranks.size:
            people, statements, in_order = people_ranks[people], statement_ranks[statements], 0
        chosen = latest_positions(people, statements, times, in_order)
        return people[chosen], statements[chosen], values[chosen], None if times is None else times[chosen]

    def finish(self, participants: list[str], statements: list[str], *, keep_times: bool = False) -> Votes:
        """The votes that count, once identifiers are known: ``participants[code]``, ``statements[code]``.

        The collection is used up. Times are forgotten unless ``keep_times``; they serve only to add votes later.
        """
        people_order, statement_order = canonical_order(participants), canonical_order(statements)
        people, columns, values, times = self._latest(_ranks(people_order), _ranks(statement_order))
        return Votes(
            participants=[participants[code] for code in people_order.tolist()],
            statements=[statements[code] for code in statement_order.tolist()],
            starts=np.concatenate(([0], np.cumsum(np.bincount(people, minlength=len(participants))))),
            columns=columns,
            values=values,
            times=times if keep_times else None,
        )


def _emptied(parts: list[NDArray[Number]]) -> NDArray[Number]:
    """The parts as one array; the list is emptied so that they need not be held twice."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def _ranks(order: Codes) -> Places:
    ranks = np.empty(len(order), np.int32)
    ranks[order] = np.arange(len(order), dtype=np.int32)
    return ranks
