"""What comes about by time alone: ratings that are over, deadlines that draw near. Thin entrances for the worker."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from tongxin.handling import actions, queries


def close_rounds(at: datetime) -> int:
    """Close the rounds of the last daily batch; asking again on the same day closes no more. Returns how many."""
    found = queries.rounds_to_close(at)
    for case in found:
        actions.close_round(case, at=at)
    return len(found)


def tell_deadlines(at: datetime) -> int:
    """Tell units and supervisors of deadlines that draw near or have passed, once for each threshold. Returns how many."""
    return sum(actions.tell_deadline(task, at=at) for task in queries.deadlines_to_tell(timezone.localdate(at)))


def set_dates_again(at: datetime) -> int:
    """Set the dates for good whose calendar has come out. Returns how many moved."""
    return sum(actions.set_again(tentative, at=at) for tentative in queries.tentative_dates())


SCHEDULE: list[tuple[timedelta, Callable[[datetime], int]]] = [
    (timedelta(hours=1), close_rounds),
    (timedelta(hours=1), tell_deadlines),
    (timedelta(hours=1), set_dates_again),
]
