"""Files that appear whole or not at all, where they may be written and over nothing that is being read."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from xlsxwriter.exceptions import FileCreateError

from tongxin.sheets.problems import spoken

LONG_NAME = 100  # of a name, so that one beside it still fits
REASONS = {
    errno.ENOENT: gettext_lazy("目录不存在，请先建好目录"),
    errno.ENOTDIR: gettext_lazy("所给的目录其实是文件，请检查路径"),
    errno.EISDIR: gettext_lazy("是目录，应写文件名"),
    errno.EACCES: gettext_lazy("没有写入的权限，请检查目录和权限"),
    errno.EPERM: gettext_lazy("没有写入的权限，请检查目录和权限"),
    errno.EROFS: gettext_lazy("磁盘是只读的，请换一个目录"),
    errno.ENOSPC: gettext_lazy("磁盘已满，请腾出空间或换一个目录"),
    errno.EDQUOT: gettext_lazy("磁盘配额已用完，请腾出空间或换一个目录"),
    errno.ENAMETOOLONG: gettext_lazy("文件名太长，请改短"),
}


class Unwritable(Exception):  # noqa: N818 -- reads as a sentence
    """A file that cannot be written there; the message says why."""


def _refused(out: Path, problem: BaseException) -> Unwritable:
    inner = problem.args[0] if isinstance(problem, FileCreateError) and problem.args else problem
    number = inner.errno if isinstance(inner, OSError) else None
    return Unwritable(
        _("%(out)s：无法写入：%(number)s。") % {"out": spoken(out), "number": REASONS.get(number or 0, "请检查目录和权限")}
    )


def demand_apart(out: Path, inputs: Sequence[Path]) -> None:
    """Refuse to write over a file that is read: by another spelling, through a link, or with other capitals too."""
    for read in inputs:
        same = str(_resolved(out)).casefold() == str(_resolved(read)).casefold()
        with contextlib.suppress(OSError, ValueError):
            same = same or out.samefile(read)
        if same:
            message = _("%(out)s：就是要导入的文件，会把它覆盖掉，请写另一个文件名。") % {"out": spoken(out)}
            raise Unwritable(message)


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path.absolute()


def demand_writable(out: Path) -> None:
    """Refuse, before any work is done, what cannot be written in the end."""
    with whole(out, keep=False):
        pass


@contextlib.contextmanager
def whole(out: Path, *, keep: bool = True) -> Iterator[Path]:
    """Give a path to write to, beside `out`, and put it in its place when all is written.

    Raises Unwritable, leaving nothing.
    """
    beside = None
    try:
        target = _resolved(out)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "directory")
        if target.exists() and not target.is_file():  # a device or a pipe is written as it is
            yield target
            return
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "not writable")
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:LONG_NAME]}.", suffix=f".part{target.suffix}", dir=target.parent)
        os.close(handle)
        beside = Path(name)
        target.exists()  # a name that is too long is found out now
        yield beside
        if keep:
            beside.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
            beside.replace(target)
    except (OSError, FileCreateError, ValueError) as problem:
        if isinstance(problem, ValueError) and "null" not in str(problem):
            raise
        raise _refused(out, problem) from problem
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
