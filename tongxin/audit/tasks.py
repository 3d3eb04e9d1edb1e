"""Sealing, off the write path: what happened since the last round is chained."""

from datetime import datetime, timedelta

from tongxin.audit import sealing


def seal(at: datetime) -> int:
    """Chain every event not yet sealed; return how many."""
    return sealing.seal(at=at)


SCHEDULE = [(timedelta(minutes=5), seal)]
