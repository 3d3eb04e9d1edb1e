"""Office Open XML (docx, xlsx, pptx): told by content types and relationships, not by file names (ECMA-376 part 2)."""

from typing import IO

from tongxin.files.inspection.archives import MB, Archive
from tongxin.files.inspection.markup import Reader
from tongxin.files.inspection.reasons import Reason, Refused
from tongxin.files.inspection.secrecy import Scanner

CONTENT_TYPES = "[content_types].xml"
MAIN = {
    "wordprocessingml.document.main+xml": "docx",
    "spreadsheetml.sheet.main+xml": "xlsx",
    "presentationml.presentation.main+xml": "pptx",
}
TYPE_WORDS = (
    ("macroenabled", Reason.MACROS),
    ("vba", Reason.MACROS),
    ("macrosheet", Reason.MACROS),
    ("activex", Reason.ACTIVE),
    ("oleobject", Reason.EMBEDDED),
    ("javascript", Reason.ACTIVE),
    ("text/html", Reason.ACTIVE),
)
FOLDERS = (("macrosheets", Reason.MACROS), ("activex", Reason.ACTIVE), ("embeddings", Reason.EMBEDDED))
RELATIONS = {
    "vbaproject": Reason.MACROS,
    "wordvbadata": Reason.MACROS,
    "xlmacrosheet": Reason.MACROS,
    "xlintlmacrosheet": Reason.MACROS,
    "control": Reason.ACTIVE,
    "activexcontrolbinary": Reason.ACTIVE,
    "oleobject": Reason.EMBEDDED,
    "package": Reason.EMBEDDED,
    "afchunk": Reason.EMBEDDED,
}
SCHEMES = ("http:", "https:", "mailto:", "tel:", "ftp:")
HEADINGS = {f"{which}{what}" for which in ("odd", "even", "first") for what in ("Header", "Footer")}
TEXT = {"t", "delText", "instrText", *HEADINGS}
LINES = {"p", "si", "is", "comment", *HEADINGS}  # what ends a line: paragraph, cell, note, heading of a sheet
STARS = {("Wingdings", "F0AB"): "★", ("Wingdings", "F0B6"): "☆"}  # how Word keeps a star chosen as a symbol
SHEETS_READ = 16 * MB  # of the cells of large workbooks; their texts stand in the shared strings, which are read whole


def examine(stream: IO[bytes], scanner: Scanner) -> str:
    """Return what an office file is. Raises Refused with the reason."""
    archive = Archive(stream)
    if CONTENT_TYPES not in archive.names:
        raise Refused(Reason.OFD if "ofd.xml" in archive.names else Reason.PACKED)
    archive.walk()
    types, said = _types(archive)
    _refuse_by_type(said)
    _refuse_by_place(archive)
    for name in archive.names:
        if name.endswith(".rels"):
            Reader(_relation).read(archive.pieces(name))
    kind = _kind(types)
    _read_parts(archive, types, scanner)
    return kind


def _types(archive: Archive) -> tuple[dict[str, str], set[str]]:
    """Return each part's content type, and every type that is said, used or not; all in small letters."""
    by_ending: dict[str, str] = {}
    by_name: dict[str, str] = {}

    def start(name: str, said: dict[str, str]) -> None:
        kept, key = (by_ending, "Extension") if name == "Default" else (by_name, "PartName")
        if name in {"Default", "Override"}:
            kept[said.get(key, "").lstrip("/").lower()] = said.get("ContentType", "").lower()

    Reader(start).read(archive.pieces(CONTENT_TYPES))
    types = {name: by_name.get(name, by_ending.get(name.rpartition(".")[2], "")) for name in archive.names}
    return types, {*by_ending.values(), *by_name.values()}


def _refuse_by_type(said: set[str]) -> None:
    for word, reason in TYPE_WORDS:
        if any(word in one for one in said):
            raise Refused(reason)


def _refuse_by_place(archive: Archive) -> None:
    """The places where office programs keep what runs, for parts that no type or relationship tells of."""
    for name in archive.names:
        *folders, last = name.split("/")
        if last in {"vbaproject.bin", "vbadata.xml"}:
            raise Refused(Reason.MACROS)
        if last.startswith("oleobject"):
            raise Refused(Reason.EMBEDDED)
        if reason := next((reason for folder, reason in FOLDERS if folder in folders), None):
            raise Refused(reason)


def _kind(types: dict[str, str]) -> str:
    found = {kind for said in types.values() for ending, kind in MAIN.items() if said.endswith(ending)}
    if len(found) != 1:
        raise Refused(Reason.CORRUPT if found else Reason.UNKNOWN)
    return found.pop()


def _relation(name: str, said: dict[str, str]) -> None:
    """Look at one relationship: what it points to, and whether that lies outside the file."""
    if name != "Relationship":
        return
    what = said.get("Type", "").rpartition("/")[2].lower()
    outside = said.get("TargetMode", "").lower() == "external"
    if reason := RELATIONS.get(what):
        raise Refused(Reason.EXTERNAL if outside else reason)
    if not outside:
        return
    if what != "hyperlink":
        raise Refused(Reason.EXTERNAL)
    target = said.get("Target", "").strip().lower()
    scheme = target.partition(":")[0]
    if target.startswith(("\\", "//")) or (
        ":" in target and "/" not in scheme and "#" not in scheme and not target.startswith(SCHEMES)
    ):
        raise Refused(Reason.LINKS)


class Part:
    """One XML part: its text goes to the scanner, its fields are looked at for programs."""

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._field = ""
        self._in_field = False
        self.reader = Reader(self._start, self._end, self._hear)

    def _start(self, name: str, said: dict[str, str]) -> None:
        if name in {"ddeLink", "oleLink"}:
            raise Refused(Reason.EXTERNAL)
        if name == "fldSimple":
            _refuse_dde(said.get("instr", ""))
        elif name == "fldChar":
            _refuse_dde(self._field)
            self._field = ""
        elif name == "sym":
            self._scanner.feed(STARS.get((said.get("font", ""), said.get("char", "").upper()), ""))
        elif name in TEXT:
            self._in_field = name == "instrText"
            self.reader.listen(on=True)

    def _hear(self, text: str) -> None:
        if self._in_field:
            self._field += text[:200]
        else:
            self._scanner.feed(text)

    def _end(self, name: str) -> None:
        if name in TEXT:
            self.reader.listen(on=False)
        if name in LINES:
            self._scanner.pause()


def _refuse_dde(field: str) -> None:
    """A field that starts a program by dynamic data exchange; quotes and blanks do not hide it."""
    if field.replace('"', " ").strip().upper().startswith("DDE"):
        raise Refused(Reason.ACTIVE)


def _read_parts(archive: Archive, types: dict[str, str], scanner: Scanner) -> None:
    budget = SHEETS_READ
    for name, entry in archive.names.items():
        said = types[name]
        if not said.endswith(("+xml", "/xml")) or name.endswith(".rels"):
            continue
        if said.endswith("worksheet+xml"):
            if entry.file_size > budget:
                continue
            budget -= entry.file_size
        Part(scanner).reader.read(archive.pieces(name))
        scanner.pause()
