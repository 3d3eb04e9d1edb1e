"""What is done outside the database together with it, written down before it is done.

After a kill it is finished, or taken back.

A restore moves folders and the taking in of a bundle writes files, and neither is one step with the database's commit.
So what will be moved or written stands in one file, flushed to the disk, before anything is; whoever does it holds that
file. The command that starts next asks the database which of the two it is, and brings what lies outside to it.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext_lazy as _

from tongxin.audit import origins

NAME = "unfinished.jsonl"
RESTORE, BUNDLE, OVER = "restore", "bundle", "over"
BUSY = _("另一个恢复或者整体导入正在进行，请等它办完再运行。")
RESTORED = _("上一次恢复在收尾时中断，数据已经恢复好，现在收尾完毕。")
NOT_RESTORED = _("上一次恢复中途中断，没有恢复，现在已经退回原来的样子。需要的话请再恢复一次。")
NOT_ALL = _(
    "上一次恢复中途中断，没有恢复；原来的内容没有全部放回，因为那里又有了别的。没有放回的在 {aside}，请停掉网站和后台任务，核对后按原来的位置放回；备份里的在 {staged}，核对后可以删除。"
)
STILL_LEFT = _(
    "恢复中断后没有放回的内容还在 {aside}，备份里的在 {staged}。请停掉网站和后台任务，核对后按原来的位置放回，不再需要的删除；两处都处理完，就不再提示。"
)
NOT_ARRIVED = _("上一次整体导入中途中断，没有导入，写了一半的附件已经清除。")
MARK = "restored"  # as an app among the migrations that were applied: that table there is in every version's database


class BusyError(Exception):
    """Somebody else is at it."""


class Journal:
    """What one command does outside the database, as it is written down.

    And `left`, the restores of which something lies about.
    """

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self.facts: dict[str, Any] = {}

    def settle(self) -> str:
        """Bring what lies outside to the database; then the journal goes, or stays to tell of what is left.

        Return a sentence.
        """
        said = _settle(self.facts)
        if left := _left(self.facts):
            self.note(kind=OVER, left=left)
        else:
            place().unlink()
        return said

    def note(self, **facts: Any) -> None:
        """Write down what will be done, before it is."""
        self.facts |= facts
        self._file.write(json.dumps(facts, ensure_ascii=False).encode() + b"\n")
        os.fsync(self._file.fileno())
        flush(place().parent)


def place() -> Path:
    """Where it is written."""
    return Path(settings.TONGXIN_HOME) / NAME


def flush(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def begun(kind: str, **facts: Any) -> Iterator[Journal]:
    """Give a journal; at the end, whichever it is, what lies outside the database agrees with it. Raises BusyError."""
    with _held() as file:
        before = _read(file)
        _settle(before)
        file.truncate(0)
        journal = Journal(file)
        journal.note(kind=kind, left=_left(before), **facts)
        try:
            yield journal
        finally:
            with suppress(DatabaseError):  # gone: whoever starts next asks it
                journal.settle()


def settle() -> str:
    """Finish or take back what a kill cut off; return what was done, in a sentence.

    Raises DatabaseError, and leaves it.

    What could not be put back is told of each time, until nothing of it is left.
    """
    if not place().exists():
        return ""
    try:
        with _held() as file:
            journal = Journal(file)
            journal.facts = _read(file)
            told = [STILL_LEFT.format(aside=aside(stamp), staged=staged(stamp)) for stamp in _left(journal.facts)]
            return "\n".join(filter(None, [journal.settle(), *told]))
    except BusyError:
        return ""


def findings() -> list[str]:
    """Name what a restore that was cut off has left beside its place."""
    with suppress(FileNotFoundError), FileIO(place()) as file:
        return [STILL_LEFT.format(aside=aside(stamp), staged=staged(stamp)) for stamp in _left(_read(file))]
    return []


def _left(facts: dict[str, Any]) -> list[str]:
    """Return the restores, by their stamps, of which something still lies where nobody looks for it."""
    stamps = facts.get("left", ())
    return [stamp for stamp in stamps if any(_holds_files(folder) for folder in (aside(stamp), staged(stamp)))]


def _holds_files(folder: Path) -> bool:
    return any(not path.is_dir() for path in folder.rglob("*"))


@contextmanager
def _held() -> Iterator[FileIO]:
    """Hold the journal for us alone, as long as this process lives."""
    place().parent.mkdir(parents=True, exist_ok=True)
    while True:
        with FileIO(os.open(place(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BusyError(BUSY) from error
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), place().stat()):
                    yield file
                    return
            # whoever held it took it away meanwhile


def _read(file: FileIO) -> dict[str, Any]:
    """Return what was written down; a line that a kill cut off was not acted upon."""
    facts: dict[str, Any] = {}
    file.seek(0)
    for line in file.readall().splitlines():
        with suppress(ValueError):
            facts |= json.loads(line)
    return facts


def _settle(facts: dict[str, Any]) -> str:
    if facts.get("kind") == RESTORE:
        return _settle_restore(facts)
    return _settle_bundle(facts) if facts.get("kind") == BUNDLE else ""


# ── a restore ────────────────────────────────────────────────────────────────────────────────────
def mark(stamp: str) -> None:
    """Let the database that is filled be known for the restored one: with it, the mark comes to hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, CURRENT_TIMESTAMP)",
            [MARK, stamp],
        )


def _is_marked(stamp: str) -> bool:
    if "django_migrations" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM django_migrations WHERE app = %s AND name = %s", [MARK, stamp])
        return bool(cursor.fetchone()[0])


def staged(stamp: str) -> Path:
    """Where a restore unpacks."""
    return Path(settings.TONGXIN_HOME) / f"restoring-{stamp}"


def aside(stamp: str) -> Path:
    """Where it puts what was there."""
    return Path(settings.TONGXIN_HOME) / f"replaced-{stamp}"


def _settle_restore(facts: dict[str, Any]) -> str:
    stamp, said = facts["stamp"], NOT_RESTORED
    if facts.get("moves") and _is_marked(stamp):
        said = RESTORED
        if facts["saved"]:  # all of it is in that backup
            shutil.rmtree(aside(stamp), ignore_errors=True)
    else:
        _move_back([(Path(one), Path(other)) for one, other in facts.get("moves", ())], staged(stamp))
        if _holds_files(aside(stamp)):
            facts["left"] = [*facts.get("left", ()), stamp]
            return NOT_ALL.format(aside=aside(stamp), staged=staged(stamp))
        shutil.rmtree(aside(stamp), ignore_errors=True)
    shutil.rmtree(staged(stamp), ignore_errors=True)
    if said == RESTORED:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", [MARK, stamp])
    return str(said)


def _move_back(moves: Sequence[tuple[Path, Path]], unpacked: Path) -> None:
    """Take back what was moved.

    Whether it was is seen where nobody else has been: what was unpacked is gone, what was there is aside.
    """
    for one, other in reversed(moves):
        was_unpacked = one.is_relative_to(unpacked)
        if one.exists() if was_unpacked else not other.exists():
            continue
        if not was_unpacked and one.is_dir() and not any(one.iterdir()):
            one.rmdir()  # a start has made it meanwhile
        if other.exists() and not one.exists():
            one.parent.mkdir(parents=True, exist_ok=True)
            other.rename(one)
            flush(one.parent)
            flush(other.parent)


# ── a bundle ─────────────────────────────────────────────────────────────────────────────────────
def _settle_bundle(facts: dict[str, Any]) -> str:
    if facts["record"] in origins.told_of(facts["code"]):
        return ""
    for name in facts.get("files", ()):
        Path(name).unlink(missing_ok=True)
    return str(NOT_ARRIVED)
