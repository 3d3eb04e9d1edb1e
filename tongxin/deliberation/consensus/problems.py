"""What can be wrong with a file, said so that the office can put it right."""

import stat
from dataclasses import dataclass
from pathlib import Path

from tongxin.core.catalogue import _

SHOWN = 20


@dataclass(frozen=True)
class Problem:
    """One fault: the line (1 is the header), the column's name if one is to blame, and the reason in Chinese."""

    line: int
    column: str
    reason: str


class BadInput(Exception):  # noqa: N818 - reads as what it is in "except BadInput"
    """A file that cannot be taken as it is; ``str()`` lists file, line, column and reason, one fault a line."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        super().__init__(file, problems)
        self.file = file
        self.problems = problems

    def __str__(self) -> str:
        lines = []
        for problem in self.problems[:SHOWN]:
            place = _("第 %(line)s 行") % {"line": problem.line} if problem.line else ""
            column = _("“%(column)s”列") % {"column": problem.column} if problem.column else ""
            lines.append(" ".join(filter(None, (self.file, place + column))) + f"：{problem.reason}")
        if len(self.problems) > SHOWN:
            lines.append(_("%(file)s：只列出前 %(shown)s 处，请改正后再试。") % {"file": self.file, "shown": SHOWN})
        return "\n".join(lines)


def unreadable(file: str, fault: OSError) -> BadInput:
    """What to say of a file that cannot be opened."""
    if isinstance(fault, FileNotFoundError):
        reason = _("没有这个文件，请检查文件名。")
    elif isinstance(fault, IsADirectoryError):
        reason = _("是目录，不是文件。")
    else:
        reason = _("打不开（%(strerror)s），请检查权限。") % {"strerror": fault.strerror or fault}
    return BadInput(file, [Problem(0, "", reason)])


def demand_file(path: Path) -> None:
    """Refuse what may never end, or is not read twice: a device, a pipe.

    Raises ``BadInput``, and ``OSError`` where nothing is.
    """
    if not stat.S_ISREG(mode := path.stat().st_mode) and not stat.S_ISDIR(mode):
        raise BadInput(path.name, [Problem(0, "", _("不是普通文件，请写明要读的文件。"))])
