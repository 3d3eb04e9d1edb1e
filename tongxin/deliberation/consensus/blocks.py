"""Reads a block of plain CSV bytes as arrays, without making a Python object for each cell.

A block that is not plain (quotes, blank lines, spaces round identifiers, anything wrong) is left to ``cells``,
which is slower and can say what is wrong.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongxin.deliberation.consensus.identifiers import WORD
from tongxin.deliberation.consensus.layout import Layout

LONGEST = 200
PADDING = LONGEST + 2 * WORD

_COMMA, _NEWLINE, _RETURN, _SPACE = 44, 10, 13, 32
_MASKS = np.array([(1 << (8 * length)) - 1 for length in range(WORD + 1)], np.uint64)
# ASCII "0" in the low bytes, to fill up numbers of fewer than eight digits.
_ZEROS = np.array([0x3030303030303030 & ((1 << (8 * (8 - length))) - 1) for length in range(WORD + 1)], np.uint64)
_AGREE, _PASS, _DISAGREE = ord("1"), ord("0"), ord("-") | ord("1") << 8
_DIGITS_AT_MOST = 18


@dataclass(frozen=True)
class Rows:
    """Votes as read: identifiers as words of eight bytes (n, w), values (n,), times in milliseconds (n,).

    In a wide table ``statements`` is empty and ``columns`` holds the place of each vote's statement among the
    table's statements, ``people_of`` its row among ``people``.
    """

    people: NDArray[np.uint64]
    statements: NDArray[np.uint64]
    values: NDArray[np.int8]
    times: NDArray[np.int64] | None = None
    people_of: NDArray[np.int64] | None = None
    columns: NDArray[np.int64] | None = None


def rows_of(padded: NDArray[np.uint8], length: int, layout: Layout) -> Rows | None:
    """The votes in ``padded[:length]``, whole lines of CSV, or ``None`` if the block is not plain.

    ``padded`` is at least ``PADDING`` bytes longer than ``length``, so that words may be read past the end.
    """
    bounds = _bounds(padded[:length], layout.width)
    if bounds is None:
        return None
    starts, ends = bounds
    words = np.ndarray((len(padded) - WORD + 1,), "<u8", padded.data, strides=(1,))
    people = _identifiers(padded, words, starts[:, layout.person], ends[:, layout.person])
    if people is None:
        return None
    if layout.wide:
        cells = np.array(layout.cells, np.int64)
        return _wide(words, people, starts[:, cells], ends[:, cells])
    statements = _identifiers(padded, words, starts[:, layout.statement], ends[:, layout.statement])
    values, good = _values(words, starts[:, layout.vote], ends[:, layout.vote])
    if statements is None or not good.all():
        return None
    times = None
    if layout.time is not None:
        times = _whole_numbers(words, starts[:, layout.time], ends[:, layout.time])
        if times is None:
            return None
    return Rows(people, statements, values, times)


def _wide(
    words: NDArray[np.uint64], people: NDArray[np.uint64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> Rows | None:
    people_of, columns = np.nonzero(ends > starts)
    values, good = _values(words, starts[people_of, columns], ends[people_of, columns])
    if not good.all():
        return None
    return Rows(people, np.empty((0, 1), np.uint64), values, None, people_of, columns)


def _bounds(block: NDArray[np.uint8], width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """First byte and end of every cell, both (rows, width), if every line has ``width`` cells."""
    marks = np.flatnonzero((block == _COMMA) | (block == _NEWLINE))
    if marks.size % width:
        return None
    ends = marks.reshape(-1, width)
    line_ends = ends[:, -1]
    if (block[line_ends] != _NEWLINE).any() or np.count_nonzero(block == _NEWLINE) != len(line_ends):
        return None
    starts = np.empty_like(ends)
    starts[:, 1:] = ends[:, :-1] + 1
    starts[:1, 0] = 0
    starts[1:, 0] = line_ends[:-1] + 1
    returns = block[np.maximum(line_ends - 1, 0)] == _RETURN
    if returns.any():
        ends[:, -1] -= returns
    return starts, ends


def _identifiers(
    padded: NDArray[np.uint8], words: NDArray[np.uint64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint64] | None:
    lengths = ends - starts
    longest = int(lengths.max(initial=0))
    if lengths.min(initial=1) < 1 or longest > LONGEST:
        return None
    if (padded[starts] <= _SPACE).any() or (padded[ends - 1] <= _SPACE).any():
        return None
    found = np.empty((len(starts), max(1, -(-longest // WORD))), np.uint64)
    for place in range(found.shape[1]):
        left = np.clip(lengths - WORD * place, 0, WORD)
        found[:, place] = words[starts + WORD * place] & _MASKS[left]
    return found


def _values(
    words: NDArray[np.uint64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    lengths = ends - starts
    text = words[starts] & _MASKS[np.clip(lengths, 0, WORD)]
    agree, disagree = text == _AGREE, text == _DISAGREE
    return agree.view(np.int8) - disagree.view(np.int8), agree | disagree | (text == _PASS)


def _whole_numbers(words: NDArray[np.uint64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Numbers of 1 to 18 digits, eight digits at a time; ``None`` if a cell is anything else."""
    lengths = ends - starts
    if lengths.min(initial=1) < 1 or lengths.max(initial=1) > _DIGITS_AT_MOST:
        return None
    total = np.zeros(len(starts), np.uint64)
    scale = 1
    for place in range(0, int(lengths.max(initial=1)), WORD):
        here = np.clip(lengths - place, 0, WORD)
        eight = words[ends - place - here] & _MASKS[here]
        shift = (8 * (WORD - here)).astype(np.uint64)
        eight = np.where(here > 0, (eight << np.minimum(shift, np.uint64(63))) | _ZEROS[here], _ZEROS[0])
        digits = eight ^ np.uint64(0x3030303030303030)
        if (((digits + np.uint64(0x0606060606060606)) | digits) & np.uint64(0xF0F0F0F0F0F0F0F0)).any():
            return None
        total += _eight_digits(digits) * np.uint64(scale)
        scale *= 10**WORD
    return total.astype(np.int64)


def _eight_digits(digits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Value of eight decimal digits, one a byte, the first in the lowest byte: pairs, then fours, then all."""
    pairs = (digits * np.uint64(10) + (digits >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    fours = (pairs * np.uint64(100) + (pairs >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return (fours * np.uint64(10000) + (fours >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
