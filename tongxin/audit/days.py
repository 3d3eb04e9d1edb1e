"""What a county hands to its auditor, or publishes: of each committee and finished day the last head of the heads file.

The file itself tells in which five minutes something was written that the auditor does not see: a rating. A day's last
digest tells nothing, holds all that stands before it, and is found again in the file for ever. No number and no time
goes along.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.utils import timezone

from tongxin.audit import outside
from tongxin.audit.outside import Line, Problem


class DayHead(NamedTuple):
    """The last head of one committee on one day, by local date."""

    committee: str
    day: str
    digest: str

    def __str__(self) -> str:
        return json.dumps(self._asdict(), ensure_ascii=False)


def finished(*, now: datetime) -> tuple[list[DayHead], Problem | None]:
    """Return the last head of each committee and day before today, in order.

    And what is wrong with the file they stand in.
    """
    lines, problem = outside.kept_lines()
    today = timezone.localdate(now).isoformat()
    last = {(said.day, said.committee): said for said in _dated(lines)}
    return [last[key] for key in sorted(last) if last[key].day < today], problem


def strange(handed: Iterable[str]) -> tuple[list[str], int, Problem | None]:
    """Return of the lines that were handed out those that the file does not hold, how many were read, and what is wrong with it.

    Whatever is no line of ours counts as one that does not fit: nothing is passed over.
    """
    lines, problem = outside.kept_lines()
    there, asked = set(_dated(lines)), [text.strip() for text in handed if text.strip()]
    return [text for text in asked if _read(text) not in there], len(asked), problem


def _dated(lines: Iterable[Line]) -> Iterator[DayHead]:
    """Return the heads of lines that say when they were written; those of the chain before keyed digests may not."""
    for line in lines:
        if (day := _day(line.at)) is not None:
            yield DayHead(line.code, day.isoformat(), line.digest)


def _day(at: str) -> date | None:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return timezone.localdate(moment) if timezone.is_aware(moment) else None


def _read(text: str) -> DayHead | None:
    try:
        row = json.loads(text)
        return DayHead(**{name: str(value) for name, value in row.items()})
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
