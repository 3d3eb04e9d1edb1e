"""The empty workbook for a kind: drop-downs, a note on every column, one example row that the importer skips."""

from pathlib import Path

import xlsxwriter
from django.utils.translation import gettext as _

from tongxin.sheets import outputs
from tongxin.sheets.kinds import EXAMPLE, Column, Kind

ROWS = 2000  # drop-downs reach this far
HEADER = {"bold": True, "bg_color": "#F2E4DE", "border": 1, "text_wrap": True, "valign": "vcenter"}


def write(path: Path, kind: Kind) -> None:
    """Write the template of a kind."""
    with outputs.whole(path) as beside, xlsxwriter.Workbook(str(beside)) as book:
        sheet = book.add_worksheet(kind.label)
        must = book.add_format(HEADER | {"font_color": "#A61B1B"})
        may = book.add_format(HEADER)
        grey = book.add_format({"font_color": "#6B6B6B", "italic": True})
        plain = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        sheet.freeze_panes(1, 0)
        first = kind.required[0]
        for index, column in enumerate(_written(kind)):
            sheet.set_column(index, index, column.width, plain)
            sheet.write_string(0, index, column.name, must if column.required else may)
            if note := _note(column):
                sheet.write_comment(0, index, note, {"x_scale": 2})
            example = f"{EXAMPLE}{column.example}" if column.name == first else column.example
            sheet.write_string(1, index, example, grey)
            if column.words:
                sheet.data_validation(1, index, ROWS, index, _drop_down(column))
        _notes(book, kind)


def _written(kind: Kind) -> list[Column]:
    return [column for column in kind.columns if not column.only_read]


def _note(column: Column) -> str:
    return "\n".join(str(part) for part in (_("必填。") if column.required else "", column.note) if part)


def _drop_down(column: Column) -> dict[str, object]:
    """Suggest the listed words; several of them in one cell stay possible, the importer checks."""
    return {
        "validate": "list",
        "source": list(column.words),
        "error_type": "warning",
        "error_title": _("请核对"),
        "error_message": _("“%(column)s”一般从下拉列表中选择。") % {"column": column.name},
    }


def _notes(book: xlsxwriter.Workbook, kind: Kind) -> None:
    sheet = book.add_worksheet(_("填写说明"))
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 16, wrap)
    sheet.set_column(1, 1, 10, wrap)
    sheet.set_column(2, 2, 70, wrap)
    lines = [
        _("“%(kind)s”表：第一行是列名，不要改动；列的先后可以调换，用不到的列可以删去。") % {"kind": kind.label},
        _("以“%(example)s”开头的一行是例子，导入时跳过，可以留着。") % {"example": EXAMPLE},
        _("日期写成 2023-07-01、2023/7/1、2023年7月1日都可以。同一份表导入两次不会重复。"),
    ]
    for number, text in enumerate(lines):
        sheet.merge_range(number, 0, number, 2, text, wrap)
    top = len(lines) + 1
    for index, title in enumerate((_("列"), _("是否必填"), _("怎样填写"))):
        sheet.write_string(top, index, title, bold)
    for number, column in enumerate(_written(kind), top + 1):
        sheet.write_string(number, 0, column.name)
        sheet.write_string(number, 1, _("必填") if column.required else "")
        words = _("可填：%(words)s。") % {"words": "、".join(column.words)} if column.words else ""
        sheet.write_string(number, 2, f"{column.note}{words}")
