"""The workbook of rows that were left out: each as it stood in the file, with the reasons beside it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

from tongxin.sheets import outputs
from tongxin.sheets.cells import Cell, text
from tongxin.sheets.kinds import Kind, Row
from tongxin.sheets.problems import Fault, Place

REASON = "原因"


def write(path: Path, kind: Kind, rows: Iterable[tuple[Row, Sequence[str], Sequence[Cell]]], faults: Sequence[Fault]) -> None:
    """Write the rejects. The workbook can be corrected and imported again: its last column is not read."""
    reasons: dict[Place, list[str]] = {}
    for fault in faults:
        said = f"{fault.column}：{fault.reason}" if fault.column else fault.reason
        reasons.setdefault(Place(fault.file, fault.sheet, fault.row), []).append(said)
    kept = [(row.place, dict(zip(header, map(text, cells), strict=False))) for row, header, cells in rows]
    names = list(dict.fromkeys(name for _place, cells in kept for name in cells if name and name != REASON))
    with outputs.whole(path) as beside, xlsxwriter.Workbook(str(beside)) as book:
        sheet = book.add_worksheet(kind.label)
        bold = book.add_format({"bold": True, "bg_color": "#F2E4DE"})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate([*names, REASON]):
            sheet.write_string(0, column, name, bold)
            sheet.set_column(column, column, 18)
        for number, (place, cells) in enumerate(kept, 1):
            for column, name in enumerate(names):
                sheet.write_string(number, column, cells.get(name, ""))
            sheet.write_string(number, len(names), "；".join(reasons.get(place, ())))
