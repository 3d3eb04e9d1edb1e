"""The world's dates."""

from datetime import date

import pytest

from tongxin.core.calendar import add_months, is_working_day
from tongxin.demo.clock import Clock, at, plenary_of


@pytest.mark.parametrize(
    ("today", "running"),
    [
        ("2026-11-21", 2026),
        ("2027-02-20", 2026),
        ("2027-02-25", 2026),
        ("2027-02-26", 2027),
        ("2027-12-31", 2027),
        ("2028-03-01", 2027),
    ],
)
def test_the_running_plenary_opened_at_least_45_days_ago(today: str, running: int) -> None:
    assert Clock(date.fromisoformat(today)).running_year == running


def test_a_plenary_opens_on_a_tuesday_in_the_middle_of_january() -> None:
    assert [plenary_of(year) for year in (2025, 2026, 2027)] == [date(2025, 1, 14), date(2026, 1, 13), date(2027, 1, 12)]


def test_nothing_is_later_than_the_evening_before_today() -> None:
    assert Clock(date(2026, 11, 21)).until == at(date(2026, 11, 20), 23, 59)


def test_an_assignment_is_found_whose_limit_is_near() -> None:
    clock = Clock(date(2026, 11, 21))
    day = clock.assigned_for_due(3, (0, 3))
    assert day == date(2026, 8, 21)
    assert (is_working_day(day), add_months(day, 3)) == (True, date(2026, 11, 21))
