"""The regular clearing of uploads that belong to nothing."""

from datetime import datetime, timedelta

from tongxin.files import actions


def clear_orphans(at: datetime) -> int:
    """Remove uploads that belong to nothing since a day; return how many."""
    return actions.clear_orphans(at=at) + actions.clear_strays(at=at)


SCHEDULE = [(timedelta(hours=6), clear_orphans)]
