"""An import that keeps which records it makes, with its line of the history, in the transaction that makes them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tongxin.audit import actions as audit
from tongxin.committees.models import Committee
from tongxin.core.ids import new_uid
from tongxin.imports.choices import Stage
from tongxin.imports.models import Import, Made, Source
from tongxin.imports.rules import OFFERED
from tongxin.sheets import engine
from tongxin.sheets.kinds import Context, Importer, Kind, Row
from tongxin.sheets.problems import Fault, Place, spoken
from tongxin.sheets.reading import batches

MANY = 500  # uids in one row of the history, keys in one question
MOST_PASSED = 200  # rows that are no records, kept with what each calls itself


class LostError(Exception):
    """Another worker has taken the import in hand, or somebody decided otherwise; nothing was written."""


def record(kind: str, run: Import, *, actor: Any, at: datetime, **data: Any) -> None:
    """Record an act of an import, in the life of its committee: with the name of its kind, and which one it is."""
    said = {"what": str(OFFERED[run.kind].label), "import": run.uid} | data
    audit.record(kind, run.committee, actor=actor, at=at, data=said)


def hold(run: Import, stage: Stage) -> None:
    """Hold an import that this worker has in hand, and its committee's turn: one import is written after the other.

    Who reads, and who writes other rows of the committee, goes on. Raises LostError.
    """
    held = Import.objects.select_for_update().filter(pk=run.pk, stage=stage, ticket=run.ticket)
    if not held.exists():
        raise LostError
    list(Committee.objects.select_for_update(no_key=True).filter(pk=run.committee_id))


def kept_by(run: Import, kind: Kind, *, ended_at: datetime, files: Sequence[str] = ()) -> Kind:
    """Return a kind whose import leaves its line in the history.

    Begun with the first record it makes, done with the last.
    """
    is_new = run.pk is None

    def importer(context: Context, checked: Importer | None = None) -> Importer:
        if checked is None:
            return kind.importer(context, None)
        if is_new:  # of the command line; anew where writing was taken back and is tried again
            run.pk = None
            run.save(force_insert=True)
            Source.objects.bulk_create(Source(committee=run.committee, imported=run, name=name) for name in files)
        hold(run, Stage.WRITING)
        made: Importer = kind.importer(replace(context, keep=lambda rows: _keep(run, rows)), checked)
        return _Kept(made, run, ended_at)

    return replace(kind, importer=importer)


def _keep(run: Import, rows: Sequence[Any]) -> None:
    by_label: dict[str, list[str]] = {}
    for row in rows:
        by_label.setdefault(row._meta.label_lower, []).append(row.uid)  # noqa: SLF001 -- Django's public-in-practice Meta
    for label, uids in by_label.items():
        keep_uids(run, label, uids)


def keep_uids(run: Import, label: str, uids: Sequence[str]) -> None:
    """Keep which records of a model are an import's."""
    Made.objects.bulk_create(
        Made(committee_id=run.committee_id, imported=run, label=label, uids=list(some)) for some in batches(uids, MANY)
    )


class _Kept:
    """An importer whose last act is to say that the import is done."""

    def __init__(self, inner: Importer, run: Import, ended_at: datetime) -> None:
        self.inner, self.run, self.ended_at = inner, run, ended_at
        self.made = inner.made

    def check(self, rows: Sequence[Row]) -> None:
        self.inner.check(rows)

    def settle(self) -> list[Fault]:
        return self.inner.settle()

    def write(self, rows: Sequence[Row]) -> None:
        self.inner.write(rows)

    def holds(self) -> bool:
        return self.inner.holds()

    def finish(self, created: int) -> None:
        self.inner.finish(created)
        self.made = self.inner.made
        made = {name: names for name, names in self.made.items() if names}
        Import.objects.filter(pk=self.run.pk).update(
            stage=Stage.IMPORTED, created=created, made=made, ended_at=self.ended_at, ticket="", tries=0, word=""
        )


def wrong_rows(report: engine.Report) -> int:
    """Count the rows in which something is wrong."""
    return len({place for place in places_of(report.rejected) if place.row})


def passed_over(report: engine.Report) -> list[list[Any]]:
    """Return the first rows that were passed over as no records, with what each calls itself."""
    return [[place.file, place.sheet, place.row, word] for place, word in report.passed[:MOST_PASSED]]


def places_of(found: Iterable[Fault]) -> set[Place]:
    """Return the rows of which something is said; a sheet as a whole counts as one."""
    return {Place(fault.file, fault.sheet, fault.row) for fault in found}


def run_and_keep(
    kind: Kind,
    files: Sequence[Path],
    committee: Committee,
    *,
    actor: Any,
    at: datetime,
    before_writing: Callable[[engine.Report], None],
    **more: Any,
) -> engine.Report:
    """Import from the command line, and keep it in the history: one that writes nothing leaves no line."""
    run = Import(committee=committee, kind=kind.name, stage=Stage.WRITING, begun_at=at, ticket=new_uid())

    def found(report: engine.Report) -> None:
        run.rows, run.created, run.unchanged = report.rows, report.created, report.unchanged
        run.wrong, run.skips = wrong_rows(report), bool(report.left_out)
        run.passed, run.passed_rows = passed_over(report), len(report.passed)
        before_writing(report)

    names = list(dict.fromkeys(spoken(Path(path.name))[:200] for path in files))
    kept = kept_by(run, kind, ended_at=at, files=names)
    return engine.run(kept, files, committee, actor=actor, at=at, before_writing=found, **more)
