"""The one answer about a file: what it is, or why it is not taken."""

from typing import IO

from tongxin.files.choices import KINDS
from tongxin.files.inspection import compound, legacy, office, plain
from tongxin.files.inspection.reasons import Reason, Refused
from tongxin.files.inspection.secrecy import Scanner

HEAD = 16
ZIP = b"PK\x03\x04"
ARCHIVES = (b"PK", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh")
SHORTCUT = b"L\x00\x00\x00\x01\x14\x02\x00"
SHORTCUT_ENDINGS = {"lnk", "url", "desktop"}


def judge(stream: IO[bytes], *, ending: str) -> str:
    """Return the kind of a file by its content. Raises Refused with the reason, whatever the file holds."""
    try:
        kind = _kind(stream, ending)
    except (Refused, MemoryError):
        raise
    except Exception as error:  # a stranger's file may break any parser: that is an answer about the file
        raise Refused(Reason.CORRUPT) from error
    if ending not in KINDS[kind].endings:
        raise Refused(Reason.MISNAMED, kind)
    return kind


def _kind(stream: IO[bytes], ending: str) -> str:
    scanner = Scanner()
    kind = _by_content(stream, ending, scanner)
    if scanner.found:
        raise Refused(Reason.SECRET_TEXT)
    return kind


def _by_content(stream: IO[bytes], ending: str, scanner: Scanner) -> str:
    stream.seek(0)
    head = stream.read(HEAD)
    if head.startswith(SHORTCUT) or ending in SHORTCUT_ENDINGS:
        raise Refused(Reason.SHORTCUT)
    if head.startswith(compound.MAGIC):
        return legacy.examine(stream, scanner)
    if head.startswith(ZIP):
        return office.examine(stream, scanner)
    if head.startswith(ARCHIVES):
        raise Refused(Reason.PACKED)
    if head.startswith(b"%PDF-"):
        from tongxin.files.inspection import pdf  # noqa: PLC0415 -- loads for a tenth of a second, for PDF alone

        return pdf.examine(stream, scanner)
    return _picture(stream, head) or plain.examine(stream, scanner)


def _picture(stream: IO[bytes], head: bytes) -> str | None:
    from tongxin.files.inspection import pictures  # noqa: PLC0415 -- the same

    kind = next((kind for start, kind in pictures.HEADS.items() if head.startswith(start)), None)
    return pictures.examine(stream, kind) if kind else None
