"""A kind of its own for the engine's tests: names with a number, written to a list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tongxin.sheets import cells
from tongxin.sheets.kinds import Column, Context, Kind, Row
from tongxin.sheets.problems import Fault


class Shelf(list[tuple[str, Any]]):
    """Where the rows go."""


@dataclass
class ThingImporter:
    """Takes things in: known by name."""

    context: Context
    checked: "ThingImporter | None" = None
    made: dict[str, list[str]] = field(default_factory=dict)

    def check(self, rows: Sequence[Row]) -> None:
        shelf: Shelf = self.context.committee
        for row in rows:
            row.parsed = (row.read("名称", cells.name), row.read("日期", cells.day))
            if not row.parsed[0]:
                row.fault("名称", "没有填写")
            row.known = row.parsed in shelf

    def settle(self) -> list[Fault]:
        return []

    def write(self, rows: Sequence[Row]) -> None:
        self.context.committee.extend(row.parsed for row in rows)

    def finish(self, created: int) -> None:
        self.context.committee.finished = created


def _rows(shelf: Shelf, **_more: object) -> Iterator[Mapping[str, str]]:
    for name, day in shelf:
        yield {"名称": name, "日期": day.isoformat() if day else ""}


THINGS = Kind(
    "things",
    "东西",
    (Column("名称", "说明", required=True, example="甲"), Column("日期"), Column("数量", words=("一", "二"))),
    ThingImporter,
    _rows,
)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def csv_file(tmp_path: Path):
    def write(text: str, encoding: str = "utf-8", name: str = "东西.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write
