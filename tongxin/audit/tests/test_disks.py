"""What a full disk, a kill or a power cut leaves behind is no finding; the next round writes on."""

import os
import resource
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast, moment
from tongxin.audit import outside, sealing, verifying
from tongxin.audit.models import Chain
from tongxin.audit.tests.forging import delete, found

LATER, LATER_STILL = moment("2026-03-04", 2), moment("2026-03-05", 2)


@pytest.fixture
def waiting(sealed: Cast) -> Cast:
    """Events are sealed, and their head is not outside yet."""
    sealed.draft()
    for keys in sealing._unsealed():
        sealing._seal_batch(keys, LATER, sealing.acts.Noted(), sealing.origins.Brought())
    return sealed


def lines() -> list[bytes]:
    return sealing.heads_file().read_bytes().splitlines(keepends=True)


def test_a_disk_that_is_full_in_the_middle_of_a_head_is_no_finding(waiting: Cast) -> None:
    before, limits = sealing.heads_file().stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (before + 40, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            sealing.note_heads(at=LATER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not lines()[-1].endswith(b"\n")
    assert found() == (None, "")
    assert sealing.note_heads(at=LATER_STILL) == 1
    assert found() == (None, "")
    assert not sealing.growth_lags()


@pytest.mark.parametrize("place", ["before the disk has it", "before the database knows", "before the growth is noted"])
def test_a_kill_while_heads_are_written_is_no_finding(waiting: Cast, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def killed(*_words: Any, **_more: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killing:
        if place == "before the disk has it":
            killing.setattr(sealing.os, "fsync", killed)
        elif place == "before the database knows":
            killing.setattr(type(Chain.objects.all()), "update", killed)
        else:
            killing.setattr(sealing, "note_growth", killed)
        with pytest.raises(KeyboardInterrupt):
            sealing.note_heads(at=LATER)
    assert found() == (None, "")
    sealing.seal(at=LATER_STILL)
    assert found() == (None, "")
    assert not sealing.growth_lags()


def test_the_growth_is_on_the_disk_before_its_note_has_its_name(waiting: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty note, as a power cut leaves of a file that was named first, would be called a forgery."""
    done, fsync, replace = list[str](), os.fsync, Path.replace

    def flushed(number: int) -> None:
        done.append(Path(f"/proc/self/fd/{number}").readlink().name)
        fsync(number)

    def named(one: Path, other: Path) -> Path:
        done.append(f"{one.name} → {other.name}")
        return replace(one, other)

    monkeypatch.setattr(sealing.os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", named)
    sealing.note_heads(at=LATER)
    assert done == ["heads.jsonl", "heads.new", "heads.new → heads", "keys"]


def test_a_database_that_is_behind_is_told_from_one_that_was_forged(waiting: Cast) -> None:
    sealing.note_heads(at=LATER)
    last = sealing.Seal.objects.filter(committee_code="YX").order_by("-number").first()
    assert last is not None
    kept = last.digest
    sealing.Seal.objects.filter(pk=last.pk).update(digest="0")
    forged = {problem.reason for problem in verifying.verify().problems if problem.outside}
    sealing.Seal.objects.filter(pk=last.pk).update(digest=kept)
    delete(last.event)
    behind = {problem.reason for problem in verifying.verify().problems if problem.outside}
    assert forged == {"与库外留存的链头不符"}
    assert behind == {"数据库比库外留存的链头旧：恢复过较早的备份，或者末尾的记录被删去"}
    assert str(outside.HEADS_CUT) not in forged | behind


@pytest.mark.django_db
def test_what_is_acknowledged_is_on_the_disk() -> None:
    """With less, a power cut takes the last acts back, and the files outside, which have them, call that a forgery."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone() == (2,)
        else:
            cursor.execute("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'")
            assert cursor.fetchone()[0] != "session"  # the server's own business: we turn nothing off
