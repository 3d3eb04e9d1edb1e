"""A database that revision 6444d83 made comes along.

Nothing lost, everything proved, every page opens, nobody locked out.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import yaml
from django.db import connection

from tests.upgrade.yesterday import KEYS, advice_given, national_rules

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.turns


@pytest.fixture
def place(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of an installation of its own, on the kind of database that the suite runs on."""
    home = tmp_path_factory.mktemp("yesterday")
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "TONGXIN_TESTING"}}
    env = kept | KEYS | {"TONGXIN_HOME": str(home), "PYTHONPATH": str(ROOT), "TONGXIN_HOSTS": "testserver,localhost"}
    if connection.vendor != "postgresql":
        yield env
        return
    name = f"yesterday_{os.getpid()}_{home.name.rpartition('yesterday')[2]}"
    with django_db_blocker.unblock():
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f'CREATE DATABASE "{name}"')
        parts = urlsplit(os.environ["DATABASE_URL"])
        yield env | {"DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(env: dict[str, str], *words: str, fails: bool = False) -> str:
    """Run a process to its end, which must be the expected one, and return what it printed."""
    done = subprocess.run([sys.executable, "-m", *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("world", ["cast", "year"])
def test_no_national_rule_that_was_adopted_is_edited(world: str) -> None:
    """A new value is a new version: what is installed keeps the old one for its days."""
    library = {}
    for path in sorted((ROOT / "library" / "national").glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            library[entry["kind"], entry["effective_from"].isoformat()] = entry["values"]
    changed = {
        (kind, on, key): (value, library[kind, on].get(key))
        for (kind, on), body in national_rules(world).items()
        for key, value in body.items()
        if library[kind, on].get(key) != value
    }
    assert changed == {}


def test_it_upgrades_is_in_order_and_every_page_opens(place: dict[str, str]) -> None:
    run(place, "tests.upgrade.yesterday", "load", "cast")
    run(place, "tongxin.cli", "migrate")
    ruled = json.loads(run(place, "tests.upgrade.yesterday", "ruled", "cast").splitlines()[-1])
    assert (ruled["values"], ruled["events"]) == ({"reply_max": 5000}, 1)
    run(place, "tongxin.cli", "migrate")  # once more changes nothing
    assert json.loads(run(place, "tests.upgrade.yesterday", "ruled", "cast").splitlines()[-1]) == ruled
    verdict = json.loads(run(place, "tongxin.cli", "audit", "verify", "--json"))
    assert (verdict["ok"], verdict["first_bad"]) == (True, None)
    assert verdict["events"] > verdict["sealed"] >= 404
    # before it, `check` rightly says that yesterday's events wait for their seal
    run(place, "tongxin.cli", "worker", "--once")
    found = json.loads(run(place, "tongxin.cli", "check", "--json"))
    assert found["ok"], found
    reply, proposal = json.loads(run(place, "tests.upgrade.yesterday", "kept", "cast").splitlines()[-1])
    typed = {"text": "另一处写的答复", "phone": "13800000000"}
    assert reply == {
        "uid": "yesterdayc1",
        "kind": "handling.reply",
        "fields": typed,
        "from": 1,
        "at": "2026-03-01T01:00:00+00:00",
        "settled": False,
        "home": 1,
    }
    assert (proposal["kind"], proposal["home"], bool(proposal["fields"])) == ("proposals.text", 1, True)
    visited = json.loads(run(place | {"TONGXIN_TESTING": "1"}, "tests.upgrade.yesterday", "visit", "cast").splitlines()[-1])
    assert visited["broken"] == []
    assert visited["opened"] > 150
    assert visited["advice"] == advice_given("cast") > 0
    run(place, "tongxin.cli", "worker", "--once")
    verdict = json.loads(run(place, "tongxin.cli", "audit", "verify", "--json"))
    assert (verdict["ok"], verdict["events"]) == (True, verdict["sealed"])
    for number, holder in ((1, "proposals.attachment"), (2, "handling.replyfile")):
        kept = Path(place["TONGXIN_HOME"]) / "files" / "2026" / f"yesterday{number}.txt"
        said = kept.read_bytes()
        kept.write_bytes(b"swapped")
        found = json.loads(run(place, "tongxin.cli", "audit", "verify", "--json", fails=True))
        assert (found["ok"], found["first_bad"]) == (False, f"{holder}:yesterdayh{number}")
        kept.write_bytes(said)


def test_a_real_one_with_an_imported_year_upgrades_too(place: dict[str, str]) -> None:
    run(place, "tests.upgrade.yesterday", "load", "year")
    run(place, "tongxin.cli", "migrate")
    run(place, "tongxin.cli", "worker", "--once")
    verdict = json.loads(run(place, "tongxin.cli", "audit", "verify", "--json"))
    assert (verdict["ok"], verdict["events"]) == (True, verdict["sealed"])
    assert verdict["events"] > 760
    found = json.loads(run(place, "tongxin.cli", "check", "--json"))
    assert found["ok"], found
    visited = json.loads(run(place | {"TONGXIN_TESTING": "1"}, "tests.upgrade.yesterday", "visit", "year").splitlines()[-1])
    assert visited["broken"] == []
    assert visited["opened"] > 200
    assert visited["tentative"] == visited["unsettled"]  # eight, while the calendar of 2027 is not out
