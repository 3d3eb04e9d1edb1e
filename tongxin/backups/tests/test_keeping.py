"""Backups by the clock: as often as asked, as many as asked, one at a time; what fails is kept and shown."""

import fcntl
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cast import NOW, Cast
from tongxin.backups import keeping, taking, tasks
from tongxin.core.faults import SwitchedOffError

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def daily(cast: Cast, settings: Any) -> None:
    """A backup each day, two of which are kept."""
    settings.BACKUP_EVERY, settings.BACKUP_KEEP, settings.BACKUP_FILES = 24, 2, True


def named() -> list[str]:
    return sorted(path.name for path in keeping.folder().iterdir() if not path.name.startswith("."))


def test_one_is_taken_when_its_time_has_come_and_the_oldest_goes() -> None:
    (keeping.folder()).mkdir()
    (keeping.folder() / "tongxin-by-hand.zip").touch()
    taken = [tasks.take_if_due(NOW + n * 12 * HOUR) for n in range(7)]
    assert taken == [True, False, True, False, True, False, True]
    assert named() == ["tongxin-20260304T010000Z.zip", "tongxin-20260305T010000Z.zip", "tongxin-by-hand.zip"]
    assert taking.check(keeping.taken()[-1][1]).rows > 0
    assert keeping.findings(now=NOW + 84 * HOUR) == []


def test_none_is_taken_where_none_is_asked_for(settings: Any) -> None:
    settings.BACKUP_EVERY = 0
    with pytest.raises(SwitchedOffError, match="未启用，启用请设置 TONGXIN_BACKUP_EVERY"):
        tasks.take_if_due(NOW)
    assert not keeping.folder().exists()
    assert keeping.findings(now=NOW) == []


def test_two_workers_take_one() -> None:
    keeping.folder().mkdir()
    with (keeping.folder() / ".lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert tasks.take_if_due(NOW) is False
    assert named() == []
    assert tasks.take_if_due(NOW) is True


def test_a_failure_is_kept_shown_and_tried_again_in_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(keeping.shutil, "disk_usage", lambda _place: SimpleNamespace(free=10))
        with pytest.raises(keeping.NotMadeError, match="3 月 2 日 9:00 的定时备份没有完成"):
            tasks.take_if_due(NOW)
    [said] = keeping.findings(now=NOW)
    assert "3 月 2 日 9:00 的定时备份没有完成：磁盘空间不足，放不下下一份备份" in said
    with pytest.raises(keeping.NotMadeError):  # not tried again yet, and not made: that is no success
        tasks.take_if_due(NOW + HOUR / 2)
    assert tasks.take_if_due(NOW + HOUR) is True
    assert keeping.findings(now=NOW + HOUR) == []


def test_what_a_killed_worker_left_goes_with_the_next() -> None:
    keeping.folder().mkdir()
    left = keeping.folder() / ".tongxin-20260301T010000Z.zip.17.part"
    left.touch()
    assert tasks.take_if_due(NOW)
    assert not left.exists()


@pytest.mark.parametrize(("after", "late"), [(48 * HOUR, False), (50 * HOUR, True)])
def test_a_worker_that_does_not_run_is_seen(after: timedelta, late: bool) -> None:  # noqa: FBT001 -- parametrized
    assert tasks.take_if_due(NOW)
    assert bool(keeping.findings(now=NOW + after)) is late


def test_a_failure_of_any_kind_keeps_the_former_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def no(_out: Path, *, at: datetime, files: bool) -> None:
        raise taking.NotTakenError("磁盘已满")

    assert tasks.take_if_due(NOW)
    monkeypatch.setattr(taking, "take", no)
    with pytest.raises(keeping.NotMadeError):
        tasks.take_if_due(NOW + 24 * HOUR)
    assert named() == ["failure.json", "tongxin-20260302T010000Z.zip"]
