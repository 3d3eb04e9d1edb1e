"""Where the proposals of a committee stand, for the members of its chair's meeting: the counts of the desk, each with its list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee, Session
from tongxin.handling.pages.figures import Figure, figures

OPEN = "open"  # all that is in hand: the sum of the clocks, not a stage beside the stages
OF_SESSION = ("received", "filed")


@dataclass(frozen=True)
class Count:
    """A count that opens to its rows."""

    label: str
    count: str
    url: str


@dataclass(frozen=True)
class Overview:
    """What a committee's desk counts: of the session, by the clock, by stage."""

    committee: Committee
    session: Session | None
    received: list[Count]
    lanes: list[Count]
    stages: list[Count]
    url: str


def overviews(user: Any, on: date) -> list[Overview]:
    """Return the overview of every committee in whose chair's meeting somebody sits."""
    return list(_overviews(user, on))


def of_led(user: Any) -> dict[str, Any] | None:
    """Return the overviews of today for a home; nothing for who leads nothing."""
    found = overviews(user, timezone.localdate())
    return {"overviews": found} if found else None


def _overviews(user: Any, on: date) -> Iterator[Overview]:
    led = {a.committee_id: a.committee for a in bodies.appointments_of(user) if a.duty == Duty.LEADERSHIP}
    for committee in led.values():
        session = bodies.session_on(committee, on)
        found, of_session = figures(committee, session), {"session": str(session.pk) if session else ""}
        header = [figure for figure in found.header if session and figure.key in OF_SESSION]
        yield Overview(
            committee=committee,
            session=session,
            received=[_count(committee, f, stage=f.key, **of_session) for f in header],
            lanes=[
                *(_count(committee, f, stage=f.key) for f in found.tabs if f.key == OPEN),
                *(_count(committee, f, stage=OPEN, level=f.key) for f in found.lanes),
            ],
            stages=[_count(committee, f, stage=f.key) for f in found.tabs if f.key != OPEN],
            url=_url(committee),
        )


def _count(committee: Committee, figure: Figure, **asked: str) -> Count:
    return Count(figure.label, figure.count, _url(committee, **asked))


def _url(committee: Committee, **asked: str) -> str:
    return f"{reverse('desk-proposals')}?{urlencode(asked | {'in': committee.code})}"
