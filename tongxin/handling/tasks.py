"""What comes about by time alone: ratings that are over, deadlines that draw near. Thin entrances for the worker."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from tongxin.handling import actions, queries


def close_overdue_ratings(at: datetime) -> int:
    """Close every round whose days for rating are over. Returns how many."""
    closed = 0
    for case in queries.ratings_overdue(timezone.localdate(at)):
        actions.close_round(case, at=at)
        closed += 1
    return closed


def tell_deadlines(at: datetime) -> int:
    """Tell units and supervisors of deadlines that draw near or have passed, once for each threshold. Returns how many."""
    return sum(actions.tell_deadline(task, at=at) for task in queries.deadlines_to_tell(timezone.localdate(at)))


SCHEDULE: list[tuple[timedelta, Callable[[datetime], int]]] = [
    (timedelta(hours=1), close_overdue_ratings),
    (timedelta(hours=1), tell_deadlines),
]
