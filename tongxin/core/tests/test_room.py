"""Room on the disks: said before it is gone, each disk once, and with what to do."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tongxin.core import room


def disk(*, free_mb: int, names: int = 1000, read_only: bool = False) -> Any:
    """What the system says of a disk."""
    return SimpleNamespace(
        f_bavail=free_mb * 256, f_frsize=4096, f_files=5000, f_favail=names, f_flag=os.ST_RDONLY if read_only else 0
    )


@pytest.mark.parametrize(
    ("said", "words", "full"),
    [
        (disk(free_mb=5000), "", False),
        (disk(free_mb=1023), "只剩 1023 MB，应当有 1024 MB，请腾出空间", False),
        (disk(free_mb=99), "快满了，只剩 99 MB，随时可能无法写入，请马上腾出空间", True),
        (disk(free_mb=1), "快满了，只剩 1 MB", True),
        (disk(free_mb=0), "已满，只剩 0 MB，无法写入了，请马上腾出空间", True),
        (disk(free_mb=5000, names=0), "已满，只剩 0 MB", True),
        (disk(free_mb=5000, read_only=True), "现在是只读的", True),
    ],
)
def test_what_is_free_is_said_once_a_disk(monkeypatch: pytest.MonkeyPatch, said: Any, words: str, full: bool) -> None:  # noqa: FBT001 -- parametrized
    monkeypatch.setattr(room.os, "statvfs", lambda _place: said)
    found = room.findings()
    assert (len(found), room.is_full()) == (bool(words), full)
    assert all(words in one for one in found)


def test_the_limits_are_settings(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(room.os, "statvfs", lambda _place: disk(free_mb=500))  # more than twice the tests' database
    settings.DISK_WARN_MB, settings.DISK_LEAST_MB = 200, 10
    assert (room.findings(), room.is_full()) == ([], False)


def test_a_large_database_wants_twice_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    file = tmp_path / "tongxin.sqlite3"
    with file.open("wb") as out:
        out.truncate(3000 * room.MB)  # a hole: it takes no room itself
    monkeypatch.setattr(room, "connection", SimpleNamespace(vendor="sqlite", settings_dict={"NAME": str(file)}))
    monkeypatch.setattr(room.os, "statvfs", lambda _place: disk(free_mb=5000))
    settings.TONGXIN_HOME = tmp_path
    [said] = room.findings()
    assert f"数据库所在的磁盘（{tmp_path}）只剩 5000 MB，应当有 6000 MB" in said


def test_what_cannot_be_asked_is_not_called_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_place: Path) -> Any:
        raise OSError

    monkeypatch.setattr(room.os, "statvfs", gone)
    assert (room.is_full(), "打不开" in room.findings()[0]) == (True, True)
