"""Reads votes cell by cell: the patient way, for rows that ``blocks`` leaves, and the one that says what is wrong."""

import csv
import re
from collections.abc import Iterable, Iterator

import numpy as np

from tongxin.core.catalogue import _
from tongxin.deliberation.consensus.blocks import LONGEST, Rows
from tongxin.deliberation.consensus.identifiers import as_words
from tongxin.deliberation.consensus.layout import Layout
from tongxin.deliberation.consensus.problems import SHOWN, BadInput, Problem

BYTES = "latin-1"  # any byte is one character: identifiers are decoded when all of them are known
# What is trimmed from cells: in bytes shown as characters, ``strip()`` alone would also take halves of letters.
BLANKS = "".join(map(chr, range(1, 33)))
_BATCH = 100_000
_VALUES = {"1": 1, "0": 0, "-1": -1}
_NUMBER = re.compile(r"([+-]?)0*([01])(?:\.0*)?")  # as spreadsheet programs write whole numbers: 1.0, -1.0, +1
_TIMES = range(-(2**63), 2**63)


def numbered(file: str, lines: Iterable[str], first_line: int = 1) -> Iterator[tuple[int, list[str]]]:
    """The rows of CSV text with the number of the line each begins on."""
    reader = csv.reader(lines, strict=True)
    line = first_line
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            raise BadInput(
                file, [Problem(line, "", _("不是完整的 CSV（引号可能没有配对）：%(fault)s") % {"fault": fault})]
            ) from fault
        yield line, row
        line = first_line + reader.line_num


class _Batch:
    """Votes waiting to be made into arrays."""

    def __init__(self) -> None:
        self.people: list[bytes] = []
        self.statements: list[bytes] = []
        self.columns: list[int] = []
        self.values: list[int] = []
        self.times: list[int] = []

    def rows(self, layout: Layout) -> Rows:
        """The votes as arrays."""
        values = np.array(self.values, np.int8)
        people, statements = as_words(self.people), as_words(self.statements)
        if layout.wide:
            every = np.arange(len(values))
            return Rows(people, statements, values, None, every, np.array(self.columns, np.int64))
        times = None if layout.time is None else np.array(self.times, np.int64)
        return Rows(people, statements, values, times)


def batches(file: str, rows: Iterable[tuple[int, list[str]]], layout: Layout) -> Iterator[Rows]:
    """The votes in rows of (line number, cells), in batches.

    Raises ``BadInput`` with the first faults found, once all rows of ``rows`` or enough faults have been seen.
    """
    batch, problems = _Batch(), []
    take = _take_wide if layout.wide else _take_long
    for line, cells in rows:
        if not any(cell.strip(BLANKS) for cell in cells):
            continue
        if len(cells) != layout.width:
            problems.append(
                Problem(
                    line,
                    "",
                    _("有 %(n)s 格，表头是 %(width)s 格，请补齐或删去多余的逗号。") % {"n": len(cells), "width": layout.width},
                )
            )
        else:
            problems.extend(take(batch, line, [cell.strip(BLANKS) for cell in cells], layout))
        if len(problems) > SHOWN:
            break
        if len(batch.values) >= _BATCH and not problems:
            yield batch.rows(layout)
            batch = _Batch()
    if problems:
        raise BadInput(file, problems)
    if batch.values:
        yield batch.rows(layout)


def _value_of(text: str) -> int | None:
    if text in _VALUES:
        return _VALUES[text]
    match = _NUMBER.fullmatch(text)
    return None if match is None else int(match[2]) * (-1 if match[1] == "-" else 1)


def _take_long(batch: _Batch, line: int, cells: list[str], layout: Layout) -> list[Problem]:
    problems = [
        fault
        for place in (layout.person, layout.statement)
        if (fault := _unfit_identifier(line, layout.header[place], cells[place]))
    ]
    value = _value_of(cells[layout.vote])
    if value is None:
        problems.append(_unfit_vote(line, layout.header[layout.vote], cells[layout.vote]))
    if layout.time is not None:
        try:
            time = int(cells[layout.time])
        except ValueError:
            time = _TIMES.stop
        if time not in _TIMES:
            reason = _("时间“%(shown)s”不是整数，应为毫秒数，例如 1515620784141。") % {"shown": _shown(cells[layout.time])}
            problems.append(Problem(line, layout.header[layout.time], reason))
        batch.times.append(time)
    if not problems and value is not None:
        batch.people.append(cells[layout.person].encode(BYTES))
        batch.statements.append(cells[layout.statement].encode(BYTES))
        batch.values.append(value)
    return problems


def _take_wide(batch: _Batch, line: int, cells: list[str], layout: Layout) -> list[Problem]:
    fault = _unfit_identifier(line, layout.header[0] or _("第 1 列"), cells[0])
    problems = [fault] if fault else []
    for column, place in enumerate(layout.cells):
        text = cells[place]
        if not text:
            continue
        value = _value_of(text)
        if value is None:
            problems.append(_unfit_vote(line, layout.header[place], text))
            continue
        batch.people.append(cells[0].encode(BYTES))
        batch.columns.append(column)
        batch.values.append(value)
    return problems


def _unfit_identifier(line: int, column: str, text: str) -> Problem | None:
    if not text:
        return Problem(line, column, _("是空的，请填编号。"))
    if "\0" in text:
        return Problem(line, column, _("含有空字节，文件可能不是 CSV 或已损坏。请另存为 UTF-8 的 CSV。"))
    if len(text) > LONGEST:
        return Problem(line, column, _("编号有 %(n)s 字节，最多 %(longest)s 字节。") % {"n": len(text), "longest": LONGEST})
    return None


def _unfit_vote(line: int, column: str, text: str) -> Problem:
    return Problem(line, column, _("表态“%(shown)s”无效，应为 1（赞成）、0（略过）或 -1（反对）。") % {"shown": _shown(text)})


def _shown(text: str) -> str:
    """A cell as it may be repeated to people: decoded if it can be, at most twenty characters."""
    raw = text.encode(BYTES, "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)[:20]
        except UnicodeDecodeError:
            continue
    return text[:20]
