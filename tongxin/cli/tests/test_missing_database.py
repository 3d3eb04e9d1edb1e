"""The database's file is away while a command runs: no empty one takes its place, and what was acknowledged stays."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from tests.migrated import empty_database
from tongxin.backups.tests.homes import ROOT, Home
from tongxin.core import database

NAME = "tongxin.sqlite3"
OF_A_SERVER = connection.vendor != "sqlite"  # whose database has no file of ours, and answers or does not


def managed(home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one of Django's own commands."""
    return subprocess.run(  # noqa: S603 -- ourselves
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=home._environment(keys=True),
        capture_output=True,
        text=True,
        check=False,
    )


def names(place: Path) -> list[str]:
    return sorted(path.name for path in place.glob(f"{NAME}*"))


def test_what_was_acknowledged_outlives_every_command_that_ran_while_the_file_was_away(tmp_path: Path) -> None:
    home, file, away = Home(tmp_path), tmp_path / NAME, tmp_path / "away"
    shutil.copyfile(empty_database(), file)
    with closing(sqlite3.connect(file, isolation_level=None)) as server:  # as the site has it open
        server.execute("PRAGMA journal_mode = WAL")
        server.execute("PRAGMA wal_autocheckpoint = 0")
        server.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('acknowledged', 'act', CURRENT_TIMESTAMP)")
        log = (tmp_path / f"{NAME}-wal").read_bytes()
        assert log
        file.rename(away)
        for words in (("check",), ("worker", "--once"), ("backup", tmp_path.parent / "day.zip"), ("migrate",)):
            code, out, err = home.run(*words)
            assert (code, out, f"数据库文件 {file} 不存在" in err) == (2, "", True), err
            assert "移回" in err
        done = managed(home, "showmigrations")
        assert (done.returncode, f"数据库文件 {file} 不存在" in done.stderr) == (2, True)
        assert names(tmp_path) == [f"{NAME}-shm", f"{NAME}-wal"]
        assert (tmp_path / f"{NAME}-wal").read_bytes() == log
        away.rename(file)
    with closing(sqlite3.connect(file)) as found:
        assert found.execute("SELECT COUNT(*) FROM django_migrations WHERE app = 'acknowledged'").fetchone() == (1,)


def test_where_there_is_no_database_those_commands_alone_make_one_that_are_there_for_it(tmp_path: Path) -> None:
    """That `tongxin migrate` really makes its tables stands in the tests of `core.modes`."""
    home = Home(tmp_path / "home")
    home.place.mkdir()
    code, _out, err = home.run("check")
    assert (code, "请先运行 tongxin init" in err, names(home.place)) == (2, True, [])
    assert home.run("template", "units", tmp_path / "units.xlsx")[0] == 0
    assert names(home.place) == []
    assert managed(home, "migrate", "sessions", "--verbosity", "0").returncode == 0
    assert names(home.place)[0] == NAME
    (home.place / NAME).unlink()
    assert home.run("migrate")[0] == 0
    assert names(home.place)[0] == NAME


def said(client: Client) -> bool:
    """Return whether a monitor is told that the database can be read."""
    answer = client.get("/healthz")
    if not answer.json()["database"]:
        assert (answer.status_code, answer.json()) == (503, {"ok": False, "database": False})
    return bool(answer.json()["database"])


@pytest.mark.django_db
def test_a_monitor_is_told_that_the_file_that_is_open_is_away_or_another(client: Client, tmp_path: Path, monkeypatch) -> None:
    assert said(client)
    for spoil in (
        Path.touch,
        lambda path: path.write_bytes(os.urandom(8192)),
        lambda path: shutil.copyfile(empty_database(), path),
    ):
        other = tmp_path / "other.sqlite3"
        monkeypatch.setitem(connection.settings_dict, "NAME", str(other))
        assert said(client) is OF_A_SERVER
        spoil(other)
        assert said(client) is OF_A_SERVER
        other.unlink()


@pytest.mark.django_db
def test_a_monitor_is_told_that_what_lies_on_the_disk_cannot_be_read(client: Client, tmp_path: Path, monkeypatch) -> None:
    spoiled = tmp_path / "spoiled.sqlite3"
    spoiled.write_bytes(os.urandom(8192))
    connection.ensure_connection()
    if not OF_A_SERVER:
        monkeypatch.setattr(connection.connection, "file", database._file_at(spoiled))
    monkeypatch.setitem(connection.settings_dict, "NAME", str(spoiled))
    assert said(client) is OF_A_SERVER
