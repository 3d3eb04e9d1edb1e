"""The ZIP around an office file.

Every entry is walked and unpacked once within limits before anything in it is believed.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from tongxin.files.inspection.reasons import PARTS, UNPACKED_MB, Reason, Refused

MB = 1024 * 1024
PIECE = 64 * 1024
RATIO, RATIO_FROM = 200, 32 * MB  # a smaller part may be as regular as it likes
LOCAL = struct.Struct("<4s5H3L2H")
ENCRYPTED_BITS = 0x1 | 0x40
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the two that ECMA-376 part 2 allows
FAULTS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, NotImplementedError)
PROGRAMS = (
    ".exe",
    ".dll",
    ".com",
    ".scr",
    ".cpl",
    ".msi",
    ".bat",
    ".cmd",
    ".js",
    ".jse",
    ".vbs",
    ".vbe",
    ".wsf",
    ".hta",
    ".ps1",
    ".jar",
    ".sh",
    ".reg",
    ".lnk",
    ".url",
    ".desktop",
    ".scf",
    ".chm",
    ".html",
    ".htm",
    ".mht",
    ".svg",
)
PROGRAM_HEADS = (b"MZ", b"\x7fELF", b"#!", b"L\x00\x00\x00\x01\x14\x02\x00", b"\xca\xfe\xba\xbe")
PACKED_HEADS = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-", b"{\\rtf")


class Archive:
    """An office file's parts by name, once `walk` has found nothing odd in it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        stream.seek(0)
        try:
            self._zip = zipfile.ZipFile(stream)
        except FAULTS as error:
            raise Refused(Reason.CORRUPT) from error
        self.entries = self._zip.infolist()
        self.names = {entry.filename.lower(): entry for entry in self.entries}

    def walk(self) -> None:
        """Refuse what no office program writes.

        Doubles, paths that lead out, overlaps, odd methods, bombs, programs, nested archives.
        """
        if len(self.entries) > PARTS:
            raise Refused(Reason.TOO_MANY_PARTS)
        if len(self.names) != len(self.entries) or any(_leads_out(entry.filename) for entry in self.entries):
            raise Refused(Reason.CORRUPT)
        if sum(entry.file_size for entry in self.entries) > UNPACKED_MB * MB:
            raise Refused(Reason.UNPACKS_TOO_FAR)
        ends = 0
        for entry in sorted(self.entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < ends or (ends == 0 and entry.header_offset != 0):
                raise Refused(Reason.CORRUPT)
            ends = self._end_of(entry)
        if ends > self._zip.start_dir:
            raise Refused(Reason.CORRUPT)
        for entry in self.entries:
            self._unpack(entry)

    def _end_of(self, entry: zipfile.ZipInfo) -> int:
        """Compare an entry's own head with the directory's line; return where its content ends."""
        if entry.flag_bits & ENCRYPTED_BITS:
            raise Refused(Reason.ENCRYPTED)
        if entry.compress_type not in METHODS:
            raise Refused(Reason.ODD_ARCHIVE)
        self._stream.seek(entry.header_offset)
        head = self._stream.read(LOCAL.size)
        if len(head) < LOCAL.size:
            raise Refused(Reason.CORRUPT)
        signature, _version, flags, method, _time, _date, _crc, _packed, _size, name, extra = LOCAL.unpack(head)
        written = self._stream.read(name)
        if flags & ENCRYPTED_BITS:
            raise Refused(Reason.ENCRYPTED)
        said = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")
        if signature != b"PK\x03\x04" or method != entry.compress_type or written != said:
            raise Refused(Reason.CORRUPT)
        return int(entry.header_offset + LOCAL.size + name + extra + entry.compress_size)

    def _unpack(self, entry: zipfile.ZipInfo) -> None:
        """Unpack an entry once: its size and checksum must be those it says, its content no program and no archive."""
        if entry.file_size > RATIO_FROM and entry.file_size > RATIO * entry.compress_size:
            raise Refused(Reason.UNPACKS_TOO_FAR)
        if entry.filename.lower().endswith(PROGRAMS):
            raise Refused(Reason.ACTIVE)
        head, size = b"", 0
        for piece in self._pieces(entry):
            head = head or piece[:16]
            size += len(piece)
        if size != entry.file_size:
            raise Refused(Reason.CORRUPT)
        if head.startswith(PROGRAM_HEADS):
            raise Refused(Reason.ACTIVE)
        if head.startswith(PACKED_HEADS):
            raise Refused(Reason.EMBEDDED)

    def pieces(self, name: str) -> Iterator[bytes]:
        """Return a part's content piece by piece."""
        return self._pieces(self.names[name.lower()])

    def _pieces(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self._zip.open(entry) as part:
                while piece := part.read(PIECE):
                    yield piece
        except FAULTS as error:
            raise Refused(Reason.CORRUPT) from error


def _leads_out(name: str) -> bool:
    steps = name.split("/")
    return name.startswith("/") or "\\" in name or ":" in steps[0] or ".." in steps or not name.isprintable()
