"""Whether the keys that join events to their subjects and people are those of the uids that the digests cover.

An event outlives its subject: a draft is discarded, an import undone, a value's row erased. Before the seal such an
event would look like one that was taken from its row. It is one that lost its subject lawfully when it was sealed while
the row was there, here or in the house that the committee came from, and the row is there no more.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.apps import apps
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import Account
from tongxin.audit import origins
from tongxin.audit.models import Event

ASKED = 500  # what a database takes in one list of values
ON_ANOTHER, OF_SOMEBODY_ELSE = _("记录被改到其他事项"), _("记录被改到他人名下")


def misplaced(events: QuerySet[Event], brought: origins.Brought | None = None) -> tuple[str, str] | None:
    """Return the uid of the first event that hangs on another row, or on none before it is sealed, and what it is.

    `brought`: what was sealed elsewhere, already read by whoever asks for many events, part by part.
    """
    brought = brought or origins.Brought()
    for label in events.order_by().values_list("subject_type", flat=True).distinct():
        if odd := _of_subject(events.filter(subject_type=label), label, brought):
            return odd, str(ON_ANOTHER)
    for key, uid in (("actor_id", "actor_uid"), ("on_behalf_of_id", "behalf_uid")):
        found = _with_there(events, Account, key)
        if odd := _first(found.exclude(there_=None).exclude(there_=F(uid)) | _on_none(found, uid)):
            return odd, str(OF_SOMEBODY_ELSE)
    return None


def _of_subject(events: QuerySet[Event], label: str, brought: origins.Brought) -> str | None:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):  # no kind of ours, or of ours no more: hung on nothing
        return next(_unexplained(events.filter(seal=None), None, brought), None)
    found = _with_there(events, model, "subject_id")
    elsewhere = _first(found.exclude(there_=None).exclude(there_=F("subject_uid")))
    return elsewhere or next(_unexplained(_on_none(found, "subject_uid"), model, brought), None)


def _with_there(events: QuerySet[Event], model: Any, key: str) -> QuerySet[Any]:
    """Give the events with the uid of the row that they hang on."""
    there = model._base_manager.filter(pk=OuterRef(key)).values("uid")[:1]  # noqa: SLF001 -- every row
    return events.annotate(there_=Subquery(there))


def _on_none(found: QuerySet[Any], uid: str) -> QuerySet[Any]:
    """Those that hang on nothing and are not sealed: a sealed event's keys are covered by its seal."""
    return found.filter(there_=None, seal=None).exclude(**{uid: ""})


def _first(events: QuerySet[Any]) -> str | None:
    return events.order_by("id").values_list("uid", flat=True).first()


def _unexplained(events: QuerySet[Any], model: Any, brought: origins.Brought) -> Iterator[str]:
    """Yield the uids of those that were not sealed elsewhere either, or whose subject is there all the same."""
    rows = events.order_by("id").values_list("uid", "subject_uid", "committee_code").iterator(chunk_size=ASKED)
    while some := list(islice(rows, ASKED)):
        uids = {subject for _uid, subject, _code in some}
        there = set(model._base_manager.filter(uid__in=uids).values_list("uid", flat=True)) if model else set()  # noqa: SLF001 -- as above
        yield from (uid for uid, subject, code in some if subject in there or uid not in brought.sealed(code))
