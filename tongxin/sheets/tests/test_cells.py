"""What stands in a cell, read as people mean it."""

import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.sheets import cells


@pytest.mark.parametrize(
    "written",
    [
        "2023-07-01",
        "2023/7/1",
        "2023.7.1",
        "2023年7月1日",
        "2023 年 7 月 1 日",
        "２０２３-０７-０１",
        "20230701",
        "45108",
        45108,
        45108.0,
        date(2023, 7, 1),
        datetime(2023, 7, 1, 9, 30),
        "2023-07-01 09:30:00",
    ],
)
def test_a_day_is_read_in_every_usual_spelling(written):
    assert cells.day(written) == date(2023, 7, 1)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("去年春天", "“去年春天”不是日期，应写成 2023-07-01 的样子"),
        ("2023-02-30", "没有“2023-02-30”这一天，请核对"),
        ("12", "“12”不是日期，应写成 2023-07-01 的样子"),
        ("#REF!", "单元格里的公式出错（#REF!），请改为数值"),
    ],
)
def test_what_is_no_day_is_said(written, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        cells.day(written)


@pytest.mark.parametrize("written", ["1975-03", "1975.3", "1975年3月", "197503", "1975-03-18", date(1975, 3, 18)])
def test_a_month_is_its_first_day(written):
    assert cells.month(written) == date(1975, 3, 1)


def test_names_are_trimmed_and_closed():
    assert [cells.name(n) for n in ("张 三", " 欧阳 修远 ", "李　四\n")] == ["张三", "欧阳修远", "李四"]
    assert cells.several("张 三、李四,王五；赵六，") == ["张三", "李四", "王五", "赵六"]


@pytest.mark.parametrize("written", [13800000001, 13800000001.0, "138 0000 0001", "+86 138-0000-0001", "８6１３８00000001"])
def test_a_mobile_number_may_be_written_with_blanks(written):
    assert cells.phone(written) == "13800000001"


@given(st.dates(date(1927, 6, 1), date(2100, 12, 31)))
def test_days_come_back_from_every_spelling(day):
    for written in (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day:%Y/%m/%d}", (day - cells.EPOCH).days):
        assert cells.day(written) == day


@given(st.text())
def test_a_guarded_text_comes_back_as_it_was(text):
    guarded = cells.guarded(text)
    assert cells.unguarded(guarded) == text
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r"))
