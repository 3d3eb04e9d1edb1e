"""What is no longer needed goes: sessions that ran out, failures that no count looks at."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from tongxin.accounts.models import Failure

KEPT = timedelta(days=2)  # longer than any limit looks back


def clear(at: datetime) -> None:
    """Delete sessions that ran out and failures that no limit looks back to."""
    Session.objects.filter(expire_date__lt=at).delete()
    Failure.objects.filter(at__lt=at - KEPT).delete()


SCHEDULE = [(timedelta(hours=6), clear)]
