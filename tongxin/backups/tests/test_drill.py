"""The restore drill: what was saved while everybody worked is there again, whole, on either database, and one can work with it."""

import hashlib
import sqlite3
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from tests.cast import NOW, Cast
from tongxin.audit import actions as audit
from tongxin.audit import sealing, verifying
from tongxin.backups import archive, tables, taking, targets
from tongxin.backups.tests.homes import Home, another_database
from tongxin.cli import start
from tongxin.files.models import File

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.turns]
WORKED = "handed_over in_hand ()"


def again_and_again(act: Callable[[int], object], stop: threading.Event, failed: list[BaseException]) -> threading.Thread:
    """Do something until told to stop, with a connection of one's own."""

    def work() -> None:
        number = 0
        try:
            while not stop.is_set():
                act(number)
                number += 1
        except BaseException as error:  # noqa: BLE001 -- told to the test
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


@contextmanager
def everybody_at_work(cast: Cast) -> Iterator[None]:
    """Two people write and the worker seals, each in a thread, from before the backup until after it."""
    stop, failed = threading.Event(), list[BaseException]()
    acts: list[Callable[[int], object]] = [
        lambda n: cast.draft(NOW + timedelta(seconds=n)),
        lambda n: audit.record("proposals.attach", shared, actor=cast.proposer, at=NOW, data={"name": str(n)}),
        lambda _n: sealing.seal(at=timezone.now()),
    ]
    shared = cast.draft()
    threads = [again_and_again(act, stop, failed) for act in acts]
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert failed == []


def with_an_upload(cast: Cast) -> str:
    """Put a file into the storage that a row tells of."""
    text = "夜间药房".encode()
    name = default_storage.save("2026/03/说明.txt", ContentFile(text))
    about = {"name": "说明.txt", "kind": "txt", "size": len(text), "digest": hashlib.sha256(text).hexdigest(), "uploaded_at": NOW}
    File.objects.create(committee=cast.county, owner=cast.proposer, content=name, **about)
    return name


def saved_under_load(cast: Cast, out: Path) -> archive.Manifest:
    with everybody_at_work(cast):
        for _round in range(2):
            made = taking.take(out, at=timezone.now(), overwrite=True)
    assert verifying.verify(reads_files=False).ok
    return made


def restored(home: Home, out: Path, made: archive.Manifest) -> None:
    """Restore and hold every figure against what was saved."""
    code, said, err = home.run("restore", out, "--json")
    assert (code, said["ok"], said["rows"], said["tables"], said["first_bad"]) == (0, True, made.rows, len(made.tables), None), (
        err
    )
    assert said["events"] == next(table.rows for table in made.tables if table.name == "audit_event")


def nobody_had_looked_at_the_files(home: Home) -> None:
    """However old its events are: what was found in the former place says nothing of this one."""
    _code, out, _err = home.run("check")
    assert "附件内容　还没有核对过，tongxin worker 第一次运行时核对\n" in out


def test_a_backup_taken_under_load_restores_into_an_empty_home(cast: Cast, tmp_path: Path) -> None:
    name = with_an_upload(cast)
    made = saved_under_load(cast, tmp_path / "day.zip")
    with another_database() if connection.vendor == "postgresql" else _no_other() as database:
        home = Home(tmp_path / "restored", database)
        restored(home, tmp_path / "day.zip", made)
        nobody_had_looked_at_the_files(home)
        assert (home.place / "files" / name).read_bytes() == "夜间药房".encode()
        assert home.handles_a_proposal(cast, tmp_path) == WORKED


@contextmanager
def _no_other() -> Iterator[None]:
    yield None


def test_a_backup_goes_to_the_other_database_and_comes_back_the_same(cast: Cast, tmp_path: Path) -> None:
    """SQLite to SQLite where there is no PostgreSQL: then what goes and comes back is the replacing of what is there."""
    cast.answered()
    sealing.seal(at=timezone.now())
    there, back = tmp_path / "there.zip", tmp_path / "back.zip"
    made = taking.take(there, at=timezone.now())
    embedded = Home(tmp_path / "embedded")
    restored(embedded, there, made)
    assert embedded.run("backup", back)[0] == 0
    again = taking.check(back)
    assert {t.name: (t.rows, t.digest) for t in again.tables} == {t.name: (t.rows, t.digest) for t in made.tables}
    with another_database() if connection.vendor == "postgresql" else _no_other() as database:
        home = Home(tmp_path / "last", database) if database else embedded
        code, _out, err = home.run("restore", back, *([] if database else ["--replace"]))
        assert (code, "核验没有发现改动" in err) == (0, True)
        taken = timezone.localtime(datetime.fromisoformat(again.at))
        assert f"已恢复 {taken:%Y-%m-%d %H:%M} 的备份：" in err
        assert home.handles_a_proposal(cast, tmp_path) == WORKED
    if not database:
        [saved] = (embedded.place / "backups").glob("before-restore-*.zip")
        assert zipfile.is_zipfile(saved)
        assert sorted(p.name for p in embedded.place.iterdir()) == ["audit", "backups", "files", "keys", "tongxin.sqlite3"]


def test_an_older_backup_goes_into_its_own_schema_when_nobody_has_the_database_open(tmp_path: Path) -> None:
    out, new = tmp_path / "older.zip", Home(tmp_path / "new")
    older = Home(tmp_path / "older")
    older.place.mkdir()
    new.place.mkdir()
    assert older.begins_with_an_older_schema() == ""
    assert older.run("backup", out)[0] == 0
    with closing(sqlite3.connect(new.place / "tongxin.sqlite3")) as server:
        server.execute("PRAGMA journal_mode = WAL")
        server.execute("SELECT COUNT(*) FROM sqlite_master")
        code, _out, err = new.run("restore", out)
        assert (code, err.strip()) == (2, targets.IN_USE)
    code, said, err = new.run("restore", out, "--json")
    assert (code, said["migrate"], "请运行 tongxin migrate" in err) == (0, True, True)
    assert new.run("audit", "verify")[2].strip() == start.OLD


def with_a_row_that_points_nowhere(saved: Path, path: Path) -> Path:
    """Write a backup that fits its manifest and its seal, and no database."""
    read = archive.Archive(saved)
    made = read.manifest
    table = next(table for table in made.tables if table.name == "committees_term")
    rows, found = [list(row) for row in taking.rows_in(read, table)], tables.Fingerprint(table.columns)
    rows[0][[column for column, _kind in table.columns].index("committee_id")] = 999_999
    for row in rows:
        found.add(row)
    name, raw = f"{archive.ROWS}/{table.name}.jsonl", b"".join(map(tables.line_of, rows))
    made.tables = [replace(t, digest=found.digest) if t is table else t for t in made.tables]
    odd = archive.Member(name, len(raw), hashlib.sha256(raw).hexdigest())
    made.members = [odd if member.name == name else member for member in made.members]
    with zipfile.ZipFile(saved) as whole, zipfile.ZipFile(path, "w") as out:
        for member in made.members:
            out.writestr(member.name, raw if member is odd else whole.read(member.name))
        out.writestr(archive.MANIFEST, made.sealed(settings.AUDIT_KEY))
    return path


@pytest.mark.usefixtures("cast")
def test_a_restore_that_fails_leaves_all_as_it_was(tmp_path: Path) -> None:
    """Nothing of it stays: not the rows, not the files, not the keys that it brought along."""
    taking.take(tmp_path / "day.zip", at=timezone.now(), keys=True)
    path, home = with_a_row_that_points_nowhere(tmp_path / "day.zip", tmp_path / "odd.zip"), Home(tmp_path / "home")
    heads = home.place / "audit" / "heads.jsonl"
    heads.parent.mkdir(parents=True)
    heads.write_text("former", encoding="utf-8")
    code, _out, err = home.run("restore", path, keys=False)
    assert (code, "原来的数据没有变" in err) == (2, True), err
    assert heads.read_text(encoding="utf-8") == "former"
    assert {p.name for p in home.place.iterdir() if p.is_dir()} == {"audit", "keys"}
    assert list((home.place / "keys").iterdir()) == []
    with closing(sqlite3.connect(home.place / "tongxin.sqlite3")) as left:
        assert left.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)
