"""What is held about somebody, as a file to take along: one line a row, each with how long it is kept."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.privacy.queries import Section
from tongxin.sheets import exporting
from tongxin.sheets.kinds import Column

TYPES = {"json": "application/json", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True)
class Own:
    """The table that is written."""

    label: Any = gettext_lazy("本人信息")
    columns: tuple[Column, ...] = (
        Column("类别", width=18),
        Column("项目", width=18),
        Column("内容", width=60),
        Column("怎样保存", width=60),
    )

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)


def lines(sections: list[Section]) -> Iterator[Mapping[str, str]]:
    """Say every section row by row; a table's row in its own words (案由：…；身份：…)."""
    for section in sections:
        fixed = {"类别": str(section.held.label), "怎样保存": "".join(map(str, section.kept))}
        for number, row in enumerate(section.part.rows, 1):
            if section.part.head:
                said = "；".join(f"{name}：{text}" for name, text in zip(section.part.head, row, strict=True))
                yield fixed | {"项目": _("第 %(number)s 条") % {"number": number}, "内容": said}
            else:
                yield fixed | {"项目": str(row[0]), "内容": str(row[1])}


def written(sections: list[Section], *, kind: str, name: str) -> FileResponse:
    """Write the file and send it. Raises exporting.TooLong where a spreadsheet's cell cannot hold a text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"own.{kind}"
        exporting.write(path, Own(), lines(sections))
        file = path.open("rb")  # the open handle keeps it until it was read
    return FileResponse(file, as_attachment=True, filename=f"{name}.{kind}", content_type=TYPES[kind])
