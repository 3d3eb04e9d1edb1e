"""OpenDocument sheets (.ods): how far they are counted out, and their failed formulas.

What the reader of rows leaves out.
"""

import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
FILLED = ("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type", f"{TABLE}formula")
ROW, CELLS = f"{TABLE}table-row", (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
CONTENT = "content.xml"
_ERROR = re.compile(rb'calcext:value-type="error"[^<>]{0,2000}>(?:\s{0,99}<text:p[^<>]{0,200}>([^<]{0,40}))?')


def is_one(packed: zipfile.ZipFile) -> bool:
    """Say whether a package is an OpenDocument sheet."""
    return CONTENT in packed.namelist()


def failed_formulas(packed: zipfile.ZipFile) -> set[str]:
    """Return the words of failed formulas: the sheet has them in words that the reader passes over."""
    return {m[1].decode("utf-8", "replace")[:20] if m[1] else "#N/A" for m in _ERROR.finditer(packed.read(CONTENT))}


def extents(packed: zipfile.ZipFile) -> Iterator[tuple[str, int, int]]:
    """Yield each sheet's name with its last row and column in which something stands.

    Cells are repeated by a count: a few hundred bytes may say a thousand million of them.
    """
    name, walked, rows, columns, width, at = "", 0, 0, 0, 0, 0
    with packed.open(CONTENT) as content:
        for event, element in ET.iterparse(content, events=("start", "end")):  # noqa: S314 -- entities are limited
            if event == "start":
                if element.tag == f"{TABLE}table":
                    name, walked, rows, columns = element.get(f"{TABLE}name", ""), 0, 0, 0
                elif element.tag == ROW:
                    width = at = 0
            elif element.tag in CELLS:
                at += _count(element, "columns")
                width = at if _is_filled(element) else width
                element.clear()
            elif element.tag == ROW:
                walked += _count(element, "rows")
                rows, columns = (walked, max(columns, width)) if width else (rows, columns)
                element.clear()
            elif element.tag == f"{TABLE}table":
                yield name, rows, columns
                element.clear()


def _count(element: ET.Element, what: str) -> int:
    said = element.get(f"{TABLE}number-{what}-repeated", "1")
    return int(said) if said.isdecimal() else 1


def _is_filled(cell: ET.Element) -> bool:
    return len(cell) > 0 or any(cell.get(name) for name in FILLED)
