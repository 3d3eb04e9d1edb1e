"""Backups by the clock, as often as the installation asks for."""

from datetime import datetime, timedelta

from tongxin.backups import keeping
from tongxin.core.faults import SwitchedOffError


def take_if_due(at: datetime) -> bool:
    """Take a backup when its time has come; say whether one was taken.

    Fails for as long as the last one did not come about.
    """
    if keeping.every() is None:
        raise SwitchedOffError(keeping.NOT_ASKED)
    taken = keeping.take_if_due(at=at)
    if (tried := keeping.failure()) is not None:
        raise keeping.NotMadeError(tried.at)
    return taken


SCHEDULE = [(timedelta(minutes=5), take_if_due)]
