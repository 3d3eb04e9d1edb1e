"""What was found in the rows of a sheet, each thing beside what stands in its cell; and which rows would be new."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tongxin.core.words import on_one_line
from tongxin.imports.models import Finding, Import, Listed
from tongxin.imports.rules import OFFERED
from tongxin.sheets.cells import text
from tongxin.sheets.engine import Report
from tongxin.sheets.files import Limits
from tongxin.sheets.kinds import Kind, Row
from tongxin.sheets.problems import Fault, Place, Unreadable
from tongxin.sheets.reading import batches, open_table

MOST = {False: 2000, True: 500}  # rows with faults, rows with something odd: the rest stands in the workbook of rejects
OF_A_ROW = 20  # of what is wrong, or odd, in one row
LONGEST = 200  # of what is shown of a cell
LISTED = 100  # rows that are kept together
NAME = 80  # of what a row is called


class New:
    """The rows that would be new, as a sheet is looked through: by what people know them by."""

    def __init__(self, run: Import) -> None:
        self.run, self.columns = run, OFFERED[run.kind].known_by
        self.found: list[tuple[Place, str, str]] = []

    def __call__(self, rows: Sequence[Row]) -> None:
        """Look at rows that were judged."""
        for row in rows:
            if not row.faults and not row.known:
                name, number = (_shown(row.cells.get(column), NAME) for column in self.columns)
                self.found.append((row.place, name, number))

    def listed(self, report: Report) -> Iterator[Listed]:
        """Return what is kept of them, without those that only the whole file shows to be wrong."""
        wrong = {Place(fault.file, fault.sheet, fault.row) for fault in report.rejected}
        rows: Iterator[Any] = (
            [place.row, place.file, place.sheet, name, number] for place, name, number in self.found if place not in wrong
        )
        kept: Iterator[Any] = batches(rows, LISTED)
        return (Listed(committee=self.run.committee, imported=self.run, rows=some) for some in kept)


def look_through(run: Import, kind: Kind, names: Mapping[Path, str], report: Report) -> list[Finding]:
    """Return what is to be shown, row by row, with what stands in each cell."""
    wrong, odd = _by_place(report.rejected, MOST[False]), _by_place(report.warnings, MOST[True])
    rows = _rows({*wrong, *odd}, kind, names)
    return [
        _finding(run, kind, fault, rows.get(place), number, is_warning=is_warning)
        for is_warning, places in ((False, wrong), (True, odd))
        for number, (place, some) in enumerate(places.items(), 1)
        for fault in some
    ]


def _by_place(found: Iterable[Fault], most: int) -> dict[Place, list[Fault]]:
    places: dict[Place, list[Fault]] = {}
    for fault in found:
        place = Place(fault.file, fault.sheet, fault.row)
        if place in places or len(places) < most:
            places.setdefault(place, []).append(fault)
    return {place: _some(place, faults) for place, faults in places.items()}


def _some(place: Place, faults: list[Fault]) -> list[Fault]:
    more = len(faults) - OF_A_ROW
    return (
        faults
        if more <= 0
        else [*faults[:OF_A_ROW], Fault.at(place, "", _("这一行还有 %(more)s 处，没有一一列出") % {"more": more})]
    )


def _rows(wanted: set[Place], kind: Kind, names: Mapping[Path, str]) -> dict[Place, Row]:
    """Read the rows once more of which something is to be shown."""
    found: dict[Place, Row] = {}
    for path, name in names.items():
        if not any(place.file == name and place.row for place in wanted):
            continue
        try:
            found |= {
                row.place: row for row, _cells in open_table(path, kind, Limits.of_settings(), name).rows() if row.place in wanted
            }
        except Unreadable:
            continue  # said already, of the file as a whole
    return found


def _finding(run: Import, kind: Kind, fault: Fault, row: Row | None, number: int, *, is_warning: bool) -> Finding:
    first = next(iter(kind.required), kind.names[0])
    cells = row.cells if row is not None else {}
    return Finding(
        committee=run.committee,
        imported=run,
        is_warning=is_warning,
        place_in_list=number,
        file=fault.file[:220],
        sheet=fault.sheet[:100],
        row=fault.row,
        who=_shown(cells.get(first), 40),
        column=fault.column[:100],
        value=_shown(cells.get(fault.column), LONGEST),
        reason=fault.reason,
    )


def _shown(cell: object, most: int) -> str:
    said = on_one_line(text(cell).strip())  # type: ignore[arg-type]  # a cell, or none
    return said if len(said) <= most else f"{said[:most]}……"
