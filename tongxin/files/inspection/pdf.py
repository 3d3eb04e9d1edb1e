"""PDF: every object is looked at, those inside object streams too, with names as readers read them (#4A is J)."""

import io
import time
from collections.abc import Iterator
from typing import IO, Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from tongxin.files.inspection.reasons import Reason, Refused
from tongxin.files.inspection.secrecy import Scanner

HEAD = b"%PDF-"
ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute", "/Movie", "/Sound"}
HARMLESS_AT_OPENING = {"/GoTo", "/Named"}
ATTACHMENTS = {"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/3D"}
RAW = {b"JavaScript": Reason.PDF_SCRIPT, b"Launch": Reason.PDF_SCRIPT, b"EmbeddedFile": Reason.PDF_ATTACHMENT}
DELIMITERS = frozenset(b"\x00\t\n\f\r ()<>[]{}/%")
LONGEST_NAME = 3 * max(map(len, RAW)) + 1
TEXT_SECONDS = 0.6  # of processor time, some thirty pages: a mark stands on the first
FAULTS = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, OSError, NotImplementedError)


def examine(stream: IO[bytes], scanner: Scanner) -> str:
    """Return "pdf". Raises Refused with the reason."""
    stream.seek(0)
    data = stream.read()
    reader = _reader_of(data)
    for thing in _objects(reader):
        _look(thing)
    _look_raw(data)
    _read(reader, scanner)
    return "pdf"


def _reader_of(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused(Reason.ENCRYPTED)
        if not reader.pages:
            raise Refused(Reason.CORRUPT)
    except FAULTS as error:
        raise Refused(Reason.CORRUPT) from error
    return reader


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Return every object of the file, in whichever way it is kept, and what the trailer says."""
    yield reader.trailer
    numbers = [(number, generation) for generation, lines in reader.xref.items() for number in lines]
    numbers += [(number, 0) for number in reader.xref_objStm]
    for number, generation in numbers:
        try:
            found = reader.get_object(IndirectObject(number, generation, reader))
        except FAULTS:
            continue  # no reader can follow a reference to it either; what it says in plain is found by `_look_raw`
        if found is not None:
            yield found


def _look(thing: Any) -> None:
    """Look at an object and at what stands directly in it; what it refers to is an object of its own."""
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ArrayObject):
            waiting += list(one)
        elif isinstance(one, DictionaryObject):
            _look_at_dictionary(one)
            waiting += [one.raw_get(key) for key in one]


def _look_at_dictionary(one: DictionaryObject) -> None:
    names = {key: value for key in one if isinstance(value := one.raw_get(key), NameObject)}
    if "/JS" in one or "/JavaScript" in one or names.get("/S") in ACTIONS:
        raise Refused(Reason.PDF_SCRIPT)
    if "/XFA" in one:
        raise Refused(Reason.PDF_FORM)
    if "/EF" in one or "/EmbeddedFiles" in one or {names.get("/Type"), names.get("/Subtype")} & ATTACHMENTS:
        raise Refused(Reason.PDF_ATTACHMENT)
    for key in ("/OpenAction", "/AA"):
        if key in one:
            _look_at_opening(one, key)


def _look_at_opening(one: DictionaryObject, key: str) -> None:
    """What happens by itself may turn a page, nothing else."""
    try:
        said: Any = one[key]
        actions = [said] if key == "/OpenAction" else [said[name] for name in said]
        kinds = {action.get("/S") for action in actions if isinstance(action, DictionaryObject)}
    except FAULTS as error:
        raise Refused(Reason.CORRUPT) from error
    if kinds - HARMLESS_AT_OPENING:
        raise Refused(Reason.PDF_SCRIPT)


def _look_raw(data: bytes) -> None:
    """Look for long names in the bytes as well.

    A reader that mends a broken file may find objects that the table does not name.
    """
    at = data.find(b"/")
    while at >= 0:
        if data[at + 1 : at + 2] in {b"J", b"L", b"E", b"#"} and (reason := RAW.get(_name(data[at + 1 : at + 1 + LONGEST_NAME]))):
            raise Refused(reason)
        at = data.find(b"/", at + 1)


def _name(data: bytes) -> bytes:
    """Return the name that begins here, its escapes resolved."""
    length = next((n for n, byte in enumerate(data) if byte in DELIMITERS), len(data))
    first, *escaped = data[:length].split(b"#")
    for piece in escaped:
        try:
            first += bytes.fromhex(piece[:2].decode("ascii")) + piece[2:]
        except ValueError:
            return b""
    return first


def _read(reader: PdfReader, scanner: Scanner) -> None:
    """Read the text page by page while there is time."""
    until = time.process_time() + TEXT_SECONDS
    for page in reader.pages:
        if time.process_time() > until:
            return
        try:
            text = page.extract_text()
        except FAULTS:
            continue  # a page whose text cannot be taken out is one without text, like a scan
        scanner.read(text)
