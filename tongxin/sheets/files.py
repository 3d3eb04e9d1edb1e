"""What a file really is, by its content, and whether it is safe to open."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tongxin.sheets.problems import Fault, Place, Unreadable

ZIP, OLE, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
UNPACKED = 16  # a sheet may unpack to this many times the limit of a file
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ENCODINGS = ("utf-8-sig", "gb18030")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


@dataclass(frozen=True)
class Limits:
    """How large a file may be."""

    megabytes: int
    rows: int

    @classmethod
    def of_settings(cls) -> "Limits":
        """Read the installation's limits."""
        return cls(settings.IMPORT_MAX_MB, settings.IMPORT_MAX_ROWS)


def recognise(path: Path, limits: Limits) -> tuple[str, str]:
    """Return ("workbook", "") or ("text", encoding). Raises Unreadable with a sentence for anything else."""
    place = Place(path.name)
    try:
        size = path.stat().st_size
        with path.open("rb") as source:
            head = source.read(1 << 16)
    except OSError as problem:
        raise _refusal(place, "打不开这个文件，请检查路径和权限") from problem
    if not head.strip(b"\x00\r\n\t "):
        raise _refusal(place, "文件是空的")
    if size > limits.megabytes << 20:
        raise _refusal(place, f"文件有 {size / (1 << 20):.0f} MB，最大 {limits.megabytes} MB，请分成几个文件导入")
    if head.startswith(ZIP):
        _look_into_zip(path, place, limits)
        return "workbook", ""
    if head.startswith(OLE):
        if ENCRYPTED in path.read_bytes():
            raise _refusal(place, "文件设了密码，请去掉密码后另存再导入")
        return "workbook", ""
    if head.startswith((PDF, *PICTURES)):
        raise _refusal(place, "这不是表格文件，请用 XLSX 或 CSV")
    return "text", _encoding(path, place, head)


def _refusal(place: Place, reason: str) -> Unreadable:
    return Unreadable(Fault.at(place, "", reason))


def _look_into_zip(path: Path, place: Place, limits: Limits) -> None:
    """Refuse what is no workbook, is locked, or would unpack to more than memory should hold."""
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
            names = {entry.filename for entry in entries}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as problem:
        raise _refusal(place, "文件已损坏，请用表格软件打开后另存再导入") from problem
    if any(entry.flag_bits & 1 for entry in entries):
        raise _refusal(place, "文件设了密码，请去掉密码后另存再导入")
    if not any(n.startswith("xl/") for n in names) and "content.xml" not in names:
        raise _refusal(place, "这不是表格文件，请用 XLSX 或 CSV")
    if sum(entry.file_size for entry in entries) > limits.megabytes * UNPACKED << 20:
        raise _refusal(place, "文件展开后过大，请删去多余的格式和空行，或分成几个文件导入")


def _encoding(path: Path, place: Place, head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        raise _refusal(place, "这不是表格文件，请用 XLSX 或 CSV")
    for encoding in ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as source:
                while source.read(1 << 20):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise _refusal(place, "文字编码既不是 UTF-8 也不是 GB18030，请另存为 UTF-8 的 CSV 或 XLSX")
