"""The desk's ledger as a file: the rows of a filter, and a sheet that says which filter, when, and by whom."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.core.templatetags.chinese import full_day
from tongxin.handling.pages.desk import Row
from tongxin.handling.pages.standing import case_of
from tongxin.proposals.choices import Answer, Role

FORMULA = ("=", "+", "-", "@", "\t", "\r")
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def _day(value: datetime | date | None) -> str:
    if value is None:
        return ""
    on = timezone.localdate(value) if isinstance(value, datetime) else value
    return on.isoformat()


def _signers(row: Row, *, first: bool) -> str:
    signed = [s for s in row.proposal.signatures.all() if s.answer == Answer.ACCEPTED]
    return "、".join(s.name for s in signed if (s.role == Role.FIRST) is first)


def _units(row: Row, *, answering: bool) -> str:
    return "、".join(t.unit_called for t in row.tasks if t.answers is answering)


def _due(row: Row) -> str:
    return _day(min((t.due_on for t in row.tasks if t.answers and t.due_on), default=None))


def _answered(row: Row) -> str:
    return _day(max((t.answered_at for t in row.tasks if t.answered_at), default=None))


def _assigned(row: Row) -> str:
    case = case_of(row.proposal)
    return _day(case.assigned_at) if case else ""


def _number(row: Row) -> str:
    """Return the number; with it, that it is no filed proposal's."""
    note = row.proposal.number_note
    return (f"{row.proposal.number:04d}" + (f"（{note}）" if note else "")) if row.proposal.number else ""


COLUMNS: tuple[tuple[str, int, Callable[[Row], Any]], ...] = (
    ("届次", 16, lambda r: str(r.proposal.session) if r.proposal.session else ""),
    ("案号", 8, _number),
    (
        "类别号",
        14,
        lambda r: f"{r.proposal.category_label}{r.proposal.category_number:03d}" if r.proposal.category_number else "",
    ),
    ("案由", 48, lambda r: r.proposal.title),
    ("提案形式", 14, lambda r: str(r.proposal.get_form_display())),
    ("第一提案人", 14, lambda r: _signers(r, first=True)),
    ("联名", 24, lambda r: _signers(r, first=False)),
    ("征集时段", 10, lambda r: str(r.proposal.get_season_display())),
    ("本地类别", 12, lambda r: r.topic),
    ("状态", 12, lambda r: r.badge.word),
    ("主办、独办、分办", 24, lambda r: _units(r, answering=True)),
    ("会办", 24, lambda r: _units(r, answering=False)),
    ("提交日期", 12, lambda r: _day(r.proposal.submitted_at)),
    ("立案日期", 12, lambda r: _day(r.proposal.decided_at)),
    ("交办日期", 12, _assigned),
    ("答复期限", 12, _due),
    ("答复日期", 12, _answered),
    ("面商次数", 8, lambda r: r.contacts),
    ("是否公开", 8, lambda r: _("是") if r.proposal.released_at else _("否")),
)


def safe(value: Any) -> Any:
    """Quote a text that a spreadsheet would take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def ledger(rows: Iterable[Row], *, kind: str, title: str, filters: list[str], person: str, at: datetime) -> tuple[Path, int]:
    """Write the rows to a temporary file, however many there are. Return its path and the number of rows."""
    handle, name = tempfile.mkstemp(suffix=f".{kind}")
    os.close(handle)
    counted = _Counted(rows)
    local = timezone.localtime(at)
    about = [
        (_("内容"), title), (_("条件"), "；".join(filters)), (_("导出时间"), f"{full_day(local)} {local:%H:%M}"), (_("导出人"), person),
    ]  # fmt: skip
    (_write_csv if kind == "csv" else _write_xlsx)(Path(name), counted, about)
    return Path(name), counted.number


class _Counted:
    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows, self.number = rows, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.number += 1
            yield row


def _write_csv(path: Path, rows: _Counted, _about: list[tuple[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([name for name, _width, _read in COLUMNS])
        writer.writerows([safe(read(row)) for _name, _width, read in COLUMNS] for row in rows)


def _write_xlsx(path: Path, rows: _Counted, about: list[tuple[str, str]]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        bold, wrap = book.add_format({"bold": True, "bg_color": "#ECE7DB"}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(_("提案台账"))
        sheet.freeze_panes(1, 0)
        for column, (name, width, _read) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, bold)
        for line, row in enumerate(rows, 1):
            for column, (_name, _width, read) in enumerate(COLUMNS):
                value = safe(read(row))
                (sheet.write_number if isinstance(value, int) else sheet.write_string)(line, column, value, wrap)
        notes = book.add_worksheet(_("说明"))
        notes.set_column(0, 0, 12)
        notes.set_column(1, 1, 80)
        for line, (name, words) in enumerate([*about, (_("件数"), str(rows.number))]):
            notes.write_string(line, 0, name, bold)
            notes.write_string(line, 1, safe(words), wrap)


def download(path: Path, *, kind: str, name: str) -> FileResponse:
    """Send a written file, and remove it when it was sent."""
    file = path.open("rb")
    path.unlink()  # the open handle keeps it until it was read
    return FileResponse(file, as_attachment=True, filename=f"{name}.{kind}", content_type=TYPES[kind])
