"""Turning events into notices, and reading them."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit.models import Event, Mark
from tongxin.notices.models import Letter, Notice
from tongxin.notices.table import TABLE, Tell

CONSUMER = "notices"
BATCH = 200
log = logging.getLogger(__name__)


def deliver() -> int:
    """Make the notices of every marked event; return how many events were worked on. Safe to call from anywhere, any time."""
    done = 0
    while True:
        with transaction.atomic():
            marks = list(_marks()[:BATCH])
            for mark in marks:
                _tell(mark.event)
            Mark.objects.filter(pk__in=[m.pk for m in marks]).delete()
        done += len(marks)
        if len(marks) < BATCH:
            return done


def _marks() -> QuerySet[Mark]:
    rows = Mark.objects.filter(consumer=CONSUMER).select_related("event__actor").order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return rows


def _tell(event: Event) -> None:
    lines = TABLE.get(event.kind, ())
    if not lines or event.via == "import":
        return
    subject = apps.get_model(event.subject_type)._base_manager.filter(pk=event.subject_id).first()  # noqa: SLF001
    if subject is None:
        return
    notices: dict[int, Notice] = {}
    for line in lines:
        for account in _recipients(line, event, subject):
            notices.setdefault(account.pk, _notice(line, event, subject, account))
    Notice.objects.bulk_create(notices.values(), ignore_conflicts=True)
    if settings.EMAIL_HOST:
        _queue_letters(event)


def _recipients(line: Tell, event: Event, subject: Any) -> Iterable[Account]:
    seen = {event.actor_id}
    for account in line.to(event, subject):
        if account is not None and account.pk not in seen and account.is_active:
            seen.add(account.pk)
            yield account


def _notice(line: Tell, event: Event, subject: Any, account: Account) -> Notice:
    url = line.url(event, subject) if line.url else subject.get_absolute_url()
    return Notice(
        account=account, committee_code=event.committee_code, event=event, text=line.words(event, subject)[:300], url=url,
        urgent=line.urgent, made_at=event.recorded_at,
    )  # fmt: skip


def _queue_letters(event: Event) -> None:
    now = timezone.now()
    wanted = Notice.objects.filter(event=event, letter=None, account__by_mail=True).exclude(account__email="")
    Letter.objects.bulk_create(
        [Letter(notice=n, address=n.account.email, made_at=now, next_try_at=now) for n in wanted.select_related("account")],
        ignore_conflicts=True,
    )


@transaction.atomic
def mark_read(account: Account, *, uids: Iterable[str] | None, at: datetime) -> int:
    """Mark some of the account's own notices as read, or all of them (None). Returns how many."""
    rows = Notice.objects.filter(account=account, read_at=None)
    if uids is not None:
        rows = rows.filter(uid__in=list(uids))
    return rows.update(read_at=at)
