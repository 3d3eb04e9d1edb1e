"""Whether the keys that join events to their subjects and people are those of the uids that the digests cover."""

from typing import Any

from django.apps import apps
from django.db.models import F, OuterRef, QuerySet, Subquery

from tongxin.accounts.models import Account
from tongxin.audit.models import Event


def misplaced(events: QuerySet[Event]) -> tuple[str, str] | None:
    """Return the uid of the first event that hangs on another row, or on none before it is sealed, and what it is."""
    for label in events.order_by().values_list("subject_type", flat=True).distinct():
        if odd := _of_subject(events.filter(subject_type=label), label):
            return odd, "记录被挂到了别的事项上"
    for key, uid in (("actor_id", "actor_uid"), ("on_behalf_of_id", "behalf_uid")):
        if odd := _elsewhere(events, Account, key, uid):
            return odd, "记录被挂到了别人名下"
    return None


def _of_subject(events: QuerySet[Event], label: str) -> str | None:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):  # no kind of ours, or of ours no more: hung on nothing
        return events.filter(seal=None).order_by("id").values_list("uid", flat=True).first()
    return _elsewhere(events, model, "subject_id", "subject_uid")


def _elsewhere(events: QuerySet[Event], model: Any, key: str, uid: str) -> str | None:
    there = Subquery(model._base_manager.filter(pk=OuterRef(key)).values("uid")[:1])  # noqa: SLF001 -- every row
    found = events.annotate(there_=there)
    elsewhere = found.exclude(there_=None).exclude(there_=F(uid))
    # a sealed event's keys are covered by its seal; before that it may not be hung on nothing either
    nowhere = found.filter(there_=None, seal=None).exclude(**{uid: ""})
    return (elsewhere | nowhere).order_by("id").values_list("uid", flat=True).first()
