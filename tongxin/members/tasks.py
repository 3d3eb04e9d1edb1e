"""What comes about by time alone: the last duty of a dead person that ended on its day.

A thin entrance for the worker.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tongxin.core import faults
from tongxin.members import closing, queries


def close_accounts(at: datetime) -> int:
    """Close the accounts of the dead that belong nowhere any more, each by itself. Returns how many."""
    accounts = queries.accounts_of_the_dead()
    return faults.each(accounts, lambda key: closing.close_of_the_dead([key], at=at), what=_("停用去世委员的账户"))


SCHEDULE = [(timedelta(hours=1), close_accounts)]
