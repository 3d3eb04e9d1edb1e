"""Filters write dates and numbers as the office does."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from tongxin.core import keys
from tongxin.core.ids import new_code, new_uid
from tongxin.core.templatetags import chinese


def test_a_date_drops_the_year_when_it_is_this_one() -> None:
    assert chinese.day(date(2026, 5, 18), date(2026, 11, 1)) == "5 月 18 日"
    assert chinese.day(date(2025, 5, 18), date(2026, 11, 1)) == "2025 年 5 月 18 日"
    assert chinese.full_day(date(2026, 5, 18)) == "2026 年 5 月 18 日"


def test_moments_are_written_in_the_countys_time() -> None:
    at = datetime(2026, 5, 18, 6, 5, tzinfo=UTC)
    assert chinese.clock(at) == "14:05"
    assert chinese.moment(at).endswith("5 月 18 日 14:05")


@pytest.mark.parametrize(("days", "word"), [(0, "今天"), (1, "明天"), (2, "后天"), (-1, "昨天")])
def test_near_days_are_written_in_words(days: int, word: str) -> None:
    assert chinese.near_day(timezone.localdate() + timedelta(days=days)) == word


def test_nothing_is_written_for_nothing() -> None:
    assert [
        f(None)
        for f in (
            chinese.day,
            chinese.full_day,
            chinese.near_day,
            chinese.moment,
            chinese.clock,
            chinese.count,
            chinese.case_number,
        )
    ] == [""] * 7


def test_numbers_and_sizes_are_grouped() -> None:
    assert (chinese.count(12600), chinese.case_number(47), chinese.size(900), chinese.size(3_355_443)) == (
        "12 600",
        "第 0047 号",
        "1 KB",
        "3.2 MB",
    )
    assert chinese.characters("一 二") == 2
    assert chinese.paragraphs("一\n\n二") == ["一", "二"]


def test_identifiers_are_random_and_readable() -> None:
    assert len({new_uid() for _ in range(1000)}) == 1000
    assert not set("01ilo") & set("".join(new_uid() for _ in range(200)))
    assert [len(part) for part in new_code().split("-")] == [4, 4, 4]


def test_a_key_is_made_once_and_kept_readable_for_the_server_alone(tmp_path: object) -> None:
    first = keys.load("secret", tmp_path, None)  # type: ignore[arg-type]
    assert keys.load("secret", tmp_path, None) == first  # type: ignore[arg-type]
    assert keys.load("secret", tmp_path, "given") == "given"  # type: ignore[arg-type]
    assert (tmp_path / "keys" / "secret").stat().st_mode & 0o077 == 0  # type: ignore[operator]
