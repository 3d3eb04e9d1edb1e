"""Finding the header row and saying what is wrong with it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from tongxin.core.words import normal
from tongxin.sheets.cells import Cell, text
from tongxin.sheets.kinds import Kind
from tongxin.sheets.problems import Fault, Place, Unreadable, refusal

LOOKED_AT = 30  # rows in which the header is looked for: titles and notes stand above it
ALIKE = 60
LONGEST = 500  # what is longer heads no column
MOST = 300  # columns
ADD = "请补上后重新上传，或下载空表照列名填写"
NO_HEADER = "没有找到表头"
IGNORED = {"原因", "序号", "行号"}  # the rejects' own column, and running numbers
_BRACKETS = re.compile(r"[(（\[【].{0,200}?[)）\]】]")
_MARKS = re.compile(r"[\s*＊:：]+")


def plain(cell: Cell) -> str:
    """Return a header cell without blanks, marks and what stands in brackets: 提案号（必填）* → 提案号."""
    return _MARKS.sub("", _BRACKETS.sub("", normal(text(cell)[:LONGEST])))


@dataclass(frozen=True)
class Header:
    """A header row that was found: which column stands where, the original cells, and what was odd about it."""

    row: int
    places: dict[str, int]
    cells: tuple[str, ...]
    warnings: tuple[Fault, ...]


def known_names(kind: Kind) -> dict[str, str]:
    """Return every plain name by which a kind's columns are known, its own names winning."""
    others = {plain(other): column.name for column in kind.columns for other in column.others}
    return others | {plain(name): name for name in kind.understood}


def columns_in(row: Sequence[Cell], known: dict[str, str]) -> set[str]:
    """Return the columns that a row heads."""
    return {known[name] for cell in row if (name := plain(cell)) in known}


def fits(rows: Iterable[Sequence[Cell]], kind: Kind) -> int:
    """Return how many of the kind's columns a header among the rows has; none where something required is missing."""
    known, needed = known_names(kind), set(kind.required)
    return max((len(found) for row in rows if needed <= (found := columns_in(row, known))), default=0)


def find(rows: Sequence[Sequence[Cell]], kind: Kind, place: Place) -> Header:
    """Return the header among the first rows: the one with most of the kind's columns. Raises Unreadable."""
    known = known_names(kind)
    counts = [len(columns_in(row, known)) for row in rows]
    if not any(counts):
        wanted = "、".join(kind.required[:4])
        raise refusal(place, f"{NO_HEADER}（看了前 {LOOKED_AT} 行），表头应有这些列：{wanted}，可以照空表的列名填写")
    best = counts.index(max(counts))
    if (columns := sum(bool(text(cell).strip()) for cell in rows[best])) > MOST:
        raise refusal(Place(place.file, place.sheet, best + 1), f"表头有 {columns} 列，最多 {MOST} 列，请删去不用的列")
    return _Judge(kind, Place(place.file, place.sheet, best + 1), known).judged(rows[best])


class _Judge:
    """Says of each cell of a header which column it is, and what is wrong."""

    def __init__(self, kind: Kind, here: Place, known: dict[str, str]) -> None:
        self.kind, self.here, self.known = kind, here, known
        self.own = {plain(name) for name in kind.understood}
        self.places: dict[str, int] = {}
        self.unknown: list[str] = []
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def judged(self, row: Sequence[Cell]) -> Header:
        """Return the header. Raises Unreadable with all its faults."""
        cells = [(index, cell, plain(cell)) for index, cell in enumerate(row)]
        for index, _cell, name in cells:
            if name in self.own:
                self._place(self.known[name], index)
        for index, cell, name in cells:
            if name in self.known and name not in self.own:
                self._place_other(self.known[name], index, text(cell).strip())
            elif name and name not in self.own and name not in IGNORED:
                self.unknown.append(text(cell).strip())
        self._judge_unknown()
        self._demand()
        if self.faults:
            raise Unreadable(*self.faults)
        return Header(self.here.row, self.places, tuple(text(cell).strip() for cell in row), tuple(self.warnings))

    def _place(self, column: str, index: int) -> None:
        if column in self.places:
            self.faults.append(Fault.at(self.here, column, "这一列出现了两次，请只留一列"))
        self.places.setdefault(column, index)

    def _place_other(self, column: str, index: int, written: str) -> None:
        if column not in self.places:
            self.places[column] = index
            self.warnings.append(Fault.at(self.here, written, f"按“{column}”读取"))
        elif next(c for c in self.kind.columns if c.name == column).names_people:
            self.faults.append(Fault.at(self.here, written, f"与另一列都是“{column}”，请合成一列，几个人用顿号隔开"))
        else:
            self.warnings.append(Fault.at(self.here, written, f"已有“{column}”列，这一列没有读取"))

    def _judge_unknown(self) -> None:
        absent = {name: column for name, column in self.known.items() if column not in self.places}
        for written in self.unknown:
            near = process.extractOne(plain(written), list(absent), scorer=fuzz.ratio, score_cutoff=ALIKE)
            if near is not None:
                reason = f"没有这一列，是不是“{absent[near[0]]}”？请改成这个名称；不是的话请删去这一列"
                self.faults.append(Fault.at(self.here, written, reason))
            elif self.kind.people and re.search(self.kind.people, plain(written)):
                reason = "没有这一列，读入会漏掉其中的人：请改用模板里的列名，或删去这一列"
                self.faults.append(Fault.at(self.here, written, reason))
            else:
                self.warnings.append(Fault.at(self.here, written, "模板里没有这一列，没有读取"))

    def _demand(self) -> None:
        """Say what is missing, and in which row it was looked for.

        Of the sheet as a whole, for no row of it is wrong.
        """
        whole, where = Place(self.here.file, self.here.sheet), f"表头（第 {self.here.row} 行）"
        for name in self.kind.required:
            if name not in self.places:
                self.faults.append(Fault.at(whole, name, f"{where}里缺少这一列，{ADD}"))
        for group in self.kind.one_of:
            if not any(name in self.places for name in group):
                others = "".join(f"“{name}”" for name in group[1:])
                why = f"；{self.kind.one_of_why}" if self.kind.one_of_why else ""
                self.faults.append(Fault.at(whole, group[0], f"{where}里缺少这一列，也没有{others}{why}，{ADD}"))
