"""The sheets that people uploaded stay where they are when a committee moves house.

In them stand telephone numbers in plain text.
"""

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError, transaction
from django.utils import timezone

from tests.cast import NOW, Cast, everybody
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.backups import bundles, packing, unpacking
from tongxin.backups.tests.test_bundles import elsewhere as _elsewhere
from tongxin.backups.unpacking import Wanted
from tongxin.files.models import File
from tongxin.imports.actions import work
from tongxin.imports.choices import Stage
from tongxin.imports.models import Finding, Import, Listed, Source
from tongxin.regulations import queries

pytestmark = pytest.mark.django_db
PHONE = "13912345678"
ROWS = [[2, "名单.csv", "", "甲乙丙", PHONE]]
elsewhere = _elsewhere


def uploaded(cast: Cast, name: str) -> File:
    text = f"姓名,手机\n甲乙丙,{PHONE}\n".encode()
    content = default_storage.save(f"2026/03/{name}.csv", ContentFile(text))
    about = {"name": f"{name}.csv", "kind": "csv", "size": len(text), "digest": hashlib.sha256(text).hexdigest()}
    return File.objects.create(committee=cast.county, owner=cast.office, content=content, uploaded_at=NOW, **about)


def an_import(cast: Cast, stage: Stage) -> Import:
    """An import with its sheet, its rows that were wrong, what was found in them, and the rows that would be new."""
    run = Import.objects.create(
        committee=cast.county, kind="members", stage=stage, account=cast.office, begun_at=NOW, rejects=uploaded(cast, "有错的行")
    )
    Source.objects.create(committee=cast.county, imported=run, name="名单.csv", file=uploaded(cast, "名单"))
    Finding.objects.create(
        committee=cast.county, imported=run, place_in_list=1, file="名单.csv", row=2, value=PHONE, reason=f"{PHONE} 已有"
    )
    Listed.objects.create(committee=cast.county, imported=run, rows=ROWS)
    return run


@pytest.mark.parametrize("rows", [{"row": 2}, "2"])
def test_what_could_not_be_taken_in_is_not_given_out(cast: Cast, tmp_path: Path, rows: Any) -> None:
    an_import(cast, Stage.CHECKED)
    Listed.objects.update(rows=rows)
    with pytest.raises(packing.NotPackedError, match=r"rows/imports.listed.jsonl 第 1 行 rows"):
        packing.pack(tmp_path / "YX.zip", cast.county, at=timezone.now())
    assert list(tmp_path.glob("*YX.zip*")) == []
    assert not Event.objects.filter(kind="audit.depart").exists()


@pytest.mark.parametrize("error", [OperationalError(""), OSError()])
def test_an_error_that_says_nothing_is_named_by_its_sort(cast: Cast, tmp_path: Path, monkeypatch: Any, error: Exception) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr(packing, "_write", fail)
    with pytest.raises(packing.NotPackedError, match=type(error).__name__):
        packing.pack(tmp_path / "YX.zip", cast.county, at=timezone.now())


def packed_away(out: Path, stage: Stage, *, secrets: bool = True) -> bytes:
    """Pack the county with an import, and take everybody out again; return all that the bundle holds."""
    with transaction.atomic():
        cast = everybody()
        an_import(cast, stage)
        packing.pack(out, cast.county, at=timezone.now(), secrets=secrets)
        transaction.set_rollback(True)
    queries.forget()
    with zipfile.ZipFile(out) as read:
        return b"".join(read.read(name) for name in read.namelist())


def test_sheets_stay_and_the_history_of_imports_goes_along(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    out = tmp_path / "YX.zip"
    assert PHONE.encode() not in packed_away(out, Stage.CHECKING)
    request.getfixturevalue("elsewhere")
    unpacking.unpack(out, Wanted(), at=timezone.now())
    run = Import.objects.get()
    assert (run.rejects, run.sources.get().name, run.sources.get().file, File.objects.count()) == (None, "名单.csv", None, 0)
    assert (Finding.objects.get().value, Listed.objects.get().rows) == (PHONE, ROWS)
    assert verifying.verify().problems == ()
    work(run.uid, now=timezone.now)
    run.refresh_from_db()
    assert (run.stage, "重新上传" in run.word) == (Stage.FAILED, True)


def test_without_telephone_numbers_nothing_that_was_found_in_sheets_goes_along(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    out = tmp_path / "YX.zip"
    assert PHONE.encode() not in packed_away(out, Stage.IMPORTED, secrets=False)
    read = bundles.Bundle(out)
    assert [list(read.rows(f"rows/imports.{name}.jsonl")) for name in ("finding", "listed")] == [[], []]
    read.close()
    request.getfixturevalue("elsewhere")
    unpacking.unpack(out, Wanted(), at=timezone.now())
    assert (Import.objects.count(), Finding.objects.count(), Listed.objects.count()) == (1, 0, 0)
