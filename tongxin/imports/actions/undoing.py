"""Undoing an import: all of it while nothing rests on it.

Else, where somebody agreed to that, all but what was worked with.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Invitation
from tongxin.audit import actions as audit
from tongxin.audit import sealing, truth
from tongxin.audit.models import Event
from tongxin.committees.models import Counter
from tongxin.core.faults import SomeFailedError
from tongxin.imports.actions.recording import MANY, hold, keep_uids, record
from tongxin.imports.choices import Stage
from tongxin.imports.models import Import
from tongxin.imports.queries import Records, Resting, Series, in_order, is_beside, named_by, own_links, series_of
from tongxin.imports.rules import OFFERED
from tongxin.members.models import Member
from tongxin.sheets.reading import batches

RESTS = gettext_lazy("申请撤销以后，这些记录又有办理，没有撤销。请再看一遍。")
SHOWN = 5  # of what stays because others need it


class RestsError(Exception):
    """Something rests on it: it cannot be taken back."""


class UnsealedError(Exception):
    """Something is told of a record that is not sealed yet: with the record gone, it could be hung on another."""


def carry_out(run: Import, *, at: datetime) -> None:
    """Take back all that an import made, or all that was agreed to, or nothing.

    What rests on it is said on its page.
    """
    with suppress(SomeFailedError):  # what of it is not sealed is asked below
        sealing.seal(at=at)
    try:
        _take_back(run, at=at)
    except UnsealedError:
        _end(run, Stage.IMPORTED, word=_("撤销时正好有人查看了这些记录，没有撤销，请再撤销一次。"))
    except RestsError as problem:
        _end(run, Stage.IMPORTED, word=str(problem) or RESTS)
    except (ProtectedError, RestrictedError, IntegrityError):  # what came to point to it between the look and the removal
        _end(run, Stage.IMPORTED, word=RESTS)


@transaction.atomic
def _take_back(run: Import, *, at: datetime) -> None:
    hold(run, Stage.UNDOING)
    resting = Resting(run)
    if resting.figures != run.agreed or (resting and not resting.is_apart):
        raise RestsError
    stays = {label: {key: records.keys.pop(key) for key in resting.kept[label]} for label, records in resting.own.items()}
    main = OFFERED[run.kind].main
    series = series_of(run, main, set(resting.main.keys), held=True)
    removed = _remove(run, resting.found, at=at)
    following = _set_back(run, series)
    left = len(stays.get(main, ()))
    record("imports.undo", run, actor=run.undone_by, at=at, rows=removed.get(main, 0), left=left, reason=run.reason, **following)
    run.records.all().delete()
    for label, kept in stays.items():
        keep_uids(run, label, list(kept.values()))
    _end(run, Stage.UNDONE, undone_at=at, left=left, word=_needed(resting.found)[:300])


def _end(run: Import, stage: Stage, **values: Any) -> None:
    mine = Import.objects.filter(pk=run.pk, ticket=run.ticket, stage=Stage.UNDOING)
    mine.update(stage=stage, ticket="", tries=0, **values)


def _set_back(run: Import, series: Sequence[Series]) -> dict[str, Any]:
    """Let series go on behind what stays, where the last number given went; return what is told of it."""
    back = [one for one in series if one.goes_back]
    for one in back:
        Counter.objects.filter(committee=run.committee_id, series=one.name).update(last=one.stays)
    return {"following": {one.label: one.write(one.following) for one in back}} if back else {}


def _remove(run: Import, found: dict[str, Records], *, at: datetime) -> dict[str, int]:
    """Remove the records, those first that point to others; each that was vouched for is vouched for as gone."""
    removed = {}
    for records in in_order(list(found.values())):
        keys = _needed_by_nobody(run, records) if is_beside(run, records.label) else list(records.keys)
        for some in batches(keys, MANY):
            rows = list(records.all.filter(pk__in=some))
            if len(audit.sound(rows)) != len(rows):
                message = _("有的资料与操作记录不符，没有撤销，请审计管理员先核对。")
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


def _delete(records: Records, keys: Sequence[int]) -> None:
    """Delete some rows; those first that point to their like. What others still point to is refused by the database."""
    for name in own_links(records.model):
        records.all.filter(pk__in=keys, **{f"{name}__isnull": False}).order_by().delete()
    records.all.filter(pk__in=keys).delete()


def _needed_by_nobody(run: Import, records: Records) -> list[int]:
    """Return the keys of those to which nothing points, which nothing names, and with which nothing was done since."""
    named = named_by(run.committee_id)
    needed = {key for key, uid in records.keys.items() if uid in named}
    for some in batches(records.keys, MANY):
        since = Event.objects.filter(subject_type=records.label, subject_id__in=some).exclude(via="import")
        needed |= {key for key in since.values_list("subject_id", flat=True) if key is not None}
        for relation in records.model._meta.related_objects:  # noqa: SLF001 -- Django's public-in-practice Meta
            other: Any = relation.related_model
            link = f"{relation.field.name}_id"
            pointing = other._base_manager.filter(**{f"{link}__in": some})  # noqa: SLF001 -- as above
            needed |= set(pointing.values_list(link, flat=True))
    return [key for key in records.keys if key not in needed]


def _needed(found: dict[str, Records]) -> str:
    """Name what stays because others need it by now."""
    names = [
        str(row) for records in found.values() for some in batches(records.keys, MANY) for row in records.all.filter(pk__in=some)
    ]
    if not names:
        return ""
    shown: Iterable[str] = names[:SHOWN]
    return _("随表增加的%(shown)s%(what)s已有别的资料用到，没有撤销。") % {
        "shown": "、".join(shown),
        "what": _("等") if len(names) > SHOWN else "",
    }
