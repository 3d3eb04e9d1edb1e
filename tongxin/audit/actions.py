"""Writing events, one or many, always in the caller's transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q

from tongxin.accounts import describing
from tongxin.accounts.models import Account
from tongxin.audit import digests, heads, kinds, truth
from tongxin.audit.models import Event, Mark


class UnknownKindError(Exception):
    """An event kind without a registered sentence."""


def label_of(subject: models.Model) -> str:
    """Name the model the way events do: proposals.proposal."""
    return subject._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta


def _home_of(subject: models.Model) -> str:
    return describing.home_code(subject) if isinstance(subject, Account) else ""


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
        data=data or {},
        at=at,
        recorded_at=recorded,
        **more,
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
    proves: Iterable[models.Model | truth.Part] = (),
    **more: Any,
) -> Event:
    """Write one event, marked for every consumer of the stream. Must stand in the transaction of what it records.

    `proves`: the rows whose truth matters that it makes, changes or removes, as they stand in the database by now.
    """
    event = build(kind, subject, actor=actor, at=at, **more)
    event.proofs = truth.proofs(proves)
    heads.link(event)
    event.save()
    Mark.objects.bulk_create(Mark(event=event, consumer=consumer) for consumer in kinds.CONSUMERS)
    for work in kinds.CONSUMERS.values():
        transaction.on_commit(work, robust=True)
    return event


def record_many(events: Sequence[Event]) -> None:
    """Write imported history in bulk: no marks, so nobody is told of what happened years ago. The events get no keys.

    Rows whose truth matters are vouched for by `vouch`.

    A plain `executemany`: an import writes some fifteen events a proposal, and half its time went into building INSERTs.
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


IN_BULK = ("audit.vouch", "audit.erase")


def intact(row: models.Model) -> bool:
    """Say whether a row whose truth matters still is what the last event that vouches for it said: asked before it is changed.

    One that was changed past the house is not vouched for again, or the next lawful step would launder it. What nothing
    vouches for is intact only while it does not count yet (a proposal that was not handed in).
    """
    now = truth.proofs([row])
    return all(_is_as_said(kind, row, now[truth.key_of(kind.label, row.uid)]) for kind in truth.declared_for(row))  # type: ignore[attr-defined]


def sound(rows: Iterable[models.Model]) -> list[models.Model]:
    """Return those of several rows that are intact: asked before they are changed, vouched for afterwards."""
    return [row for row in rows if intact(row)]


def _is_as_said(kind: truth.Witnessed, row: models.Model, now: str) -> bool:
    key = truth.key_of(kind.label, row.uid)  # type: ignore[attr-defined]
    spoken = Event.objects.filter(_told_in(kind, row), proofs__has_key=key).order_by("-id").first()
    bulk = Event.objects.filter(kind__in=IN_BULK, proofs__has_key=key)
    said = (bulk.filter(pk__gt=spoken.pk) if spoken is not None else bulk).order_by("-id").first() or spoken
    if said is None:
        return not now
    life = Event.objects.filter(
        committee_code=said.committee_code,
        subject_type=said.subject_type,
        subject_id=said.subject_id,
        subject_uid=said.subject_uid,
    )
    before = life.filter(pk__lt=said.pk).order_by("-pk").values_list("digest", flat=True).first() or ""
    return said.proofs[key] == now and said.digest == digests.of_event(said, previous=before)


def _told_in(kind: truth.Witnessed, row: models.Model) -> Q:
    """Return the condition on events of the life in which a row's own are told."""
    if kind.told is None:
        return Q(subject_type=label_of(row), subject_id=row.pk, subject_uid=row.uid)  # type: ignore[attr-defined]
    label, path = kind.told
    there = type(row)._base_manager.filter(pk=row.pk)  # noqa: SLF001 -- every row
    pk, uid = there.values_list(path.removesuffix("__uid"), path).first() or (None, "")
    return Q(subject_type=label, subject_id=pk, subject_uid=uid)


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
    event = build("audit.vouch", subject, actor=Account.objects.system(), at=at, data=data)
    event.proofs = found
    heads.link(event)
    event.save()
