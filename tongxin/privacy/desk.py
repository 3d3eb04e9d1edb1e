"""Where the keeping of personal values stands in menus.

Nothing goes by itself, so the home of who takes it away says what is due.
"""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.audit.erasing import KIND
from tongxin.audit.models import Event
from tongxin.committees import queries as bodies
from tongxin.desks.menus import OFFICE, Entry
from tongxin.desks.queues import Queue
from tongxin.desks.todos import Todo
from tongxin.privacy.queries import Keeping, due_to
from tongxin.privacy.regulations import EXECUTORS

KEPT_SECONDS = 600
MENU = (Entry(OFFICE, _("个人信息保管"), "/privacy/", "lock", "privacy.keep", 30),)


def _number(user: Any, on: date) -> int:
    """Count the sorts of which something is due.

    What is due becomes so by the day: from one erasure to the next it is asked for a few times an hour, not after every
    event.
    """
    held = sorted((a.duty, a.committee.code) for a in bodies.appointments_of(user) if a.duty in EXECUTORS)
    told = Event.objects.filter(committee_code__in={"", *(code for _duty, code in held)})
    last = told.filter(kind=KIND).order_by("-id").values_list("uid", flat=True).first()
    first = told.order_by("id").values_list("uid", flat=True).first()
    key = f"due.{sha256(repr((held, on, first, last)).encode()).hexdigest()}"
    number: int | None = cache.get(key)
    if number is None:
        number = len(due_to(user, on))
        cache.set(key, number, KEPT_SECONDS)
    return number


def _items(found: list[Keeping], button: str, _on: date) -> Iterable[Todo]:
    for keeping in found:
        rule = keeping.erasable
        url = f"{reverse('privacy-due', args=[keeping.key])}?in={keeping.committee.code}"
        yield Todo(
            rule.label,
            gettext("%(since)s起保存 %(months)s 个月，已到期") % {"since": rule.since, "months": keeping.months},
            url,
            button,
        )


QUEUES = (Queue(tuple(EXECUTORS), _("到期待核对的个人信息"), "/privacy/", _("去核对"), due_to, _items, count=_number, order=90),)
