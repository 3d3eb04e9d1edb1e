"""A worker that is killed in a job: what it had in hand is done by the next one, once, and nobody is told twice."""

import signal
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import Count
from django.utils import timezone

from tests.cast import Cast
from tests.faults.installation import ROUNDS, Process
from tests.faults.mail import post_office
from tongxin.accounts.models import Account
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.handling import actions as rating
from tongxin.handling import queries as handling
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case
from tongxin.notices.models import Letter, Notice

pytestmark = pytest.mark.django_db(transaction=True)
LETTERS, KILLS, CASES = (30, 10, 12) if ROUNDS else (6, 2, 3)


def test_a_worker_killed_while_a_letter_goes_out_loses_none_and_each_keeps_its_number(cast: Cast, tmp_path: Path) -> None:
    """Killed when the server has the letter and has not said so.

    It goes again, under the same number, so that mail programs show one.
    """
    cast.proposer.email = "linzhiyuan@example.invalid"
    cast.proposer.save()
    cast.answered(timezone.now() - timedelta(days=1))
    letters = [
        _urgent(cast.proposer, event, f"第 {n} 封急信") for n, event in enumerate(Event.objects.order_by("-id")[:LETTERS], 1)
    ]
    with post_office() as office:
        for _kill in range(KILLS):
            worker = Process("worker", "--once", home=tmp_path, **office.environment)
            office.before_answer = worker.kill
            assert worker.child.wait(120) == -signal.SIGKILL
            Letter.objects.exclude(claimed_until=None).update(claimed_until=timezone.now())  # some minutes go by
        office.before_answer = lambda: None
        assert Process("worker", "--once", home=tmp_path, **office.environment).child.wait(300) == 0
        came = [(message["Message-ID"], str(message["To"])) for message in office.got]
    ours = {letter.parcel for letter in Letter.objects.filter(pk__in=[letter.pk for letter in letters])}
    times = Counter(number for number, _to in came)
    assert not Letter.objects.filter(pk__in=[letter.pk for letter in letters], sent_at=None).exists()
    assert (len(ours), ours <= times.keys(), sum(times[number] - 1 for number in ours) <= KILLS) == (len(letters), True, True)


def _urgent(account: Account, event: Event, text: str) -> Letter:
    now = timezone.now()
    notice, _made = Notice.objects.update_or_create(
        account=account,
        event=event,
        defaults={
            "committee_code": "YX",
            "text": text,
            "urgent": True,
            "matter": "",
            "made_at": now,
            "day": timezone.localdate(now),
        },
    )
    return Letter.objects.create(notice=notice, address=account.email, made_at=now, next_try_at=now)


def test_a_worker_killed_while_it_ends_the_ratings_ends_each_once(cast: Cast, tmp_path: Path) -> None:
    before = timezone.now() - timedelta(days=3)
    cases = [cast.answered(before, title=f"关于第 {n} 段步道的建议") for n in range(CASES)]
    for case in cases:
        for reply, signature in handling.ratings_awaited(case):
            said = {
                "attitude": "satisfied",
                "result": "satisfied",
                "comment": "",
                "closes_early": True,
                "actor": signature.member.account,
            }
            rating.rate(reply, signature=signature, at=before, **said)
    for number in range(1, KILLS + 1):
        worker, until = Process("worker", "--once", home=tmp_path), time.monotonic() + 120
        while _ended() < min(number, CASES) and worker.child.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        worker.kill()
        assert verifying.verify().problems == ()
    assert Process("worker", "--once", home=tmp_path).child.wait(300) == 0
    assert _ended() == CASES
    closed = Event.objects.filter(to_state=CaseState.CLOSED, subject_type="handling.case")
    assert Counter(closed.values_list("subject_id", flat=True)) == dict.fromkeys((case.pk for case in cases), 1)
    told = Notice.objects.filter(event__in=closed).values("event", "account").annotate(n=Count("pk"))
    assert {row["n"] for row in told} == {1}
    assert verifying.verify().problems == ()


def _ended() -> int:
    return Case.objects.filter(state=CaseState.CLOSED).count()
