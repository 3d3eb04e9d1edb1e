"""From a file to rows: CSV in three encodings, XLSX, XLS and ODS; titles, blank rows, footers and merged cells minded."""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, load_workbook

from tongxin.sheets import headers
from tongxin.sheets.cells import Cell, text, unguarded
from tongxin.sheets.files import Limits, recognise
from tongxin.sheets.kinds import EXAMPLE, Kind, Row
from tongxin.sheets.problems import Fault, Place, Unreadable

FEW = 2  # a footer fills this many cells at most
_FOOTER = re.compile(
    r"^((合|总|小|共)\s*计|(制表|填表|填报|审核|复核|统计)(人|单位|日期|时间)?|说明|备注|注)\s*([:：].*|\d.*)?$", re.DOTALL
)
csv.field_size_limit(8 << 20)


class Table:
    """The rows of one sheet for one kind, read once, one by one. `header` is known before the first row is."""

    def __init__(self, place: Place, raw: Iterator[Sequence[Cell]], kind: Kind, limits: Limits) -> None:
        self.place, self.kind, self.limits = place, kind, limits
        head = list(islice(raw, headers.LOOKED_AT))
        self.header = headers.find(head, kind, place)
        self._raw = chain(head[self.header.row :], raw)

    def rows(self) -> Iterator[tuple[Row, Sequence[Cell]]]:
        """Yield each row with content, beside its original cells."""
        first = next(iter(self.kind.required), self.kind.names[0])
        taken = 0
        for number, cells in enumerate(self._raw, self.header.row + 1):
            filled = [text(cell).strip() for cell in cells]
            if not any(filled) or tuple(filled) == self.header.cells or self._is_footer(filled):
                continue
            named = {name: cells[index] for name, index in self.header.places.items() if index < len(cells)}
            if text(named.get(first)).startswith(EXAMPLE):
                continue
            taken += 1
            if taken > self.limits.rows:
                reason = f"超过 {self.limits.rows} 行，请分成几个文件导入"
                raise Unreadable(Fault(self.place.file, self.place.sheet, number, "", reason))
            yield Row(Place(self.place.file, self.place.sheet, number), named), cells

    @staticmethod
    def _is_footer(filled: Sequence[str]) -> bool:
        said = [cell for cell in filled if cell]
        return len(said) <= FEW and bool(_FOOTER.match(said[0]))


def open_table(path: Path, kind: Kind, limits: Limits) -> Table:
    """Open the sheet of a file that holds a kind. Raises Unreadable saying what to do."""
    what, encoding = recognise(path, limits)
    return _workbook(path, kind, limits) if what == "workbook" else _text(path, encoding, kind, limits)


# ── workbooks ────────────────────────────────────────────────────────────────────────────────────
def _workbook(path: Path, kind: Kind, limits: Limits) -> Table:
    place = Place(path.name)
    try:
        book = load_workbook(str(path))
        name = _sheet_name(book, kind, place)
        sheet = book.get_sheet_by_name(name)
    except CalamineError as problem:
        locked = "password" in str(problem).lower() or "encrypt" in str(problem).lower()
        reason = "文件设了密码，请去掉密码后另存再导入" if locked else "文件已损坏，请用表格软件打开后另存再导入"
        raise Unreadable(Fault.at(place, "", reason)) from problem
    place = Place(path.name, name)
    if sheet.end is None:
        raise Unreadable(Fault.at(place, "", "工作表是空的"))
    return Table(place, _filled_down(sheet), kind, limits)


def _sheet_name(book: CalamineWorkbook, kind: Kind, place: Place) -> str:
    names = [m.name for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
    for wanted in (kind.label, kind.name):
        if wanted in (stripped := {n.strip(): n for n in names}):
            return stripped[wanted]
    if len(names) == 1:
        return names[0]
    fitting = [name for name in names if _has_header(book, name, kind)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting and names:
        return names[0]  # its header says what is missing
    raise Unreadable(Fault.at(place, "", f"工作簿里有 {len(names)} 张表，没有名为“{kind.label}”的，请把要导入的那张改成这个名称"))


def _has_header(book: CalamineWorkbook, name: str, kind: Kind) -> bool:
    sheet = book.get_sheet_by_name(name)
    known = {headers.plain(column) for column in kind.required}
    return any(known <= {headers.plain(cell) for cell in row} for row in islice(sheet.iter_rows(), headers.LOOKED_AT))


def _filled_down(sheet: CalamineSheet) -> Iterator[Sequence[Cell]]:
    """Yield rows from the sheet's first row on; a cell merged over several rows counts for each of them."""
    above: dict[int, set[int]] = {}  # row → the columns that take their value from the row above
    shift = sheet.start[1] if sheet.start else 0  # rows come without the empty columns at the left
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if left == right:
            for below in range(top + 1, bottom + 1):
                above.setdefault(below, set()).add(left - shift)
    kept: dict[int, Cell] = {}
    for number, row in enumerate(sheet.iter_rows()):
        cells: list[Cell] = list(row)
        for column in above.get(number, ()):
            if column < len(cells) and cells[column] == "":
                cells[column] = kept.get(column, "")
        kept = {column: cells[column] for column in above.get(number + 1, ()) if column < len(cells)}
        yield cells


# ── text ─────────────────────────────────────────────────────────────────────────────────────────
def _text(path: Path, encoding: str, kind: Kind, limits: Limits) -> Table:
    place = Place(path.name)
    return Table(place, _records(path, encoding, _delimiter(path, encoding, kind), place), kind, limits)


def _delimiter(path: Path, encoding: str, kind: Kind) -> str:
    """Return the delimiter under which most of the kind's columns are found."""
    known = {headers.plain(name) for name in kind.names}
    with path.open(encoding=encoding, newline="") as source:
        head = list(islice(source, headers.LOOKED_AT))

    def found(mark: str) -> int:
        try:
            return max((len(known & {headers.plain(c) for c in row}) for row in csv.reader(head, delimiter=mark)), default=0)
        except csv.Error:
            return 0

    return max((",", ";", "\t", "，"), key=found)


def _records(path: Path, encoding: str, delimiter: str, place: Place) -> Iterator[Sequence[Cell]]:
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as source:
            for number, record in enumerate(csv.reader(source, delimiter=delimiter, strict=True), 1):  # noqa: B007 -- named in the fault
                yield [unguarded(cell) for cell in record]
    except csv.Error as problem:
        reason = "这一行之后的引号不成对，读不下去，请用表格软件打开后另存再导入"
        raise Unreadable(Fault(place.file, "", number + 1, "", reason)) from problem
