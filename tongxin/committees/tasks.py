"""What comes about by time alone: reorganisations whose day has come."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.committees import reorganising, successions
from tongxin.core import faults


def carry_out_changes(at: datetime) -> int:
    """Let the changes of units whose day has come take effect, each by itself. Returns how many."""
    changes = faults.rows_of(successions.due_changes(timezone.localdate(at)))
    return faults.each(changes, lambda change: reorganising.carry_out(change, at=at), what=_("单位变动"))


SCHEDULE = [(timedelta(minutes=10), carry_out_changes)]
