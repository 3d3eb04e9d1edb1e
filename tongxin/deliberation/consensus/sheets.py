"""Reads the first sheet of an Excel workbook as rows of text."""

from collections.abc import Iterator
from pathlib import Path

from tongxin.core.catalogue import _
from tongxin.deliberation.consensus.problems import BadInput, Problem

_ZIP = b"PK\x03\x04"


def is_workbook(path: Path) -> bool:
    """Whether the file begins as an XLSX does. Raises ``OSError``."""
    with path.open("rb") as stream:
        return stream.read(len(_ZIP)) == _ZIP


def sheet_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet as text, numbered from 1; whole numbers without a decimal point."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - only workbooks need it

    try:
        found = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except BaseException as fault:
        if not isinstance(fault, CalamineError | OSError) and type(fault).__name__ != "PanicException":
            raise  # a panic of the reader is no Exception
        raise BadInput(path.name, [Problem(0, "", _("不是能读的 Excel 工作簿。请重新另存为 .xlsx 或 CSV。"))]) from fault
    for line, row in enumerate(found, 1):
        yield line, [_text(cell) for cell in row]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
