"""Where the proposals of a committee stand, for who leads it and for its office: every figure opens to its records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count as Counted
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tongxin.audit.queries import remembered
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee, Session
from tongxin.desks.panels import Board, Line, boards
from tongxin.desks.todos import SHOWN, Todo
from tongxin.handling import queries
from tongxin.handling.choices import TaskStates
from tongxin.handling.models import Task
from tongxin.handling.pages.figures import OF_SESSION, OPEN, PRESSING, Figure, Figures, figures, figures_of_year
from tongxin.handling.pages.rows import most_urgent, today_rules
from tongxin.handling.pages.stages import ANSWERED
from tongxin.proposals.models import long_of
from tongxin.proposals.rules import OFFICE

UNITS_SHOWN = 10


@dataclass(frozen=True)
class Count:
    """A count that opens to its rows; `line` says it as a share, where it is one, and `share` draws it (percent)."""

    label: str
    count: str
    url: str
    line: str = ""
    share: int = 0


@dataclass(frozen=True)
class UnitLine:
    """What a unit has of the session.

    Its proposals, those answered (with their share), those whose own time is over or nearly so.
    """

    name: str
    parts: Count
    answered: Count
    pressing: Sequence[tuple[str, Count]]


@dataclass(frozen=True)
class Overview:
    """What a committee's desk counts: of the session, by the clock, by stage, by unit; and what presses most."""

    committee: Committee
    session: Session | None
    received: list[Count]
    lanes: list[Count]
    stages: list[Count]
    units: list[UnitLine]
    urgent: list[Todo]
    url: str

    @property
    def counts(self) -> list[Count]:
        """Every figure of it."""
        of_units = [one for u in self.units for one in (u.parts, u.answered, *(count for _level, count in u.pressing))]
        return [*self.received, *self.lanes, *self.stages, *of_units]


def overviews(user: Any, on: date) -> list[Overview]:
    """Return the overview of every committee in whose chair's meeting somebody sits."""
    return list(_overviews(user, on))


def of_led(user: Any) -> dict[str, Any] | None:
    """Return the overviews of today for a home; nothing for who leads nothing."""
    found = overviews(user, timezone.localdate())
    return {"overviews": found} if found else None


def _overviews(user: Any, on: date) -> Iterator[Overview]:
    for committee in _where(user, Duty.LEADERSHIP):
        session = bodies.session_on(committee, on)
        found, of_session = figures(committee, session), _of(session)
        known = {figure.key: figure.number for figure in found.header}
        most = max((f.number for f in found.tabs if f.key != OPEN), default=0)
        yield Overview(
            committee=committee,
            session=session,
            received=[
                _count(committee, f, {"stage": f.key} | of_session, line=_share(f, known))
                for f in found.header
                if session and f.key in OF_SESSION
            ],
            lanes=[
                *(_count(committee, f, {"stage": f.key}) for f in found.tabs if f.key == OPEN),
                *(_count(committee, f, {"stage": OPEN, "level": f.key}) for f in found.lanes),
            ],
            stages=[_count(committee, f, {"stage": f.key}, of=most) for f in found.tabs if f.key != OPEN],
            units=_units(committee, session, on) if session else [],
            urgent=_urgent(committee, on),
            url=_url(committee),
        )


def _where(user: Any, *duties: str) -> list[Committee]:
    return list({a.committee_id: a.committee for a in bodies.appointments_of(user) if a.duty in duties}.values())


def _of(session: Session | None) -> dict[str, Any]:
    return {"session": session.uid if session else ""}


def _share(figure: Figure, known: dict[str, int]) -> str:
    """Say how much of what was filed is answered."""
    filed = known["filed"]
    if figure.key != "answered" or not filed or figure.count != str(figure.number):
        return ""
    return _("占立案 %(percent)s%%") % {"percent": f"{100 * figure.number / filed:.1f}"}


def _count(committee: Committee, figure: Figure, asked: dict[str, str], *, line: str = "", of: int = 0) -> Count:
    return Count(figure.label, figure.count, _url(committee, **asked), line, round(100 * figure.number / of) if of else 0)


def _url(committee: Committee, **asked: str) -> str:
    return f"{reverse('desk-proposals')}?{urlencode(asked | {'in': committee.code})}"


# ── units ────────────────────────────────────────────────────────────────────────────────────────
def _units(committee: Committee, session: Session, on: date) -> list[UnitLine]:
    """Return the units with work of the session, those with what is late first: no score, no ranking."""
    _today, rules = today_rules(committee)
    what = ("units", committee.pk, session.pk, on, rules.yellow_days)
    rows = remembered([committee.code], what, lambda: _read_units(committee, session))
    return [_unit(committee, session, row) for row in rows]


def _read_units(committee: Committee, session: Session) -> list[dict[str, Any]]:
    today, rules = today_rules(committee)
    running = Q(state__in=TaskStates.open)
    found = Task.objects.filter(committee=committee, case__proposal__session=session).exclude(state__in=TaskStates.gone)
    numbers = {
        "parts": Counted("pk"),
        "answered": Counted("pk", filter=Q(case__state__in=ANSWERED)),
        **{level: Counted("pk", filter=running & queries.level_of(level, rules, today)) for level in PRESSING},
    }
    named = found.values("unit_id", unit_uid=F("unit__uid"), name=F("unit__name")).annotate(**numbers)
    return list(named.order_by("-red", "-yellow", "-parts", "unit_id")[:UNITS_SHOWN])


def _unit(committee: Committee, session: Session, row: dict[str, Any]) -> UnitLine:
    asked = {"unit": row["unit_uid"], **_of(session)}

    def count(label: str, number: int, **more: str) -> Count:
        return Count(label, str(number), _url(committee, **asked, **more), share=round(100 * number / row["parts"]))

    words = {"red": _("红牌"), "yellow": _("黄牌")}
    pressing = [(level, count(words[level], row[level], stage=OPEN, level=level)) for level in PRESSING if row[level]]
    return UnitLine(
        row["name"], count(_("承办"), row["parts"], stage="filed"), count(_("办复"), row["answered"], stage="answered"), pressing
    )


# ── what presses ─────────────────────────────────────────────────────────────────────────────────
def _urgent(committee: Committee, on: date) -> list[Todo]:
    """Return the cases in hand whose time is over or nearly so, the most urgent first."""
    _today, rules = today_rules(committee)
    what = ("urgent", committee.pk, on, rules.yellow_days, rules.soon_days, get_language())
    return remembered([committee.code], what, lambda: list(_read_urgent(committee)))


def _read_urgent(committee: Committee) -> Iterator[Todo]:
    today, rules = today_rules(committee)
    pressing = queries.level_of("red", rules, today) | queries.level_of("yellow", rules, today)
    rows = most_urgent(committee, TaskStates.open).filter(pressing).select_related("unit", "case__proposal")
    for task in rows.defer("unit__phone", *long_of("case__proposal")).order_by("clock_on", "id")[:SHOWN]:
        due_on, what = queries.clock_of(task)
        chip = queries.chip(due_on, on=today, rules=rules, what=what)
        yield Todo(str(task.case.proposal), f"{task.case.reference}　{task.unit}", task.case.get_absolute_url(), "", chip)


# ── boards of who works on them ──────────────────────────────────────────────────────────────────
def of_office(user: Any) -> dict[str, Any] | None:
    """Return the figures of the year for who works in a committee's office."""
    own = _where(user, *OFFICE)
    found = [(committee, year) for committee in own if (year := figures_of_year(committee)) is not None]
    return boards([_board(committee, *year, several=len(own) > 1) for committee, year in found])


def _board(committee: Committee, session: str, label: str, found: Figures, *, several: bool) -> Board:
    of_session = {"session": session}
    header = [_count(committee, f, {"stage": f.key} | of_session) for f in found.header]
    running = [_count(committee, f, {"stage": f.key}) for f in found.tabs]
    lanes = [(f.key, _count(committee, f, {"stage": OPEN, "level": f.key})) for f in found.lanes if f.number]
    title = f"{committee.short_name}　{label}" if several else label
    return Board(title, [*(_line(one) for one in (*header, *running)), *(_line(one, level) for level, one in lanes)])


def _line(one: Count, level: str = "") -> Line:
    return Line(one.label, _("%(n)s 件") % {"n": one.count}, one.url, {"red": "bad", "yellow": "warn"}.get(level, ""))


def of_units(user: Any) -> dict[str, Any] | None:
    """Return how much of a unit's work is done, for its people: what waits stands in their queues."""
    units = queries.units_of(user)
    if not units:
        return None
    codes = {committee.code for committee in _where(user, Duty.UNIT_CLERK, Duty.UNIT_LEADER)}
    held = [sorted(bodies.units_with(user, duty)) for duty in (Duty.UNIT_CLERK, Duty.UNIT_LEADER)]
    numbers = remembered(codes, ("board", *held), lambda: _read_of_units(user, *held))
    lines = [
        Line(str(label), _("%(n)s 件") % {"n": numbers[name]}, reverse("handling-inbox") + (f"?part={part}" if part else ""))
        for name, (part, label) in IN_UNITS.items()
    ]
    return boards([Board(_("承办情况"), lines)])


def _read_of_units(user: Any, clerked: list[int], led: list[int]) -> dict[str, int]:
    known = queries.inbox_parts(clerked=clerked, led=led)
    parts = {name: Counted("pk", filter=found) for name, found in known.items() if name in IN_UNITS}
    found: dict[str, int] = queries.inbox(user).aggregate(**parts)
    return found


IN_UNITS = {
    "todo": ("", gettext_lazy("待办")),
    "wait": ("wait", gettext_lazy("待回复")),
    "answered": ("answered", gettext_lazy("已答复")),
    "done": ("done", gettext_lazy("已结束")),
}
