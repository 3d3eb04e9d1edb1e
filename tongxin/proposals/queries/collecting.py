"""When proposals are collected: for which session, and whether one counts as 大会提案."""

from datetime import datetime, timedelta

from django.utils import timezone

from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee, Session
from tongxin.core.calendar import add_months
from tongxin.proposals.choices import Season
from tongxin.proposals.regulations import Collection
from tongxin.regulations.queries import in_force


def plenary_window(session: Session) -> tuple[datetime | None, datetime | None]:
    """Return when 大会提案 of a session are collected: from, until.

    Computed from the regulation unless set on the session.
    """
    rules = in_force(session.committee, Collection, session.starts_on)
    opens, closes = session.collects_from, session.cut_off_at
    if session.plenary_from is not None:
        if opens is None:
            start = add_months(session.plenary_from.date(), -rules.opens_months_before)
            opens = session.plenary_from.replace(year=start.year, month=start.month, day=start.day)
        closes = closes or session.plenary_from + timedelta(hours=rules.cut_off_hours)
    return opens, closes


def session_and_season_at(committee: Committee, at: datetime) -> tuple[Session | None, str]:
    """Return the session a submission at `at` belongs to, and whether it is 大会 or 平时.

    Within a session's collection window it is that session's 大会提案, even before its working year begins.
    """
    for session in bodies.sessions_of(committee)[:3]:
        session.committee = committee
        opens, closes = plenary_window(session)
        if opens and closes and opens <= at <= closes:
            return session, Season.PLENARY
    return bodies.session_on(committee, timezone.localdate(at)), Season.REGULAR


def season_at(committee: Committee, at: datetime) -> str:
    """Return 大会 or 平时 for a submission at `at`."""
    return session_and_season_at(committee, at)[1]
