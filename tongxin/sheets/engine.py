"""Importing a kind from files: everything is checked first, then everything is written at once, or nothing is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tongxin.sheets import outputs, rehearsing, rejects
from tongxin.sheets.cells import Cell
from tongxin.sheets.files import Limits
from tongxin.sheets.kinds import KINDS, Context, Importer, Kind, Remarking, Row
from tongxin.sheets.problems import Fault, Place, Unreadable, spoken
from tongxin.sheets.reading import Table, batches, open_table

BATCH = 500
TRIES = 3
Progress = Callable[[str, int], None]


class ChangedMeanwhile(Exception):  # noqa: N818 -- reads as a sentence
    """Between checking and writing somebody changed what was checked; nothing was written."""


@dataclass
class Report:
    """What an import found and did. `refused`: nothing was written because something is wrong."""

    kind: str
    rows: int = 0
    created: int = 0
    unchanged: int = 0
    rejected: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    made: dict[str, list[str]] = field(default_factory=dict)
    # rows that are no records: which, and what each calls itself
    passed: list[tuple[Place, str]] = field(default_factory=list)
    left_out: int = 0
    refused: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the report as the documented JSON object."""
        return {
            "kind": self.kind,
            "rows": self.rows,
            "created": self.created,
            "unchanged": self.unchanged,
            "rejected": [fault.as_dict() for fault in self.rejected],
            "warnings": [str(warning) for warning in self.warnings],
            "made": self.made,
        }


def run(
    kind: str | Kind,
    files: Sequence[Path],
    committee: Any,
    *,
    dry_run: bool = False,
    skip_invalid: Path | None = None,
    actor: Any,
    at: datetime,
    progress: Progress | None = None,
    before_writing: Callable[[Report], None] | None = None,
    named: Callable[[Path], str] = spoken,
    looked: Callable[[Sequence[Row]], None] | None = None,
) -> Report:
    """Import files into a committee and say what happened; the report's `refused` means that nothing was written.

    `dry_run` only checks. `skip_invalid` leaves faulty rows out and writes them, with the reasons, to a workbook there.
    `before_writing` is shown what was found, and what the file names for the first time. `named` says how faults name a
    file. `looked` is shown the rows as they were judged, batch by batch. Raises Unwritable, before any file is opened,
    where the workbook of rejects cannot stand.
    """
    found = KINDS[kind] if isinstance(kind, str) else kind
    if skip_invalid is not None:
        outputs.demand_apart(skip_invalid, [Path(f) for f in files])
        outputs.demand_writable(skip_invalid)
    job = _Job(found, [Path(f) for f in files], Context(committee, actor, at), progress or (lambda _phase, _rows: None), named)
    report, bad = job.check(looked)
    unreadable = any(fault.row == 0 or fault.file in job.unread for fault in report.rejected)
    if report.rejected and (skip_invalid is None or unreadable):
        report.refused, report.created, report.made = True, 0, {}
        return report
    if bad and skip_invalid is not None:
        rejects.write(skip_invalid, found, job.originals(bad), report.rejected)
        report.left_out = len(bad)
    if before_writing is not None and not dry_run and report.created:
        before_writing(report)
    if dry_run:
        report.created = 0
    elif report.created:
        job.write(report, bad)
    return report


class _Job:
    """One import: the same files are read once to check and once to write, so that memory stays flat."""

    def __init__(
        self, kind: Kind, files: Sequence[Path], context: Context, progress: Progress, named: Callable[[Path], str]
    ) -> None:
        self.kind, self.context, self.progress, self.named = kind, context, progress, named
        self.files, self.twice = _each_once(files)
        self.limits = Limits.of_settings()
        self.unread: set[str] = set()
        self.checked: Importer | None = None
        self.written: Importer | None = None

    def _open(self, path: Path) -> Table:
        return open_table(path, self.kind, self.limits, self.named(path))

    def check(self, looked: Callable[[Sequence[Row]], None] | None = None) -> tuple[Report, set[Place]]:
        """Read and judge everything; write nothing."""
        report, bad, known = Report(self.kind.name), set[Place](), set[Place]()
        importer = self.checked = self.kind.importer(self.context, None)
        report.warnings += [Fault(self.named(path), "", 0, "", _("这个文件写了两次，只读一次")) for path in self.twice]
        for path in self.files:
            try:
                table = self._open(path)
                report.warnings += table.header.warnings
                for batch in batches((row for row, _cells in table.rows()), BATCH):
                    importer.check([row for row in batch if not row.faults])
                    self._count(report, batch, bad)
                    known.update(row.place for row in batch if row.known)
                    if looked is not None:
                        looked(batch)
                    self.progress(_("检查"), report.rows)
                report.warnings += table.notes
                report.passed += [(replace(table.place, row=row), word) for row, word in table.passed]
            except Unreadable as problem:
                self.unread.add(self.named(path))
                report.rejected += problem.faults
        for fault in importer.settle():
            place = Place(fault.file, fault.sheet, fault.row)
            if place not in bad:
                report.unchanged -= place in known
                report.created -= place not in known
                bad.add(place)
            report.rejected.append(fault)
        if isinstance(importer, Remarking):
            report.warnings += importer.remarks()
        places = {self.named(path): number for number, path in enumerate(self.files)}
        for found in (report.rejected, report.warnings):  # as they stand in the files, however they were found
            found.sort(key=lambda fault: (places.get(fault.file, 0), fault.row))
        report.made = {name: names for name, names in importer.made.items() if names}
        return report, bad

    @staticmethod
    def _count(report: Report, batch: Sequence[Row], bad: set[Place]) -> None:
        for row in batch:
            report.rows += 1
            report.warnings += row.warnings
            if row.faults:
                report.rejected += row.faults
                bad.add(row.place)
            elif row.known:
                report.unchanged += 1
            else:
                report.created += 1

    def write(self, report: Report, bad: set[Place]) -> None:
        """Write every new row, all at once or none. Raises ChangedMeanwhile when the world is not what was checked.

        Who was overtaken checks again: where all is as it was found before, nobody needs to be told.
        """
        for left in reversed(range(TRIES)):
            try:
                with rehearsing.one_piece(report.created, self._holds):
                    self._write(report, bad)
            except rehearsing.Overtaken:
                if not left:
                    raise ChangedMeanwhile from None
                self._demand_the_same(report, bad)
            else:
                return

    def _holds(self) -> bool:
        return self.written is None or self.written.holds()

    def _write(self, report: Report, bad: set[Place]) -> None:
        created = 0
        importer = self.written = self.kind.importer(self.context, self.checked)
        for path in self.files:
            for batch in batches((row for row, _cells in self._open(path).rows() if row.place not in bad), BATCH):
                importer.check(batch)
                created += _written(importer, batch)
                self.progress(_("写入"), created)
        if importer.settle() or created != report.created:
            raise ChangedMeanwhile
        importer.finish(created)
        report.made = {name: names for name, names in importer.made.items() if names}

    def _demand_the_same(self, report: Report, bad: set[Place]) -> None:
        now, odd = self.check()
        if (now.rows, now.created, now.unchanged, odd) != (report.rows, report.created, report.unchanged, bad):
            raise ChangedMeanwhile

    def originals(self, bad: set[Place]) -> Iterator[tuple[Row, Sequence[str], Sequence[Cell]]]:
        """Yield the rows left out, with the header and the cells as they stood in the file."""
        for path in self.files:
            table = self._open(path)
            for row, cells in table.rows():
                if row.place in bad:
                    yield row, table.header.cells, cells


def _each_once(files: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return the files, and those of them that were named before under whatever spelling."""
    seen: dict[Any, Path] = {}
    twice = []
    for path in files:
        try:
            status = path.stat()
            key: Any = (status.st_dev, status.st_ino)
        except (OSError, ValueError):
            key = path
        if key in seen:
            twice.append(path)
        seen.setdefault(key, path)
    return list(seen.values()), twice


def _written(importer: Importer, batch: Sequence[Row]) -> int:
    if any(row.faults for row in batch):
        raise ChangedMeanwhile
    new = [row for row in batch if not row.known]
    if new:
        importer.write(new)
    return len(new)
