"""Backups that the worker takes by itself: how often and how many are kept is said by settings.

A failure is kept and shown.

Whose they are is in their names alone: what somebody else put into the folder is not counted and not taken away.
"""

import fcntl
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from tongxin.audit.models import Event
from tongxin.backups import taking
from tongxin.core.faults import SaidError
from tongxin.core.templatetags.chinese import moment

NAME = re.compile(r"tongxin-(\d{8}T\d{6})Z\.zip")
STAMP = "%Y%m%dT%H%M%S"
AGAIN = timedelta(hours=1)  # after a failure
SPARE = 1.2
NO_ROOM = _("磁盘空间不足，放不下下一份备份：约需 {needed} MB，现有 {free} MB。请腾出空间，或者减少 TONGXIN_BACKUP_KEEP")
FAILED = _("{at} 的定时备份没有完成：{said}")
LATE = _("最近一次定时备份是{last}，已超过应备份的时间，请看 tongxin worker 是否在运行")
NEVER = _("还没有过")
NOT_ASKED = _("未启用，启用请设置 TONGXIN_BACKUP_EVERY")
NOT_MADE = _("{at} 的定时备份没有完成，原因请用 tongxin check 查看")


class NotMadeError(SaidError):
    """The last backup that was due did not come about.

    What stood in its way, `findings` says: it may name places on the disk.
    """

    def __init__(self, at: datetime) -> None:
        super().__init__(NOT_MADE.format(at=moment(at)))


@dataclass(frozen=True)
class Tried:
    """When a backup was last tried and did not come about, and why."""

    at: datetime
    said: str


def folder() -> Path:
    """Where they are kept."""
    path: Path = Path(settings.TONGXIN_HOME) / "backups"
    return path


def taken() -> list[tuple[datetime, Path]]:
    """Return the backups that there are, the oldest first."""
    named = [(_moment_in(path), path) for path in folder().glob("tongxin-*.zip") if path.is_file()]
    return sorted((at, path) for at, path in named if at is not None)


def _moment_in(path: Path) -> datetime | None:
    found = NAME.fullmatch(path.name)
    try:
        return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC) if found else None
    except ValueError:  # a day that is none
        return None


def every() -> timedelta | None:
    """Return how often one is taken; nothing where none is asked for."""
    return timedelta(hours=settings.BACKUP_EVERY) if settings.BACKUP_EVERY else None


# ── taken ────────────────────────────────────────────────────────────────────────────────────────
def take_if_due(*, at: datetime) -> bool:
    """Take one when its time has come, and take away those beyond the number that is kept; say whether one was taken.

    What stands in its way is kept for `findings`, and tried again in an hour. Of two workers one takes it.
    """
    if not _is_due(at):
        return False
    folder().mkdir(parents=True, exist_ok=True)
    with _alone() as alone:
        if not alone or not _is_due(at):
            return False
        fresh = _name(at)
        try:
            _clear_remains()
            _demand_room()
            taking.take(fresh, at=at, files=settings.BACKUP_FILES)
        except (taking.NotTakenError, OSError) as error:
            _keep_failure(Tried(at, str(error)))
            return False
        _failure().unlink(missing_ok=True)
        for _taken_at, path in taken()[: -settings.BACKUP_KEEP]:
            if path != fresh:  # after a clock was set back it is not the newest
                path.unlink(missing_ok=True)
        return True


def _is_due(at: datetime) -> bool:
    often, before, failed = every(), [then for then, _path in taken() if then <= at], failure()
    if often is None or (failed is not None and failed.at <= at < failed.at + AGAIN):
        return False
    return not before or at >= before[-1] + often


def _name(at: datetime) -> Path:
    return folder() / f"tongxin-{at.astimezone(UTC).strftime(STAMP)}Z.zip"


@contextmanager
def _alone() -> Iterator[bool]:
    """Say whether nobody else is at it, and keep others off for as long."""
    with (folder() / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _clear_remains() -> None:
    """Take away what a killed worker left half written."""
    for path in folder().glob(".tongxin-*.zip.*.part"):
        path.unlink(missing_ok=True)


def _demand_room() -> None:
    """Refuse before the disk is full for everybody: what the last one took, or else what all of it takes now."""
    wanted, free = needed(), shutil.disk_usage(folder()).free
    if free < wanted:
        raise taking.NotTakenError(NO_ROOM.format(needed=wanted >> 20, free=free >> 20))


def needed() -> int:
    """Return how many bytes the next backup is going to take."""
    there = taken()
    return int((there[-1][1].stat().st_size if there else _size_of_all()) * SPARE)


def _size_of_all() -> int:
    size = 0
    if connection.vendor == "sqlite":
        with suppress(OSError):
            size += Path(str(connection.settings_dict["NAME"])).stat().st_size
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            size += int(cursor.fetchone()[0])
    if settings.BACKUP_FILES:
        for path in Path(settings.MEDIA_ROOT).rglob("*"):
            with suppress(OSError):  # taken away meanwhile
                size += path.stat().st_size
    return size


# ── shown ────────────────────────────────────────────────────────────────────────────────────────
def _failure() -> Path:
    return folder() / "failure.json"


def _keep_failure(tried: Tried) -> None:
    fresh = _failure().with_suffix(".new")
    with suppress(OSError):  # on a full disk the lateness tells of it
        fresh.write_text(json.dumps({"at": tried.at.isoformat(), "said": tried.said}, ensure_ascii=False), encoding="utf-8")
        fresh.replace(_failure())


def failure() -> Tried | None:
    """Return the last failure, as long as nothing was taken after it."""
    try:
        said = json.loads(_failure().read_text(encoding="utf-8"))
        return Tried(datetime.fromisoformat(said["at"]), str(said["said"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def findings(*, now: datetime) -> list[str]:
    """Say what is wrong with the backups that the worker takes: for `tongxin check`."""
    often = every()
    if often is None:
        return []
    if (failed := failure()) is not None:
        return [FAILED.format(at=moment(failed.at), said=failed.said)]
    there = taken()
    begun = there[-1][0] if there else _begun()
    if begun is None or now - begun <= often * 2 + AGAIN:
        return []
    return [LATE.format(last=moment(there[-1][0]) if there else NEVER)]


def _begun() -> datetime | None:
    """Return since when something could be late where nothing was ever taken: the oldest event here."""
    return Event.objects.order_by("pk").values_list("recorded_at", flat=True).first()
