"""Working days by the public-holiday notices, and months as the office counts them. Pure: knows no Django.

Public holidays and make-up workdays come from the `holidays` library; for a year whose notice is not out it answers
provisionally from the statutory days.
"""

import calendar as gregorian
from datetime import date, timedelta
from functools import cache

from holidays.countries import CN


@cache
def _holidays_of(year: int) -> CN:
    return CN(years=year)


def is_working_day(day: date) -> bool:
    """Say whether offices work on `day`: weekdays but holidays, and weekend days declared make-up workdays."""
    return bool(_holidays_of(day.year).is_working_day(day))


def add_working_days(start: date, count: int) -> date:
    """Return the day `count` working days after `start`; the start itself does not count (民法典第二百零一条)."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            count -= 1
    return day


def working_days_between(start: date, end: date) -> int:
    """Count the working days after `start` up to and including `end` (0 when `end` is not later)."""
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def add_months(start: date, months: int) -> date:
    """Return the same day `months` later, or that month's last day where it has no such day (民法典第二百零二条)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = gregorian.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))
