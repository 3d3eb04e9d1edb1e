"""Faults of one among many: it keeps none of the others back, and is named without the values it came from."""

import errno
import logging
import sqlite3
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import QuerySet

from tongxin.core.catalogue import _

OURS = Path(__file__).resolve().parent.parent
LONGEST = 200
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
DISK_FULL = "53100"  # of PostgreSQL
log = logging.getLogger(__name__)
Item = TypeVar("Item")


class SaidError(Exception):
    """A fault whose own words are made for whoever keeps the system: they name nobody and may be shown."""


class SwitchedOffError(Exception):
    """A job that this installation did not ask for; the words say by which setting.

    Nothing was done, and nothing is wrong.
    """


class SomeFailedError(SaidError):
    """Some of many could not be done; the others were."""

    def __init__(self, failed: int, of: int, first: str) -> None:
        super().__init__(_("%(of)s 件中有 %(failed)s 件没有办成，例如 %(first)s") % {"of": of, "failed": failed, "first": first})


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says; its sort where it says nothing.

    >>> first_line(OSError(28, "No space left on device")), first_line(OSError())
    ('[Errno 28] No space left on device', 'OSError')
    """
    said = str(error).strip().splitlines() or [type(error).__name__]
    return said[0]


def named(error: BaseException) -> str:
    """Name a fault by its sort and the place in our code: its words may hold anybody's data.

    >>> named(ValueError("林知远"))
    'ValueError'
    """
    said = str(error) if isinstance(error, SomeFailedError) else type(error).__name__
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(OURS)]
    if not own or isinstance(error, SomeFailedError):
        return said[:LONGEST]
    last = own[-1]
    return f"{said}（{Path(last.filename).relative_to(OURS)}:{last.lineno}）"[:LONGEST]


def is_full_disk(error: BaseException | None) -> bool:
    """Say whether a fault, or what it came from, is that a disk or a quota is full.

    Each database says it in its own way.

    >>> is_full_disk(OSError(28, "No space left on device")), is_full_disk(ValueError("x"))
    (True, False)
    """
    while error is not None:
        code, state = getattr(error, "sqlite_errorcode", None), getattr(error, "sqlstate", None)
        if code == sqlite3.SQLITE_FULL or state == DISK_FULL or (isinstance(error, OSError) and error.errno in NO_SPACE):
            return True
        error = error.__cause__
    return False


def backing_off(tries: int, *, at_most: timedelta) -> timedelta:
    """Return how long to wait after so many tries: one minute, two, four, and so on up to a bound.

    >>> backing_off(1, at_most=timedelta(hours=1)), backing_off(99, at_most=timedelta(hours=1))
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=3600))
    """
    return min(timedelta(minutes=2 ** min(max(tries, 1) - 1, 16)), at_most)


@dataclass(frozen=True)
class Unread:
    """A row that could not be read, in its place among the others: who works on it meets the fault."""

    error: Exception


def rows_of(query: "QuerySet[Any]", *, most: int | None = None) -> list[Any]:
    """Read the rows of a query.

    All at once, or where that fails each by itself, so that one keeps none of the others back.
    """
    try:
        return list(query[:most])
    except Exception:  # noqa: BLE001 -- met again with the row it is of; a database that is away fails again right here
        keys = list(query.values_list("pk", flat=True)[:most])
    return [row for key in keys if (row := _row_of(query, key)) is not None]


def _row_of(query: "QuerySet[Any]", key: Any) -> Any:
    try:
        return query.filter(pk=key).first()
    except Exception as error:  # noqa: BLE001 -- of what somebody spoiled anything may come
        return Unread(error)


def _read(row: Item | Unread) -> Item:
    if isinstance(row, Unread):
        raise row.error
    return row


def each(rows: Iterable[Item | Unread], work: Callable[[Item], object], *, what: str) -> int:
    """Do a work for each of many, which must be a transaction of its own; return for how many it did something.

    One that fails is logged, the others are done all the same. Raises SomeFailedError at the end when some failed.
    """
    done, count, problems = 0, 0, []
    for row in rows:
        count += 1
        try:
            done += bool(work(_read(row)))
        except Exception as error:
            log.exception("%s：一件没有办成，其余照办", what)
            problems.append(named(error))
    if problems:
        raise SomeFailedError(len(problems), count, problems[0])
    return done
