"""Who else on the machine may read what the installation keeps: nobody.

Set at the start, mended on the way, named by `check`.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tongxin.core.catalogue import _

OTHERS = 0o077
WRITABLE = stat.S_IWGRP | stat.S_IWOTH


def keep_private() -> None:
    """Let nothing that this process makes be read by other users, whatever the shell that started it says."""
    os.umask(OTHERS)


def tighten(home: Path) -> list[Path]:
    """Take from other users what an earlier version or a restored backup gave them.

    Returns what could not be mended.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    left = []
    for path, mode in _open_to_others(home):
        try:
            path.chmod(mode & ~OTHERS)
        except OSError:  # another user's: `check` names it
            left.append(path)
    return left


def findings(home: Path) -> list[str]:
    """Say in sentences what other users of the machine may read or replace."""
    said = [
        _("%(path)s 别的用户也能读，请运行 chmod %(mode)s %(path)s") % {"path": path, "mode": f"{mode & ~OTHERS:o}"}
        for path, mode in _open_to_others(home)
    ]
    for folder in home.resolve().parents:
        mode = folder.stat().st_mode
        if mode & WRITABLE and not mode & stat.S_ISVTX:
            said.append(
                _("上级目录 %(folder)s 别的用户可以写，能换掉整个数据目录，请运行 chmod go-w %(folder)s") % {"folder": folder}
            )
    return said


def _open_to_others(home: Path) -> Iterator[tuple[Path, int]]:
    """Return whatever below and including `home` has a bit set for group or others. Links are not followed."""
    for path in (home, *home.rglob("*")) if home.exists() else ():
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & OTHERS:
            yield path, stat.S_IMODE(mode)
