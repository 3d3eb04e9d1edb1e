"""Writing much at once on SQLite, where who writes holds everybody up.

Rehearsed in a copy, then added in one short transaction.

What takes long (texts, digests, histories: a minute for some thousand proposals) is done to a private copy of the
database, with keys that were reserved in ours. Then the copy's new rows are added to ours as they are, by the database
alone, all or nothing. What others do meanwhile goes on; where they changed a row that the rehearsal changed too,
nothing is added.

PostgreSQL lets others write beside a long transaction: there, and for a few rows, it is one transaction.
"""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction

FEW = 50  # rows that are written at once, without a rehearsal
KEYS_A_ROW, MORE_KEYS = 200, 10_000  # of each table: an import writes some twenty events for a row
PREFIX = "rehearsal-"
STALE = 24 * 3600


class Overtaken(Exception):  # noqa: N818 -- reads as a sentence
    """Meanwhile somebody changed what was changed here too; nothing was written."""


class _Table(NamedTuple):
    """A table whose keys are reserved: the first and last of them."""

    name: str
    columns: tuple[str, ...]
    after: int
    until: int

    @property
    def listed(self) -> str:
        return ", ".join(f'"{column}"' for column in self.columns)


@contextmanager
def one_piece(rows: int, holds: Callable[[], bool]) -> Iterator[None]:
    """Write what is written inside all at once or not at all, and hold nobody up for long. Raises Overtaken.

    `holds` is asked at the end of a rehearsal, in ours: whether what was written rests on nothing that changed
    meanwhile.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block or rows <= FEW:
        with transaction.atomic():
            yield
        return
    _sweep()
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=settings.TONGXIN_HOME) as folder:
        copy = Path(folder) / "copy.sqlite3"
        _copy(copy)
        tables = _reserve(rows)
        with _instead(copy):
            _prepare(tables)
            with transaction.atomic():
                yield
                told, connection.run_on_commit = connection.run_on_commit, []
        _add(copy, tables, told, holds)


def _sweep() -> None:
    """Take away the copies that killed processes left."""
    for left in Path(settings.TONGXIN_HOME).glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):  # another import's, which has just ended
            if left.stat().st_mtime < time.time() - STALE:
                shutil.rmtree(left, ignore_errors=True)


def _copy(path: Path) -> None:
    connection.ensure_connection()
    ours: Any = connection.connection
    with connection.wrap_database_errors, closing(sqlite3.connect(path)) as target:
        ours.backup(target)


def _reserve(rows: int) -> list[_Table]:
    """Keep a range of keys of every table of ours free for the rehearsal, after the copy was made.

    Nothing in it lies behind.
    """
    found, span = [], rows * KEYS_A_ROW + MORE_KEYS
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT name, seq FROM sqlite_sequence")
        last = dict(cursor.fetchall())
        for name in sorted({model._meta.db_table for model in apps.get_models() if _has_large_keys(model)}):  # noqa: SLF001
            cursor.execute(f'PRAGMA table_info("{name}")')
            columns = tuple(column[1] for column in cursor.fetchall())
            after = last.get(name, 0)
            said = "UPDATE sqlite_sequence SET seq = %s WHERE name = %s"
            cursor.execute(
                said if name in last else "INSERT INTO sqlite_sequence (seq, name) VALUES (%s, %s)", [after + span, name]
            )
            found.append(_Table(name, columns, after, after + span))
    return found


def _has_large_keys(model: type[models.Model]) -> bool:
    return isinstance(model._meta.pk, models.BigAutoField) and model._meta.managed  # noqa: SLF001 -- Django's public-in-practice Meta


@contextmanager
def _instead(copy: Path) -> Iterator[None]:
    """Let this thread's connection be one to the copy."""
    kept, told = connection.connection, connection.settings_dict
    connection.settings_dict = told | {"NAME": str(copy)}
    connection.connection = None
    try:
        connection.connect()
        with connection.cursor() as cursor:  # it is lost with the machine, and that does not matter
            cursor.execute("PRAGMA journal_mode = TRUNCATE")
            cursor.execute("PRAGMA synchronous = OFF")
        yield
    finally:
        connection.close()
        connection.settings_dict, connection.connection = told, kept


def _prepare(tables: list[_Table]) -> None:
    """Let the copy go on with the reserved keys, and keep of each older row that is changed how it was."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, table.after])
            before = f"before_{table.name}"
            cursor.execute(f'CREATE TABLE "{before}" AS SELECT {table.listed} FROM "{table.name}" WHERE 0')  # noqa: S608 -- our own names
            old = ", ".join(f'old."{column}"' for column in table.columns)
            own = f'ON "{table.name}" WHEN old.id <= {table.after} BEGIN'
            keep = f'INSERT INTO "{before}" VALUES ({old}); END'  # noqa: S608 -- our own names
            cursor.execute(f'CREATE TRIGGER "kept_{table.name}" BEFORE UPDATE {own} {keep}')
            cursor.execute(f"CREATE TRIGGER \"held_{table.name}\" BEFORE DELETE {own} SELECT RAISE(ABORT, 'rehearsal'); END")


# ── from the copy into ours ──────────────────────────────────────────────────────────────────────
def _add(copy: Path, tables: list[_Table], told: list[Any], holds: Callable[[], bool]) -> None:
    """Add what the rehearsal made, and change what it changed; then let be done what waited for its end."""
    with connection.cursor() as cursor:
        cursor.execute("ATTACH DATABASE %s AS rehearsed", [str(copy)])
        try:
            changed = [table for table in tables if _has_rows(cursor, f'rehearsed."before_{table.name}"')]
            made = [table for table in tables if _has_rows(cursor, f'rehearsed."{table.name}" WHERE id > {table.after}')]
            with transaction.atomic():
                for table in changed:
                    _demand_unchanged(cursor, table)
                    _change(cursor, table)
                for table in made:
                    _insert(cursor, table)
                if not holds():
                    raise Overtaken
                for _savepoints, work, robust in told:
                    transaction.on_commit(work, robust=robust)
        except IntegrityError as taken:
            raise Overtaken from taken
        finally:
            cursor.execute("DETACH DATABASE rehearsed")


def _has_rows(cursor: Any, where: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {where})")  # noqa: S608 -- our own names
    return bool(cursor.fetchone()[0])


def _demand_unchanged(cursor: Any, table: _Table) -> None:
    same = " AND ".join(f'ours."{column}" IS was."{column}"' for column in table.columns)
    first = f'SELECT min(rowid) FROM rehearsed."before_{table.name}" GROUP BY id'  # noqa: S608 -- our own names
    cursor.execute(
        f'SELECT EXISTS (SELECT 1 FROM rehearsed."before_{table.name}" was WHERE was.rowid IN ({first}) '  # noqa: S608
        f'AND NOT EXISTS (SELECT 1 FROM main."{table.name}" ours WHERE {same}))'
    )
    if cursor.fetchone()[0]:
        raise Overtaken


def _change(cursor: Any, table: _Table) -> None:
    cursor.execute(
        f'UPDATE main."{table.name}" SET ({table.listed}) = '  # noqa: S608 -- our own names
        f'(SELECT {table.listed} FROM rehearsed."{table.name}" made WHERE made.id = main."{table.name}".id) '
        f'WHERE id IN (SELECT id FROM rehearsed."before_{table.name}")'
    )


def _insert(cursor: Any, table: _Table) -> None:
    made = f'FROM rehearsed."{table.name}" WHERE id > {table.after}'
    cursor.execute(f"SELECT max(id) {made}")
    if cursor.fetchone()[0] > table.until:
        message = f"{table.name}: more rows than keys were reserved"
        raise RuntimeError(message)
    cursor.execute(f'INSERT INTO main."{table.name}" ({table.listed}) SELECT {table.listed} {made}')
