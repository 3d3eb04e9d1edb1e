"""The world's dates: everything is computed from one day, on working days and at office hours."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tongxin.core.calendar import add_months, add_working_days, is_working_day, working_day_from

SHANGHAI = ZoneInfo("Asia/Shanghai")
A_LONG_HOLIDAY = 10  # days after which work goes on again
SETTLED_DAYS = 45  # a plenary counts as the running one when it opened this many days ago


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """Return an hour of a day in the county."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def office_hour(day: date, roll: random.Random, *, afternoon: bool = False) -> datetime:
    """Return some minute of a day's office hours."""
    hour = roll.choice((14, 15, 16)) if afternoon else roll.choice((9, 10, 11, 14, 15, 16))
    return at(day, hour, roll.randrange(2, 58))


def awake(moment: datetime) -> datetime:
    """Return the moment, or seven in the morning when it lies in the small hours."""
    return moment.replace(hour=7) if moment.hour < 7 else moment  # noqa: PLR2004 -- people sleep


def on_or_after(day: date) -> date:
    """Return the first working day from `day` on."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def on_or_before(day: date) -> date:
    """Return the last working day up to `day`."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def plus(day: date, working_days: int) -> date:
    """Return the day so many working days later."""
    return add_working_days(day, working_days)


def minus(day: date, working_days: int) -> date:
    """Return the day so many working days earlier."""
    while working_days:
        day = on_or_before(day - timedelta(days=1))
        working_days -= 1
    return day


def plenary_of(year: int, from_day: int = 12) -> date:
    """Return the day a year's plenary opens: the first Tuesday from 12 January on."""
    day = date(year, 1, from_day)
    return day + timedelta(days=(1 - day.weekday()) % 7)


@dataclass(frozen=True)
class Clock:
    """Today, and the years computed from it. Nothing in the world is dated after `until`."""

    today: date

    @property
    def until(self) -> datetime:
        """The last moment that has passed: the evening before today, so that no page shows what is yet to come."""
        return at(self.today) - timedelta(hours=9, minutes=1)

    @property
    def running_year(self) -> int:
        """The year of the running plenary: the latest that opened at least 45 days ago."""
        year = self.today.year
        return year if plenary_of(year) <= self.today - timedelta(days=SETTLED_DAYS) else year - 1

    def back(self, days: int) -> date:
        """Return the working day about so many days ago."""
        return on_or_before(self.today - timedelta(days=days))

    def assigned_for_due(self, months: int, left: tuple[int, int]) -> date | None:
        """Return the working day on which an assignment leaves between `left` days of its limit today, the fewest first."""
        for remaining in range(left[0], left[1] + 1):
            due = self.today + timedelta(days=remaining)
            for last in (due - timedelta(days=off) for off in range(A_LONG_HOLIDAY)):
                start = add_months(last, -months)
                reckoned = working_day_from(last) if add_months(start, months) == last else None
                if reckoned == due and is_working_day(start):
                    return start
        return None
