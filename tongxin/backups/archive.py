"""What a backup looks like.

A ZIP of rows, files outside the database, uploads and perhaps keys, with a manifest that is sealed by the audit key.

Nothing here needs Django: where an archive brings its own keys, they are read before the settings make others.
"""

import hashlib
import hmac
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from django.utils.translation import gettext_lazy as _

FORMAT = 1
MANIFEST = "manifest.json"
ROWS, OUTSIDE, FILES, KEYS = "rows", "outside", "files", "keys"
KEY_NAMES = ("secret", "field", "audit")
OUTSIDE_PLACES = ("audit/", "keys/heads")
CHUNK = 1 << 20
MANIFEST_LIMIT = 64 << 20
PID = re.compile(r"\d{1,9}", re.ASCII)
PART = re.compile(r"[^/\\\x00-\x1f\x7f]{1,255}")
SPOILED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)

NO_ARCHIVE = _("{path} 不是本系统的备份，或者不完整（{said}）。请换一份备份。")
OTHER_FORMAT = _("{path} 是程序的另一个版本写的备份（格式 {format}），这个版本无法读取。请用写它的那个版本恢复。")
CHANGED = _("{path} 里的 {name} 与清单不符，备份不完整或者被改动过。请换一份备份。")
TOO_LONG = _("{path} 里的 {name} 有一行超过 {most} MB，本系统不会写这样长的内容。请换一份。")
NO_FILE = _("{path} 不是普通文件，不能写入。请另写一个文件名。")
UNSEALED = _("{path} 的清单被改动过，或者不是用现有的 keys/audit 封存的。请换一份备份，或者放回写备份时的密钥。")


class UnsoundError(Exception):
    """The archive is not what was written; the sentence says what is wrong."""


@dataclass(frozen=True)
class Table:
    """One table: its columns with their kinds, how many rows, a digest over all that does not ask for their order, the last key given."""

    name: str
    columns: list[tuple[str, str]]
    rows: int
    digest: str
    last: int | None = None


@dataclass(frozen=True)
class Member:
    """One file of the archive, but for the manifest."""

    name: str
    size: int
    digest: str


@dataclass
class Manifest:
    """What is in the archive, and of which moment, version, schema and keys."""

    at: str
    version: str
    database: str
    schema: list[tuple[str, str]]
    committees: list[str]
    keys: dict[str, str]  # by name, what a key is known by
    with_files: bool
    with_keys: bool
    tables: list[Table] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # uploads that rows tell of and that were not there
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.rows for table in self.tables)

    def below(self, folder: str) -> list[Member]:
        """Return the members of one folder."""
        return [member for member in self.members if member.name.startswith(f"{folder}/")]

    def sealed(self, key: str) -> bytes:
        """Return the manifest as it is written, with its seal."""
        said = asdict(self)
        return json.dumps({**said, "mac": _mac(said, key)}, ensure_ascii=False, indent=1).encode()


def _mac(said: dict[str, Any], key: str) -> str:
    plain = json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    return hmac.new(f"backup:{key}".encode(), plain, hashlib.sha256).hexdigest()


def known_by(name: str, key: str) -> str:
    """Return what a key is recognised by, and nothing of it."""
    return hmac.new(key.encode(), f"backup key {name}".encode(), hashlib.sha256).hexdigest()[:16]


def is_safe(name: str) -> bool:
    """Say whether a name leads below the folder it is put into, and nowhere else."""
    return len(name) < os.pathconf("/", "PC_PATH_MAX") and all(
        PART.fullmatch(p) and p not in {".", ".."} for p in name.split("/")
    )


def _has_its_place(name: str) -> bool:
    folder, _slash, rest = name.partition("/")
    if not rest or not is_safe(name):
        return False
    if folder == KEYS:
        return rest in KEY_NAMES
    return folder in {ROWS, FILES} or (folder == OUTSIDE and rest.startswith(OUTSIDE_PLACES))


def place_of(out: Path) -> Path:
    """Return where a file of this name is written.

    Where the name is a link, what it leads to, which need not be there yet.
    """
    return Path(os.path.realpath(out)) if out.is_symlink() else out


def is_no_file(place: Path) -> bool:
    """Say whether something is there that a file would push out of its place.

    A device, a pipe, a link that leads nowhere.
    """
    return os.path.lexists(place) and not place.is_file()


def beside(out: Path) -> Path:
    """Return where a file is written before it gets its name, and take away what killed processes left of the same name."""
    for path in out.parent.glob("*.part"):
        number = path.name.removeprefix(f".{out.name}.").removesuffix(".part")
        if PID.fullmatch(number) and (int(number) == os.getpid() or not _is_running(int(number))):
            path.unlink(missing_ok=True)
    return out.with_name(f".{out.name}.{os.getpid()}.part")


def _is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)  # somebody else's runs too
    return True


# ── writing ──────────────────────────────────────────────────────────────────────────────────────
class Writer:
    """An archive that is being written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=3)
        self.members: list[Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Let go of a file that was not finished, whatever is wrong with it."""
        with suppress(OSError, ValueError):
            self._zip.close()

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one member, however long, piece by piece."""
        digest, size = hashlib.sha256(), 0
        about = zipfile.ZipInfo(name)
        # what people upload is compressed already
        about.compress_type = zipfile.ZIP_STORED if name.startswith(f"{FILES}/") else zipfile.ZIP_DEFLATED
        about.external_attr = 0o600 << 16
        with self._zip.open(about, "w", force_zip64=True) as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                size += len(piece)
        self.members.append(Member(name, size, digest.hexdigest()))

    def finish(self, manifest: bytes) -> None:
        """Write the manifest, and the table of contents behind it."""
        self._zip.writestr(MANIFEST, manifest)
        self._zip.close()


def pieces_of(source: IO[bytes], size: int | None = None) -> Iterator[bytes]:
    """Return what a file holds, up to a size."""
    left = size
    while piece := source.read(CHUNK if left is None else min(CHUNK, left)):
        if left is not None:
            left -= len(piece)
        yield piece


# ── reading ──────────────────────────────────────────────────────────────────────────────────────
class Opened:
    """A ZIP of ours: opened, with what its manifest says read and not yet believed."""

    none_of_ours, other_format, changed = NO_ARCHIVE, OTHER_FORMAT, CHANGED
    format: object = FORMAT
    longest_line: int | None = None  # of what strangers may have written a line is not collected without end

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.doubting():
            self._zip = zipfile.ZipFile(path)
            self.said: dict[str, Any] = dict(json.loads(self._read_manifest()))
        if self.said.get("format") != self.format:
            raise UnsoundError(self.other_format.format(path=path, format=shown(str(self.said.get("format"))[:20])))

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    @contextmanager
    def doubting(self) -> Iterator[None]:
        """Take what goes wrong in reading for what it is: the file is not ours, or not whole."""
        try:
            yield
        except (*SPOILED, OSError, LookupError, TypeError, AttributeError, RecursionError) as error:
            said = shown(f"{type(error).__name__}: {error}".splitlines()[0])
            raise UnsoundError(self.none_of_ours.format(path=self.path, said=said)) from error

    def _read_manifest(self) -> bytes:
        with self._zip.open(MANIFEST) as source:
            raw = source.read(MANIFEST_LIMIT + 1)
        if len(raw) > MANIFEST_LIMIT:
            message = "the manifest is too long"
            raise ValueError(message)
        return raw

    def pieces(self, member: Member) -> Iterator[bytes]:
        """Return what a member holds; at its end, refuse what is not as the manifest says."""
        digest, size = hashlib.sha256(), 0
        with self.doubting(), self._zip.open(member.name) as source:
            while piece := source.read(CHUNK):
                size += len(piece)
                if size > member.size:
                    break
                digest.update(piece)
                yield piece
        if (size, digest.hexdigest()) != (member.size, member.digest):
            raise UnsoundError(self.changed.format(path=self.path, name=shown(member.name)))

    def lines_in(self, member: Member) -> Iterator[bytes]:
        """Return the lines of a member. What a line costs grows with its length, and not faster."""
        begun, length = list[bytes](), 0
        for piece in self.pieces(member):
            first, *others = piece.split(b"\n")
            begun.append(first)
            length += len(first)
            self._demand_short(member, length)
            if others:
                yield b"".join(begun)
                *whole, rest = others
                yield from whole
                begun, length = [rest], len(rest)
        if length:
            raise UnsoundError(self.changed.format(path=self.path, name=shown(member.name)))

    def _demand_short(self, member: Member, length: int) -> None:
        if self.longest_line is not None and length > self.longest_line:
            most = self.longest_line >> 20
            raise UnsoundError(TOO_LONG.format(path=self.path, name=shown(member.name), most=most))

    def demand_members(self, members: list[Member]) -> None:
        """What the table of contents names is what the manifest names: each once, of the same size."""
        there = [(info.filename, info.file_size) for info in self._zip.infolist() if info.filename != MANIFEST]
        said = [(member.name, member.size) for member in members]
        if len(set(there)) != len(self._zip.infolist()) - 1 or sorted(there) != sorted(said):
            odd = next(iter(sorted(set(there) ^ set(said))), ("", 0))[0]
            raise UnsoundError(self.changed.format(path=self.path, name=shown(odd)))


class Archive(Opened):
    """An archive that was written: opened, with its manifest read and not yet believed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with self.doubting():
            self._mac = self.said.pop("mac")
            self.manifest = _manifest_of(self.said)
        self._demand_same_names()

    def _demand_same_names(self) -> None:
        """What is there is what the manifest names, and nowhere else to be put."""
        self.demand_members(self.manifest.members)
        names = [member.name for member in self.manifest.members]
        tables = {f"{ROWS}/{table.name}.jsonl" for table in self.manifest.tables}
        odd_name = next((n for n in names if not _has_its_place(n) or (n.startswith(f"{ROWS}/") and n not in tables)), None)
        if odd_name is not None or not tables <= set(names):
            raise UnsoundError(CHANGED.format(path=self.path, name=shown(odd_name or "rows")))

    def demand_seal(self, key: str) -> None:
        """Refuse a manifest that was not sealed with this key, as it is."""
        if not hmac.compare_digest(str(self._mac), _mac(self.said, key)):
            raise UnsoundError(UNSEALED.format(path=self.path))

    def lines(self, table: Table) -> Iterator[bytes]:
        """Return the rows of a table as they are written."""
        return self.lines_in(next(m for m in self.manifest.members if m.name == f"{ROWS}/{table.name}.jsonl"))

    def keys(self) -> dict[str, str]:
        """Return the keys that the archive brings."""
        return {m.name.removeprefix(f"{KEYS}/"): b"".join(self.pieces(m)).decode().strip() for m in self.manifest.below(KEYS)}


def _manifest_of(said: dict[str, Any]) -> Manifest:
    """Return the manifest that was read, each value of its kind.

    Raises TypeError, ValueError, LookupError for any other.
    """
    tables = [Table(**{**row, "columns": [(str(name), str(kind)) for name, kind in row["columns"]]}) for row in said["tables"]]
    members = [Member(**row) for row in said["members"]]
    schema = [(str(app), str(name)) for app, name in said["schema"]]
    manifest = Manifest(**{**said, "tables": tables, "members": members, "schema": schema})
    right = [
        *(isinstance(m.name, str) and isinstance(m.size, int) and isinstance(m.digest, str) for m in members),
        *(isinstance(t.name, str) and isinstance(t.rows, int) and isinstance(t.digest, str) for t in tables),
        *(isinstance(t.last, int | None) for t in tables),
        isinstance(manifest.keys, dict) and isinstance(manifest.at, str),
    ]
    if not all(right):
        message = "the manifest holds a value of another kind"
        raise TypeError(message)
    return manifest


def shown(name: str) -> str:
    """Return a name as it may be shown: nothing in it that a terminal would obey."""
    return "".join(char if char.isprintable() else "?" for char in name)[:200]
