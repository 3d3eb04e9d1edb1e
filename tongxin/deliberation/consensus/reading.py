"""Reads a votes file of any length: plain blocks as arrays, the rest row by row, keeping only votes that count."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tongxin.core.catalogue import _
from tongxin.deliberation.consensus import blocks, cells
from tongxin.deliberation.consensus.identifiers import Codes, Identifiers, as_words
from tongxin.deliberation.consensus.layout import Layout, layout_of
from tongxin.deliberation.consensus.problems import BadInput, Problem, demand_file, unreadable
from tongxin.deliberation.consensus.sheets import is_workbook, sheet_rows
from tongxin.deliberation.consensus.votes import Tally, Votes

BLOCK = 1 << 22
_BOM = b"\xef\xbb\xbf"
_NEWLINE = b"\n"


def read_votes(path: str | Path, *, keep_times: bool = False, block: int = BLOCK) -> Votes:
    """The votes of a file in long or wide form; a later vote replaces an earlier one, ties by file order.

    CSV in UTF-8 (with or without BOM) or GB18030, or XLSX. Memory grows with distinct votes, not with rows.
    Raises ``BadInput`` naming line, column and reason.
    """
    path = Path(path)
    try:
        demand_file(path)
        with path.open("rb") as stream:
            if is_workbook(path):
                return _read_sheet(path, keep_times=keep_times)
            return _read_csv(path.name, stream, keep_times=keep_times, block=block)
    except OSError as fault:
        raise unreadable(path.name, fault) from fault
    except BadInput as fault:
        raise BadInput(path.name, fault.problems) from fault


class _Intake:
    """Gives identifiers their numbers and passes the votes on."""

    def __init__(self, file: str, layout: Layout, names: list[bytes]) -> None:
        self.file = file
        self.layout = layout
        self.people = Identifiers()
        self.statements = Identifiers()
        self.tally = Tally(timed=layout.time is not None)
        if layout.wide and names:
            self.columns: Codes = self.statements.number(as_words(names))

    def take(self, rows: blocks.Rows) -> None:
        """Adds the votes of a block or batch."""
        if rows.people_of is not None and rows.columns is not None:
            voted = np.unique(rows.people_of)
            place = np.zeros(len(rows.people), np.int64)
            place[voted] = self.people.number(rows.people[voted])
            self.tally.add(place[rows.people_of], self.columns[rows.columns], rows.values)
        else:
            people, statements = self.people.number(rows.people), self.statements.number(rows.statements)
            self.tally.add(people, statements, rows.values, rows.times)

    def finish(self, header: bytes, *, keep_times: bool) -> Votes:
        """The votes that count, with identifiers as text."""
        encoding = encoding_of(self.file, [header, *self.people.names, *self.statements.names])
        people = [name.decode(encoding) for name in self.people.names]
        statements = [name.decode(encoding) for name in self.statements.names]
        return self.tally.finish(people, statements, keep_times=keep_times)


def encoding_of(file: str, texts: Iterable[bytes]) -> str:
    """UTF-8 if all texts are, else GB18030; raises ``BadInput`` if they are neither."""
    whole = b"\n".join(texts)
    for encoding in ("utf-8", "gb18030"):
        try:
            whole.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise BadInput(file, [Problem(0, "", _("既不是 UTF-8 也不是 GB18030 编码。请另存为 UTF-8 的 CSV。"))])


def _read_csv(file: str, stream: BinaryIO, *, keep_times: bool, block: int) -> Votes:
    start = stream.read(block)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(file, [Problem(0, "", _("是 UTF-16 编码。请另存为 UTF-8 的 CSV。"))])
    skipped = len(_BOM) if start.startswith(_BOM) else 0
    stream.seek(skipped)
    lines = _first_record(stream)
    header_line = b"".join(lines)
    if b"\r" in header_line.rstrip(b"\r\n"):
        raise BadInput(file, [Problem(1, "", _("行尾只有回车符（旧式 Mac 格式）。请另存为 UTF-8 的 CSV。"))])
    raw = next(csv.reader(io.StringIO(header_line.decode(cells.BYTES), newline="")), [])
    if not any(cell.strip(cells.BLANKS) for cell in raw):
        raise BadInput(file, [Problem(1, "", _("没有表头。第一行应写列名，例如 participant_id,statement_id,vote。"))])
    layout = layout_of(file, _decoded(file, raw))
    names = [raw[place].strip(cells.BLANKS).encode(cells.BYTES) for place in layout.cells]
    intake = _Intake(file, layout, names)
    for rows in _rows(file, stream, layout, len(lines) + 1, block):
        intake.take(rows)
    return intake.finish(header_line, keep_times=keep_times)


def _first_record(stream: BinaryIO) -> list[bytes]:
    """Return the lines of the header: more than one where a quoted name goes on in the next."""
    lines = [stream.readline()]
    within = lines[0].count(b'"') % 2
    while within and (more := stream.readline()):
        lines.append(more)
        within ^= more.count(b'"') % 2
    return lines


def _decoded(file: str, raw: list[str]) -> tuple[str, ...]:
    named = [cell.encode(cells.BYTES) for cell in raw]
    encoding = encoding_of(file, named)
    return tuple(cell.decode(encoding).strip(cells.BLANKS) for cell in named)


def _rows(file: str, stream: BinaryIO, layout: Layout, line: int, block: int) -> Iterator[blocks.Rows]:
    """Every vote after the header: whole lines at a time, as arrays where they are plain."""
    padded: NDArray[np.uint8] = np.zeros(block + blocks.PADDING, np.uint8)
    room = memoryview(padded.data)[:block]
    position = stream.tell()
    held = 0
    while True:
        got = stream.readinto(room[held:])  # type: ignore[attr-defined]
        held += got
        if not held:
            return
        if not got:
            room[held : held + 1] = _NEWLINE
            length = held = held + 1
        else:
            length = bytes(room[:held]).rfind(_NEWLINE) + 1
        text = bytes(room[:length])
        if not length or b'"' in text or b"\0" in text:
            stream.seek(position)
            rest = io.TextIOWrapper(stream, cells.BYTES, newline="")
            yield from cells.batches(file, cells.numbered(file, rest, line), layout)
            return
        rows = blocks.rows_of(padded, length, layout)
        if rows is None:
            slow = cells.numbered(file, io.StringIO(text.decode(cells.BYTES), newline=""), line)
            yield from cells.batches(file, slow, layout)
        else:
            yield rows
        line += text.count(_NEWLINE)
        position += length
        room[: held - length] = bytes(room[length:held])
        held -= length


def _read_sheet(path: Path, *, keep_times: bool) -> Votes:
    rows = sheet_rows(path)
    first = next(rows, (1, []))[1]
    if not any(first):
        raise BadInput(path.name, [Problem(1, "", _("没有表头。第一行应写列名，例如 participant_id,statement_id,vote。"))])
    layout = layout_of(path.name, tuple(first))
    names = [layout.header[place].encode() for place in layout.cells]
    intake = _Intake(path.name, layout, names)
    as_bytes = ((line, [cell.encode().decode(cells.BYTES) for cell in row]) for line, row in rows)
    for batch in cells.batches(path.name, as_bytes, layout):
        intake.take(batch)
    return intake.finish(b"", keep_times=keep_times)
