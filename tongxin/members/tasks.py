"""What comes about by time alone: the last duty of a dead person that ended on its day. A thin entrance for the worker."""

from datetime import datetime, timedelta

from tongxin.members import closing


def close_accounts(at: datetime) -> int:
    """Close the accounts of the dead that belong nowhere any more. Returns how many."""
    return closing.close_of_the_dead(at=at)


SCHEDULE = [(timedelta(hours=1), close_accounts)]
