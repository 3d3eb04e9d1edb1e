"""Undoing an import: only while every record it made is as it was made, and nothing else speaks of one of them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction

from tongxin.accounts.models import Invitation
from tongxin.audit import actions as audit
from tongxin.audit import kinds, sealing, truth
from tongxin.audit.models import Event
from tongxin.committees.models import Sector, Session, SpecialCommittee, Unit
from tongxin.core.faults import SomeFailedError
from tongxin.imports.actions.recording import MANY, hold, record
from tongxin.imports.choices import Stage
from tongxin.imports.models import Import
from tongxin.imports.queries import records_of
from tongxin.imports.rules import OFFERED
from tongxin.members.models import Member
from tongxin.sheets.reading import batches
from tongxin.site.queries.row_names import word_of_kind

SHOWN = 5  # of each sort of thing that rests on the import
BODIES = {model._meta.label_lower for model in (Sector, SpecialCommittee, Session, Unit)}  # noqa: SLF001 -- Django's Meta
# Acts after which a record is still as it was made: a look at it, a code that nobody has used.
HARMLESS = {"audit.read_protected", "members.invite"}
SECRET = {"handling.rating"}  # that somebody rated is seen by those alone whose look is an event


@dataclass(frozen=True)
class Rest:
    """Something that rests on what an import made: of which record, what it is; and how many more of its sort."""

    record: str
    what: str
    more: int = 0


class RestsError(Exception):
    """Something rests on it: it cannot be taken back."""


class UnsealedError(Exception):
    """Something is told of a record that is not sealed yet: with the record gone, it could be hung on another."""


@dataclass
class _Records:
    """The records of one model that an import made, as they stand now."""

    model: type[models.Model]
    keys: dict[int, str]  # primary key → uid
    lost: int  # of which there is nothing any more

    @property
    def label(self) -> str:
        return self.model._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta

    @property
    def all(self) -> models.QuerySet[Any]:
        return self.model._base_manager.all()  # noqa: SLF001 -- every row, whatever its manager hides

    def named(self, key: int) -> str:
        """Name one of them for people."""
        row = self.all.filter(pk=key).first()
        return str(row) if row is not None else ""


def _found(run: Import) -> dict[str, _Records]:
    found = {}
    for label, uids in records_of(run).items():
        model = apps.get_model(label)
        keys: dict[int, str] = {}
        for some in batches(uids, MANY):
            rows = model._base_manager.filter(uid__in=some, committee=run.committee_id)  # noqa: SLF001 -- as above
            keys |= dict(rows.values_list("pk", "uid"))
        found[label] = _Records(model, keys, len(uids) - len(keys))
    return found


# ── what rests on it ─────────────────────────────────────────────────────────────────────────────
def rests(run: Import) -> list[Rest]:
    """Return what rests on an import; nothing while it can be undone."""
    found = _found(run)
    own = {label: records for label, records in found.items() if not _is_beside(run, label)}
    said = []
    for records in own.values():
        said += [*_of_loss(records), *_of_events(records), *_of_references(records, found), *_of_links(records)]
    return said


def _is_beside(run: Import, label: str) -> bool:
    """Say whether records were made only because rows name them: they stay where others need them by now."""
    return label in BODIES and label != OFFERED[run.kind].main


def _of_loss(records: _Records) -> Iterator[Rest]:
    if records.lost:
        yield Rest(_word(records.label), f"有 {records.lost} 条已经不在")


def _of_events(records: _Records) -> Iterator[Rest]:
    """Acts on the records since: of those that are told by the day alone, only that something was done."""
    seen: dict[str, Rest] = {}
    for some in batches(records.keys, MANY):
        since = Event.objects.filter(subject_type=records.label, subject_id__in=some).exclude(via="import")
        for event in since.exclude(kind__in=HARMLESS).order_by("pk"):
            kind = kinds.KINDS.get(event.kind)
            what = "又办理过" if kind is None or kind.by_day else f"又办理过：{kinds.label(event.kind)}"
            seen[what] = _one_more(seen.get(what), event.subject_label, what)
    yield from seen.values()


def _of_references(records: _Records, found: dict[str, _Records]) -> Iterator[Rest]:
    """Rows of others that point to the records."""
    for relation in records.model._meta.related_objects:  # noqa: SLF001 -- Django's public-in-practice Meta
        other: Any = relation.related_model
        label, name = other._meta.label_lower, relation.field.name  # noqa: SLF001 -- as above
        mine = found[label].keys if label in found else {}
        what, seen = "又有办理" if label in SECRET else f"有相关的{_word(label)}", None
        for some in batches(records.keys, MANY):
            pairs = other._base_manager.filter(**{f"{name}__in": some}).values_list("pk", f"{name}_id")  # noqa: SLF001 -- as above
            for key, target in pairs:
                if key not in mine:
                    seen = _one_more(seen, records.named(target) if seen is None else seen.record, what)
        if seen is not None:
            yield seen


def _of_links(records: _Records) -> Iterator[Rest]:
    """Records that were hung on an older one of their like, which tells of it: a proposal merged into one that was there."""
    for name in _own_links(records.model):
        for some in batches(records.keys, MANY):
            hung = records.all.filter(pk__in=some, **{f"{name}__isnull": False}).exclude(**{f"{name}__in": list(records.keys)})
            for row in hung.order_by("pk")[:SHOWN]:
                yield Rest(str(row), "已并入原有的一件，那一件的办理经过里有记载")


def _one_more(before: Rest | None, record: str, what: str) -> Rest:
    return Rest(before.record, what, before.more + 1) if before else Rest(record, what)


def _word(label: str) -> str:
    return word_of_kind(label) or "资料"


# ── taking it back ───────────────────────────────────────────────────────────────────────────────
def carry_out(run: Import, *, at: datetime) -> None:
    """Take back all that an import made, or nothing; what rests on it is said on its page."""
    with suppress(SomeFailedError):  # what of it is not sealed is asked below
        sealing.seal(at=at)
    try:
        _take_back(run, at=at)
    except UnsealedError:
        _end(run, Stage.IMPORTED, word="撤销时正好有人查看了这些记录，没有撤销，请再撤销一次。")
    except RestsError as problem:
        _end(run, Stage.IMPORTED, word=str(problem) or "在申请撤销以后有了新的办理，没有撤销。")


@transaction.atomic
def _take_back(run: Import, *, at: datetime) -> None:
    hold(run, Stage.UNDOING)
    if rests(run):
        raise RestsError
    found = _found(run)
    removed = _remove(run, found, at=at)
    count = removed.get(OFFERED[run.kind].main, 0)
    record("imports.undo", run, actor=run.undone_by, at=at, rows=count, reason=run.reason)
    run.records.all().delete()
    _end(run, Stage.UNDONE, undone_at=at, word=_left(found)[:300])


def _end(run: Import, stage: Stage, **values: Any) -> None:
    mine = Import.objects.filter(pk=run.pk, ticket=run.ticket, stage=Stage.UNDOING)
    mine.update(stage=stage, ticket="", tries=0, **values)


def _remove(run: Import, found: dict[str, _Records], *, at: datetime) -> dict[str, int]:
    """Remove the records, those first that point to others; each that was vouched for is vouched for as gone."""
    removed = {}
    for records in _in_order(list(found.values())):
        keys = _needed_by_nobody(records) if _is_beside(run, records.label) else list(records.keys)
        for some in batches(keys, MANY):
            rows = list(records.all.filter(pk__in=some))
            if len(audit.sound(rows)) != len(rows):
                message = "有的资料与操作记录不符，没有撤销，请审计管理员先核对。"
                raise RestsError(message)
            if Event.objects.filter(subject_type=records.label, subject_id__in=some, seal=None).exists():
                raise UnsealedError
            if records.model is Member:
                Invitation.objects.filter(seat__in=[row.uid for row in rows], account=None).delete()
            gone = [key for row in rows for key in truth.keys_of(row)]
            _delete(records, some)
            for kind in truth.declared_for(records.model):
                said = {key: "" for key in gone if key.startswith(truth.key_of(kind.label, ""))}
                if said:
                    audit.record_vouching(run.committee, kind, said, at=at)
        removed[records.label] = len(keys)
        for key in keys:
            del records.keys[key]
    return removed


def _delete(records: _Records, keys: Sequence[int]) -> None:
    """Delete some rows; those first that point to their like. What others still point to is refused by the database."""
    for name in _own_links(records.model):
        records.all.filter(pk__in=keys, **{f"{name}__isnull": False}).order_by().delete()
    records.all.filter(pk__in=keys).delete()


def _own_links(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.related_model is model]  # noqa: SLF001 -- as above


def _in_order(records: list[_Records]) -> Iterator[_Records]:
    """Yield each before those it points to."""
    left = {one.model: one for one in records}
    while left:
        pointed = {
            field.related_model for model in left for field in model._meta.concrete_fields  # noqa: SLF001 -- as above
            if field.related_model is not model
        }  # fmt: skip
        model = next(model for model in left if model not in pointed)
        yield left.pop(model)


def _needed_by_nobody(records: _Records) -> list[int]:
    """Return the keys of those to which nothing points, and with which nothing was done since."""
    needed: set[int] = set()
    for some in batches(records.keys, MANY):
        since = Event.objects.filter(subject_type=records.label, subject_id__in=some).exclude(via="import")
        needed |= {key for key in since.values_list("subject_id", flat=True) if key is not None}
        for relation in records.model._meta.related_objects:  # noqa: SLF001 -- as above
            other: Any = relation.related_model
            link = f"{relation.field.name}_id"
            pointing = other._base_manager.filter(**{f"{link}__in": some})  # noqa: SLF001 -- as above
            needed |= set(pointing.values_list(link, flat=True))
    return [key for key in records.keys if key not in needed]


def _left(found: dict[str, _Records]) -> str:
    """Name what stays because others need it by now."""
    names = [
        str(row) for records in found.values() for some in batches(records.keys, MANY) for row in records.all.filter(pk__in=some)
    ]
    if not names:
        return ""
    shown: Iterable[str] = names[:SHOWN]
    return f"随表增加的{'、'.join(shown)}{'等' if len(names) > SHOWN else ''}已有别的资料用到，没有撤销。"
