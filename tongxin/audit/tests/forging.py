"""What somebody with the database can do to it, past everything of ours; and what verifying names then."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.backends.signals import connection_created

from tests.cast import moment
from tongxin.audit import verifying
from tongxin.audit.models import Event, Mark, Seal

NIGHT = moment("2026-03-03", 2)


def raw(model: type[models.Model]) -> models.QuerySet[Any]:
    """Return a queryset that nothing of ours guards, as somebody with the database has it."""
    return models.QuerySet(model)


def delete(*events: Event) -> None:
    """Take events out of the database with everything that points to them."""
    keys = [event.pk for event in events]
    raw(Mark).filter(event__in=keys).delete()
    raw(Seal).filter(event__in=keys).delete()
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("DELETE FROM audit_event WHERE id = %s", [key])


def found() -> tuple[str | None, str]:
    """Return what verifying names, and why."""
    verdict = verifying.verify()
    assert verdict.ok == (verdict.first_bad is None)
    return verdict.first_bad, verdict.reason


WRITES_AHEAD = slice(18, 20)  # in the header of SQLite's file: 2 where changes go to a log first, 1 where they do not


@contextmanager
def own_copy() -> Iterator[None]:
    """Give a test its own copy of SQLite's database.

    What is done to its tables and pages comes back with no rollback.
    """
    kept: Any = connection.connection
    connection.connection = connection.get_new_connection(connection.get_connection_params() | {"database": ":memory:"})  # type: ignore[assignment]
    pages = bytearray(kept.serialize())
    pages[WRITES_AHEAD] = b"\1\1"  # a copy in memory has no log beside it
    connection.connection.deserialize(bytes(pages))  # type: ignore[union-attr]
    connection.connection.isolation_level = None  # type: ignore[union-attr]  # as Django's own
    connection_created.send(sender=type(connection), connection=connection)
    yield
    connection.connection.close()  # type: ignore[union-attr]
    connection.connection = kept


def tear(table: str) -> None:
    """Blank the first page of a table, as a disk does that loses one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rootpage FROM sqlite_master WHERE name = %s", [table])
        [root] = cursor.fetchone()
        cursor.execute("PRAGMA page_size")
        [size] = cursor.fetchone()
    copy: Any = connection.connection
    pages = bytearray(copy.serialize())
    pages[(root - 1) * size : root * size] = bytes(size)
    copy.deserialize(bytes(pages))
