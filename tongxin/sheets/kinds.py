"""What can be imported and exported: a register of kinds, filled by each app's `sheets` module."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from tongxin.sheets.cells import Cell
from tongxin.sheets.problems import Fault, Place

EXAMPLE = "（示例）"  # begins the example row of a template, which the importer skips


@dataclass(frozen=True)
class Column:
    """A column: its name, what to write in it, the words it may hold, an example, the width in the template, and how it is met.

    `key` names its value in what a row is read into; `reading` makes that value of a cell, and raises ValueError with a
    sentence for people; `saying` writes the cell of a record that leaves; `field` is the column of the database that it
    becomes, as `app.model.field`.
    """

    name: str
    note: Any = ""
    required: bool = False
    words: tuple[str, ...] = ()
    example: str = ""
    width: int = 14
    others: tuple[str, ...] = ()  # what offices also call it
    only_read: bool = False  # understood where a sheet has it, never written
    names_people: bool = False  # who stands in a second column of the kind must not get lost
    key: str = ""
    reading: Callable[[Cell], Any] | None = None
    saying: Callable[[Any], str] | None = None
    field: str = ""
    empty: Any = ""  # the value where nothing, or nothing that does, is written


@dataclass(slots=True)
class Row:
    """One row of a sheet on its way in: its cells by column name, and what was found out about it."""

    place: Place
    cells: Mapping[str, Cell]
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    known: bool = False
    parsed: Any = None
    parts: dict[str, list[str]] | None = None  # what several rows of one record said, by column

    def read(self, column: str, reader: Callable[[Any], Any]) -> Any:
        """Read a cell; what does not do becomes a fault of the row, and None."""
        try:
            return reader(self.cells.get(column))
        except ValueError as problem:
            self.fault(column, str(problem))
            return None

    def has(self, column: str) -> bool:
        """Say whether the sheet says anything in a column."""
        value = self.cells.get(column)
        return value is not None and bool(str(value).strip())

    def complained(self, column: str) -> bool:
        """Say whether something in a column is wrong: what follows from that alone is not said besides."""
        return any(fault.column == column for fault in self.faults)

    def fault(self, column: str, reason: str) -> None:
        """Note what makes the row impossible to take."""
        self.faults.append(Fault.at(self.place, column, reason))

    def warn(self, column: str, reason: str) -> None:
        """Note what is odd but taken."""
        self.warnings.append(Fault.at(self.place, column, reason))


class Importer(Protocol):
    """What a kind does with rows: check them in batches, then write those that are new. Nothing is written by checking.

    It is made with the context and, for writing, with the importer that has checked the whole file before.
    """

    made: dict[str, list[str]]

    def check(self, rows: Sequence[Row]) -> None:
        """Parse rows and judge them: `faults`, `warnings`, `known`, `parsed`."""

    def settle(self) -> list[Fault]:
        """Return the faults that only the whole file shows."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write new rows that were checked, in the caller's transaction."""

    def finish(self, created: int) -> None:
        """Write what belongs to the import as a whole, its event among it."""

    def holds(self) -> bool:
        """Say whether what the written rows rest on is still so.

        Asked last of all, where they were written in a copy.
        """


@runtime_checkable
class Remarking(Protocol):
    """An importer that finds odd, though not wrong, what only the whole file shows."""

    def remarks(self) -> list[Fault]:
        """Return what is odd beside all other rows."""


@dataclass(frozen=True)
class Kind:
    """A kind of sheet. `label` is the name of the sheet in a workbook; `rows` gives texts by column for export.

    `called` is what its rows are called where that is more than the label; `exported` are the kinds of events by which
    it is told that they left as a whole.
    """

    name: str
    label: str
    columns: tuple[Column, ...]
    importer: Callable[..., Importer]
    rows: Callable[..., Iterator[Mapping[str, str]]]
    one_of: tuple[tuple[str, ...], ...] = ()  # groups of columns of which one must be there
    one_of_why: Any = ""  # why none of them will do, in a half sentence
    joined: tuple[str, ...] = ()  # columns that may go on over several rows of one record
    people: str = ""  # a pattern of columns that name people: unknown ones are refused, not passed over
    called: str = ""
    exported: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns that are written, in order."""
        return tuple(column.name for column in self.columns if not column.only_read)

    @property
    def understood(self) -> tuple[str, ...]:
        """The names of all columns that are read, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the required columns."""
        return tuple(column.name for column in self.columns if column.required)


def values_of(columns: Sequence[Column], row: Row) -> dict[str, Any]:
    """Read a row by its columns: a value for each key.

    What does not do becomes a fault of the row, and the empty value.
    """
    values = {}
    for column in columns:
        if column.reading is not None:
            found = row.read(column.name, column.reading)
            values[column.key] = column.empty if found is None else found
    return values


def words_of(columns: Sequence[Column], record: Any) -> dict[str, str]:
    """Write a record by its columns: the words of each cell, by the column's name."""
    return {column.name: column.saying(record) for column in columns if column.saying is not None}


def _forget(_rows: Sequence[Any]) -> None:
    """Keep nothing: nobody asked which records were made."""


@dataclass(frozen=True)
class Context:
    """For whom and when rows are taken in; `keep` is told of all records that writing makes, as they are made."""

    committee: Any
    actor: Any
    at: datetime
    keep: Callable[[Sequence[Any]], None] = _forget


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Register a kind; the app's `sheets` module is imported by whoever wants to use it."""
    KINDS[kind.name] = kind
    return kind
