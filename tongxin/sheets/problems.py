"""What is wrong with a spreadsheet, with its place: file, sheet, row, column, reason."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a sheet of a file; rows count from 1 as the spreadsheet program shows them, 0 is the whole sheet."""

    file: str
    sheet: str = ""
    row: int = 0


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
            where.append(f"工作表“{self.sheet}”")
        if self.row:
            where.append(f"第 {self.row} 行")
        if self.column:
            where.append(f"“{self.column}”列")
        return f"{'　'.join(where)}：{self.reason}"

    def as_dict(self) -> dict[str, str | int]:
        """Return the fault as the documented JSON object."""
        return asdict(self)


class Unreadable(Exception):  # noqa: N818 -- reads as a sentence
    """A file or sheet that cannot be read at all; `faults` say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)
