"""SQLite's file is opened where it is, and made by those commands alone that are there to make it.

SQLite makes an empty database wherever there is none. Where the file is away for a moment (moved, a disk not mounted)
that empty one would take its place, and the write-ahead log beside it, with acts that were acknowledged, would be
emptied.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tongxin.core.catalogue import _

NOT_THERE = _(
    "数据库文件 {path} 不存在，没有办理，也没有另建空库。请检查 TONGXIN_HOME（现在是 {home}）是否正确、磁盘是否已挂载；文件移走了的，移回原处再运行，旁边的 -wal、-shm 不要动。还没有建过系统的，请先运行 tongxin init；有备份的，用 tongxin restore 恢复。"
)
LOG_LEFT = _(
    "数据库文件 {path} 不存在，同一目录下却有它的日志 {log}，里面可能有已经办成的事项，所以没有另建空库。请先把数据库文件移回原处；确实不要了的，把日志也移到别处，再运行。"
)
LOGS = ("-wal", "-journal")
NAMED_FILE = "file:"  # SQLite's own addresses, and what lies in memory: no file of ours
WAIT = 2.0  # seconds, for a monitor's look


class _Making:
    """Whether this process is there to make the database."""

    allowed = False


class NotThereError(sqlite3.OperationalError):
    """There is no database where it should be; the words say what to do."""


def allow_making() -> None:
    """Let this process make the database where there is none: a new installation, an upgrade, a restore, the demo."""
    _Making.allowed = True


class Opened(sqlite3.Connection):
    """A connection to a database that is there.

    `file` is what it has open, to be told from another at the same place later.
    """

    def __init__(self, database: Any, *args: Any, **kwargs: Any) -> None:
        self.file: tuple[int, int] | None = None
        said = os.fspath(database)
        if said == ":memory:" or said.startswith(NAMED_FILE):
            super().__init__(database, *args, **kwargs)
            return
        path = Path(said).absolute()
        demand(path)
        mode = "rwc" if _Making.allowed else "rw"
        super().__init__(f"{path.as_uri()}?mode={mode}", *args, **kwargs | {"uri": True})
        self.file = _file_at(path)


def demand(path: Path) -> None:
    """Refuse a place where there is no database, for who may not make one, and where what is left of one would be lost."""
    if path.exists():
        return
    left = next((log for log in (path.with_name(path.name + end) for end in LOGS) if log.exists() and log.stat().st_size), None)
    if left is not None:
        raise NotThereError(LOG_LEFT.format(path=path, log=left.name))
    if not _Making.allowed:
        raise NotThereError(NOT_THERE.format(path=path, home=settings.TONGXIN_HOME))


def demand_own() -> None:
    """Refuse where this installation's database is a file that is not there. Raises NotThereError."""
    if connection.vendor == "sqlite" and not (name := str(connection.settings_dict["NAME"])).startswith((NAMED_FILE, ":memory:")):
        demand(Path(name).absolute())


def _file_at(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_read_anew() -> bool:
    """Say to a monitor whether what lies on the disk is the database that is open here, and can be read.

    What is open goes on answering out of its memory, whatever became of the file. Of a server's database the next
    question tells.
    """
    if connection.vendor != "sqlite":
        return True
    connection.ensure_connection()
    path, here = Path(str(connection.settings_dict["NAME"])).absolute(), getattr(connection.connection, "file", None)
    if here is None:  # in memory
        return True
    if here != _file_at(path):
        return False
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=WAIT)) as fresh:
            fresh.execute("SELECT COUNT(*) FROM django_migrations").fetchone()
    except sqlite3.Error:
        return False
    return True
