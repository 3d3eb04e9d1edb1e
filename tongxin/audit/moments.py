"""Reading many tables as they stood in one moment, while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """Show the database as it stands at the first reading: what is written meanwhile would look like a contradiction.

    Nobody waits for it on either database. Inside a transaction of the caller, that one's view counts.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # not Django's own, which takes the writers' lock at once
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
