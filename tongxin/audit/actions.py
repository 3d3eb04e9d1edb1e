"""Writing events, one or many, always in the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.functional import Promise
from django.utils.translation import override

from tongxin.accounts import describing
from tongxin.accounts.models import Account
from tongxin.audit import digests, heads, kinds, truth
from tongxin.audit.intactness import intact, sound
from tongxin.audit.models import Event, Mark

__all__ = ["UnknownKindError", "build", "intact", "label_of", "record", "record_many", "record_vouching", "sound", "vouch"]


class UnknownKindError(Exception):
    """An event kind without a registered sentence."""


def label_of(subject: models.Model) -> str:
    """Name the model the way events do: proposals.proposal."""
    return subject._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta


def _home_of(subject: models.Model) -> str:
    return describing.home_code(subject) if isinstance(subject, Account) else ""


def _kept(value: Any) -> Any:
    """Return a fact as an event keeps it.

    What is translated when it is read stands there in the system's own language.
    """
    if isinstance(value, Promise):
        with override(settings.LANGUAGE_CODE):
            return str(value)
    if isinstance(value, dict):
        return {key: _kept(one) for key, one in value.items()}
    return [_kept(one) for one in value] if isinstance(value, (list, tuple)) else value


def build(
    kind: str,
    subject: models.Model,
    *,
    actor: Account | None,
    at: datetime | None,
    data: dict[str, Any] | None = None,
    **more: Any,
) -> Event:
    """Make an unsaved event about `subject`, which must have `committee` (or be one) and a `str()` people understand.

    A subject whose name is a person's says so with `label_is_personal`.
    `more`: acting_as, on_behalf_of, from_state, to_state, regulation_version, request, via, recorded_at.
    """
    if kind not in kinds.KINDS:
        raise UnknownKindError(kind)
    behalf = more.get("on_behalf_of")
    recorded: Any = more.pop("recorded_at", None) or at
    committee = getattr(subject, "committee", None) or (subject if hasattr(subject, "code") else None)
    event = Event(
        kind=kind,
        committee_code=committee.code if committee is not None else _home_of(subject),
        subject_type=label_of(subject),
        subject_id=subject.pk,
        subject_uid=getattr(subject, "uid", ""),
        subject_label=str(subject)[:200],
        actor=actor,
        actor_uid=actor.uid if actor is not None else "",
        actor_name=actor.name if actor is not None else "",
        behalf_uid=behalf.uid if behalf is not None else "",
        behalf_name=behalf.name if behalf is not None else more.pop("behalf_name", ""),
        data=_kept(data or {}),
        at=at,
        recorded_at=recorded,
        **{name: _kept(value) for name, value in more.items()},
    )
    event.veils = digests.veils_of(
        event, personal=kinds.KINDS[kind].personal, label_is_personal=getattr(subject, "label_is_personal", False)
    )
    return event


@transaction.atomic
def record(
    kind: str,
    subject: models.Model,
    *,
    actor: Account | None,
    at: datetime,
    proves: Iterable[models.Model | truth.Part | truth.Saved] = (),
    **more: Any,
) -> Event:
    """Write one event, marked for every consumer of the stream. Must stand in the transaction of what it records.

    Nothing else is asked of consumers here: the marks are their work, and no act waits for what is told of it.

    `proves`: the rows whose truth matters that it makes, changes or removes, as they stand in the database by now.
    """
    event = build(kind, subject, actor=actor, at=at, **more)
    event.proofs = truth.proofs(proves)
    heads.link(event)
    event.save()
    mark([event])
    return event


def mark(events: Iterable[Event]) -> None:
    """Leave events that are written to every consumer of the stream."""
    Mark.objects.bulk_create(
        (Mark(event=event, consumer=consumer) for event in events for consumer in kinds.CONSUMERS), batch_size=heads.BATCH
    )


@transaction.atomic
def record_many(events: Sequence[Event]) -> None:
    """Write a history that was told in bulk: no marks (see `mark`), so nobody is told of what happened years ago.

    Rows whose truth matters are vouched for by `vouch`.

    A plain `executemany`: an import writes some fifteen events a proposal, and half its time went into building
    INSERTs.
    """
    heads.link_many(events)
    fields = [field for field in Event._meta.concrete_fields if not field.primary_key]  # noqa: SLF001
    quote = connection.ops.quote_name
    columns, places = ", ".join(quote(str(f.column)) for f in fields), ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(Event._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608, SLF001 -- names of our own table
    plain = {f.attname for f in fields if isinstance(f, (models.CharField, models.BigIntegerField, models.ForeignKey))}

    def row(event: Event) -> list[Any]:
        return [
            getattr(event, f.attname) if f.attname in plain else f.get_db_prep_save(getattr(event, f.attname), connection)
            for f in fields
        ]

    with connection.cursor() as cursor:
        cursor.executemany(sql, [row(event) for event in events])
    for start in range(0, len(events), heads.BATCH):
        some = events[start : start + heads.BATCH]
        keys = dict(Event.objects.filter(uid__in=[event.uid for event in some]).values_list("uid", "pk"))
        for event in some:
            event.pk = keys[event.uid]


VOUCHING = "audit.vouch"
VOUCHED = 500  # rows that one event vouches for


def vouch(subject: models.Model, rows: Iterable[models.Model], *, at: datetime) -> None:
    """Vouch for rows whose truth matters, just written in bulk, with events about `subject` (their committee)."""
    by_model: dict[type[models.Model], list[str]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row.uid)  # type: ignore[attr-defined]
    for model, uids in by_model.items():
        for kind in truth.declared_for(model):
            for start in range(0, len(uids), VOUCHED):
                some = kind.rows().filter(uid__in=uids[start : start + VOUCHED])
                if found := dict(truth.digests_of(kind, some)):
                    record_vouching(subject, kind, found, at=at)


def record_vouching(subject: models.Model, kind: truth.Witnessed, found: dict[str, str], *, at: datetime) -> None:
    """Write one event, in the system's name, that carries the digests of many rows."""
    data = {"label": kind.label, "rows": len(found)}
    event = build(VOUCHING, subject, actor=Account.objects.system(), at=at, data=data)
    event.proofs = found
    heads.link(event)
    event.save()
