"""While a sheet is taken in others write.

Nobody waits for its parsing, and what they did is told from what stands in its way.
"""

import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from tests.cast import NOW, Cast
from tongxin.audit import actions as audit
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.handling.models import Task
from tongxin.handling.sheets.importing import CaseImporter
from tongxin.members import merging
from tongxin.proposals.models import Proposal, Signature
from tongxin.sheets import engine, rehearsing

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 60


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "提案.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(
            ["案由", "内容", "提案人", "提案号", "提交日期", "审查结果", "承办单位", "答复日期", "答复类别", "办理结果评价"]
        )
        for n in range(1, ROWS + 1):
            lines.writerow(
                [
                    f"关于第 {n} 段步道的建议",
                    "写明。" * 30,
                    "林知远",
                    n,
                    "2026-02-01",
                    "立案",
                    "县财政局",
                    "2026-02-20",
                    "B",
                    "满意",
                ]
            )
    return path


def run(cast: Cast, sheet: Path) -> engine.Report:
    return engine.run("proposals", [sheet], cast.county, actor=cast.office, at=NOW)


def at_once(act: Callable[[], object]) -> None:
    """Do something on a connection of its own that waits for nobody."""

    def alone() -> None:
        try:
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 0")
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(alone).result(60)


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], *, times: int = 1) -> list[str]:
    """Let somebody act whenever rows are read or written; return when that was."""
    done: list[str] = []
    for name in ("check", "write"):
        own = getattr(CaseImporter, name)

        def beside(self: CaseImporter, rows: list, own: Callable = own, name: str = name) -> None:
            if done.count(name) < times:
                done.append(name)
                at_once(act)
            own(self, rows)

        monkeypatch.setattr(CaseImporter, name, beside)
    return done


def test_who_autosaves_waits_for_no_import(cast: Cast, sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 20)
    proposal = cast.draft()
    said = []

    def autosave() -> None:
        said.append(len(said))
        Proposal.objects.filter(pk=proposal.pk).update(situation=f"第 {len(said)} 稿")
        assert Proposal.objects.count() == 1  # all or nothing for who reads

    done = meanwhile(monkeypatch, autosave, times=99)
    assert run(cast, sheet).created == ROWS
    assert (done.count("check"), done.count("write"), len(said)) == (6, 3, 9)
    proposal.refresh_from_db()
    assert (proposal.situation, Proposal.objects.count(), Task.objects.count()) == ("第 9 稿", ROWS + 1, ROWS)
    assert verifying.verify().problems == ()
    later = cast.draft()
    assert later.pk > max(Proposal.objects.exclude(pk=later.pk).values_list("pk", flat=True))


def test_what_somebody_did_to_the_same_rows_is_taken_in_and_nobody_is_told_to_import_again(
    cast: Cast, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere() -> None:
        audit.record("committees.import_units", cast.county, actor=cast.office, at=NOW, via="import", data={"rows": 0})

    meanwhile(monkeypatch, elsewhere)
    assert run(cast, sheet).created == ROWS
    kinds = Event.objects.filter(kind__endswith="import_units") | Event.objects.filter(kind="proposals.import")
    assert (kinds.count(), Proposal.objects.count(), verifying.verify().problems) == (3, ROWS, ())


def test_who_was_overtaken_by_the_same_import_is_told_and_nothing_is_there_twice(
    cast: Cast, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other: list[int] = []

    def the_same() -> None:
        if not other:
            other.append(0)
            other[0] = engine.run("proposals", [sheet], cast.county, actor=cast.office, at=NOW).created

    own = CaseImporter.finish

    def finish(self: CaseImporter, created: int) -> None:
        own(self, created)
        if connection.vendor == "sqlite":  # PostgreSQL lets nobody write the same numbers before we are done
            at_once(the_same)

    monkeypatch.setattr(CaseImporter, "finish", finish)
    before = (lambda _report: None) if connection.vendor == "sqlite" else (lambda _report: at_once(the_same))
    with pytest.raises(engine.ChangedMeanwhile):
        engine.run("proposals", [sheet], cast.county, actor=cast.office, at=NOW, before_writing=before)
    assert (other, Proposal.objects.count(), verifying.verify().problems) == ([ROWS], ROWS, ())


def test_nothing_is_signed_for_a_member_who_was_made_one_with_another_meanwhile(
    cast: Cast, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite the merger comes in between, and the rows are signed for who stays.

    On PostgreSQL it waits for the import's end.
    """
    stays, goes, merged = cast.member(cast.bystander), cast.member(cast.proposer), []

    def merge() -> None:
        if not merged:
            merged.append(1)
            merging.merge(stays, goes, taken=("account",), reason="同一人", actor=cast.office, at=NOW)

    own = CaseImporter.finish

    def finish(self: CaseImporter, created: int) -> None:
        own(self, created)
        if connection.vendor == "sqlite":
            at_once(merge)

    monkeypatch.setattr(CaseImporter, "finish", finish)
    run(cast, sheet)
    merge()
    assert not Signature.objects.exclude(member=stays).exists()
    assert (Proposal.objects.count(), Signature.objects.count(), verifying.verify().problems) == (ROWS, ROWS, ())


def test_an_import_that_fails_at_its_end_leaves_nothing(
    cast: Cast, sheet: Path, monkeypatch: pytest.MonkeyPatch, settings
) -> None:
    def fails(_self: CaseImporter, _created: int) -> None:
        raise RuntimeError

    before = Event.objects.count()
    monkeypatch.setattr(CaseImporter, "finish", fails)
    with pytest.raises(RuntimeError):
        run(cast, sheet)
    assert (Proposal.objects.count(), Event.objects.count(), verifying.verify().problems) == (0, before, ())
    assert list(settings.TONGXIN_HOME.glob(f"{rehearsing.PREFIX}*")) == []
