"""What a file really is, by its content, and whether it is safe to open."""

import codecs
import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.sheets.problems import Place, Unreadable, refusal

ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
UNPACKED = 4  # a workbook may unpack to this many times the limit of a file
DENSE, DENSEST = 16 << 20, 200  # what unpacks to more bytes than this is no more than so many times as large as packed
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
MARKUP = (b"<html", b"<!doctype html", b"<table", b"<head", b"<meta", b"<style", b"<body", b"<div", b"<!--", b"mime-version:")
XML_SHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
CHUNK = 1 << 20
BROKEN = gettext_lazy("文件已损坏，请用表格软件打开后另存再导入")
NO_SHEET = gettext_lazy("这不是表格文件，请用 XLSX 或 CSV")


@dataclass(frozen=True)
class Limits:
    """How large a file may be."""

    megabytes: int
    rows: int

    @classmethod
    def of_settings(cls) -> "Limits":
        """Read the installation's limits."""
        return cls(settings.IMPORT_MAX_MB, settings.IMPORT_MAX_ROWS)


def recognise(path: Path, place: Place, limits: Limits) -> tuple[str, str]:
    """Return what a file is by its content: ("zip" | "ole" | "markup", "") or ("text", encoding). Raises Unreadable."""
    try:
        size = path.stat().st_size
        with path.open("rb") as source:
            head = source.read(1 << 16)
    except (OSError, ValueError) as problem:
        raise refusal(place, _("打不开这个文件，请检查路径和权限")) from problem
    if not head.strip(b"\x00\r\n\t "):
        raise refusal(place, _("文件是空的"))
    if size > limits.megabytes << 20:
        raise refusal(
            place,
            _("文件有 %(size).0f MB，最大 %(megabytes)s MB，请分成几个文件导入")
            % {"size": size / (1 << 20), "megabytes": limits.megabytes},
        )
    if head.startswith(ZIP):
        _look_into_zip(path, place, limits)
        return "zip", ""
    if head.startswith(OLE):
        if ENCRYPTED in path.read_bytes():
            raise refusal(place, _("文件设了密码，请去掉密码后另存再导入"))
        return "ole", ""
    if head.startswith((PDF, *PICTURES)):
        raise refusal(place, NO_SHEET)
    begins = head.removeprefix(codecs.BOM_UTF8).lstrip()[:4096].lower()
    if begins.startswith(b"<?xml") and XML_SHEET in begins:
        raise refusal(place, _("这是 XML 格式的表格，请用 Excel 或 WPS 打开，另存为 XLSX 再导入"))
    if begins.startswith(MARKUP) or (begins.startswith(b"<?xml") and b"<html" in begins):
        return "markup", ""
    return "text", _encoding(path, place, head)


def _look_into_zip(path: Path, place: Place, limits: Limits) -> None:
    """Refuse what is no workbook, is locked, or would unpack to more than memory should hold."""
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
            names = {entry.filename for entry in entries}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise refusal(place, BROKEN) from problem
    if any(entry.flag_bits & 1 for entry in entries):
        raise refusal(place, _("文件设了密码，请去掉密码后另存再导入"))
    if not any(n.startswith("xl/") for n in names) and "content.xml" not in names:
        raise refusal(place, NO_SHEET)
    dense = any(entry.file_size > max(DENSE, entry.compress_size * DENSEST) for entry in entries)
    if dense or sum(entry.file_size for entry in entries) > limits.megabytes * UNPACKED << 20:
        raise refusal(place, _("文件展开后过大，请删去多余的格式和空行，或分成几个文件导入"))


def _encoding(path: Path, place: Place, head: bytes) -> str:
    """Return the encoding in which the whole of a text can be read."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if fault := _first_fault(path, "utf-16"):
            raise _undecodable(place, *fault)
        return "utf-16"
    if b"\x00" in head:
        raise refusal(place, NO_SHEET)
    unicode_fault = _first_fault(path, "utf-8-sig")
    if unicode_fault is None:
        return "utf-8-sig"
    _line, cut, beyond_ascii = unicode_fault
    if cut and beyond_ascii:  # all but its end is UTF-8: it is no other encoding's
        raise _undecodable(place, *unicode_fault)
    if fault := _first_fault(path, "gb18030"):
        raise _undecodable(place, *fault)
    return "gb18030"


def _first_fault(path: Path, encoding: str) -> tuple[int, bool, bool] | None:
    """Decode a whole file; return the line at which that fails, whether the file ends there, and whether it was more than ASCII."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, beyond_ascii = 1, False
    with path.open("rb") as source:
        while True:
            chunk = source.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as problem:
                before = problem.object[: problem.start].decode(encoding, "replace")
                return line + before.count("\n"), not chunk, beyond_ascii or not before.isascii()
            if not chunk:
                return None
            line += text.count("\n")
            beyond_ascii = beyond_ascii or not text.isascii()


def _undecodable(place: Place, line: int, cut: bool, _beyond_ascii: bool) -> Unreadable:  # noqa: FBT001 -- one of a tuple
    here = Place(place.file, place.sheet, line)
    if cut:
        return refusal(here, _("文件不完整，到这一行中间就断了，请重新导出或复制完整的文件"))
    return refusal(here, _("文字编码既不是 UTF-8 也不是 GB18030，请另存为 UTF-8 的 CSV 或 XLSX"))
