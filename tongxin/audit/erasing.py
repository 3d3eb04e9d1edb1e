"""Taking personal values out of events under a rule. Their salted commitments stay, so that every digest stays true.

The value and its salt go, in the one place that may change an event; an erasure of its own says which, and under which
rule. `verify` finds a value that is gone without one.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import models, transaction

from tongxin.accounts.models import Account
from tongxin.audit import actions, digests, intactness
from tongxin.audit.models import Event

KIND = intactness.ERASE
BATCH = 500  # events or rows that one erasure names

Fields = dict[str, list[str]]  # an event's uid → its veiled fields


@transaction.atomic
def erase(
    subject: models.Model,
    *,
    what: str,
    rule: str,
    events: Iterable[Event] = (),
    fields: Collection[str] | None = None,
    shortened: Iterable[models.Model] = (),
    rows: int = 0,
    actor: Account,
    at: datetime,
) -> int:
    """Erase personal values of events, and record what went. Must stand in the transaction that erased the rows.

    `subject` is the committee whose events these are; `what` names the values for people, `rule` is the version of the
    regulation. `fields` keeps to some of the veiled fields (`actor_name`, `data.username`); `shortened` are rows whose
    truth matters, as they stand now; `rows` counts those of which something went. Returns how many values of events
    went.
    """
    total = 0
    said: dict[str, Any] = {"what": what, "rule": rule, "rows": rows}
    proved = list(shortened)
    for gone in _batches(events, fields):
        actions.record(KIND, subject, actor=actor, at=at, data=said | {"veils": gone, "values": _count(gone)})
        total += _count(gone)
        said["rows"] = 0
    for start in range(0, len(proved), BATCH):
        some = proved[start : start + BATCH]
        actions.record(KIND, subject, actor=actor, at=at, data=said | {"values": 0}, proves=some)  # rows, no events
        said["rows"] = 0
    if said["rows"]:
        actions.record(KIND, subject, actor=actor, at=at, data=said | {"values": 0})
    return total


def _count(gone: Fields) -> int:
    return sum(len(fields) for fields in gone.values())


def _batches(events: Iterable[Event], fields: Collection[str] | None) -> Iterator[Fields]:
    """Erase event by event, each locked and read anew; return what went, some hundred events at a time."""
    keys = [event.pk for event in events]
    for start in range(0, len(keys), BATCH):
        rows = Event.objects.select_for_update(of=("self",)).filter(pk__in=keys[start : start + BATCH]).order_by("pk")
        gone = {event.uid: erased for event in rows if (erased := _erase(event, fields))}
        if gone:
            yield gone


def _erase(event: Event, fields: Collection[str] | None) -> list[str]:
    """Blank the veiled values of one event and drop their salts; what is erased already stays as it is."""
    chosen = [f for f, kept in event.veils.items() if not kept.startswith(":") and (fields is None or f in fields)]
    if not chosen:
        return []
    values: dict[str, Any] = {name: "" for name in chosen if not name.startswith(digests.DATA)}
    hidden = {name.removeprefix(digests.DATA) for name in chosen if name.startswith(digests.DATA)}
    values["data"] = {key: value for key, value in event.data.items() if key not in hidden}
    values["veils"] = event.veils | {name: f":{event.veils[name].partition(':')[2]}" for name in chosen}
    models.QuerySet(Event).filter(pk=event.pk).update(**values)  # past the guard that keeps events as they are
    return sorted(chosen)  # a database may keep the veils in an order of its own
