"""Sealing, off the write path: what happened since the last round is chained.

And each day a look through the stored files.
"""

from datetime import datetime, timedelta

from tongxin.audit import looking, sealing


def seal(at: datetime) -> int:
    """Chain every event not yet sealed; return how many."""
    return sealing.seal(at=at)


def look_through_files(at: datetime) -> int:
    """Compare every stored file with what was received; return how many things were found."""
    return looking.look_through(at=at)


SCHEDULE = [(timedelta(minutes=5), seal), (timedelta(days=1), look_through_files)]
