"""Which records came of an import, or would: found by the uids that it kept, in its committee and nowhere else."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.committees.models import Sector, Session, SpecialCommittee, Unit
from tongxin.core.templatetags.chinese import case_number
from tongxin.imports.choices import Stage
from tongxin.imports.models import Import, Listed
from tongxin.imports.rules import OFFERED
from tongxin.sheets.reading import batches

MANY = 100  # on the page of all rows
AT_ONCE = 500  # keys in one question
BODIES = {model._meta.label_lower for model in (Sector, SpecialCommittee, Session, Unit)}  # noqa: SLF001 -- Django's Meta


def records_of(run: Import) -> dict[str, list[str]]:
    """Return the uids of what an import made, by model."""
    found: dict[str, list[str]] = {}
    for label, uids in run.records.order_by("pk").values_list("label", "uids"):
        found.setdefault(label, []).extend(uids)
    return found


@dataclass
class Records:
    """The records of one model that an import made, as they stand now."""

    model: type[models.Model]
    keys: dict[int, str]  # primary key → uid
    lost: int  # of which there is nothing any more

    @property
    def label(self) -> str:
        """The label of the model."""
        return self.model._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta

    @property
    def all(self) -> models.QuerySet[Any]:
        """Every row, whatever its manager hides."""
        return self.model._base_manager.all()  # noqa: SLF001 -- as above


def made_by(run: Import) -> dict[str, Records]:
    """Return the records that an import made, by model."""
    found = {}
    for label, uids in records_of(run).items():
        model = apps.get_model(label)
        keys: dict[int, str] = {}
        for some in batches(uids, AT_ONCE):
            rows = model._base_manager.filter(uid__in=some, committee=run.committee_id)  # noqa: SLF001 -- as above
            keys |= dict(rows.values_list("pk", "uid"))
        found[label] = Records(model, keys, len(uids) - len(keys))
    return found


def is_beside(run: Import, label: str) -> bool:
    """Say whether records were made only because rows name them: they stay where others need them by now."""
    return label in BODIES and label != OFFERED[run.kind].main


def own_links(model: type[models.Model]) -> list[str]:
    """Return by which fields rows of a model point to their like."""
    return [link.name for link in model._meta.concrete_fields if link.related_model is model]  # noqa: SLF001 -- as above


def in_order(records: list[Records]) -> Iterator[Records]:
    """Yield each before those it points to."""
    left = {one.model: one for one in records}
    while left:
        pointed = {
            link.related_model
            for model in left
            for link in model._meta.concrete_fields  # noqa: SLF001 -- as above
            if link.related_model is not model
        }
        model = next(model for model in left if model not in pointed)
        yield left.pop(model)


# ── by what people know them by ──────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Shown:
    """A row that would be new, or the record that was made of it: by what people know it by."""

    name: str
    number: str
    url: str = ""
    row: int = 0
    file: str = ""


def rows_of(run: Import, *, after: int, most: int) -> tuple[list[Shown], int | None]:
    """Return some of what an import brings, and where the next ones begin: rows of the sheet.

    Once it is in, the records.
    """
    if run.stage in {Stage.IMPORTED, Stage.UNDOING, Stage.UNDONE}:
        uids = main_uids(run)
        return _records(run, uids[after : after + most]), after + most if len(uids) > after + most else None
    return _listed(run, after, most)


def _listed(run: Import, after: int, most: int) -> tuple[list[Shown], int | None]:
    """Return rows that were kept together; the first ones of them where fewer are asked for."""
    kept = list(Listed.objects.filter(imported=run, pk__gt=after).order_by("pk")[:2])
    if not kept:
        return [], None
    several = len({source.pk for source in run.sources.all()}) > 1
    found = [
        Shown(name, number, row=row, file=_of_which(file, sheet) if several else "")
        for row, file, sheet, name, number in kept[0].rows
    ]
    more = len(kept) > 1 or len(found) > most
    return found[:most], kept[0].pk if more else None


def _of_which(file: str, sheet: str) -> str:
    return _("%(file)s　工作表“%(sheet)s”") % {"file": file, "sheet": sheet} if sheet else file


def main_uids(run: Import) -> list[str]:
    """Return the uids of the records that the rows of a sheet made."""
    rows = run.records.filter(label=OFFERED[run.kind].main).order_by("pk").values_list("uids", flat=True)
    return [uid for uids in rows for uid in uids]


def _records(run: Import, uids: Sequence[str]) -> list[Shown]:
    model = apps.get_model(OFFERED[run.kind].main)
    rows = model._base_manager.filter(uid__in=uids, committee=run.committee_id)  # noqa: SLF001 -- every row, whatever its manager hides
    by_uid = {row.uid: row for row in rows}
    return shown(run, [by_uid[uid] for uid in uids if uid in by_uid])


def shown(run: Import, rows: Iterable[Any]) -> list[Shown]:
    """Return records of an import's main model as they are listed."""
    page = OFFERED[run.kind].page
    return [Shown(str(row), _number(row.number), reverse(page, args=[row.uid])) for row in rows]


def _number(number: str | int | None) -> str:
    return case_number(number) if isinstance(number, int) else number or ""
