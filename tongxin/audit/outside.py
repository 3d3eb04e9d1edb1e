"""The heads file as it stands outside the database: its lines, whether they are as written, and what was first not."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain as joined
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.audit import acts, sealing, shapes
from tongxin.audit.models import Seal
from tongxin.core.words import on_one_line

NAMED = 20  # rows of one sort: after those nobody reads on
HEADS_GONE = gettext_lazy("库外留存的链头文件丢失")
UNREAD = gettext_lazy("库外留存的文件无法读取")
GROWTH_UNREAD = gettext_lazy("密钥旁记下的链头文件长度、摘要无法读取，被改动过")
HEADS_CUT = gettext_lazy("库外留存的链头文件被删去或改写过：与密钥旁记下的长度、摘要不符")


@dataclass(frozen=True)
class Problem:
    """The first thing that is not as it was written: an event's uid, `code:number` of a head, `table:uid` of a row.

    `outside`: the files outside say something else than the database, as they do after a backup was restored.
    """

    where: str
    reason: Any  # translated when it is read
    outside: bool = False

    def __str__(self) -> str:
        return f"{self.reason}：{self.where}"

    def __post_init__(self) -> None:
        """Show nothing that a terminal would obey: names and errors may hold what somebody else wrote."""
        object.__setattr__(self, "where", on_one_line(self.where))
        object.__setattr__(self, "reason", on_one_line(self.reason))


@dataclass(frozen=True)
class Line:
    """One line of the heads file; a former one is of the chain before events had keyed digests.

    A sound one is as written.
    """

    code: str
    number: int
    digest: str
    former: bool
    sound: bool
    at: str = ""

    def is_true(self, seal: Seal | None) -> bool:
        """Say whether the database still has the head that was written outside."""
        return seal is not None and self.digest == (seal.former if self.former else seal.digest)


NO_LINE_OF_OURS = Line("", 0, "", former=False, sound=False)


@dataclass(frozen=True)
class Outside:
    """What stands outside the database, read before it: all of it was written after the commit of what it tells of."""

    noted: dict[str, int]  # how far each chain says that its head was written into the file
    lines: dict[str, list[Line]]
    whole: bool  # whether the lines are as written, all of them
    hours: list[tuple[Path, int]]

    def noted_acts(self) -> Iterator[acts.Act]:
        return joined.from_iterable(acts.read(path, size) for path, size in self.hours)


def by_committee(lines: list[Line]) -> dict[str, list[Line]]:
    """Sort lines by whose heads they tell of."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.code, []).append(line)
    return found


def kept_lines() -> tuple[list[Line], Problem | None]:
    """Read the heads file: every line as written, in an order that can only have grown. A cut-off line says nothing."""
    path = sealing.heads_file()
    try:
        noted = sealing.grown_to()
    except sealing.GrowthUnreadError:
        return [], Problem("keys/heads", GROWTH_UNREAD, outside=True)
    if not path.exists():
        return [], Problem("audit/heads.jsonl", HEADS_GONE, outside=True) if noted and noted[0] else None
    if not path.is_file():
        return [], Problem("audit/heads.jsonl", UNREAD, outside=True)
    try:
        source = path.open("rb")
    except OSError:
        return [], Problem("audit/heads.jsonl", UNREAD, outside=True)
    with source:
        found, problem = _lines(source)
        if problem is None and not sealing.begins_as_noted(source):
            problem = Problem("audit/heads.jsonl", HEADS_CUT, outside=True)
        return found, problem


def telling_of_digests() -> list[str]:
    """Return the files that tell that events have had keyed digests.

    Where there is one, an upgrade does not give them.
    """
    lines, _problem = kept_lines()
    told = {
        "keys/heads": sealing.growth_file().exists(),
        "audit/heads.jsonl": any(not line.former for line in lines),
        "audit/acts": any(True for path, size in acts.files() for _act in acts.read(path, size)),
    }
    return [name for name, tells in told.items() if tells]


def _lines(source: BinaryIO) -> tuple[list[Line], Problem | None]:
    found: list[Line] = []
    for raw, before in sealing.lines_of(source):
        line = line_in(raw, before)
        if line is not None and not line.sound:
            where = f"{line.code}:{line.number}" if line is not NO_LINE_OF_OURS else "audit/heads.jsonl"
            return found, Problem(where, _("库外留存的链头文件被改动过"), outside=True)
        if line is not None:
            found.append(line)
    return found, None


def line_in(raw: bytes, before: str) -> Line | None:
    """Return the head that one line tells of; `before` is the digest of all that stands in front of it.

    Nothing where a full disk or a kill cut it off: the next line takes it in as it is.
    """
    try:
        row = shapes.head_in(raw)
    except shapes.MisshapenError:
        return NO_LINE_OF_OURS
    if row is None:
        return None
    code, number, digest, at = row["committee"], row["number"], row["digest"], row.get("at", "")
    former = "mac" not in row
    sound = former or sealing.line_of(code, number, digest, at, before) == raw
    return Line(code, number, digest, former, sound, at)


def seals_of(code: str, lines: list[Line]) -> dict[int, Seal]:
    """Return the seals of a committee that its lines tell of, by number."""
    asked = sorted({line.number for line in lines})
    found: dict[int, Seal] = {}
    for start in range(0, len(asked), acts.ASKED):
        rows = Seal.objects.filter(committee_code=code, number__in=asked[start : start + acts.ASKED])
        rows = rows.only("committee_code", "number", "digest", "former")  # nothing else of it need be readable
        found |= {seal.number: seal for seal in rows}
    return found
