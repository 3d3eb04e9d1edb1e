"""Turns the identifiers in a file into small numbers, a block at a time, and puts them in one fixed order."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]
Codes: TypeAlias = NDArray[np.int64]

WORD = 8
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_START = 12
_HALF = 32


class _Table:
    """A hash table from 64-bit keys to 0, 1, 2, …, probed for whole arrays at once (open addressing)."""

    def __init__(self) -> None:
        self.size = 0
        self._bits = _START
        self._keys = np.zeros(1 << _START, np.uint64)
        self._codes = np.full(1 << _START, -1, np.int32)

    def _slots(self, keys: Words) -> Codes:
        return ((keys * _SPREAD) >> np.uint64(64 - self._bits)).astype(np.int64)

    def find(self, keys: Words) -> tuple[Codes, Words]:
        """Codes of the keys, shape (n,), and the keys that were new, in the order of the codes they were given."""
        slots = self._slots(keys)
        codes = self._codes[slots].astype(np.int64)
        missing = np.flatnonzero((self._keys[slots] != keys) | (codes < 0))
        slots = slots[missing]
        added: list[Words] = []
        while missing.size:
            at, wanted = self._codes[slots], keys[missing]
            empty = np.flatnonzero(at < 0)
            if empty.size:
                added.append(self._claim(slots[empty], wanted[empty]))
                if 2 * self.size > self._keys.size:
                    self._grow()
                    slots = self._slots(wanted)
                at = self._codes[slots]
            hit = (at >= 0) & (self._keys[slots] == wanted)
            codes[missing[hit]] = at[hit]
            going = ~hit
            missing = missing[going]
            slots = (slots[going] + (at[going] >= 0)) & (self._keys.size - 1)
        return codes, np.concatenate(added) if added else np.empty(0, np.uint64)

    def _claim(self, slots: Codes, keys: Words) -> Words:
        """Gives empty slots to keys, of several that want one the last; the keys that got one, in code order."""
        self._codes[slots] = -2 - np.arange(len(slots), dtype=np.int32)
        won = np.flatnonzero(self._codes[slots] == -2 - np.arange(len(slots), dtype=np.int32))
        self._keys[slots[won]] = keys[won]
        self._codes[slots[won]] = np.arange(self.size, self.size + len(won), dtype=np.int32)
        self.size += len(won)
        return keys[won]

    def _grow(self) -> None:
        used = self._codes >= 0
        keys, codes = self._keys[used], self._codes[used]
        self._bits = int(4 * self.size).bit_length()
        self._keys = np.zeros(1 << self._bits, np.uint64)
        self._codes = np.full(1 << self._bits, -1, np.int32)
        slots = self._slots(keys)
        while keys.size:
            empty = self._codes[slots] < 0
            self._keys[slots[empty]] = keys[empty]
            self._codes[slots[empty]] = codes[empty]
            left = self._codes[slots] != codes
            keys, codes = keys[left], codes[left]
            slots = (slots[left] + 1) & (self._keys.size - 1)


class Identifiers:
    """Numbers identifiers 0, 1, 2, … as they are first met, exactly (no two ever share a number).

    An identifier is cut into words of eight bytes, padded with zero bytes; one of several words is found by
    pairing the number of what came before with the number of the next word.
    """

    def __init__(self) -> None:
        self.names: list[bytes] = []
        self._ends: dict[int, tuple[_Table, list[int]]] = {}
        self._words: dict[int, _Table] = {}
        self._joints: dict[int, _Table] = {}

    def number(self, words: NDArray[np.uint64]) -> Codes:
        """Numbers, shape (n,), of identifiers given as words, shape (n, w): bytes, little-endian, zero-padded."""
        count, width = words.shape
        if width == 1:
            return self._number(words)
        used = np.ones(count, np.int64)
        for place in range(1, width):
            used[words[:, place] != 0] = place + 1
        codes = np.empty(count, np.int64)
        for width_used in np.unique(used):
            rows = np.flatnonzero(used == width_used)
            codes[rows] = self._number(words[rows, :width_used])
        return codes

    def _number(self, words: NDArray[np.uint64]) -> Codes:
        width = words.shape[1]
        keys = words[:, 0]
        for place in range(1, width):
            before = self._joints.setdefault(place, _Table()).find(keys)[0]
            here = self._words.setdefault(place, _Table()).find(np.ascontiguousarray(words[:, place]))[0]
            keys = (before.astype(np.uint64) << np.uint64(_HALF)) | here.astype(np.uint64)
        table, given = self._ends.setdefault(width, (_Table(), []))
        codes, fresh = table.find(np.ascontiguousarray(keys))
        if fresh.size:
            known = table.size - fresh.size
            where = np.flatnonzero(codes >= known)
            rows = np.empty(fresh.size, np.int64)
            rows[codes[where] - known] = where
            given.extend(range(len(self.names), len(self.names) + fresh.size))
            whole = np.ascontiguousarray(words[rows]).view(f"S{WORD * width}").ravel()
            self.names.extend(whole.tolist())
        if table.size == len(self.names):
            return codes
        return np.asarray(given, np.int64)[codes]


def as_words(names: list[bytes]) -> NDArray[np.uint64]:
    """Identifiers as zero-padded words of eight bytes, shape (n, w)."""
    width = max(1, -(-max(map(len, names), default=1) // WORD))
    return np.array(names, f"S{WORD * width}").view("<u8").reshape(len(names), width)


def canonical_key(name: str) -> tuple[int, int, str]:
    """Sorting key of the fixed order: whole numbers by value first, then everything else by code point."""
    if name.isascii() and name.isdigit() and (name == "0" or name[0] != "0"):
        return (0, int(name), "")
    return (1, 0, name)


def canonical_order(names: list[str]) -> Codes:
    """Positions of the names in the fixed order, shape (n,): ``names[order[0]]`` comes first."""
    return np.array(sorted(range(len(names)), key=[canonical_key(name) for name in names].__getitem__), np.int64)
