"""Personal values that are due to be looked at and taken away: nothing goes by itself, so the home of who does it says so."""

from datetime import date
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from tongxin.audit.erasing import KIND
from tongxin.audit.models import Event
from tongxin.committees import queries as bodies
from tongxin.privacy.queries import Keeping, due_to
from tongxin.privacy.regulations import EXECUTORS
from tongxin.site.queries.todos import Queue, Todo

LABEL = "到期待核对的个人信息"
KEPT_SECONDS = 600


def address() -> str:
    """Where the sorts are listed."""
    return reverse("privacy")


def executes(user: Any) -> bool:
    """Say whether somebody holds a duty that may be named for it."""
    return any(a.duty in EXECUTORS for a in bodies.appointments_of(user))


def counted(user: Any, on: date) -> dict[str, int]:
    """Count the sorts of which something is due; nothing for who takes none away.

    What is due becomes so by the day: from one erasure to the next it is asked for a few times an hour, not after every event.
    """
    held = sorted((a.duty, a.committee.code) for a in bodies.appointments_of(user) if a.duty in EXECUTORS)
    if not held:
        return {}
    told = Event.objects.filter(committee_code__in={"", *(code for _duty, code in held)})
    last = told.filter(kind=KIND).order_by("-id").values_list("uid", flat=True).first()
    first = told.order_by("id").values_list("uid", flat=True).first()
    key = f"due.{sha256(repr((held, on, first, last)).encode()).hexdigest()}"
    number: int | None = cache.get(key)
    if number is None:
        number = len(due_to(user, on))
        cache.set(key, number, KEPT_SECONDS)
    return {LABEL: number}


def queue(user: Any, on: date) -> list[Queue]:
    """Return the queue of what is due, sort by sort."""
    found = due_to(user, on)
    return [Queue(LABEL, len(found), address(), tuple(_todo(keeping) for keeping in found))] if found else []


def _todo(keeping: Keeping) -> Todo:
    rule = keeping.erasable
    url = f"{reverse('privacy-due', args=[keeping.key])}?in={keeping.committee.code}"
    return Todo(rule.label, f"{rule.since}起保存 {keeping.months} 个月，已到期", url, "去核对")
