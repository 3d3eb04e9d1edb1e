"""Turning events into notices, and reading them.

Nobody is asked to tell when something happens: the marks that events leave in their own transaction are what waits, the
worker takes them each second, and whatever a killed one left the next one takes.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit.models import Event, Mark
from tongxin.core import faults
from tongxin.notices import letters
from tongxin.notices.models import TEXT, Notice
from tongxin.notices.table import TABLE, Tell, matter_of, together

CONSUMER = "notices"
BATCH = 200
LONGEST_WAIT = timedelta(hours=4)
NO_TEXT = "Could not decode to UTF-8"  # what SQLite says, with the same error, of one row that cannot be read
MOST_TRIES = 32_000  # what the column holds; the waiting does not grow any more long before
log = logging.getLogger(__name__)


def deliver(rest: Callable[[float], object] = lambda _seconds: None) -> int:
    """Make the notices of every event that is due; return how many events were worked on.

    Safe to call from anywhere, any time.

    Each event is a transaction of its own: one that fails is kept with what was wrong, tried again ever later and never
    given up, and those behind it go on. `rest` is called between two events with how long the first took: where only
    one can write at a time, who tells of thousands in one go lets nobody else in.
    """
    done = 0
    for key in _due():
        began = time.monotonic()
        done += _deliver_one(key)
        rest(time.monotonic() - began)
    return done


def _due() -> Iterator[int]:
    """Return the marks whose time has come, in slices."""
    last = 0
    while True:
        due = Q(next_try_at=None) | Q(next_try_at__lte=timezone.now())
        marks = list(Mark.objects.filter(due, consumer=CONSUMER, pk__gt=last).order_by("id").values_list("pk", flat=True)[:BATCH])
        yield from marks
        if len(marks) < BATCH:
            return
        last = marks[-1]


def _deliver_one(key: int) -> bool:
    """Tell of one marked event, where nobody else does; say whether it was told."""
    try:
        with transaction.atomic():
            mark = _taken(key)
            if mark is None:
                return False
            _tell(mark.event)
            mark.delete()
    except Exception as error:
        if isinstance(error, OperationalError) and NO_TEXT not in str(error):
            raise  # the database is away or busy: no fault of the event's
        log.exception("事件 %s 没有通知成，稍后再试，其余照发", key)
        keep_failure(key, error)
        return False
    return True


def _taken(key: int) -> Mark | None:
    """Hold a mark that is still there; on SQLite whoever writes holds everything, and another finds it gone."""
    rows = Mark.objects.filter(pk=key).select_related("event__actor")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return rows.first()


def keep_failure(key: int, error: Exception) -> None:
    """Keep that an event could not be told, why, and when it is tried again."""
    tries = Mark.objects.filter(pk=key).values_list("tries", flat=True).first() or 0
    Mark.objects.filter(pk=key, tries__lt=MOST_TRIES).update(tries=F("tries") + 1)
    wait = faults.backing_off(tries + 1, at_most=LONGEST_WAIT)
    Mark.objects.filter(pk=key).update(problem=faults.named(error), next_try_at=timezone.now() + wait)


def _tell(event: Event) -> None:
    lines = TABLE.get(event.kind, ())
    if not lines or event.via == "import":
        return
    subject = apps.get_model(event.subject_type)._base_manager.filter(pk=event.subject_id).first()  # noqa: SLF001
    if subject is None:
        return
    told: dict[Account, list[Tell]] = {}
    for line in lines:
        for account in _recipients(line, event, subject):
            if not (line.otherwise and account in told):
                told.setdefault(account, []).append(line)
    notices = [_notice(theirs, event, subject, account) for account, theirs in told.items()]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    if settings.EMAIL_HOST:
        letters.queue(event, at=timezone.now())


def _recipients(line: Tell, event: Event, subject: Any) -> Iterable[Account]:
    seen = {event.actor_id}
    for account in line.to(event, subject):
        if account is not None and account.pk not in seen and account.is_active:
            seen.add(account.pk)
            yield account


def _notice(lines: Sequence[Tell], event: Event, subject: Any, account: Account) -> Notice:
    """Write what somebody is told of an event.

    One notice, in which each line that is theirs is said, what presses first.

    Who signed a proposal and has to assign it is told both; the first line alone left out what there was to do.
    """
    lines = sorted(lines, key=lambda line: not line.urgent)  # stable: else as the table has them
    url = lines[0].url(event, subject) if lines[0].url else subject.get_absolute_url()
    return Notice(
        account=account,
        committee_code=event.committee_code,
        event=event,
        matter=matter_of(subject),
        url=url,
        text=together([line.words(event, subject) for line in lines], TEXT),
        urgent=lines[0].urgent,
        made_at=event.recorded_at,
        day=timezone.localdate(event.recorded_at),
    )


@transaction.atomic
def mark_read(account: Account, *, uids: Iterable[str] | None, at: datetime) -> int:
    """Mark some of the account's own notices as read, each with all that is shown with it, or all of them (None).

    Returns how many.
    """
    rows = Notice.objects.filter(account=account, read_at=None)
    if uids is not None:
        named = Notice.objects.filter(account=account, uid__in=list(uids)).values_list("matter", "day")
        together = Q(pk__in=[])
        for matter, day in named:
            together |= Q(matter=matter, day=day)
        rows = rows.filter(together)
    return rows.update(read_at=at)
