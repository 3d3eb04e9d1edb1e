"""What an address asks for is read, or counts as not asked.

Never an error, never a number that a column cannot hold.
"""

from datetime import date

import pytest

from tongxin.core import asked


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("17", 17),
        ("9" * 18, int("9" * 18)),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("+1", None),
        (" 1", None),
        ("1\n", None),
        ("²", None),
        ("１７", None),
        ("٣", None),
        ("1e3", None),
        ("\x00", None),
    ],
)
def test_a_number_is_plain_digits_that_a_key_can_hold(text: str, number: int | None) -> None:
    assert asked.number(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-18", date(2026, 3, 18)),
        ("1900-01-01", date(1900, 1, 1)),
        ("2199-12-31", date(2199, 12, 31)),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("2026-02-30", None),
        ("20260318", date(2026, 3, 18)),
        ("2026-W01-1", None),
        ("２０２６-03-18", date(2026, 3, 18)),
        ("", None),
    ],
)
def test_a_day_is_written_whole_and_can_be_reckoned_with(text: str, day: date | None) -> None:
    assert asked.day(text) == day


@pytest.mark.parametrize(("text", "version"), [("3", 3), ("2147483647", 2147483647), ("2147483648", 0), ("", 0), ("-1", 0)])
def test_a_version_that_no_column_holds_is_none_that_a_text_has(text: str, version: int) -> None:
    assert asked.version(text) == version


def test_words_are_one_line_no_longer_than_they_can_be() -> None:
    assert asked.words("  夜间　药房 \n", 60) == "夜间 药房"
    assert asked.words("長" * 300, 60) == "長" * 60


def test_a_choice_that_is_not_known_counts_as_not_asked() -> None:
    assert asked.one_of("red", {"red", "ok"}) == "red"
    assert asked.one_of("blue", {"red", "ok"}, "ok") == "ok"
