"""Old workbooks (.xls): whether the file is whole, and the cells whose formulas failed.

What the reader of rows leaves out.
"""

import struct
from collections.abc import Iterator

Spot = tuple[int, int]  # row and column, both from 0

HEADER = 512
END = 0xFFFFFFFE
MINI = 4096  # streams below this size lie in small sectors
ENTRY = 128
ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
BOF, EOF, BOUNDSHEET, FORMULA, BOOLERR = 0x0809, 0x000A, 0x0085, 0x0006, 0x0205
STREAMS = ("workbook", "book")


class Damaged(Exception):  # noqa: N818 -- reads as a sentence
    """The file is cut off or its tables lead nowhere."""


def workbook_stream(data: bytes) -> bytes:
    """Return the stream of records. Raises Damaged for a file that is not whole."""
    try:
        return _Container(data).stream(STREAMS)
    except (struct.error, IndexError, MemoryError, OverflowError) as problem:
        raise Damaged from problem


class _Container:
    """The sectors and directory of a compound file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        (shift, mini_shift), (fat_count, first_directory) = (
            struct.unpack_from("<HH", data, 30),
            struct.unpack_from("<II", data, 44),
        )
        first_mini_fat, _mini_fat_count, first_difat, difat_count = struct.unpack_from("<IIII", data, 60)
        if shift not in {9, 12} or mini_shift != 6:  # noqa: PLR2004 -- the only sizes there are
            raise Damaged
        self.size = 1 << shift
        places = list(struct.unpack_from("<109I", data, 76))
        for _n in range(difat_count):
            sector = struct.unpack(f"<{self.size // 4}I", self._sector(first_difat))
            places, first_difat = [*places, *sector[:-1]], sector[-1]
            if len(places) * 4 > len(data) + HEADER:
                raise Damaged
        fat = [place for place in places if place < 0xFFFFFFFA][:fat_count]  # noqa: PLR2004 -- above are marks
        if len(fat) < fat_count:
            raise Damaged
        self.fat = [n for place in fat for n in struct.unpack(f"<{self.size // 4}I", self._sector(place))]
        directory = self._chain(first_directory)
        self.entries = [directory[at : at + ENTRY] for at in range(0, len(directory), ENTRY)]
        if not self.entries or any(len(entry) < ENTRY for entry in self.entries):
            raise Damaged
        self.first_mini_fat = first_mini_fat

    def _sector(self, number: int) -> bytes:
        begin = (number + 1) * self.size
        sector = self.data[begin : begin + self.size]
        if len(sector) < self.size:
            raise Damaged
        return sector

    def _numbers(self, first: int, fat: list[int]) -> Iterator[int]:
        seen = 0
        while first != END:
            if first >= len(fat) or seen > len(fat):
                raise Damaged
            yield first
            first, seen = fat[first], seen + 1

    def _chain(self, first: int) -> bytes:
        return b"".join(self._sector(number) for number in self._numbers(first, self.fat))

    def stream(self, names: tuple[str, ...]) -> bytes:
        for entry in self.entries:
            (length,) = struct.unpack_from("<H", entry, 64)
            if length > 64 or entry[: max(0, length - 2)].decode("utf-16-le", "replace").lower() not in names:  # noqa: PLR2004
                continue
            first, size = struct.unpack_from("<II", entry, 116)
            found = self._small(first) if size < MINI else self._chain(first)
            if len(found) < size:
                raise Damaged
            return found[:size]
        raise Damaged

    def _small(self, first: int) -> bytes:
        root_first, root_size = struct.unpack_from("<II", self.entries[0], 116)
        pool = self._chain(root_first)[:root_size]
        raw = self._chain(self.first_mini_fat)
        fat = list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))
        return b"".join(pool[n * 64 : n * 64 + 64] for n in self._numbers(first, fat))


def failed_cells(stream: bytes) -> dict[int, dict[Spot, str]]:
    """Return the cells that hold an error, by the sheet's place in the workbook. Raises Damaged for cut records."""
    starts: list[int] = []
    found: dict[int, dict[Spot, str]] = {}
    sheet, at, depth = -1, 0, 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        if len(body) < length:
            raise Damaged
        if kind == BOF:
            sheet = starts.index(at) if at in starts else sheet
            depth += 1
        elif kind == EOF:
            depth = max(0, depth - 1)
            if not depth and sheet < 0 and not starts:
                raise Damaged
        elif kind == BOUNDSHEET and length >= 4:  # noqa: PLR2004 -- where the sheet begins
            starts.append(struct.unpack_from("<I", body)[0])
        elif sheet >= 0 and (word := _error(kind, body)):
            row, column = struct.unpack_from("<HH", body)
            found.setdefault(sheet, {})[row, column] = word
        at += 4 + length
    return found


def _error(kind: int, body: bytes) -> str:
    if kind == BOOLERR and len(body) >= 8 and body[7] == 1:  # noqa: PLR2004 -- the record's fixed places
        return ERRORS.get(body[6], "#N/A")
    if kind == FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:  # noqa: PLR2004
        return ERRORS.get(body[8], "#N/A")
    return ""
