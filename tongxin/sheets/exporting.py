"""Writing a kind's rows as CSV, XLSX or JSON, streaming: memory does not grow with the rows."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import xlsxwriter
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongxin.sheets import outputs
from tongxin.sheets.cells import guarded
from tongxin.sheets.kinds import Column

CELL_LIMIT = 32_767  # Excel's own
FORMATS = ("csv", "xlsx", "json")
READ = 200  # rows at once, with all that belongs to them
Rows = Iterable[Mapping[str, str]]
About = Sequence[tuple[str, str]]


class Table(Protocol):
    """What can be written: a kind of sheet, or a table that only leaves and is never taken in."""

    @property
    def label(self) -> str:
        """The name of the sheet in a workbook."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns."""

    @property
    def names(self) -> tuple[str, ...]:
        """Their names in order."""


class TooLong(Exception):  # noqa: N818 -- reads as a sentence
    """A text that no spreadsheet cell can hold."""


def in_parts(rows: QuerySet[Any]) -> Iterator[Any]:
    """Yield the rows of a question in its order, some hundred read at a time.

    Only their keys are sorted together: SQLite keeps what it sorts in memory, texts and all, until the last row is
    read.
    """
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), READ):
        yield from rows.filter(pk__in=keys[start : start + READ])


def write(path: Path, kind: Table, rows: Rows, *, only: Sequence[str] = (), about: Sequence[tuple[str, str]] = ()) -> int:
    """Write rows to a file of the kind its ending names, with the columns of the import (or `only` some).

    Return how many.

    The file appears whole or not at all: it is written beside and then put in its place. What it is `about` stands on a
    second sheet of a workbook, with the number of rows.
    """
    ending = path.suffix.lower().lstrip(".")
    writer = {"csv": _csv, "xlsx": _xlsx, "json": _json}[ending]
    names = tuple(only) or kind.names
    with outputs.whole(path) as beside:
        return writer(beside, kind, names, rows, about)


def _csv(path: Path, _kind: Table, names: Sequence[str], rows: Rows, _about: About) -> int:
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as out:  # the mark makes spreadsheet programs read UTF-8
        writer = csv.writer(out)
        writer.writerow(names)
        for count, row in enumerate(rows, 1):  # noqa: B007 -- the number of rows
            writer.writerow([guarded(row.get(name, "")) for name in names])
    return count


def _json(path: Path, _kind: Table, names: Sequence[str], rows: Rows, _about: About) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as out:
        out.write("[")
        for count, row in enumerate(rows, 1):
            out.write(",\n" if count > 1 else "\n")
            out.write(json.dumps({name: row.get(name, "") for name in names}, ensure_ascii=False))
        out.write("\n]\n")
    return count


def _xlsx(path: Path, kind: Table, names: Sequence[str], rows: Rows, about: About) -> int:
    widths = {column.name: column.width for column in kind.columns}
    count = 0
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet(str(kind.label))
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for index, name in enumerate(names):
            sheet.set_column(index, index, widths.get(name, 14))
        for index, name in enumerate(names):
            sheet.write_string(0, index, name, bold)
        for count, row in enumerate(rows, 1):
            for index, name in enumerate(names):
                value = row.get(name, "")
                if len(value) > CELL_LIMIT:
                    message = _("“%(name)s”有 %(n)s 个字，电子表格一个单元格放不下，请导出为 JSON 或 CSV") % {
                        "name": name,
                        "n": len(value),
                    }
                    raise TooLong(message)
                if value:
                    sheet.write_string(count, index, value)  # always text: what begins with = is no formula
        if about:
            notes = book.add_worksheet(_("说明"))
            notes.set_column(0, 0, 12)
            notes.set_column(1, 1, 80)
            for index, (name, words) in enumerate([*about, (_("行数"), str(count))]):
                notes.write_string(index, 0, name, bold)
                notes.write_string(index, 1, words)
    return count
