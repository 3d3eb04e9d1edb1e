"""Where a restore writes to, so that it is there wholly or not at all.

On PostgreSQL everything, the making of the tables included, is one transaction. SQLite cannot make tables of ours in
one: there a database is built beside, and taken over in one step by SQLite's own means while nobody else has the old
one open.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext_lazy as _

from tongxin.backups import tables
from tongxin.backups.tables import Schema
from tongxin.core import database

Commit = Callable[[], None]
IN_USE = _("网站或者后台任务还在使用这个数据库，没有恢复。请先停掉 tongxin serve 和 tongxin worker，再运行一次。")
PEOPLE = "SELECT COUNT(*) FROM {} {}"


class InUseError(Exception):
    """Somebody else has the database open."""


def demand_unused() -> None:
    """Refuse while a server, a worker or anybody else has the database open. Raises InUseError."""
    if connection.vendor == "sqlite":
        with _held(_file()):
            pass
    elif _others():
        raise InUseError(IN_USE)


def _others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def is_occupied() -> bool:
    """Say whether somebody's work is in the database: an assembly, or an account of a person."""
    there = set(connection.introspection.table_names())
    asked = (
        ("committees_committee", ""),
        ("accounts_account", "WHERE username <> 'system'"),
        ("audit_event", "WHERE committee_code <> ''"),
    )
    with connection.cursor() as cursor:
        for table, condition in asked:
            if table in there:
                cursor.execute(PEOPLE.format(table, condition))
                if cursor.fetchone()[0]:
                    return True
    return False


@contextmanager
def empty_database(schema: Schema, beside: Path) -> Iterator[Commit]:
    """Give a database of this schema without a row in it; the caller fills it, and calls what is given to let it hold.

    Without that call, or after an error, the former one is as it was.
    """
    with (_built_beside if connection.vendor == "sqlite" else _in_one_transaction)(schema, beside) as commit:
        yield commit


def _make(schema: Schema) -> None:
    """Make the tables of a schema; take away what migrations put into them."""
    executor = MigrationExecutor(connection)
    executor.migrate(tables.ends_of(schema, executor.loader))


def _clear(schema: Schema) -> None:
    with connection.cursor() as cursor:
        for table in tables.sources(schema):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table.name)}")  # noqa: S608 -- names of our models


# ── SQLite ───────────────────────────────────────────────────────────────────────────────────────
def _file() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


@contextmanager
def _held(path: Path) -> Iterator[sqlite3.Connection]:
    """Hold a database file for us alone: leaving the write-ahead log succeeds only when nobody else has it open."""
    connection.close()
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as held:
        try:
            held.execute("PRAGMA locking_mode = EXCLUSIVE")
            held.execute("PRAGMA journal_mode = DELETE")
            held.execute("BEGIN EXCLUSIVE")
            held.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise InUseError(IN_USE) from error
        yield held


@contextmanager
def _built_beside(schema: Schema, beside: Path) -> Iterator[Commit]:
    real, fresh = _file(), beside / "tongxin.sqlite3"
    with _held(real) as held:

        def commit() -> None:
            connection.close()
            with closing(sqlite3.connect(fresh)) as built:
                built.backup(held)  # one transaction of SQLite's: a kill in it leaves the former one

        try:
            connection.settings_dict["NAME"] = str(fresh)
            database.allow_making()
            _make(schema)
            with transaction.atomic():
                _clear(schema)
            yield commit
        finally:
            connection.close()
            connection.settings_dict["NAME"] = str(real)


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────
@contextmanager
def _in_one_transaction(schema: Schema, _beside: Path) -> Iterator[Commit]:
    done = False

    def commit() -> None:
        nonlocal done
        done = True

    try:
        with transaction.atomic():
            _drop()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with a check that waits is not altered
                _make(schema)
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # rows come in the order of their tables' names
                _clear(schema)
            yield commit
            transaction.set_rollback(not done)
    except OperationalError as error:
        if "lock timeout" in str(error):
            raise InUseError(IN_USE) from error
        raise


def _drop() -> None:
    """Drop our tables, as far as they are there."""
    there = set(connection.introspection.table_names())
    ours = {table.name for table in tables.sources(tables.schema_here())} | tables.LEFT_OUT | {"django_migrations"}
    names = ", ".join(connection.ops.quote_name(name) for name in sorted(ours & there))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        if names:
            cursor.execute(f"DROP TABLE {names}")
