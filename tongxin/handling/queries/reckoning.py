"""How a deadline is reckoned: so much of the regulation from a day on, and whether the calendar it rests on is out."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit.queries import last_of
from tongxin.committees.models import Committee
from tongxin.core import calendar, faults
from tongxin.handling.choices import CaseState, Counted
from tongxin.handling.models import Case, TentativeDate
from tongxin.handling.regulations import DaysOff, Deadlines
from tongxin.regulations.queries import in_force

# of the regulation's keys
ENDINGS = {"_working_days": Counted.WORKING_DAYS, "_months": Counted.MONTHS, "_days": Counted.DAYS}


@dataclass(frozen=True)
class Reckoning:
    """A limit from the day after `began_on`; `end_later`: one that ends on a day off ends on the next working day."""

    began_on: date
    count: int
    counted: str
    end_later: bool

    @property
    def falls_on(self) -> date:
        """The day on which the limit itself ends, whether offices work then or not."""
        if self.counted == Counted.WORKING_DAYS:
            return calendar.add_working_days(self.began_on, self.count)
        if self.counted == Counted.MONTHS:
            return calendar.add_months(self.began_on, self.count)
        return self.began_on + timedelta(days=self.count)

    @property
    def due_on(self) -> date:
        """The last day."""
        return calendar.working_day_from(self.falls_on) if self.end_later else self.falls_on


def reckoning_of(row: TentativeDate) -> Reckoning:
    """Return how a tentative date was reckoned."""
    return Reckoning(row.began_on, row.count, row.counted, row.end_later)


def reckon(committee: Committee, key: str, on: date) -> Reckoning:
    """Reckon a limit of the regulation (`reply_months`, `sign_working_days`, …) that begins on a day, by the rules of that day."""
    rules: Deadlines = in_force(committee, Deadlines, on)
    days_off: DaysOff = in_force(committee, DaysOff, on)
    counted = next(counted for ending, counted in ENDINGS.items() if key.endswith(ending))
    return Reckoning(on, getattr(rules, key), counted, days_off.end_later)


def due_on(committee: Committee, key: str, on: date) -> date:
    """Return the last day of a limit that begins on a day."""
    return reckon(committee, key, on).due_on


def day_off_before(committee: Committee, key: str, on: date, due: date | None) -> date | None:
    """Return the day off on which a limit would end that was moved to `due`.

    Nothing where it was not moved, or set otherwise.
    """
    said = reckon(committee, key, on)
    return said.falls_on if said.due_on == due and said.falls_on != due else None


def said_of(day: date) -> dict[str, Any]:
    """Return what an event says of a last day: the day, and whether it was tentative when it was said."""
    return {"due": day.isoformat()} | ({} if calendar.is_settled(day) else {"tentative": True})


def ratings_without_reckoning() -> list[Case]:
    """Return the cases that wait for ratings until a tentative day of which it was not kept how it was reckoned.

    They were imported, or opened by a version that did not know tentative dates.
    """
    waiting = Case.objects.filter(state=CaseState.RATING, rating_due_on__isnull=False).select_related("committee__parent__parent")
    unknown = waiting.exclude(tentative_dates__field="rating_due_on").order_by("id")
    return [case for case in unknown if not calendar.is_settled(case.rating_due_on)]


def reckoning_of_rating(case: Case) -> Reckoning | None:
    """Reckon anew until when a case is rated; nothing where that is not the day that was set."""
    opened = last_of(case, kind="cases.open_rating")
    if opened is None:
        return None
    said = reckon(case.committee, "rating_working_days", timezone.localdate(opened.at or opened.recorded_at))
    return said if said.due_on == case.rating_due_on else None


def calendar_note() -> str:
    """Say to whoever keeps the system that dates wait for a calendar, and what brings it; nothing where none do.

    No fault.
    """
    number = TentativeDate.objects.count()
    if not number:
        return ""
    year = calendar.first_year_without_notice(timezone.localdate())
    return _(
        "有 %(n)s 个期限为暂定：%(year)s 年的放假调休安排还没有收入程序。安排公布（一般在 11 月）以后升级程序，期限由系统重新确定并告知，这不是故障"
    ) % {"n": number, "year": year}


def tentative_dates() -> list[TentativeDate | faults.Unread]:
    """Return the dates whose calendar has come out since they were set."""
    rows = TentativeDate.objects.select_related("case").order_by("id")
    return [row for row in faults.rows_of(rows) if isinstance(row, faults.Unread) or _may_be_settled(row)]


def _may_be_settled(row: TentativeDate) -> bool:
    """Say whether the calendar is out, or whether that cannot be said.

    Such a date fails by itself, and stops no other.
    """
    try:
        return calendar.is_settled(reckoning_of(row).due_on)
    except Exception:  # noqa: BLE001 -- it is raised again where the date is set alone
        return True
