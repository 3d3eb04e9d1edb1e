"""From a file to rows: text in any of three encodings, XLSX, XLS, ODS, saved web pages.

Titles, footers and merged cells minded.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.core.words import normal
from tongxin.sheets import headers, webpages, workbooks
from tongxin.sheets.cells import BROKEN, Cell, text, unguarded
from tongxin.sheets.files import NO_SHEET, Limits, recognise
from tongxin.sheets.kinds import EXAMPLE, Kind, Row
from tongxin.sheets.problems import Fault, Place, Unreadable, refusal, spoken
from tongxin.sheets.workbooks import NO_VALUE, Book, Oddities, letters

FEW = 2  # a footer fills this many cells at most
SHOWN = 12  # sheets named in a note
TOTAL = "合计"
SIGNS = frozenset("#＃Ee")  # with one of these a failed formula begins
_FOOTER = re.compile(
    r"^((?:合|总|小|共)\s*计|(?:制表|填表|填报|审核|复核|统计)(?:人|单位|日期|时间)?|说明|备注|注)\s*([:：].*|\d.*)?$", re.DOTALL
)
_TOTAL = re.compile(
    r"(本页|本年|全年|累计|年度)? {0,3}((合|总|小|共) {0,9}计|累计|平均|汇总) {0,3}(数|件数|件|人数|：|:)? {0,3}(\d[\d,，.]{0,20} ?[件条人个]?)?"
)
_FIGURE = re.compile(r"[-+]?[\d,，.]+\s*[%％件条人个]?")
_FAILED = gettext_lazy("里的公式出错（{}），请改为数值或文字")
_UNCOUNTED = gettext_lazy("里是公式，文件里没有存公式的结果：请用 Excel 或 WPS 打开，保存一次再导入")
csv.field_size_limit(8 << 20)
Cells = list[Cell]


@dataclass
class Source:
    """A sheet as it stands: its rows from the first on, where its first column stands, and what reads as blank but is not."""

    place: Place
    raw: Iterator[Sequence[Cell]]
    shift: int = 0
    odd: Oddities = field(default_factory=Oddities)
    notes: list[Fault] = field(default_factory=list)


class Table:
    """The rows of one sheet for one kind, read once, one by one. `header` is known before the first row is."""

    def __init__(self, source: Source, kind: Kind, limits: Limits) -> None:
        self.source, self.place, self.kind, self.limits = source, source.place, kind, limits
        self.notes = source.notes
        self.passed: list[tuple[int, str]] = []  # rows that are no records, and what each calls itself
        head = list(islice(source.raw, headers.LOOKED_AT))
        self.header = headers.find(head, kind, source.place)
        self._raw = chain(head[self.header.row :], source.raw)
        self._walked = self.header.row
        self._first = next(iter(kind.required), kind.names[0])

    def rows(self) -> Iterator[tuple[Row, Sequence[Cell]]]:
        """Yield each record, beside its original cells. Rows that only go on with the one above are joined to it."""
        waiting: tuple[Row, Cells] | None = None
        for taken, (row, cells) in enumerate(self._filled(), 1):
            if taken > self.limits.rows:
                reason = _("超过 %(rows)s 行，请分成几个文件导入") % {"rows": self.limits.rows}
                raise refusal(row.place, reason)
            if waiting and self._goes_on(waiting[0], row):
                self._join(waiting, row)
                continue
            if waiting:
                yield waiting
            waiting = row, cells
        if waiting:
            yield waiting

    def _filled(self) -> Iterator[tuple[Row, Cells]]:
        for number, raw in chain(enumerate(self._raw, self.header.row + 1), self._behind()):
            self._walked = number
            odd = self._odd(number)
            if not odd and not any(raw) and all(cell == "" or cell is None for cell in raw):
                continue
            filled = [text(cell).strip() for cell in raw]
            if (not odd and not any(filled)) or tuple(filled) == self.header.cells:
                continue
            if word := self._passed_over(number, raw, filled):
                self.passed.append((number, word))
                self.notes.append(
                    Fault.at(
                        Place(self.place.file, self.place.sheet, number), "", _("跳过（%(word)s），没有读取") % {"word": word}
                    )
                )
                continue
            named = {name: raw[index] for name, index in self.header.places.items() if index < len(raw)}
            if text(named.get(self._first)).startswith(EXAMPLE):
                continue
            row = Row(Place(self.place.file, self.place.sheet, number), named)
            self._complain(row, filled, odd)
            yield row, list(raw)

    def _behind(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield the rows behind the last that the reader gives.

        Those in which nothing but uncounted formulas stands.
        """
        for number in sorted({row + 1 for row, _column in self.source.odd.cells if row >= self._walked}):
            yield number, ()

    # ── rows that are no records ──
    def _passed_over(self, number: int, raw: Sequence[Cell], filled: Sequence[str]) -> str:
        """Say what a row is that is no record: 合计, or how it calls itself (制表人, 说明); nothing of a record."""
        if word := self._footer(filled):
            return TOTAL if word[-1] == TOTAL[-1] else word
        return TOTAL if self._is_total(number, raw, filled) else ""

    @staticmethod
    def _footer(filled: Sequence[str]) -> str:
        """Return the word with which a footer begins, without whom or what it names."""
        said = [cell for cell in filled if cell]
        match = _FOOTER.match(said[0]) if said and len(said) <= FEW else None
        return "".join(match[1].split()) if match else ""

    def _is_total(self, number: int, raw: Sequence[Cell], filled: Sequence[str]) -> bool:
        """Figures alone under a word for a total; or nothing but figures that are formulas."""
        words = list(islice((cell for cell in filled if cell and not _FIGURE.fullmatch(cell)), 2))
        if words:
            return len(words) == 1 and bool(_TOTAL.fullmatch(words[0].replace("　", " ")))
        index = self.header.places.get(self._first)
        own = filled[index] if index is not None and index < len(filled) else ""
        figures = self.source.odd.formulas.get(number - 1, 0)
        if (number - 1, (index or 0) + self.source.shift) in self.source.odd.cells:
            return False  # what it is called is a formula whose result is not there
        return not own and bool(figures) and len([cell for cell in raw if cell not in ("", None)]) <= figures

    # ── what reads as blank but is not ──
    def _odd(self, number: int) -> dict[int, str]:
        """Return the failed and uncounted formulas of a row, by the index of their cells."""
        if not self.source.odd.cells:
            return {}
        places = {index: (number - 1, index + self.source.shift) for index in self.header.places.values()}
        return {index: self.source.odd.cells[spot] for index, spot in places.items() if spot in self.source.odd.cells}

    def _complain(self, row: Row, filled: Sequence[str], odd: dict[int, str]) -> None:
        if not odd and not any(cell[:1] in SIGNS for cell in filled if cell):
            return
        for name, index in self.header.places.items():
            word = odd.get(index)
            if word is None and index < len(filled) and is_broken(filled[index]):
                word = filled[index]
            if word is not None:
                cell = _("单元格 %(letters)s%(row)s ") % {"letters": letters(index + self.source.shift), "row": row.place.row}
                row.fault(name, cell + (_UNCOUNTED if word == NO_VALUE else _FAILED.format(word)))

    # ── records over several rows ──
    def _goes_on(self, above: Row, row: Row) -> bool:
        """Whether a row repeats the one above, or leaves it blank, and only says more in the columns that may go on."""
        if above.faults or row.faults or not self.kind.joined:
            return False
        more = [name for name in self.kind.joined if row.has(name)]
        rest = [name for name in self.header.places if name not in self.kind.joined]
        same = all(not row.has(name) or text(row.cells[name]).strip() == text(above.cells.get(name)).strip() for name in rest)
        first = above.parts if above.parts is not None else {name: [text(above.cells.get(name)).strip()] for name in more}
        return bool(more) and same and any(text(row.cells[name]).strip() not in first.get(name, ()) for name in more)

    def _join(self, waiting: tuple[Row, Cells], row: Row) -> None:
        above, cells = waiting
        above.parts = above.parts or {name: [text(above.cells.get(name)).strip()] for name in self.kind.joined}
        joined: dict[str, Any] = dict(above.cells)
        for name in self.kind.joined:
            said = text(row.cells.get(name)).strip()
            if said and said not in above.parts[name]:
                above.parts[name].append(said)
                joined[name] = "、".join(part for part in above.parts[name] if part)
                cells[self.header.places[name]] = joined[name]
        above.cells = joined
        above.warn("、".join(self.kind.joined[:1]), _("第 %(row)s 行接着这一行，合为一件") % {"row": row.place.row})


def is_broken(written: str) -> bool:
    """Whether a cell holds a failed formula in the words of the spreadsheet program, or a column too narrow for its figure."""
    return written[:1] in SIGNS and bool(BROKEN.fullmatch(normal(written[:20])))


def open_table(path: Path, kind: Kind, limits: Limits, named: str = "") -> Table:
    """Open the sheet of a file that holds a kind. Raises Unreadable saying what to do."""
    place = Place(named or spoken(path))
    what, encoding = recognise(path, place, limits)
    if what == "markup":
        source = _page(path, kind, place)
    elif what == "text":
        source = Source(place, _records(path, encoding, _delimiter(path, encoding, kind), place))
    else:
        source = _workbook(workbooks.opened(path, what, place), kind)
    return Table(source, kind, limits)


# ── workbooks ────────────────────────────────────────────────────────────────────────────────────
def _workbook(book: Book, kind: Kind) -> Source:
    name, notes = _sheet_name(book, kind)
    place = Place(book.place.file, name)
    with workbooks.guarded(place):
        odd = book.oddities(name)
    sheet = book.sheet(name)
    if sheet.end is None:
        raise refusal(place, _("工作表是空的"))
    return Source(place, _filled_down(sheet), sheet.start[1] if sheet.start else 0, odd, notes)


def _sheet_name(book: Book, kind: Kind) -> tuple[str, list[Fault]]:
    """Return the sheet that holds a kind: the one of its name, else the only one whose header fits."""
    if not book.visible:
        raise refusal(book.place, _("工作簿里没有能读的工作表"))
    notes = (
        [Fault.at(book.place, "", _("有隐藏的工作表，没有读取：%(listed)s") % {"listed": _listed(book.hidden)})]
        if book.hidden
        else []
    )
    counts = {name: 1 if len(book.visible) == 1 else _columns_of(book, name, kind) for name in book.visible}
    fitting = [name for name, count in counts.items() if count]
    named = {name.strip(): name for name in reversed(book.visible)}
    chosen = next((named[wanted] for wanted in (kind.label, kind.name) if wanted in named), "")
    if chosen and (others := [name for name in fitting if name != chosen and counts[name] > 1]):
        notes.append(
            Fault.at(
                book.place,
                "",
                _("读的是“%(chosen)s”，这些工作表也有同样的列，没有读取：%(listed)s")
                % {"chosen": chosen, "listed": _listed(others)},
            )
        )
    if chosen or len(fitting) == 1:
        return chosen or fitting[0], notes
    if not fitting:
        return book.visible[0], notes  # its header says what is missing
    reason = _("有 %(n)s 张工作表都有这些列：%(listed)s。请把要导入的那张改名为“%(kind)s”，或分成几个文件") % {
        "n": len(fitting),
        "listed": _listed(fitting),
        "kind": kind.label,
    }
    raise refusal(book.place, reason)


def _listed(names: Sequence[str]) -> str:
    return "、".join(f"“{name}”" for name in names[:SHOWN]) + (_("等 %(n)s 张") % {"n": len(names)} if len(names) > SHOWN else "")


def _columns_of(book: Book, name: str, kind: Kind) -> int:
    return headers.fits(islice(book.sheet(name).iter_rows(), headers.LOOKED_AT), kind)


def _filled_down(sheet: Any) -> Iterator[Sequence[Cell]]:
    """Yield rows from the sheet's first row on; a cell merged over several rows counts for each of them."""
    above: dict[int, set[int]] = {}  # row → the columns that take their value from the row above
    shift = sheet.start[1] if sheet.start else 0  # rows come without the empty columns at the left
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if left == right:
            for below in range(top + 1, min(bottom, sheet.end[0]) + 1):
                above.setdefault(below, set()).add(left - shift)
    kept: dict[int, Cell] = {}
    for number, row in enumerate(sheet.iter_rows()):
        if not above:
            yield row
            continue
        cells: Cells = list(row)
        for column in above.get(number, ()):
            if column < len(cells) and cells[column] == "":
                cells[column] = kept.get(column, "")
        kept = {column: cells[column] for column in above.get(number + 1, ()) if column < len(cells)}
        yield cells


# ── web pages ────────────────────────────────────────────────────────────────────────────────────
def _page(path: Path, kind: Kind, place: Place) -> Source:
    try:
        found = webpages.tables(path.read_bytes())
    except (ValueError, OSError, RecursionError) as problem:
        raise refusal(place, _("这是网页格式的表格，无法继续读取：请用 Excel 或 WPS 打开，另存为 XLSX 再导入")) from problem
    fitting = [table for table in found if headers.fits(table[: headers.LOOKED_AT], kind)]
    if len(fitting) > 1:
        raise refusal(
            place, _("网页里有 %(n)s 张表都有这些列：请用 Excel 或 WPS 打开，合成一张，另存为 XLSX 再导入") % {"n": len(fitting)}
        )
    if not found:
        raise refusal(
            place,
            _("%(no_sheet)s（这是网页，里面没有表格：请用 Excel 或 WPS 打开，另存为 XLSX 再导入）") % {"no_sheet": NO_SHEET},
        )
    return Source(place, iter(fitting[0] if fitting else found[0]))


# ── text ─────────────────────────────────────────────────────────────────────────────────────────
def _delimiter(path: Path, encoding: str, kind: Kind) -> str:
    """Return the delimiter under which most of the kind's columns are found."""
    known = headers.known_names(kind)
    with path.open(encoding=encoding, newline="") as source:
        head = list(islice(source, headers.LOOKED_AT))

    def found(mark: str) -> int:
        try:
            return max((len(headers.columns_in(row, known)) for row in csv.reader(head, delimiter=mark)), default=0)
        except csv.Error:
            return 0

    return max((",", ";", "\t", "，", "|"), key=found)


def _records(path: Path, encoding: str, delimiter: str, place: Place) -> Iterator[Sequence[Cell]]:
    number = 0
    try:
        with path.open(encoding=encoding, newline="") as source:
            for number, record in enumerate(csv.reader(source, delimiter=delimiter, strict=True), 1):  # noqa: B007 -- named in the fault
                yield [unguarded(cell) for cell in record]
    except csv.Error as problem:
        reason = _("这一行之后的引号不成对，无法继续读取，请用表格软件打开后另存再导入")
        raise Unreadable(Fault(place.file, "", number + 1, "", reason)) from problem


def batches(some: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield in lists of a size."""
    waiting = iter(some)
    while batch := list(islice(waiting, size)):
        yield batch
