"""Who keeps the clock: however many workers an installation has, one at a time runs what is due."""

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

FILE = ".worker.lock"
KEY = 0x746F6E67  # of PostgreSQL's advisory lock: any number that nobody else takes


@contextmanager
def keeping(*, waits: bool) -> Iterator[bool]:
    """Give whether what is due may be run here now.

    No other worker does until the end of the block, or of this process.

    With `waits` it is waited for. SQLite's installation is on one machine, where a locked file tells; PostgreSQL's
    workers may be on several, and the lock is a session's of its own: jobs may close theirs.
    """
    with (_on_postgres if connection.vendor == "postgresql" else _on_this_machine)(waits=waits) as ours:
        yield ours


@contextmanager
def _on_this_machine(*, waits: bool) -> Iterator[bool]:
    with (Path(settings.TONGXIN_HOME) / FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _on_postgres(*, waits: bool) -> Iterator[bool]:
    with closing(connection.copy()) as own, own.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)" if waits else "SELECT pg_try_advisory_lock(%s)", [KEY])
        [given] = cursor.fetchone()
        yield waits or given
