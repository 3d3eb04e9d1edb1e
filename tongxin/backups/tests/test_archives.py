"""What is written can be read again, what was changed is refused, and nothing is left behind where it could not be written."""

import json
import os
import resource
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from tests.cast import Cast
from tongxin.audit import sealing
from tongxin.backups import archive, restoring, tables, taking, targets
from tongxin.core.secrets import EncryptedField
from tongxin.files.models import File
from tongxin.members.models import Member

Contents = dict[str, bytes]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests themselves have the database open."""
    monkeypatch.setattr(targets, "demand_unused", lambda: None)


@pytest.fixture
def saved(cast: Cast, tmp_path: Path) -> Path:
    """A backup of the cast's world."""
    sealing.seal(at=timezone.now())
    out = tmp_path / "day.zip"
    taking.take(out, at=timezone.now())
    return out


def contents(path: Path) -> Contents:
    with zipfile.ZipFile(path) as read:
        return {name: read.read(name) for name in read.namelist()}


def written(path: Path, holds: Contents) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, raw in holds.items():
            out.writestr(name, raw)
    return path


def refused(path: Path) -> str:
    with pytest.raises(restoring.NotRestoredError) as error:
        restoring.restore(path, replace_all=True, at=timezone.now())
    return str(error.value)


# ── written ──────────────────────────────────────────────────────────────────────────────────────
def test_every_row_of_every_table_is_in_it_but_who_is_signed_in(saved: Path) -> None:
    made = taking.check(saved)
    with connection.cursor() as cursor:
        for table in made.tables:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table.name)}")  # noqa: S608 -- names of our models
            assert (table.name, table.rows) == (table.name, cursor.fetchone()[0])
    ours = {m._meta.db_table for m in apps.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy}
    assert ours - {table.name for table in made.tables} == {"django_session"}


def test_every_field_that_there_is_has_a_kind() -> None:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            assert field.generated or tables.kind_of(field)


def test_ciphers_are_kept_as_ciphers(cast: Cast, tmp_path: Path) -> None:
    saved = tmp_path / "phones.zip"
    models.QuerySet(Member).filter(account=cast.proposer).update(phone="13800000000")
    taking.take(saved, at=timezone.now())
    fields = [
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedField)
    ]
    made, found = taking.check(saved), list[str]()
    read = archive.Archive(saved)
    for name, column in fields:
        table = next(table for table in made.tables if table.name == name)
        place = [c for c, _kind in table.columns].index(column)
        found += [str(row[place]) for row in taking.rows_in(read, table) if row[place]]
    assert found
    assert all(cipher.startswith("gAAAA") for cipher in found)


def test_keys_are_in_it_only_when_asked_for(saved: Path, tmp_path: Path) -> None:
    assert archive.Archive(saved).keys() == {}
    assert not any(key.encode() in raw for raw in contents(saved).values() for key in taking.keys_here().values())
    taking.take(tmp_path / "keys.zip", at=timezone.now(), keys=True)
    assert archive.Archive(tmp_path / "keys.zip").keys() == taking.keys_here()


def test_nobody_else_may_read_it(saved: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0


def test_a_backup_takes_no_other_files_place(saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(taking.NotTakenError, match="已经存在"):
        taking.take(saved, at=timezone.now())
    assert saved.read_bytes() == before


def test_a_full_disk_leaves_nothing_behind(saved: Path, tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(taking.NotTakenError, match="没有写成"):
            taking.take(tmp_path / "more" / ".." / "full.zip", at=timezone.now())
        with pytest.raises(taking.NotTakenError, match="没有写成"):
            taking.take(tmp_path / "full.zip", at=timezone.now())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in tmp_path.glob("*full*")] == []
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_place_in_a_row_leads_nowhere_but_to_uploads(saved: Path, cast: Cast, tmp_path: Path) -> None:
    """Who writes to the database does not have the keys brought out to him as an attachment."""
    place = Path(settings.MEDIA_ROOT)
    place.mkdir()
    (tmp_path / "keys").mkdir(exist_ok=True)
    (tmp_path / "keys" / "field").write_text("secret", encoding="utf-8")
    (place / "link").symlink_to(tmp_path / "keys" / "field")
    about = {
        "committee": cast.county,
        "owner": cast.proposer,
        "kind": "txt",
        "size": 1,
        "digest": "",
        "uploaded_at": timezone.now(),
    }
    models.QuerySet(File).bulk_create(
        [
            File(uid=f"evil{n}", name="x", content=content, **about)
            for n, content in enumerate(("../keys/field", "link", "2026/gone.txt", str(tmp_path / "keys" / "field")))
        ]
    )
    made = taking.take(tmp_path / "evil.zip", at=timezone.now())
    assert sorted(made.missing) == sorted(["../keys/field", "link", "2026/gone.txt", str(tmp_path / "keys" / "field")])
    assert made.below(archive.FILES) == []


# ── refused ──────────────────────────────────────────────────────────────────────────────────────
def _truncated(raw: Contents, path: Path) -> Path:
    whole = written(path, raw).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def _with(name: str, change: Callable[[bytes], bytes]) -> Callable[[Contents, Path], Path]:
    return lambda raw, path: written(path, {**raw, name: change(raw.get(name, b""))})


def _told(**change: object) -> Callable[[Contents, Path], Path]:
    return _with("manifest.json", lambda raw: json.dumps(json.loads(raw) | change).encode())


SPOILED: dict[str, tuple[Callable[[Contents, Path], Path], str]] = {
    "cut off": (_truncated, "不是本系统的备份，或者不完整"),
    "something else": (lambda _raw, path: written(path, {"a": b"b"}), "不是本系统的备份，或者不完整"),
    "a row more": (_with("rows/accounts_account.jsonl", lambda raw: raw + b"[]\n"), "与清单不符"),
    "a row changed": (_with("rows/accounts_account.jsonl", lambda raw: raw.replace(b"a", b"b", 1)), "与清单不符"),
    "a file more": (_with("files/x", lambda _raw: b"x"), "与清单不符"),
    "a way out": (_with("files/../../x", lambda _raw: b"x"), "与清单不符"),
    "a file less": (lambda raw, path: written(path, {n: r for n, r in raw.items() if "heads" not in n}), "与清单不符"),
    "another format": (_told(format=2), "另一个版本"),
    "another moment": (_told(at="2020-01-01T00:00:00+00:00"), "被改动过"),
    "nothing said": (_told(members=None), "不是本系统的备份，或者不完整"),
    "other keys": (_told(keys={"field": "0"}), "不是写这份备份时的"),
}


@pytest.mark.parametrize("kind", SPOILED)
def test_what_was_changed_is_refused_before_a_row_is_written(saved: Path, tmp_path: Path, kind: str) -> None:
    spoil, said = SPOILED[kind]
    path = spoil(contents(saved), tmp_path / "spoiled.zip")
    assert said in refused(path)
    assert not list(tmp_path.glob("restoring-*"))


def sealed_anew(saved: Path, path: Path, **change: object) -> Path:
    """Write an archive whose manifest somebody changed who has the key."""
    manifest = archive.Archive(saved).manifest
    for name, value in change.items():
        setattr(manifest, name, value)
    return written(path, contents(saved) | {"manifest.json": manifest.sealed(settings.AUDIT_KEY)})


def test_the_backup_of_a_newer_version_is_refused(saved: Path, tmp_path: Path) -> None:
    schema = archive.Archive(saved).manifest.schema
    path = sealed_anew(saved, tmp_path / "newer.zip", schema=[*schema, ("audit", "9999_more")], version="9.9")
    assert "较新版本（9.9）" in refused(path)


def test_even_who_has_the_key_leads_nothing_out_of_the_folder(saved: Path, tmp_path: Path) -> None:
    holds = contents(saved) | {"outside/audit/../../x": b""}
    manifest = archive.Archive(saved).manifest
    manifest.members.append(
        archive.Member("outside/audit/../../x", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    )
    path = written(tmp_path / "out.zip", holds | {"manifest.json": manifest.sealed(settings.AUDIT_KEY)})
    assert "与清单不符" in refused(path)


def test_what_does_not_fit_on_the_disk_is_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restoring.shutil, "disk_usage", lambda _place: SimpleNamespace(free=1))
    assert "的磁盘空间不足：恢复需要" in refused(saved)


def test_somebodys_work_is_not_written_over_unasked(saved: Path) -> None:
    with pytest.raises(restoring.NotRestoredError, match="数据库里已有数据"):
        restoring.restore(saved, replace_all=False, at=timezone.now())


def test_nothing_is_restored_while_somebody_has_the_database_open(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_use() -> None:
        raise targets.InUseError(targets.IN_USE)

    monkeypatch.setattr(targets, "demand_unused", in_use)
    assert refused(saved) == targets.IN_USE


def test_the_digest_of_rows_does_not_ask_for_their_order_or_how_json_is_spaced() -> None:
    columns = [("id", tables.WHOLE), ("said", tables.JSON)]
    one, other = tables.Fingerprint(columns), tables.Fingerprint(columns)
    rows = [[1, '{"a": 1, "b": "\\u4e2d"}'], [2, None]]
    for row in rows:
        one.add(row)
    for row in ([2, None], [1, '{"b":"中","a":1}']):
        other.add(row)
    assert (one.rows, one.digest) == (other.rows, other.digest)


def test_moments_are_written_in_one_way() -> None:
    assert tables.OUT[tables.MOMENT](datetime(2026, 3, 2, 1, tzinfo=UTC)) == "2026-03-02T01:00:00+00:00"
    assert tables.OUT[tables.MOMENT](datetime(2026, 3, 2, 1)) == "2026-03-02T01:00:00+00:00"  # as SQLite says it


@pytest.mark.parametrize("before", ["an older one", ""])
def test_a_backup_is_written_through_a_link_to_what_it_leads_to(cast: Cast, tmp_path: Path, before: str) -> None:
    target, link = tmp_path / "disk" / "day.zip", tmp_path / "day.zip"
    target.parent.mkdir()
    if before:
        target.write_text(before, encoding="utf-8")
    link.symlink_to(target)
    taking.take(link, at=timezone.now(), overwrite=bool(before))
    assert link.is_symlink()
    assert taking.check(target).rows
    assert list(target.parent.iterdir()) == [target]


def test_a_backup_takes_no_pipes_place(cast: Cast, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    for name in ("pipe", "round"):
        with pytest.raises(taking.NotTakenError, match="不是普通文件"):
            taking.take(tmp_path / name, at=timezone.now(), overwrite=True)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert (tmp_path / "round").is_symlink()


def test_lines_come_whole_however_they_are_cut(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = archive.Archive(saved)
    member = max(read.manifest.below(archive.ROWS), key=lambda one: one.size)
    whole = b"".join(read.pieces(member)).split(b"\n")[:-1]
    for size in (1, 7, 1 << 20):
        monkeypatch.setattr(archive, "CHUNK", size)
        assert list(read.lines_in(member)) == whole
    read.close()
