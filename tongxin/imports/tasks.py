"""What the worker does with imports on schedule: goes on where another died, takes away old uploads."""

from datetime import datetime, timedelta

from django.utils import timezone

from tongxin.imports import actions
from tongxin.imports.actions.working import take_up


def take_up_left_over(_at: datetime) -> int:
    """Go on with imports in which a worker died."""
    return take_up(now=timezone.now)


def clear_files(at: datetime) -> int:
    """Take away uploads whose time is over."""
    return actions.clear(at=at)


SCHEDULE = [(timedelta(minutes=1), take_up_left_over), (timedelta(hours=6), clear_files)]
