"""What is wrong with a spreadsheet, with its place: file, sheet, row, column, reason."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tongxin.core.words import on_one_line

SHORT = 40  # of what a row is called


def spoken(path: Path) -> str:
    """Return a file's path as it can be printed and sent.

    Bytes that are no UTF-8 and signs that terminals obey are replaced.
    """
    return on_one_line(os.fsencode(path).decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a sheet of a file; rows count from 1 as the spreadsheet program shows them, 0 is the whole sheet."""

    file: str
    sheet: str = ""
    row: int = 0

    def seen_from(self, other: "Place") -> str:
        """Say where this is to somebody who looks at another row: the file and sheet only where they differ.

        The row is that of the sheet as it was brought: in the workbook of rejects it stands elsewhere, or not at all.
        """
        parts = [self.file] if self.file != other.file else []
        if self.sheet and (self.file, self.sheet) != (other.file, other.sheet):
            parts.append(_("工作表“%(sheet)s”") % {"sheet": self.sheet})
        return " ".join(
            [*parts, _("第 %(row)s 行") % {"row": self.row}] if parts else [_("原表第 %(row)s 行") % {"row": self.row}]
        )


@dataclass(frozen=True, slots=True)
class Sight:
    """Where in what is brought something stands first, and whom or what that row is about."""

    place: Place
    name: str = ""

    def seen_from(self, other: Place) -> str:
        """Name it to somebody who looks at another row: 赵小满（原表第 2 行）; the place alone where the row has no name."""
        where = self.place.seen_from(other)
        return f"{self.name[:SHORT]}（{where}）" if self.name else where


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, or only odd."""

    file: str
    sheet: str
    row: int
    column: str
    reason: str

    @classmethod
    def at(cls, place: Place, column: str, reason: str) -> "Fault":
        """Make a fault of a place."""
        return cls(place.file, place.sheet, place.row, column, reason)

    def __str__(self) -> str:
        where = [self.file]
        if self.sheet:
            where.append(_("工作表“%(sheet)s”") % {"sheet": self.sheet})
        if self.row:
            where.append(_("第 %(row)s 行") % {"row": self.row})
        if self.column:
            where.append(_("“%(column)s”列") % {"column": self.column})
        return f"{'　'.join(where)}：{self.reason}"

    def as_dict(self) -> dict[str, str | int]:
        """Return the fault as the documented JSON object."""
        return asdict(self)


class Unreadable(Exception):  # noqa: N818 -- reads as a sentence
    """A file or sheet that cannot be read at all; `faults` say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


def refusal(place: Place, reason: Any) -> Unreadable:
    """Return what to raise where a whole file or sheet cannot be read."""
    return Unreadable(Fault.at(place, "", str(reason)))
