"""Finding the header row and saying what is wrong with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from tongxin.core.words import normal
from tongxin.sheets.cells import Cell, text
from tongxin.sheets.kinds import Kind
from tongxin.sheets.problems import Fault, Place, Unreadable

LOOKED_AT = 30  # rows in which the header is looked for: titles and notes stand above it
ALIKE = 60
LONGEST = 500  # what is longer heads no column
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


def find(rows: Sequence[Sequence[Cell]], kind: Kind, place: Place) -> Header:
    """Return the header among the first rows: the one with most of the kind's columns. Raises Unreadable."""
    known = {plain(name): name for name in kind.names}
    best, best_count = 0, 0
    for index, row in enumerate(rows):
        count = len({known[p] for cell in row if (p := plain(cell)) in known})
        if count > best_count:
            best, best_count = index, count
    if not best_count:
        wanted = "、".join(kind.required[:4])
        raise Unreadable(
            Fault.at(place, "", f"没有找到表头，表头应有这些列：{wanted}。可以用 tongxin template {kind.name} 生成空表")
        )
    return _judged(rows[best], best + 1, known, kind, place)


def _judged(row: Sequence[Cell], number: int, known: dict[str, str], kind: Kind, place: Place) -> Header:
    here = Place(place.file, place.sheet, number)
    places: dict[str, int] = {}
    unknown: list[str] = []
    faults: list[Fault] = []
    for index, cell in enumerate(row):
        name = plain(cell)
        if name in known:
            if known[name] in places:
                faults.append(Fault.at(here, known[name], "这一列出现了两次，请只留一列"))
            places.setdefault(known[name], index)
        elif name and name not in IGNORED:
            unknown.append(text(cell).strip())
    absent = [name for name in kind.names if name not in places]
    missing = [name for name in kind.required if name not in places]
    alternatives = [group for group in kind.one_of if not any(name in places for name in group)]
    warnings = []
    for written in unknown:
        near = process.extractOne(plain(written), absent, scorer=fuzz.ratio, score_cutoff=ALIKE)
        if near is not None:
            reason = f"没有这一列，是不是“{near[0]}”？请改成这个名称；不是的话请删去这一列"
            faults.append(Fault.at(here, written, reason))
        else:
            warnings.append(Fault.at(here, written, "模板里没有这一列，没有读取"))
    faults += [Fault.at(here, name, "缺少这一列") for name in missing]
    faults += [Fault.at(here, group[0], f"缺少这一列（或者{'、'.join(group[1:])}）") for group in alternatives]
    if faults:
        raise Unreadable(*faults)
    return Header(number, places, tuple(text(cell).strip() for cell in row), tuple(warnings))
