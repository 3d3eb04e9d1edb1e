"""Putting a backup back: everything is looked at before a row is written, and it is there wholly or not at all."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from tongxin.audit import looking, verifying
from tongxin.backups import archive, journal, tables, taking, targets
from tongxin.backups.archive import Archive, Manifest, Table
from tongxin.core.faults import first_line

NEWER = _("这份备份是较新版本（{version}）的程序写的，有这个版本不认识的数据库结构（{name}）。请换用写它的那个版本。")
OTHER_KEYS = _("密钥 {names} 不是写这份备份时的。请把当时的密钥放回 {place}，再恢复。没有写入任何内容。")
OCCUPIED = _(
    "数据库里已有数据，没有恢复。请另设 TONGXIN_HOME（或 DATABASE_URL）；要换掉现有的数据，请加 --replace，会先备份现有的。"
)
NO_ROOM = _("{place} 的磁盘空间不足：恢复需要 {needed} MB，现有 {free} MB。没有写入任何内容。")
NOT_RESTORED = _("没有恢复，原来的数据没有变（{said}）。")
NOT_SAVED = _("现有的数据没有备份成，所以没有恢复。{said}数据库已经损坏的，请先把它移到别处，再恢复到空的数据目录。")
DIFFERENT = _("恢复出来的 {table} 表与备份不符，没有恢复，原来的数据没有变。")
PARTS = ("audit", "keys/heads", "files")
SPARE = 1.2


class NotRestoredError(Exception):
    """Nothing was restored, and what was there is as it was; the sentence says why."""


@dataclass(frozen=True)
class Restored:
    """What was restored; `verdict` of the record, but where the database first has to be brought to the code's version."""

    manifest: Manifest
    verdict: verifying.Verdict | None
    saved: Path | None  # the backup of what was there before
    aside: Path | None  # what lay outside an empty database


def restore(path: Path, *, replace_all: bool, at: datetime) -> Restored:
    """Restore a backup into an empty database, or in place of what is there.

    Raises NotRestoredError and changes nothing.
    """
    try:
        targets.demand_unused()  # before all that takes long; it is held again when it counts
        read, known = _looked_at(path)
        try:
            occupied = targets.is_occupied()
            if occupied and not replace_all:
                raise NotRestoredError(OCCUPIED)
            saved = _save(at) if occupied else None
            return _put_back(read, known, saved, at)
        finally:
            read.close()
    except (archive.UnsoundError, targets.InUseError, tables.NewerSchemaError, journal.BusyError) as error:
        raise NotRestoredError(str(error)) from error
    except (OSError, DatabaseError, tables.UnreadableRowError, ValueError) as error:
        raise NotRestoredError(NOT_RESTORED.format(said=first_line(error))) from error


# ── before anything is written ───────────────────────────────────────────────────────────────────
def _looked_at(path: Path) -> tuple[Archive, list[tables.Source]]:
    """Look at all of it: its keys, its seal, its schema, whether there is room, and every byte.

    Return its tables as we know them.
    """
    read = Archive(path)
    try:
        _demand_keys(read.manifest)
        read.demand_seal(settings.AUDIT_KEY)
        known = _known_tables(read)
        _demand_room(read.manifest)
        taking.check(path)
    except BaseException:
        read.close()
        raise
    return read, known


def _demand_keys(manifest: Manifest) -> None:
    """Refuse where ciphers could not be read, or nothing verified, afterwards. Who signs cookies does not matter."""
    here = {name: archive.known_by(name, key) for name, key in taking.keys_here().items()}
    other = [f"keys/{name}" for name in ("field", "audit") if manifest.keys.get(name) != here[name]]
    if other:
        raise NotRestoredError(OTHER_KEYS.format(names="、".join(other), place=Path(settings.TONGXIN_HOME) / "keys"))


def _known_tables(read: Archive) -> list[tables.Source]:
    manifest = read.manifest
    loader = MigrationLoader(None)
    try:
        tables.demand_known(manifest.schema, loader)
    except tables.NewerSchemaError as error:
        name = next(".".join(key) for key in manifest.schema if key not in loader.graph.nodes)
        raise NotRestoredError(NEWER.format(version=manifest.version, name=name)) from error
    known = {table.name: table for table in tables.sources(manifest.schema, loader)}
    said = {table.name: table for table in manifest.tables}
    odd = known.keys() ^ said.keys() or {n for n in known if not tables.same(known[n].columns, said[n].columns)}
    if odd:
        raise archive.UnsoundError(archive.CHANGED.format(path=read.path, name=min(odd)))
    return [replace(known[name], columns=said[name].columns) for name in sorted(known)]


def _demand_room(manifest: Manifest) -> None:
    home = Path(settings.TONGXIN_HOME)
    home.mkdir(parents=True, exist_ok=True)
    needed = int(sum(member.size for member in manifest.members) * SPARE)
    if (free := shutil.disk_usage(home).free) < needed:
        raise NotRestoredError(NO_ROOM.format(place=home, needed=needed >> 20, free=free >> 20))


def _save(at: datetime) -> Path:
    """Take a backup of what is to be replaced."""
    place = Path(settings.TONGXIN_HOME) / "backups" / f"before-restore-{at.strftime('%Y%m%dT%H%M%S%f')}.zip"
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        taking.take(place, at=at)
    except taking.NotTakenError as error:
        raise NotRestoredError(NOT_SAVED.format(said=error)) from error
    return place


# ── all or nothing ───────────────────────────────────────────────────────────────────────────────
def _put_back(read: Archive, known: list[tables.Source], saved: Path | None, at: datetime) -> Restored:
    stamp = at.strftime("%Y%m%dT%H%M%S%f")
    staged = journal.staged(stamp)
    with journal.begun(journal.RESTORE, stamp=stamp, saved=saved is not None) as written:
        staged.mkdir(parents=True)
        _unpack(read, staged)
        with targets.empty_database(read.manifest.schema, staged) as commit:
            _fill(read, known)
            journal.mark(stamp)
            _move(staged, journal.aside(stamp), written, with_files=read.manifest.with_files)
            verdict = _verdict(read.manifest)
            commit()
    with suppress(OSError):  # it is restored all the same
        looking.expect(at=at)
    aside = journal.aside(stamp)
    return Restored(read.manifest, verdict, saved, aside if aside.exists() else None)


def _unpack(read: Archive, staged: Path) -> None:
    """Write what stands outside the database, and uploads, beside their place; flushed to the disk."""
    for part in ("audit", "files", "keys"):
        (staged / part).mkdir()
    for folder, place in ((archive.OUTSIDE, staged), (archive.FILES, staged / "files")):
        for member in read.manifest.below(folder):
            path = place / member.name.partition("/")[2]
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as out:
                for piece in read.pieces(member):
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())


def _fill(read: Archive, known: list[tables.Source]) -> None:
    """Write all rows, then read them again and compare."""
    said = {table.name: table for table in read.manifest.tables}
    with transaction.atomic():
        for table in known:
            tables.put(table, taking.rows_in(read, said[table.name]), of=read.manifest.database)
            tables.give_on(table, said[table.name].last)
        connection.check_constraints()
    for table in known:
        _demand_same(table, said[table.name])


def _demand_same(table: tables.Source, said: Table) -> None:
    with transaction.atomic():
        found = tables.Fingerprint(table.columns)
        for row in tables.rows_of(table):
            found.add(row)
    if (found.rows, found.digest) != (said.rows, said.digest):
        raise NotRestoredError(DIFFERENT.format(table=table.name))


def _move(staged: Path, aside: Path, written: journal.Journal, *, with_files: bool) -> None:
    """Put what was there aside, and what was unpacked into its place; first write down what will be moved where."""
    home, moves = Path(settings.TONGXIN_HOME), list[tuple[Path, Path]]()
    for part in PARTS:
        place = Path(settings.MEDIA_ROOT) if part == "files" else home / part
        if part == "files" and not with_files:
            continue  # what is there may well be what the rows tell of
        if place.is_file() or (place.is_dir() and any(place.iterdir())):
            moves.append((place, aside / part))
        if (staged / part).exists():
            moves.append((staged / part, place))
    written.note(moves=[(str(one), str(other)) for one, other in moves])
    for one, other in moves:
        other.parent.mkdir(parents=True, exist_ok=True)
        if other.is_dir():
            other.rmdir()  # an empty one
        one.rename(other)
        journal.flush(other.parent)


def _verdict(manifest: Manifest) -> verifying.Verdict | None:
    """Verify the record as it was restored; a schema that is not the code's cannot be read by it yet."""
    loader = MigrationLoader(None)
    if set(manifest.schema) != {key for key in loader.graph.nodes if key[0] in loader.migrated_apps}:
        return None
    return verifying.verify(reads_files=manifest.with_files)
