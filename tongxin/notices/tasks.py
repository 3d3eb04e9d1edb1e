"""Scheduled work of notices: telling what is untold, and letters."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tongxin.core.faults import SwitchedOffError
from tongxin.notices import actions, posting

LONGEST_REST = 0.1  # seconds
NO_SERVER = _("未启用，启用请设置 TONGXIN_SMTP_HOST")


def deliver_left_over(_at: datetime) -> int:
    """Tell of what happened since, and of what a worker that was killed had left.

    Others may write between two events.
    """
    return actions.deliver(rest=lambda took: time.sleep(min(took, LONGEST_REST)))


def send_letters(at: datetime) -> int:
    """Send waiting letters; one that fails is tried again, ever later, and given up after a week."""
    if not settings.EMAIL_HOST:
        raise SwitchedOffError(NO_SERVER)
    return posting.send_waiting(at=at)


SCHEDULE = [(timedelta(seconds=1), deliver_left_over), (timedelta(seconds=60), send_letters)]
