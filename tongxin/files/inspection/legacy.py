"""doc, xls and ppt, and wps, et and dps, which are the same.

Macros, macro sheets, objects and passwords are told by the directory and the records.
"""

import struct
from collections.abc import Iterator
from typing import IO

from tongxin.files.inspection.compound import STORAGE, Compound
from tongxin.files.inspection.reasons import Reason, Refused
from tongxin.files.inspection.secrecy import Scanner

MAIN = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt"}
PASSWORD_STREAMS = {"encryptedpackage", "encryptioninfo", "encryptedsummary", "\x06dataspaces"}
MACRO_NAMES = {"macros", "vba", "_vba_project", "_vba_project_cur"}
OBJECT_NAMES = ("\x01ole10native", "\x01ole10itemname", "package", "\x03ocxname", "\x03ocxdata")
# The records of a workbook's first substream that matter here, by MS-XLS.
BIFF_EOF, BIFF_PASSWORD, BIFF_SHEET, BIFF_BOOK = 0x0A, 0x2F, 0x85, 0x1AE
SHEET_OF_MACROS = (1, 6)
BOOK_ITSELF = (0x0401, 0x3A01)  # this workbook, an add-in's functions
# The records of slides that matter here, by MS-PPT.
PPT_MACROS, PPT_OBJECTS, PPT_CONTAINER = 0x03FF, {0x0FCC, 0x0FCE, 0x0FEE, 0x1011}, 0xF
PPT_PASSWORD = 0xF3D1C4DF


def examine(stream: IO[bytes], scanner: Scanner) -> str:
    """Return what an old office file is. Raises Refused with the reason."""
    stream.seek(0)
    compound = Compound(stream.read())
    names = {entry.name.lower() for entry in compound.entries}
    if names & PASSWORD_STREAMS:
        raise Refused(Reason.ENCRYPTED)
    found = next(((kind, data) for name, kind in MAIN.items() if (data := compound.read(name)) is not None), None)
    if found is None:
        raise Refused(Reason.UNKNOWN)
    kind, data = found
    if names & MACRO_NAMES:
        raise Refused(Reason.MACROS)
    _refuse_objects(compound)
    {"doc": _word, "xls": _excel, "ppt": _powerpoint}[kind](data, compound)
    _read(data, scanner)
    return kind


def _refuse_objects(compound: Compound) -> None:
    for entry in compound.entries:
        name, folders = entry.name.lower(), [folder.lower() for folder in entry.path]
        if name in OBJECT_NAMES or "objectpool" in folders:
            raise Refused(Reason.EMBEDDED)
        if entry.type == STORAGE and name.startswith("mbd") and len(name) == len("mbd00000000"):
            raise Refused(Reason.EMBEDDED)


def _word(data: bytes, _compound: Compound) -> None:
    if len(data) < 32 or data[:2] not in {b"\xec\xa5", b"\xdc\xa5"}:  # noqa: PLR2004 -- the fixed head (MS-DOC FibBase)
        raise Refused(Reason.CORRUPT)
    if struct.unpack_from("<H", data, 10)[0] & 0x0100:
        raise Refused(Reason.ENCRYPTED)
    if any("DDEAUTO".encode(encoding) in data for encoding in ("ascii", "utf-16-le")):
        raise Refused(Reason.ACTIVE)


def _excel(data: bytes, _compound: Compound) -> None:
    for kind, content in _biff(data):
        if kind == BIFF_PASSWORD:
            raise Refused(Reason.ENCRYPTED)
        if kind == BIFF_SHEET and len(content) > 5 and content[5] in SHEET_OF_MACROS:  # noqa: PLR2004 -- position of the sheet's type
            raise Refused(Reason.MACROS)
        if kind == BIFF_BOOK and len(content) >= 4 and struct.unpack_from("<H", content, 2)[0] not in BOOK_ITSELF:  # noqa: PLR2004
            raise Refused(Reason.EXTERNAL)


def _biff(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the records of the first substream, which lists the sheets."""
    at = 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == BIFF_EOF:
            return
        yield kind, data[at + 4 : at + 4 + length]
        at += 4 + length
    raise Refused(Reason.CORRUPT)


def _powerpoint(data: bytes, compound: Compound) -> None:
    user = compound.read("Current User") or b""
    if len(user) >= 16 and struct.unpack_from("<L", user, 12)[0] == PPT_PASSWORD:  # noqa: PLR2004 -- MS-PPT CurrentUserAtom
        raise Refused(Reason.ENCRYPTED)
    at = 0
    while at + 8 <= len(data):
        head, kind, length = struct.unpack_from("<HHL", data, at)
        if kind == PPT_MACROS:
            raise Refused(Reason.MACROS)
        if kind in PPT_OBJECTS:
            raise Refused(Reason.EMBEDDED)
        at += 8 if head & 0xF == PPT_CONTAINER else 8 + length


def _read(data: bytes, scanner: Scanner) -> None:
    """Text stands in these files as UTF-16 or in the old Chinese encoding, between numbers: read it each way."""
    for text in (data.decode("utf-16-le", "ignore"), data[1:].decode("utf-16-le", "ignore"), data.decode("gb18030", "ignore")):
        scanner.read(text)
