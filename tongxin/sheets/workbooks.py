"""Workbooks opened by their content, and what the reader of rows leaves out of them: failed formulas, formulas without a value.

The reader gives a failed formula and an empty cell alike, and counts a sheet out to its last cell, though nothing stands
between: a blank in the last of a million rows would be walked to. So sheets are looked at before they are read.
"""

import contextlib
import io
import os
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum, load_workbook

from tongxin.sheets import ods, ole
from tongxin.sheets.files import BROKEN
from tongxin.sheets.problems import Place, Unreadable, refusal

NO_VALUE = ""  # stands for a formula whose result the file does not hold
BLOCK = 1 << 20
MARGIN = 20  # of a name before its colon
DENSE = 400_000  # cells that may be walked, whatever stands in them
SPARSE = 8  # times as many cells as hold something: then a sheet is looked at cell by cell
FAR = 20_000_000  # cells counted out, beyond which a sheet is not read
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(rb"<(?:\w{1,20}:)?c\b([^<>]*?)(?:/>|>([^<]*(?:<(?!/?(?:\w{1,20}:)?c[\s>])[^<]*)*)</(?:\w{1,20}:)?c\s{0,9}>)")
_REFERENCE = re.compile(rb'\br\s*=\s*["\']([A-Z]{1,3})(\d{1,7})["\']')
_KIND = re.compile(rb'\bt\s*=\s*["\'](\w+)["\']')
_VALUE = re.compile(rb"<(?:\w{1,20}:)?v\b[^<>]*>([^<]*)</(?:\w{1,20}:)?v\s{0,9}>")
_TEXT = re.compile(rb"<(?:\w{1,20}:)?t\b[^<>]*>([^<]*)</(?:\w{1,20}:)?t\s{0,9}>")
_FORMULA = re.compile(rb"<(?:\w{1,20}:)?f[\s>/]")
ODD_SIGNS = (b't="e"', b"t='e'", b"<f>", b"<f ", b"<f/", b":f>", b":f ")
_WIDE = re.compile(rb'r="[A-Z]{2,3}[0-9]')
_ROW = re.compile(rb'<(?:\w{1,20}:)?row\b[^<>]*?\br\s*=\s*["\'](\d{1,7})["\']')
_SHARED = re.compile(
    rb"<(?:\w{1,20}:)?si\b[^<>]*?(?:/>|>([^<]*(?:<(?!/?(?:\w{1,20}:)?si[\s>/])[^<]*)*)</(?:\w{1,20}:)?si\s{0,9}>)"
)


@dataclass
class Oddities:
    """What stands in a sheet that reads as blank: row and column from 0 → the failed formula's word, or `NO_VALUE`."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: dict[int, int] = field(default_factory=dict)  # row → how many of its cells are formulas


@dataclass
class Book:
    """An open workbook with its visible and hidden worksheets, in order."""

    place: Place
    book: CalamineWorkbook
    visible: list[str]
    hidden: list[str]
    packed: bytes
    what: str

    def oddities(self, name: str) -> Oddities:
        """Look for what the reader of rows leaves out of a sheet."""
        if self.what == "ole":
            return Oddities(ole.failed_cells(ole.workbook_stream(self.packed)).get(self._place_of(name), {}))
        with zipfile.ZipFile(io.BytesIO(self.packed)) as packed:
            if ods.is_one(packed):
                if words := ods.failed_formulas(packed):
                    said = _("表里有出错的公式（%(words)s），请改为数值或文字后另存再导入") % {"words": "、".join(sorted(words))}
                    raise refusal(self.place, said)
                return Oddities()
            part = _parts(packed).get(name)
            return _odd_cells(packed, part) if part else Oddities()

    def _place_of(self, name: str) -> int:
        return [m.name for m in self.book.sheets_metadata].index(name)

    def sheet(self, name: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 -- the reader's own class
        """Return a sheet of the reader, without the blanks far below and far right. Raises Unreadable."""
        with guarded(self.place):
            if self.what == "zip" and (slim := _without_blanks(self.packed, name, self.place)):
                self.book = load_workbook(io.BytesIO(slim))
            sheet = self.book.get_sheet_by_name(name)
        (top, left), (bottom, right) = sheet.start or (0, 0), sheet.end or (0, 0)
        if (bottom - top + 1) * (right - left + 1) > FAR:
            raise _too_far(Place(self.place.file, name), bottom + 1, right + 1)
        return sheet


def _too_far(place: Place, rows: int, columns: int) -> Unreadable:
    return refusal(
        place,
        _("第 %(rows)s 行、第 %(letters)s 列还有内容，离前面的数据太远，请删去后再导入")
        % {"rows": rows, "letters": letters(columns - 1)},
    )


def _demand_near(data: bytes, place: Place) -> None:
    """Look how far an ODS is counted out before it is read: the reader asks for memory for all of it, and may die."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if not ods.is_one(packed):
            return
        for name, rows, columns in ods.extents(packed):
            if rows * columns > FAR:
                raise _too_far(Place(place.file, name), rows, columns)


def opened(path: Path, what: str, place: Place) -> Book:
    """Open a workbook by its content, whatever its ending. Raises Unreadable saying what to do."""
    with guarded(place):
        packed = path.read_bytes()
        if what == "ole":
            ole.workbook_stream(packed)
        else:
            _demand_near(packed, place)
        book = load_workbook(io.BytesIO(packed))
        sheets = [m for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
    seen = [m.name for m in sheets if m.visible == SheetVisibleEnum.Visible]
    return Book(place, book, seen, [m.name for m in sheets if m.name not in seen], packed, what)


@contextlib.contextmanager
def guarded(place: Place) -> Iterator[None]:
    """Turn whatever the reader raises over a damaged file into a sentence: its panics are no `Exception`."""
    try:
        with _without_a_word():
            yield
    except CalamineError as problem:
        locked = "password" in str(problem).lower() or "encrypt" in str(problem).lower()
        raise refusal(place, _("文件设了密码，请去掉密码后另存再导入") if locked else BROKEN) from problem
    except Unreadable:
        raise
    except Exception as problem:  # zlib.error, EOFError, struct.error, …: of what was cut or changed anything may come
        raise refusal(place, BROKEN) from problem
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        raise refusal(place, BROKEN) from problem


_ONE = threading.Lock()


@contextlib.contextmanager
def _without_a_word() -> Iterator[None]:
    """Keep the reader's panic message off the terminal; what it says is said again in a sentence."""
    with _ONE:
        try:
            kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        except OSError:
            yield
            return
        sys.stderr.flush()
        os.dup2(nothing, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nothing)


def letters(column: int) -> str:
    """Name a column as the spreadsheet program does: 0 → A, 27 → AB."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _number(letter: bytes) -> int:
    found = 0
    for char in letter:
        found = found * 26 + char - 64
    return found - 1


# ── inside an XLSX ───────────────────────────────────────────────────────────────────────────────
def _parts(packed: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet by its name; nothing for workbooks that are written otherwise."""
    try:
        book = ET.fromstring(packed.read("xl/workbook.xml"))  # noqa: S314 -- of a size that was looked at; entities are limited
        links = ET.fromstring(packed.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ET.ParseError):
        return {}
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for space in (MAIN, STRICT):
        for sheet in book.iter(f"{space}sheet"):
            target = targets.get(sheet.get(RELATION)) or targets.get(
                sheet.get("{http://purl.oclc.org/ooxml/officeDocument/relationships}id"), ""
            )
            part = target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
            if part in packed.namelist():
                found[sheet.get("name", "")] = part
    return found


def _odd_cells(packed: zipfile.ZipFile, part: str) -> Oddities:
    """Find failed formulas and those without a stored value. Most sheets have neither and are only glanced at."""
    found, held = Oddities(), b""
    with packed.open(part) as stream:
        while block := stream.read(BLOCK):
            whole, last = held + block, 0
            if any(sign in whole for sign in ODD_SIGNS):
                for cell in _CELL.finditer(whole):
                    last = cell.end()
                    _look_at(found, cell[1], cell[2] or b"")
            held = whole[max(last, whole.rfind(b"<c "), whole.rfind(b":c ") - MARGIN) :]
    return found


def _look_at(found: Oddities, attributes: bytes, content: bytes) -> None:
    place, kind = _REFERENCE.search(attributes), _KIND.search(attributes)
    if place is None:
        return
    spot = int(place[2]) - 1, _number(place[1])
    value = _VALUE.search(content)
    said = value[1].strip() if value else b""
    formula = bool(_FORMULA.search(content))
    if formula:
        found.formulas[spot[0]] = found.formulas.get(spot[0], 0) + 1
    if kind and kind[1] == b"e":
        found.cells[spot] = said.decode("utf-8", "replace")[:20] or "#N/A"
    elif formula and not said and not (kind and kind[1] == b"str"):
        found.cells[spot] = NO_VALUE


def _without_blanks(data: bytes, name: str, place: Place) -> bytes:
    """Return the workbook without its blank cells where a sheet is counted out far beyond what stands in it; else nothing."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        part = _parts(packed).get(name)
        if part is None or packed.getinfo(part).file_size > 256 * BLOCK:
            return b""
        page = packed.read(part)
        if _is_plain(page):
            return b""
        rows, columns, count = _extent(page)
        if rows * columns <= DENSE or rows * columns <= SPARSE * count:
            return b""
        blank = _blank_strings(packed)
        slim = _CELL.sub(lambda cell: b"" if _is_blank(cell, blank) else cell[0], page)
        rows, columns, _count = _extent(slim)
        if rows * columns > FAR:  # the reader would ask for memory for all of it, and die
            raise _too_far(Place(place.file, name), rows, columns)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            for entry in packed.infolist():
                made.writestr(entry.filename, slim if entry.filename == part else packed.read(entry))
    return out.getvalue()


def _is_plain(page: bytes) -> bool:
    """Whether a glance is enough: no column beyond Z, and about as many cells as its last row promises."""
    if _WIDE.search(page):
        return False
    last = [int(row[1]) for row in _ROW.finditer(page, max(0, len(page) - BLOCK))]
    cells = 26 * max(last, default=1_048_576)
    return cells <= DENSE or cells <= SPARSE * page.count(b"<c ")


def _extent(page: bytes) -> tuple[int, int, int]:
    """Return the last row and column in which a cell stands, and how many cells there are."""
    rows = columns = count = 0
    for cell in _REFERENCE.finditer(page):
        count += 1
        rows, columns = max(rows, int(cell[2])), max(columns, _number(cell[1]) + 1)
    return rows, columns, count


def _blank_strings(packed: zipfile.ZipFile) -> set[bytes]:
    """Return the numbers of the shared texts in which nothing is written."""
    if "xl/sharedStrings.xml" not in packed.namelist():
        return set()
    texts = _SHARED.finditer(packed.read("xl/sharedStrings.xml"))
    return {
        str(n).encode()
        for n, text in enumerate(texts)
        if not b"".join(m[1] for m in _TEXT.finditer(text[1] or b"")).replace(b"\xe3\x80\x80", b"").strip()
    }


def _is_blank(cell: "re.Match[bytes]", blank: set[bytes]) -> bool:
    content, kind = cell[2] or b"", _KIND.search(cell[1])
    if _FORMULA.search(content):
        return False
    value = _VALUE.search(content)
    if kind and kind[1] == b"s":
        return value is None or value[1].strip() in blank
    if kind and kind[1] == b"inlineStr":
        return not b"".join(m[1] for m in _TEXT.finditer(content)).strip()
    return value is None or not value[1].strip()
