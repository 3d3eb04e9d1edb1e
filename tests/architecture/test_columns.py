"""Every column of every sheet goes round.

Filled with a value of its own, taken in, given out, taken in elsewhere, given out again.

Proved of each column by leaving out its reading or its writing: the comparison must then fail.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from python_calamine import CalamineWorkbook

from tests.cast import NOW, Cast
from tongxin.committees.models import Committee
from tongxin.committees.sheets import UNITS
from tongxin.handling.sheets import PROPOSALS
from tongxin.members.sheets import MEMBERS
from tongxin.sheets import engine, exporting, templates
from tongxin.sheets.kinds import KINDS, Column, Kind

Rows = Sequence[Mapping[str, str]]
BODY = "情况写明，分析写明，建议写明。"
# In the order in which they are taken in: proposals name units and members. No cell has what would be there without it.
FULL: dict[str, Rows] = {
    "units": (
        {
            "单位名称": "县数据局", "简称": "数局", "归口": "党委", "联系人": "甲联", "电话": "0000-7654321", "编号": "D9",
        },
        {"单位名称": "县气象局", "归口": "政府"},
    ),
    "members": (
        {
            "姓名": "甲一", "性别": "女", "民族": "畲族", "出生年月": "1975-03", "政治面貌": "民盟盟员", "界别": "气象界",
            "专委会": "气象委员会", "职务": "副主席、常委", "工作单位": "县气象台", "单位职务": "台长", "手机": "13800000009",
            "邮箱": "jia@example.com", "是否党员": "是", "编号": "QX901", "任职日期": "2025-05-06",
        },
        {"姓名": "甲二", "界别": "气象界", "职务": "委员", "编号": "QX902", "任职日期": "2025-05-07", "是否党员": "否"},
    ),
    "proposals": (
        {
            "案由": "关于气象的建议", "情况": f"甲{BODY * 5}", "分析": f"乙{BODY * 5}", "建议": f"丙{BODY * 5}", "提案人": "甲一",
            "联名人": "甲二", "提案号": "12", "提案形式": "委员小组提案", "类别": "农牧林水", "建设类别": "生态文明建设",
            "届次": "十届三次会议", "提交日期": "2023-02-06", "审查结果": "立案", "承办单位": "县数据局", "会办单位": "县气象局",
            "答复日期": "2023-05-15", "答复类别": "B", "答复内容": "六月底前建成。", "办理态度评价": "满意",
            "办理结果评价": "满意、基本满意", "是否公开": "同意",
        },
        {
            "案由": "关于云的建议", "内容": f"丁{BODY * 8}", "提案人": "甲二", "提案形式": "委员个人提案", "类别": "农牧林水", "建设类别": "生态文明建设",
            "届次": "十届三次会议", "提交日期": "2023-02-07", "审查结果": "并案", "并入": "12", "是否公开": "否",
        },
    ),
}  # fmt: skip
JOINED = {"甲一": "甲一、甲二"}  # 联名人 is only read: who stands there is written behind the 提案人


def expected(kind: Kind) -> list[dict[str, str]]:
    """Return the rows as they leave: every column that is written, what the sheet leaves empty empty."""
    rows = [{name: row.get(name, "") for name in kind.names} for row in FULL[kind.name]]
    for given, row in zip(FULL[kind.name], rows, strict=True):
        if "联名人" in given:
            row["提案人"] = JOINED[row["提案人"]]
    return rows


def bring(kind: Kind, committee: Committee, rows: Rows, folder: Path) -> None:
    """Take rows in from a file, with the columns that are only read among them."""
    path = folder / f"{kind.name}.csv"
    exporting.write(path, kind, rows, only=kind.understood)
    report = engine.run(kind, [path], committee, actor=None, at=NOW)
    assert [str(fault) for fault in report.rejected] == []
    assert report.created == len(rows)


def gone_out(kind: Kind, committee: Committee) -> list[dict[str, str]]:
    """Return what leaves of the rows that were brought."""
    first = kind.names[0]
    ours = [row[first] for row in FULL[kind.name]]
    found = [dict(row) for row in kind.rows(committee, year=None, on=NOW.date()) if row.get(first) in ours]
    rows = [{name: row.get(name, "") for name in kind.names} for row in found]
    return sorted(rows, key=lambda row: ours.index(row[first]))


@contextmanager
def left_out(column: Column, part: str) -> Iterator[None]:
    """Leave out how a column is read, or how it is written."""
    kept = getattr(column, part)
    object.__setattr__(column, part, None if part == "saying" else lambda _cell: None)
    try:
        yield
    finally:
        object.__setattr__(column, part, kept)


@contextmanager
def brought(kind: Kind, committee: Committee, folder: Path) -> Iterator[None]:
    """Take the full rows in; nothing of it stays."""
    with transaction.atomic():
        bring(kind, committee, FULL[kind.name], folder)
        yield
        transaction.set_rollback(True)


def goes_round(kind: Kind, committee: Committee, folder: Path) -> bool:
    """Say whether all comes out as it went in."""
    try:
        with brought(kind, committee, folder):
            return gone_out(kind, committee) == expected(kind)
    except (AssertionError, TypeError, AttributeError, LookupError, ValueError, IntegrityError):  # whatever the loss led to
        return False


def without(column: Column, part: str, ask: Callable[[], bool]) -> bool:
    """Ask with one part of a column left out."""
    with left_out(column, part):
        return ask()


def brought_before(kind: Kind, committee: Committee, folder: Path) -> None:
    """Take in what the rows of a kind name."""
    for name, rows in FULL.items():
        if name == kind.name:
            return
        bring(KINDS[name], committee, rows, folder)


ALL = (UNITS, MEMBERS, PROPOSALS)


def test_every_kind_is_asked_and_every_column_is_filled() -> None:
    assert {kind.name for kind in ALL} == set(KINDS)
    assert list(FULL) == [kind.name for kind in ALL]
    empty = [(k.name, name) for k in ALL for name in k.understood if not any(row.get(name) for row in FULL[k.name])]
    assert empty == []


def test_no_two_columns_of_a_sheet_are_called_alike() -> None:
    """A head that two columns answer to would be read as either."""
    for kind in ALL:
        called = [name for column in kind.columns for name in {column.name, *column.others}]
        assert sorted({name for name in called if called.count(name) > 1}) == [], kind.name


def test_every_column_says_how_it_is_read_written_and_kept() -> None:
    columns = [(kind.name, column) for kind in ALL for column in kind.columns]
    assert [(name, c.name) for name, c in columns if not c.key or c.reading is None] == []
    assert [(name, c.name) for name, c in columns if (c.saying is None) is not c.only_read] == []
    for _name, column in columns:
        app, model, field = column.field.split(".")
        assert apps.get_model(app, model)._meta.get_field(field), column.name


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_full_row_comes_in_goes_out_and_comes_in_elsewhere(kind: Kind, cast: Cast, tmp_path: Path) -> None:
    for committee in (cast.county, cast.other_county):
        brought_before(kind, committee, tmp_path)
    bring(kind, cast.county, FULL[kind.name], tmp_path)
    out = gone_out(kind, cast.county)
    assert out == expected(kind)
    bring(kind, cast.other_county, out, tmp_path)
    assert gone_out(kind, cast.other_county) == out


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_no_column_can_lose_its_reading_or_its_writing_unseen(kind: Kind, cast: Cast, tmp_path: Path) -> None:
    brought_before(kind, cast.county, tmp_path)
    with brought(kind, cast.county, tmp_path):
        written = [column for column in kind.columns if not column.only_read]

        def same() -> bool:
            return gone_out(kind, cast.county) == expected(kind)

        assert same()
        assert [column.name for column in written if without(column, "saying", same)] == []
    again = partial(goes_round, kind, cast.county, tmp_path)
    assert again()
    assert [column.name for column in kind.columns if without(column, "reading", again)] == []


def test_a_template_shows_every_column_with_its_help(tmp_path: Path) -> None:
    for kind in ALL:
        path = tmp_path / f"{kind.name}.xlsx"
        templates.write(path, kind)
        book = CalamineWorkbook.from_path(str(path))
        assert tuple(book.get_sheet_by_name(kind.label).to_python()[0]) == kind.names
        told = {str(row[0]): str(row[2]) for row in book.get_sheet_by_name("填写说明").to_python() if row[0] in kind.names}
        assert [
            column.name for column in kind.columns if not column.only_read and str(column.note) not in told[column.name]
        ] == []
