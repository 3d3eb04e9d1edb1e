"""Scheduled work of notices: what was left undelivered, and letters."""

from datetime import datetime, timedelta

from django.conf import settings

from tongxin.core.faults import SwitchedOffError
from tongxin.notices import actions, posting

NO_SERVER = "未启用，启用请设置 TONGXIN_SMTP_HOST"


def deliver_left_over(_at: datetime) -> int:
    """Deliver what no request delivered (a crash between commit and delivery)."""
    return actions.deliver()


def send_letters(at: datetime) -> int:
    """Send waiting letters; one that fails is tried again, ever later, and given up after a week."""
    if not settings.EMAIL_HOST:
        raise SwitchedOffError(NO_SERVER)
    return posting.send_waiting(at=at)


SCHEDULE = [(timedelta(seconds=30), deliver_left_over), (timedelta(seconds=60), send_letters)]
