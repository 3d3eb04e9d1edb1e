"""The regular clearing of uploads that belong to nothing."""

from datetime import datetime, timedelta

from tongxin.core import faults
from tongxin.files import actions


def clear_orphans(at: datetime) -> int:
    """Remove uploads that belong to nothing since a day; return how many."""
    works = (actions.clear_orphans, actions.clear_strays)
    gone: list[int] = []
    faults.each(works, lambda work: gone.append(work(at=at)), what="清除没有用上的附件")
    return sum(gone)


SCHEDULE = [(timedelta(hours=6), clear_orphans)]
