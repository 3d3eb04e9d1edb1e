"""What is no longer needed goes."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from tongxin.accounts.models import Failure
from tongxin.accounts.tasks import clear


def test_sessions_that_ran_out_and_old_failures_go_and_the_others_stay(db: None) -> None:
    now = timezone.now()
    for name, hours in (("past", -1), ("open", 1)):
        Session.objects.create(session_key=name, session_data="", expire_date=now + timedelta(hours=hours))
    for days in (3, 1):
        Failure.objects.create(kind="password", target=str(days), source="", at=now - timedelta(days=days))
    clear(now)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
    assert list(Failure.objects.values_list("target", flat=True)) == ["1"]
