"""Working days by the public-holiday notices, and months as the office counts them. Pure: knows no Django.

Public holidays and make-up workdays come from the `holidays` library; for a year whose notice is not out it answers
provisionally from the statutory days (全国年节及纪念日放假办法), and `is_settled` says so.
"""

import calendar as gregorian
from datetime import date, timedelta
from functools import cache

from holidays.countries import CN

FIRST_NOTICE = 2001  # before that year nothing but the statutory days was given
A_WEEK = timedelta(days=7)


@cache
def _holidays_of(year: int) -> CN:
    return CN(years=year)


@cache
def noticed() -> frozenset[int]:
    """Return the years whose notice the library knows: it names the days that are moved in each."""
    return frozenset(getattr(CN(), "special_public_holidays", ()))


def forget() -> None:
    """Read the library's notices anew."""
    noticed.cache_clear()
    _holidays_of.cache_clear()


def is_working_day(day: date) -> bool:
    """Say whether offices work on `day`: weekdays but holidays, and weekend days declared make-up workdays."""
    return bool(_holidays_of(day.year).is_working_day(day))


def is_settled(day: date) -> bool:
    """Say whether the notice that decides about `day` is out.

    The one of its year, and in the last week of a year the next one's.
    """
    year = (day + A_WEEK).year
    return year < FIRST_NOTICE or year in noticed()


def first_year_without_notice(day: date) -> int:
    """Return the first year from that of `day` on whose notice is not out."""
    year = day.year
    while year in noticed():
        year += 1
    return year


def working_day_from(day: date) -> date:
    """Return `day`, or the next working day where it is a day off: so a period ends (民法典第二百零三条)."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def add_working_days(start: date, count: int) -> date:
    """Return the day `count` working days after `start`; the start itself does not count (民法典第二百零一条)."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def add_months(start: date, months: int) -> date:
    """Return the same day `months` later, or that month's last day where it has no such day (民法典第二百零二条)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = gregorian.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))
