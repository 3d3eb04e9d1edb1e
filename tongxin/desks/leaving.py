"""A list as a file: every row of what was asked, in the list's order, written as it is read.

Each time it leaves, an event.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit import actions as audit
from tongxin.core.templatetags.chinese import full_day
from tongxin.desks.acts import ticked_lines
from tongxin.desks.listings import Column, Listing, Question, Tab
from tongxin.desks.paging import pages
from tongxin.desks.shown import Shown
from tongxin.sheets import exporting
from tongxin.sheets.kinds import Column as SheetColumn

READ = 500  # rows at once
LONGEST_NAME = 31  # of a sheet in a workbook
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True)
class Table:
    """The columns of a list as the writer of sheets knows them."""

    label: str
    columns: tuple[SheetColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def columns_of(tab: Tab, question: Question) -> list[Column]:
    """Return the columns that leave with a part of a list."""
    return [column for column in tab.columns if column.only != "page" and column.offered(question)]


def lines_of(listing: Listing, question: Question, *, picked: Sequence[str] | None = None) -> Iterator[Any]:
    """Yield every line of what is asked, or of the picked rows, in the order of the list, some hundred read at a time."""
    tab = listing.tab(question.tab, question)
    if picked is not None:
        for start in range(0, len(picked), READ):
            yield from ticked_lines(listing, question, picked[start : start + READ])
        return
    for found in pages(listing.rows(tab, question), listing.order(tab, question), size=READ, filled=tab.filled):
        yield from tab.lines(found, question) if tab.lines else found


def leave(page: Shown, *, ending: str, picked: Sequence[str] | None = None, title: str = "") -> FileResponse:
    """Write what a page's question asks, all pages of it, or the picked rows, to a file that is sent.

    Record that it left.

    Refused to who may not have it, whoever calls.
    """
    listing, question = page.listing, page.question
    sheet = listing.sheet
    if sheet is None or not page.leaves:
        raise PermissionDenied
    columns = columns_of(page.tab, question)
    name = sheet.name(question) if sheet.name else str(listing.title)
    table = Table(name[-LONGEST_NAME:], tuple(SheetColumn(str(c.label), width=c.width) for c in columns))
    chosen = "；".join(chip["label"] for chip in page.chips) or _("没有另加条件")
    found = None if picked is None else list(lines_of(listing, question, picked=picked))
    said = f"{title or page.tab.label}：{chosen if found is None else _('所选 %(n)s 件') % {'n': len(found)}}"
    with tempfile.TemporaryDirectory() as there:
        path = Path(there) / f"list.{ending}"
        rows = (_written(columns, line) for line in (lines_of(listing, question) if found is None else found))
        number = exporting.write(path, table, rows, about=_about(question, said))
        file = path.open("rb")  # the open handle keeps it until it was read
    with transaction.atomic():
        audit.record(sheet.kind, sheet.of(question), actor=question.user, at=question.at, data={"rows": number, "filter": said})
    called = f"{name}{f'-{title}' if title else ''}-{question.on:%Y%m%d}.{ending}"
    return FileResponse(file, as_attachment=True, filename=called, content_type=TYPES[ending])


def _written(columns: Sequence[Column], line: Any) -> Mapping[str, str]:
    return {str(column.label): column.said(line) for column in columns}


def _about(question: Question, said: str) -> list[tuple[str, str]]:
    local = timezone.localtime(question.at)
    return [(_("内容"), said), (_("导出时间"), f"{full_day(local)} {local:%H:%M}"), (_("导出人"), question.user.name)]
