"""The compound file of doc, xls and ppt (MS-CFB), read within the bounds of its own size.

No kept library reads it: olefile was last released in 2023. What is needed is small: the directory, and a stream by its
name.
"""

import array
import struct
import sys
from dataclasses import dataclass, field

from tongxin.files.inspection.reasons import Reason, Refused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER = 512
LAST_SECTOR = 0xFFFFFFFA  # above it: end of chain, free, and the like
NOBODY = 0xFFFFFFFF
ENTRY = 128
STORAGE, STREAM, ROOT = 1, 2, 5
IN_HEADER = 109  # sectors of the allocation table that the header itself names


@dataclass(frozen=True)
class Entry:
    """A line of the directory, with the path on which it was found (empty for one that hangs nowhere)."""

    name: str
    type: int
    first: int
    size: int
    path: tuple[str, ...] = field(default=())


class Compound:
    """A compound file held in memory; `entries` has every line of its directory that is in use."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        if len(data) < HEADER:
            raise Refused(Reason.CORRUPT)
        self._shift, self._mini_shift = struct.unpack_from("<HH", data, 30)
        if self._shift not in {9, 12} or self._mini_shift != 6:  # noqa: PLR2004 -- the only sizes the format knows
            raise Refused(Reason.CORRUPT)
        self._fat = self._allocation()
        directory, self._cutoff, mini = (struct.unpack_from("<L", data, at)[0] for at in (48, 56, 60))
        self._mini_fat = _numbers(self._chain(mini, None))
        self.entries = self._directory(self._chain(directory, None))
        roots = [entry for entry in self.entries if entry.type == ROOT]
        if len(roots) != 1:
            raise Refused(Reason.CORRUPT)
        self._mini = self._chain(roots[0].first, roots[0].size)

    def read(self, name: str) -> bytes | None:
        """Return the content of a stream beside the root, or None when there is none of that name."""
        entry = next((e for e in self.entries if e.type == STREAM and e.path == () and e.name.lower() == name.lower()), None)
        if entry is None:
            return None
        if entry.size < self._cutoff:
            return self._mini_chain(entry)
        return self._chain(entry.first, entry.size)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) << self._shift
        return self._data[start : start + (1 << self._shift)]

    def _allocation(self) -> "array.array[int]":
        """Join the sectors of the allocation table: those the header names, then those of the chain it begins."""
        named = list(struct.unpack_from(f"<{IN_HEADER}L", self._data, 76))
        following = struct.unpack_from("<L", self._data, 68)[0]
        most = len(self._data) >> self._shift
        for _sector in range(most):
            if following >= LAST_SECTOR:
                break
            numbers = _numbers(self._sector(following))
            named += numbers[:-1]
            following = numbers[-1] if numbers else NOBODY
        used = [number for number in named if number < LAST_SECTOR]
        if len(used) > most:
            raise Refused(Reason.CORRUPT)
        return _numbers(b"".join(self._sector(number) for number in used))

    def _chain(self, first: int, size: int | None) -> bytes:
        """Follow a chain of sectors. A chain longer than the file goes in a circle."""
        pieces: list[bytes] = []
        most = len(self._data) >> self._shift
        while first < LAST_SECTOR:
            if len(pieces) > most or first >= len(self._fat):
                raise Refused(Reason.CORRUPT)
            pieces.append(self._sector(first))
            first = self._fat[first]
        joined = b"".join(pieces)
        return joined if size is None else joined[:size]

    def _mini_chain(self, entry: Entry) -> bytes:
        pieces: list[bytes] = []
        first = entry.first
        while first < LAST_SECTOR:
            if len(pieces) > len(self._mini_fat) or first >= len(self._mini_fat):
                raise Refused(Reason.CORRUPT)
            pieces.append(self._mini[first << self._mini_shift : (first + 1) << self._mini_shift])
            first = self._mini_fat[first]
        return b"".join(pieces)[: entry.size]

    def _directory(self, data: bytes) -> list[Entry]:
        lines = [data[at : at + ENTRY] for at in range(0, len(data) - ENTRY + 1, ENTRY)]
        paths = _paths(lines)
        found = []
        for number, line in enumerate(lines):
            if line[66] in {STORAGE, STREAM, ROOT}:
                size = struct.unpack_from("<L", line, 120)[0]
                first = struct.unpack_from("<L", line, 116)[0]
                found.append(Entry(_name(line), line[66], first, size, paths.get(number, ())))
        return found


def _numbers(data: bytes) -> "array.array[int]":
    numbers = array.array("I", data[: len(data) // 4 * 4])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _name(line: bytes) -> str:
    length = struct.unpack_from("<H", line, 64)[0]
    return line[: min(max(length - 2, 0), 62)].decode("utf-16-le", "replace")


def _paths(lines: list[bytes]) -> dict[int, tuple[str, ...]]:
    """Walk the tree from the root; each line is visited once, so that a circle ends."""
    found: dict[int, tuple[str, ...]] = {}
    waiting: list[tuple[int, tuple[str, ...]]] = [(struct.unpack_from("<L", lines[0], 76)[0], ())] if lines else []
    while waiting:
        number, path = waiting.pop()
        if number >= len(lines) or number in found:
            continue
        found[number] = path
        left, right, child = struct.unpack_from("<LLL", lines[number], 68)
        waiting += [(left, path), (right, path), (child, (*path, _name(lines[number])))]
    return found
