"""Backups by the clock, as often as the installation asks for."""

from datetime import datetime, timedelta

from tongxin.backups import keeping


def take_if_due(at: datetime) -> bool:
    """Take a backup when its time has come; say whether one was taken."""
    return keeping.take_if_due(at=at)


SCHEDULE = [(timedelta(minutes=5), take_if_due)]
