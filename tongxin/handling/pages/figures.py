"""The counts of the desk: each one opens to its rows."""

from dataclasses import dataclass

from tongxin.audit.queries import remembered
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee, Session
from tongxin.desks.levels import WORDS
from tongxin.desks.paging import CAP, capped, counted
from tongxin.handling.choices import TaskStates
from tongxin.handling.pages.rows import asked_for, most_urgent, today_rules
from tongxin.handling.pages.stages import HEADER, STAGES, Stage, Wanted, without_running_clock
from tongxin.handling.queries import level_of
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal

OPEN = "open"  # all that is in hand: the sum of the clocks, not a stage beside the stages
OF_SESSION = ("received", "filed", "answered")
PRESSING = ("red", "yellow")


@dataclass(frozen=True)
class Figure:
    """A count with its stage (or level)."""

    key: str
    label: str
    number: int

    @property
    def count(self) -> str:
        return counted(self.number)


@dataclass(frozen=True)
class Figures:
    """Every count of the desk, read at once: what came of a session, the levels, the stages."""

    header: list[Figure]
    lanes: list[Figure]
    tabs: list[Figure]


def figures(committee: Committee, session: Session | None) -> Figures:
    """Return the counts of a committee's desk; they are kept until something happens in it."""
    today, rules = today_rules(committee)
    what = ("desk", committee.pk, session.pk if session else 0, today, rules.yellow_days, rules.soon_days)
    numbers = remembered([committee.code], what, lambda: _read(committee, session))
    return Figures(
        header=[Figure(key, str(STAGES[key].label), numbers[f"header.{key}"]) for key in HEADER],
        lanes=[Figure(level, str(word), numbers[f"lane.{level}"]) for level, (word, _text) in WORDS.items()],
        tabs=[Figure(s.key, str(s.label), numbers[f"tab.{s.key}"]) for s in STAGES.values() if s.tab],
    )


def figures_of_year(committee: Committee) -> tuple[str, str, Figures] | None:
    """Return the uid of the session that runs, its label, and those few that stand on the home of who works on them.

    Counted by themselves, and the session kept with them: a home is asked for often.
    """
    today, rules = today_rules(committee)
    what = ("year", committee.pk, today, rules.yellow_days)
    session, label, numbers = remembered([committee.code], what, lambda: _read_of_year(committee))
    if not session:
        return None
    found = Figures(
        header=[Figure(key, str(STAGES[key].label), numbers[key]) for key in OF_SESSION],
        lanes=[Figure(level, str(WORDS[level][0]), numbers[level]) for level in PRESSING],
        tabs=[Figure(OPEN, str(STAGES[OPEN].label), numbers[OPEN])],
    )
    return session, label, found


def _read_of_year(committee: Committee) -> tuple[str, str, dict[str, int]]:
    today, rules = today_rules(committee)
    session = bodies.session_on(committee, today)
    if session is None:
        return "", "", {}
    of_session = Proposal.objects.filter(committee=committee, session=session)
    running = most_urgent(committee, TaskStates.open)
    found = {key: capped(of_session.filter(STAGES[key].where(committee))) for key in OF_SESSION}
    found |= {level: capped(running.filter(level_of(level, rules, today))) for level in PRESSING}
    return session.uid, str(session), found | {OPEN: _count(committee, STAGES[OPEN])}


def _read(committee: Committee, session: Session | None) -> dict[str, int]:
    of_session = Proposal.objects.filter(committee=committee, session=session) if session else Proposal.objects.none()
    today, rules = today_rules(committee)
    running = most_urgent(committee, TaskStates.open)
    found = {f"header.{key}": capped(of_session.filter(STAGES[key].where(committee))) for key in HEADER}
    found |= {f"lane.{level}": capped(running.filter(level_of(level, rules, today))) for level in WORDS}
    return found | {f"tab.{stage.key}": _count(committee, stage) for stage in STAGES.values() if stage.tab}


def _count(committee: Committee, stage: Stage) -> int:
    if stage.key != "assign":
        return capped(asked_for(Wanted(committee, stage))[0])
    # two reads of few rows each: together they are a walk through all proposals
    filed = Proposal.objects.filter(committee=committee, state=State.FILED)
    return min(CAP + 1, capped(filed) + capped(without_running_clock(committee)))
