"""Names of files on the command line: what is written has a name, what is read is a file and comes to an end."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from tongxin.core.catalogue import _

NO_NAME = _("“{path}”不是文件名，请写明要写成的文件。")
NO_OUT = _("{path} 不是普通文件，不能写入。请另写一个文件名。")
IN_HOME = _(
    "{path} 在系统的数据目录 {home} 里，写入可能覆盖数据库、密钥或者附件，没有写入。请写到其他位置；备份可以写到 {backups}。"
)
IS_OURS = _("{path} 和系统的 {ours} 是同一个文件，写入会覆盖系统的数据，没有写入。请另写一个文件名。")
NO_FILE = _("{path} 不是普通文件，请写明要读的文件。")


class _Out(click.Path):
    """A file to write, which may be there. A folder is refused by whoever writes, with the reason.

    What is no name at all is refused here, and what is there and no file: a device or a pipe would be one afterwards.
    So is what the installation keeps, by whatever name: where its database and its keys lie, only its backups are
    written to.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not Path(value).name or Path(value).name == "..":
            self.fail(NO_NAME.format(path=value), param, ctx)
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        place = Path(os.path.realpath(path))
        if os.path.lexists(place) and not place.is_file() and not place.is_dir():
            self.fail(NO_OUT.format(path=path), param, ctx)
        if said := _kept_there(path, place):
            self.fail(said, param, ctx)
        return path


def _kept_there(path: Path, place: Path) -> str:
    """Say why a file is not written: it lies in the installation's home, or is one of those that do.

    Empty for any other.
    """
    home = Path(os.environ.get("TONGXIN_HOME", "var")).resolve()  # as the settings have it, which are not loaded yet
    backups = home / "backups"
    if place.is_relative_to(home) and not place.is_relative_to(backups):
        return IN_HOME.format(path=path, home=home, backups=backups)
    ours = _other_name(place, home)
    return IS_OURS.format(path=path, ours=ours) if ours else ""


def _other_name(place: Path, home: Path) -> Path | None:
    """Return under which name a file lies in the home too: two names of one file share what is in it."""
    try:
        here = place.stat()
    except OSError:
        return None
    if here.st_nlink == 1 or not stat.S_ISREG(here.st_mode):
        return None
    for folder, _folders, names in os.walk(home):
        for name in names:
            one = Path(folder) / name
            with suppress(OSError):
                if one != place and os.path.samestat(one.lstat(), here):
                    return one
    return None


class _In(click.Path):
    """A file to read: a device or a pipe could go on for ever, and is not read twice."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not stat.S_ISREG(path.stat().st_mode):
            self.fail(NO_FILE.format(path=path), param, ctx)
        return path


OUT = _Out(dir_okay=False, readable=False, path_type=Path)
IN = _In(exists=True, dir_okay=False, path_type=Path)
