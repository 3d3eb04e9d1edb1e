"""Faults of one among many: it keeps none of the others back, and is named without the values it came from."""

import logging
import traceback
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

OURS = Path(__file__).resolve().parent.parent
LONGEST = 200
log = logging.getLogger(__name__)
Item = TypeVar("Item")


class SomeFailedError(Exception):
    """Some of many could not be done; the others were."""

    def __init__(self, failed: int, of: int, first: str) -> None:
        super().__init__(f"{of} 件中有 {failed} 件没有办成，例如 {first}")


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


def backing_off(tries: int, *, at_most: timedelta) -> timedelta:
    """Return how long to wait after so many tries: one minute, two, four, and so on up to a bound.

    >>> backing_off(1, at_most=timedelta(hours=1)), backing_off(99, at_most=timedelta(hours=1))
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=3600))
    """
    return min(timedelta(minutes=2 ** min(max(tries, 1) - 1, 16)), at_most)


def each(rows: Iterable[Item], work: Callable[[Item], object], *, what: str) -> int:
    """Do a work for each of many, which must be a transaction of its own; return for how many it did something.

    One that fails is logged, the others are done all the same. Raises SomeFailedError at the end when some failed.
    """
    done, count, problems = 0, 0, []
    for row in rows:
        count += 1
        try:
            done += bool(work(row))
        except Exception as error:
            log.exception("%s：一件没有办成，其余照办", what)
            problems.append(named(error))
    if problems:
        raise SomeFailedError(len(problems), count, problems[0])
    return done
