"""Counts that are kept until something happens in the committees they were counted in."""

from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import OuterRef, Subquery

from tongxin.audit.models import Event
from tongxin.committees.models import Committee

# On PostgreSQL a transaction with an older event may end after one with a newer: such a count is wrong for no longer than this.
SECONDS = 10


def newest_events(committees: Collection[int]) -> tuple[str, ...]:
    """Return the uid of each committee's newest event; empty when one of them has none."""
    last = Event.objects.filter(committee_code=OuterRef("code")).order_by("-id")
    found = Committee.objects.filter(pk__in=committees).order_by("pk").values_list(Subquery(last.values("uid")[:1]), flat=True)
    uids = tuple(found)
    return () if None in uids else tuple(str(uid) for uid in uids)


def kept(committees: Collection[int], what: tuple[Any, ...], read: Callable[[], dict[str, int]]) -> dict[str, int]:
    """Return `read()`, or what it returned before as long as no event was added in these committees.

    Every write ends with an event in its own transaction, so an unchanged newest event means unchanged rows. `what` names
    everything else that the counts depend on: the scope of the reader, the day, the limits of a regulation.
    """
    newest = newest_events(committees)
    if not newest:
        return read()
    key = f"site.counts.{sha256(repr((newest, what)).encode()).hexdigest()}"
    found: dict[str, int] | None = cache.get(key)
    if found is None:
        found = read()
        cache.set(key, found, SECONDS)
    return found
