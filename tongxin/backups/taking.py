"""Taking a backup while everybody works.

All tables as they stand in one moment, and with them what stands outside the database.

The order makes the two agree. While nobody may add to the heads file, it is copied, with the acts of the last hours and
the growth noted beside the keys; then, still in that hold, the database's moment begins. So what the files tell of is
in the rows, and how far each chain says that it was noted is in the file. Uploads come last: a file is there before its
row is.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext_lazy as _

from tongxin.audit import acts, looking, moments, sealing
from tongxin.backups import archive, tables
from tongxin.backups.archive import Archive, Manifest, Member, Table, Writer
from tongxin.core.faults import first_line

PINNED = "SELECT COUNT(*) FROM django_migrations"
THERE = _("{path} 已经存在。要覆盖的，请加 --overwrite；或者换一个文件名。")
NOT_WRITTEN = _("{path} 没有写成（{said}）。请看磁盘是否已满、目录能否写入。没有留下不完整的文件。")
NOT_READ = _("数据库里有无法读取的内容，没有备份（{said}）。请先运行 tongxin audit verify 查明。")
NO_SCHEMA = _("数据库还是空的，没有可以备份的。请先运行 tongxin init。")


class NotTakenError(Exception):
    """No backup was made; the sentence says why."""


def keys_here() -> dict[str, str]:
    """Return the keys that hold in this process."""
    return {"secret": settings.SECRET_KEY, "field": settings.FIELD_KEY, "audit": settings.AUDIT_KEY}


def take(out: Path, *, at: datetime, files: bool = True, keys: bool = False, overwrite: bool = False) -> Manifest:
    """Write a backup, read it again and compare, then give it its name.

    Raises NotTakenError, and leaves nothing behind.
    """
    place = archive.place_of(out)
    if archive.is_no_file(place):
        raise NotTakenError(archive.NO_FILE.format(path=out))
    if place.exists() and not overwrite:
        raise NotTakenError(THERE.format(path=out))
    part = archive.beside(place)
    try:
        with _gone_unless_done(part):
            manifest = _write(part, at=at, files=files, keys=keys)
            check(part)
            _name(part, place, overwrite=overwrite)
    except OSError as error:
        raise NotTakenError(NOT_WRITTEN.format(path=out, said=error.strerror or first_line(error))) from error
    except (tables.NewerSchemaError, tables.UnreadableRowError, archive.UnsoundError) as error:
        raise NotTakenError(str(error)) from error
    except (DatabaseError, UnicodeDecodeError) as error:
        raise NotTakenError(NOT_READ.format(said=first_line(error))) from error
    return manifest


@contextmanager
def _gone_unless_done(part: Path) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _name(part: Path, out: Path, *, overwrite: bool) -> None:
    """Give a finished archive its name: from one moment to the next it is there, whole."""
    if overwrite:
        part.replace(out)
    else:
        try:
            os.link(part, out)  # unlike a renaming, this takes nobody's place
        except FileExistsError as error:
            raise NotTakenError(THERE.format(path=out)) from error
        except OSError:  # a disk that knows no links
            part.replace(out)
    folder = os.open(out.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(part: Path, *, at: datetime, files: bool, keys: bool) -> Manifest:
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw, Writer(raw) as writer:
        with _one_moment(writer):
            manifest = _described(at, files=files, keys=keys)
            there = tables.sources(manifest.schema)
            manifest.tables = [_table(writer, table) for table in there]
            if files:
                manifest.missing = [name for table in there for name in _uploads(writer, table)]
        if keys:
            for name, key in keys_here().items():
                writer.add(f"{archive.KEYS}/{name}", [key.encode()])
        manifest.members = writer.members
        writer.finish(manifest.sealed(settings.AUDIT_KEY))
        raw.flush()
        os.fsync(raw.fileno())
    return manifest


def _described(at: datetime, *, files: bool, keys: bool) -> Manifest:
    schema = tables.schema_here()
    if not schema:
        raise NotTakenError(NO_SCHEMA)
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM committees_committee ORDER BY code")
        codes = [str(code) for (code,) in cursor.fetchall()]
    return Manifest(
        at=at.isoformat(),
        version=version("tongxin"),
        database=connection.vendor,
        schema=schema,
        committees=codes,
        keys={name: archive.known_by(name, key) for name, key in keys_here().items()},
        with_files=files,
        with_keys=keys,
    )


# ── of one moment ────────────────────────────────────────────────────────────────────────────────
@contextmanager
def _one_moment(writer: Writer) -> Iterator[None]:
    """Copy what stands outside while nobody adds heads to it, and let the database's moment begin before anybody does."""
    with ExitStack() as stack:
        with sealing.appending():
            _outside(writer)
            stack.enter_context(moments.one_moment())
            with connection.cursor() as cursor:
                cursor.execute(PINNED)  # a moment begins with its first reading
                cursor.fetchall()
        yield


def _outside(writer: Writer) -> None:
    home = Path(settings.TONGXIN_HOME)
    sizes = {path: size for path, size in acts.files() if path.is_file()}
    here = sizes.keys() | {looking.kept()}
    others = [path for path in sorted((home / "audit").rglob("*")) if path.is_file() and path not in here]
    for path in [*sizes, *others, sealing.growth_file()]:
        name = path.relative_to(home).as_posix()
        # taken away by the worker, with all its events sealed
        with suppress(FileNotFoundError), path.open("rb") as source:
            writer.add(f"{archive.OUTSIDE}/{name}", archive.pieces_of(source, sizes.get(path)))


def _table(writer: Writer, table: tables.Source) -> Table:
    print_ = tables.Fingerprint(table.columns)

    def lines() -> Iterator[bytes]:
        pending: list[bytes] = []
        for row in tables.rows_of(table):
            print_.add(row)
            pending.append(tables.line_of(row))
            if len(pending) == tables.BATCH:
                yield b"".join(pending)
                pending.clear()
        yield b"".join(pending)

    writer.add(f"{archive.ROWS}/{table.name}.jsonl", lines())
    return Table(table.name, table.columns, print_.rows, print_.digest, tables.last_given(table))


def _uploads(writer: Writer, table: tables.Source) -> Iterator[str]:
    """Write the uploads that a table tells of; return the places of those that are not there, or lie somewhere else."""
    root = Path(settings.MEDIA_ROOT).resolve()
    for name in tables.uploads_of(table):
        path = root / name
        if not archive.is_safe(name) or not path.resolve().is_relative_to(root) or not path.is_file():
            yield name
            continue
        try:
            source = path.open("rb")
        except (FileNotFoundError, PermissionError):  # erased meanwhile, or not ours to read
            yield name
            continue
        with source:
            writer.add(f"{archive.FILES}/{name}", archive.pieces_of(source))


# ── read again ───────────────────────────────────────────────────────────────────────────────────
def check(path: Path) -> Manifest:
    """Read a whole archive and compare it with its manifest, and the manifest with its seal. Raises UnsoundError."""
    read = Archive(path)
    try:
        read.demand_seal(settings.AUDIT_KEY)
        for table in read.manifest.tables:
            _demand_same_rows(read, table)
        rows = set(read.manifest.below(archive.ROWS))
        for member in read.manifest.members:
            if member not in rows:
                _read_through(read, member)
        return read.manifest
    finally:
        read.close()


def _demand_same_rows(read: Archive, table: Table) -> None:
    print_ = tables.Fingerprint(table.columns)
    try:
        for row in rows_in(read, table):
            print_.add(row)
    except (ValueError, TypeError, LookupError) as error:
        raise archive.UnsoundError(archive.CHANGED.format(path=read.path, name=table.name)) from error
    if (print_.rows, print_.digest) != (table.rows, table.digest):
        raise archive.UnsoundError(archive.CHANGED.format(path=read.path, name=table.name))


def rows_in(read: Archive, table: Table) -> Iterator[list[object]]:
    """Return the rows of a table that an archive holds."""
    for line in read.lines(table):
        row = archive.json.loads(line)
        if not isinstance(row, list) or len(row) != len(table.columns):
            raise archive.UnsoundError(archive.CHANGED.format(path=read.path, name=table.name))
        yield row


def _read_through(read: Archive, member: Member) -> None:
    for _piece in read.pieces(member):
        pass
