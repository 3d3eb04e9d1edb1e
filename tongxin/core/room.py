"""Whether there is room on the disks that this installation writes to: named by `check`, and told to a monitor."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

MB = 1 << 20
NEEDED = 1 << 20  # what one act may write, its log and its notes outside the database: with less it fails
COPIES = 2  # of the database, beside itself: what is rehearsed in a copy, or written anew by VACUUM, and its log
HOME, DATABASE, FILES = _("数据目录"), _("数据库"), _("附件")
LITTLE = _("{label}所在的磁盘（{path}）只剩 {free} MB，应当有 {wanted} MB，请腾出空间")
HARDLY_ANY = _("{label}所在的磁盘（{path}）快满了，只剩 {free} MB，随时可能无法写入，请马上腾出空间")
NONE_LEFT = _("{label}所在的磁盘（{path}）已满，只剩 {free} MB，无法写入了，请马上腾出空间")
READ_ONLY = _("{label}所在的磁盘（{path}）现在是只读的，无法写入，请检查磁盘")
NOT_FOUND = _("{label}（{path}）打不开，请检查磁盘")


@dataclass(frozen=True)
class Place:
    """A folder that is written to, and how many bytes there should be beside what is there."""

    label: str
    path: Path
    wanted: int


@dataclass(frozen=True)
class Room:
    """What is free at a place; nothing where that cannot be asked."""

    place: Place
    free: int | None
    read_only: bool = False

    @property
    def is_full(self) -> bool:
        """Whether what somebody does now may fail for want of room."""
        return self.free is None or self.read_only or self.free < settings.DISK_LEAST_MB * MB

    def words(self) -> str:
        """Say what is wrong; empty where there is room."""
        if self.free is None:
            said: Any = NOT_FOUND
        elif self.read_only:
            said = READ_ONLY
        elif self.is_full:
            said = NONE_LEFT if self.free < NEEDED else HARDLY_ANY
        else:
            said = LITTLE if self.free < self.place.wanted else ""
        return str(said).format(
            label=self.place.label, path=self.place.path, free=(self.free or 0) // MB, wanted=self.place.wanted // MB
        )


def places() -> Iterator[Place]:
    """Return where acts and uploads are written. The disk of a PostgreSQL server is not seen from here."""
    least = settings.DISK_WARN_MB * MB
    yield Place(str(HOME), Path(settings.TONGXIN_HOME), least)
    if connection.vendor == "sqlite":
        file = Path(str(connection.settings_dict["NAME"]))
        if file.is_file():
            yield Place(str(DATABASE), file.parent, max(least, COPIES * _size(file)))
    yield Place(str(FILES), Path(settings.MEDIA_ROOT), least)


def _size(file: Path) -> int:
    beside = (file, file.with_name(f"{file.name}-wal"))
    return sum(one.stat().st_size for one in beside if one.exists())


def look(at: Place) -> Room:
    """Ask what is free at a place; of a folder that is not made yet, where it will be."""
    path = next((one for one in (at.path, *at.path.parents) if one.exists()), at.path)
    try:
        said = os.statvfs(path)
    except OSError:
        return Room(at, None)
    out_of_names = said.f_files > 0 and said.f_favail == 0  # inodes: no new file, whatever is free
    return Room(at, 0 if out_of_names else said.f_bavail * said.f_frsize, bool(said.f_flag & os.ST_RDONLY))


def is_full() -> bool:
    """Say to a monitor whether what somebody does now may fail for want of room."""
    return any(look(place).is_full for place in places())


def findings(*besides: Place) -> list[str]:
    """Say in sentences where there is little room or none, each disk once: where most is wanted of it."""
    found: dict[object, Room] = {}
    for room in map(look, (*places(), *besides)):
        key = _disk(room.place.path)
        if key not in found or room.place.wanted > found[key].place.wanted:
            found[key] = room
    return [said for room in found.values() if (said := room.words())]


def _disk(path: Path) -> object:
    there = next((one for one in (path, *path.parents) if one.exists()), path)
    try:
        return there.stat().st_dev
    except OSError:
        return path
