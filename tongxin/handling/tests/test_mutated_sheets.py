"""Sheets gone wrong in every way that chance finds: taken, or refused with a sentence.

Never a failure, and then nothing is written.
"""

import os
import random
from pathlib import Path

import pytest
import xlsxwriter
from django.db import transaction

from tests.cast import Cast
from tongxin.audit.models import Event
from tongxin.cli.entrance import main
from tongxin.committees.models import Session, Unit
from tongxin.handling.models import Reply, Task
from tongxin.members.models import Member
from tongxin.proposals.models import Proposal

TIMES = 10_000 if os.environ.get("TONGXIN_THOROUGH") else 40
PIECES = 8  # tests of the same run
SHEETS = {
    "proposals": [
        ["案由", "内容", "提案人", "提案号", "届次", "提交日期", "审查结果", "并入", "承办单位", "会办单位", "答复日期", "答复类别", "答复内容", "办理态度评价", "办理结果评价", "类别", "是否公开"],
        ["关于药房的建议", "写明。" * 30, "林知远、何青禾", 1, "十一届五次", "2026-02-01", "立案", "", "县卫生健康局", "县财政局", "2026-02-20", "B", "答复如下。", "满意", "满意、基本满意", "城乡建设", "是"],
        ["关于道路的建议", "写明。" * 30, "林知远", 2, "", "2026-02-01", "立案", "", "县财政局、县水务局", "", "2026-02-20", "A", "答复如下。", "满意", "满意", "", "否"],
        ["关于停车的建议", "写明。" * 30, "何青禾", "", "", "2026-02-02", "并案", 1, "", "", "", "", "", "", "", "", ""],
        ["合计", "", "", 3, "", "", "", "", "", "", "", "", "", "", "", "", ""],
    ],
    "members": [
        ["姓名", "性别", "民族", "出生年月", "政治面貌", "界别", "专委会", "职务", "工作单位", "单位职务", "手机", "邮箱", "是否党员", "编号"],
        ["曾贤", "女", "汉族", "1975-03", "中共党员", "农业界", "提案委员会", "常委", "县医院", "医师", "13800000001", "a@b.cn", "是", "YX077"],
        ["林知远", "", "", "", "", "医药卫生界", "", "", "", "", "", "", "", "YX001"],
    ],
    "units": [["单位名称", "简称", "归口", "联系人", "电话", "编号"], ["县林业局", "林业局", "政府", "某", "0000-1234567", "L1"]],
}  # fmt: skip
CELLS = [
    "",
    " ",
    "　",
    "\0",
    "#N/A",
    "Err:502",
    "#####",
    "=1+1",
    "-1",
    "+1",
    "1e308",
    "9" * 40,
    "第0号",
    "并入999号",
    "并入1号",
    "1919-02-30",
    "45108.9",
    "二〇二六年",
    "十一届",
    "99-99",
    "林知远（YX001）",
    "阿依古丽•买买提",
    "𠮷𬀩",
    "县卫健委",
    "主办：；会办：",
    "【】",
    "（）",
    "(" * 300,
    "、、；",
    "是" * 40_000,
    "\u202e倒",
    "a\u0301" * 50,
    "<b>",
    "'; DROP TABLE",
    "'" * 5,
    "\r\n" * 4,
    "YX99999999999",
    "００１",
    "合计",
    "小计：",
    "注：",
    "（示例）",
    True,
    3.5,
    1e18,
    -0.0,
]


def counts():
    return [model.objects.count() for model in (Proposal, Task, Reply, Member, Unit, Session, Event)]


def mutated(dice: random.Random, path: Path) -> tuple[str, Path]:
    """Write a sheet of some kind in some form, and spoil it."""
    kind = dice.choice(list(SHEETS))
    rows = [list(row) for row in SHEETS[kind]]
    for _n in range(dice.randint(0, 4)):
        _spoil(dice, rows)
    form = dice.choice(["xlsx", "xlsx", "csv", "html"])
    out = path / f"表.{dice.choice([form, 'xls', 'csv'])}"
    if form == "xlsx":
        _workbook(dice, out, rows)
    else:
        texts = [[str(cell) for cell in row] for row in rows]
        if form == "html":
            page = (
                "<html><table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in texts) + "</table>"
            )
        else:
            mark = dice.choice(",;\t，|")
            page = "\r\n".join(mark.join(f'"{c}"' if dice.random() < 0.3 else c for c in row) for row in texts)
        out.write_bytes(page.encode(dice.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"]), "replace"))
    if dice.random() < 0.5:
        out.write_bytes(_bytes(dice, bytearray(out.read_bytes())))
    return kind, out


def _spoil(dice: random.Random, rows: list[list]) -> None:
    row = rows[dice.randrange(len(rows))]
    at = dice.randrange(len(row)) if row else 0
    what = dice.randrange(6)
    if what <= 2 and row:
        row[at] = dice.choice(CELLS)
    elif what == 3 and row:
        del row[at]
    elif what == 4:
        rows.insert(dice.randrange(len(rows) + 1), list(row))
    else:
        row.insert(at, dice.choice([*rows[0], "联名人", "附议人", "编号", "序号", *CELLS]))


def _workbook(dice: random.Random, out: Path, rows: list[list]) -> None:
    """Write a workbook; some have a cell far below all others.

    Up to such a cell xlsxwriter goes row by row, a million of them, unless it may write each row as it comes.
    """
    names = dice.choice([("提案",), ("委员",), ("Sheet1", "Sheet2"), ("单位", "提案", "委员")])
    far = {name: dice.choice([900, 1_048_575]) for name in names if dice.random() < 0.1}
    with xlsxwriter.Workbook(str(out), {"constant_memory": bool(far)}) as book:
        for name in names:
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if dice.random() < 0.97:
                        text = value[:32_000] if isinstance(value, str) else value
                        page.write(number, column, text)
            if name in far:
                page.write(far[name], dice.choice([0, 16_383]), dice.choice([" ", "乙"]))
            if dice.random() < 0.1 and name != "提案":
                page.hide()


def _bytes(dice: random.Random, data: bytearray) -> bytes:
    for _n in range(dice.choice([1, 1, 3, 30])):
        at = dice.randrange(len(data)) if data else 0
        what = dice.randrange(4)
        if what == 0 and data:
            data[at] = dice.randrange(256)
        elif what == 1:
            del data[at : at + dice.randint(1, 40)]
        elif what == 2:
            data[at:at] = bytes(dice.randrange(256) for _m in range(dice.randint(1, 8)))
        elif dice.random() < 0.2:
            del data[at:]
    return bytes(data)


@pytest.mark.django_db
@pytest.mark.parametrize("piece", range(PIECES))
def test_no_spoiled_sheet_fails_and_none_that_is_refused_writes(cast: Cast, tmp_path, capsys, piece):
    before = counts()
    for number in range(piece, TIMES, PIECES):
        dice = random.Random(number)  # noqa: S311 -- the same sheets every time
        kind, path = mutated(dice, tmp_path)
        more = dice.choice([(), (), ("--dry-run",), ("--skip-invalid", str(tmp_path / "退.xlsx"))])
        with transaction.atomic():
            code = main(["import", kind, str(path), "--committee", "YX", "--json", *more])
            said = capsys.readouterr().err
            assert (number, code in {0, 2}, said) == (number, True, said)
            if code or more == ("--dry-run",):
                assert (number, counts()) == (number, before)
            transaction.set_rollback(True)
        assert not list(tmp_path.glob(".*part*"))
