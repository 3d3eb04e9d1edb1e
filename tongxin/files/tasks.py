"""The regular clearing of uploads that belong to nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.utils.translation import gettext as _

from tongxin.core import faults
from tongxin.files import actions


def clear_orphans(at: datetime) -> int:
    """Remove uploads that belong to nothing since a day; return how many."""
    works: list[Callable[[], int]] = [partial(actions.clear_orphans, at=at), partial(actions.clear_strays, at=at)]
    gone: list[int] = []

    def clear(work: Callable[[], int]) -> None:
        gone.append(work())

    faults.each(works, clear, what=_("清除没有用上的附件"))
    return sum(gone)


SCHEDULE = [(timedelta(hours=6), clear_orphans)]
