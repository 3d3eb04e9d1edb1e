"""What comes about by time alone: ratings that are over, deadlines that draw near. Thin entrances for the worker."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.core import faults
from tongxin.handling import actions, queries
from tongxin.handling.models import Case


def close_rounds(at: datetime) -> int:
    """Close the rounds of the last daily batch, each by itself; asking again on the same day closes no more.

    Returns how many.
    """

    def close(case: Case) -> bool:
        if not queries.closes_by_now(case, at):
            return False
        actions.close_round(case, at=at)
        return True

    return faults.each(queries.rounds_that_may_close(at), close, what=_("结束评价"))


def tell_deadlines(at: datetime) -> int:
    """Tell units and supervisors of deadlines that draw near or have passed, once for each threshold, each by itself.

    Returns how many.
    """
    due = queries.deadlines_to_tell(timezone.localdate(at))
    return faults.each(due, lambda task: actions.tell_deadline(task, at=at), what=_("提醒期限"))


def set_dates_again(at: datetime) -> int:
    """Set the dates for good whose calendar has come out, each by itself. Returns how many moved.

    Of those that were imported, or set by an earlier version, it is kept how they were reckoned.
    """
    moved = faults.each(queries.tentative_dates(), lambda tentative: actions.set_again(tentative, at=at), what=_("重定暂定期限"))
    faults.each(queries.ratings_without_reckoning(), actions.note_rating, what=_("记下暂定期限"))
    return moved


SCHEDULE: list[tuple[timedelta, Callable[[datetime], int]]] = [
    (timedelta(hours=1), close_rounds),
    (timedelta(hours=1), tell_deadlines),
    (timedelta(hours=1), set_dates_again),
]
