"""Working days, months, numerals: pure cases."""

from datetime import date

import pytest

from tongxin.core import calendar, numerals, secrets, words


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-03-06", 5, "2026-03-13"),  # Friday: over one weekend
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday declared a workday before Spring Festival
        ("2026-09-30", 1, "2026-10-08"),  # over National Day
        ("2026-03-06", 0, "2026-03-06"),
    ],
)
def test_working_days_follow_the_holiday_notice(start: str, count: int, end: str) -> None:
    assert calendar.add_working_days(date.fromisoformat(start), count) == date.fromisoformat(end)


def test_a_year_whose_notice_is_not_out_is_answered_provisionally() -> None:
    assert calendar.is_working_day(date(2031, 10, 1)) is False
    assert calendar.is_working_day(date(2031, 6, 11)) is True


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-03-06", 3, "2026-06-06"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-01-15", -3, "2025-10-15"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(start: str, months: int, end: str) -> None:
    assert calendar.add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("number", "text"), [(0, "零"), (4, "四"), (10, "十"), (11, "十一"), (20, "二十"), (25, "二十五"), (99, "九十九")]
)
def test_numerals_go_both_ways(number: int, text: str) -> None:
    assert numerals.chinese(number) == text
    assert numerals.arabic(text) == number


@pytest.mark.parametrize("text", ["", "百", "二三", "十十", "abc"])
def test_what_is_no_numeral_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="numeral"):
        numerals.arabic(text)


def test_numbers_beyond_a_hundred_are_refused() -> None:
    with pytest.raises(ValueError, match="100"):
        numerals.chinese(100)


@pytest.mark.parametrize("text", ["十届三次", "第十届第三次会议", "10-3", "十届三次会议", "第十届 第三次 全体会议", "10届3次"])
def test_every_spelling_of_a_session_is_read(text: str) -> None:
    assert numerals.parse_session(text) == (10, 3)


def test_what_is_no_session_is_refused() -> None:
    with pytest.raises(ValueError, match="届次"):
        numerals.parse_session("去年那次")


def test_characters_are_counted_without_white_space() -> None:
    assert words.character_count("一事　一案\n有情况 有分析") == 10


def test_text_is_cleaned_of_controls_and_blank_lines_at_the_ends() -> None:
    assert words.clean_text("\n 第一段\u200b \r\n\r\n\r\n\r\n第二段\x07 \n") == "第一段\n\n第二段"


@pytest.mark.parametrize(("typed", "name"), [("张 三", "张三"), (" 欧阳　明 月 ", "欧阳 明 月"), ("艾力·买买提", "艾力·买买提")])
def test_the_blank_inside_a_two_character_name_is_closed(typed: str, name: str) -> None:
    assert words.clean_name(typed) == name


def test_a_secret_survives_the_round_trip_and_hides_in_between(settings: object) -> None:
    token = secrets.encrypt("19900001234")
    assert "1990000" not in token
    assert secrets.decrypt(token) == "19900001234"
    settings.FIELD_KEY = "another"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="field key"):
        secrets.decrypt(token)


def test_look_up_hashes_are_equal_for_equal_numbers_only() -> None:
    assert secrets.lookup_hash("19900001234 ") == secrets.lookup_hash("19900001234")
    assert secrets.lookup_hash("19900001235") != secrets.lookup_hash("19900001234")
    assert secrets.lookup_hash("") == ""


def test_a_masked_phone_shows_three_and_two_digits() -> None:
    assert secrets.mask_phone("19900001234") == "199******34"
    assert secrets.mask_phone("110") == "***"
