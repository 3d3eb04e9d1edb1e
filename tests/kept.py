"""What a fixture makes by the acts of people is kept as rows, so that the next test has it in a tenth of the time.

Rows, keys and digests are those that the acts made. They are made anew after a minute, as some tests ask how long ago
something was recorded, and whenever the database is not as it was when they were made.
"""

import pickle
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction

from tongxin.proposals.queries import likeness

MOST_SECONDS = 60
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class _Kept:
    made: Any  # pickled: every test gets objects of its own
    rows: dict[str, Rows]
    before: dict[str, int]
    at: float

    def fits(self) -> bool:
        """Say whether it is young enough, and the tables hold now what they held when it was made."""
        return time.monotonic() - self.at < MOST_SECONDS and _counts(self.rows) == self.before


_kept: dict[str, _Kept] = {}


def kept(name: str, make: Callable[[], Any]) -> Any:
    """Return what `make` makes: by its rows where they are kept, else by making it. A test that commits makes its own."""
    if not connection.in_atomic_block:
        return make()
    likeness._kept.clear()  # what a process keeps by a committee's uid: here the same one comes again
    found = _kept.get(name)
    if found is not None and found.fits() and _restored(found):
        return pickle.loads(found.made)  # noqa: S301 -- our own, of this process
    before = _tables()
    made = make()
    after = _tables()
    if all(row in after[table] for table, rows in before.items() if rows != after[table] for row in rows):
        rows = {table: [row for row in now if row not in before[table]] for table, now in after.items() if now != before[table]}
        counts = {table: len(before[table]) for table in rows}
        _kept[name] = _Kept(pickle.dumps(made), rows, counts, time.monotonic())
    return made


def _names() -> list[str]:
    return sorted({m._meta.db_table for m in apps.get_models(include_auto_created=True) if m._meta.managed})


def _tables() -> dict[str, Rows]:
    found = {}
    with connection.cursor() as cursor:
        for table in _names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- a name of our own
            found[table] = cursor.fetchall()
    return found


def _counts(tables: dict[str, Rows]) -> dict[str, int]:
    asked = ", ".join(f'(SELECT COUNT(*) FROM "{table}")' for table in tables)  # noqa: S608 -- names of our own
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


def _restored(found: _Kept) -> bool:
    """Write the rows; say whether they could be written."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in found.rows.items():
                places = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)  # noqa: S608 -- a name of our own
            models = [m for m in apps.get_models(include_auto_created=True) if m._meta.db_table in found.rows]
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
    except DatabaseError:
        return False
    return True
