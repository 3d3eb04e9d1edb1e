"""Two clerks in the same moment: what the one lawfully did is no change past the house to the other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.at_once import another_hand
from tests.cast import Cast
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees import actions
from tongxin.committees.models import Session

pytestmark = pytest.mark.django_db(transaction=True)

HEADS = 'SELECT "audit_head"'  # asked for after a row was looked at, and before its events


def test_a_plenary_that_two_clerks_set_is_vouched_for_as_the_later_left_it(cast: Cast) -> None:
    now, session = timezone.now(), Session.objects.filter(committee=cast.county).earliest("pk")

    def set_plenary(days: int) -> Callable[[], object]:
        seen, until = Session.objects.get(pk=session.pk), now + timedelta(days=days)
        return lambda: actions.set_plenary(
            seen, plenary_from=now, plenary_until=until, cut_off_at=None, actor=cast.office, at=now
        )

    ours, theirs = set_plenary(4), set_plenary(3)
    with another_hand(HEADS, theirs):
        ours()
    last = Event.objects.filter(kind="committees.set_plenary").order_by("-id")
    assert [bool(event.proofs) for event in last] == [True, True]
    assert verifying.verify().problems == ()
    actions.set_plenary(session, plenary_from=now, plenary_until=None, cut_off_at=None, actor=cast.office, at=now)
    assert verifying.verify().problems == ()
