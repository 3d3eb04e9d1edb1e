"""The stages of the office's desk: what stands under each tab, and what a list may be asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.handling.choices import CaseState, TaskState, TaskStates
from tongxin.handling.models import Case, Task
from tongxin.proposals.choices import Destination, State, States
from tongxin.proposals.rules import OFFICE

ANSWERED = (CaseState.RATING, CaseState.WITH_OFFICE, CaseState.CLOSED)  # every unit that answers has answered


# ── stages ───────────────────────────────────────────────────────────────────────────────────────
Where = Callable[[Committee], Q]


def _with_clock(committee: Committee, *states: str) -> Q:
    # from the running clocks to their proposals, not through all proposals: few run, many are closed
    parts = Task.objects.filter(committee=committee, clock_on__isnull=False, state__in=states)
    return Q(pk__in=parts.values("case__proposal"))


def without_running_clock(committee: Committee) -> QuerySet[Case]:
    """Return the cases in hand of which no part has a clock: every unit was taken out again."""
    running = Task.objects.filter(case=OuterRef("pk"), clock_on__isnull=False)
    return Case.objects.filter(Q(committee=committee, state=CaseState.IN_HAND) & ~Q(Exists(running)))


def _to_assign(committee: Committee) -> Q:
    return Q(state=State.FILED) | Q(pk__in=without_running_clock(committee).values("proposal"))


def _in_task_state(*states: str) -> Where:
    return lambda committee: _with_clock(committee, *states)


def _in_case_state(*states: str) -> Where:
    return lambda _committee: Q(case__state__in=states)


def _in_state(*states: str, **more: Any) -> Where:
    return lambda _committee: Q(state__in=states, **more)


def _filed(_committee: Committee) -> Q:
    # said by what it is not: the newest are found in order, without sorting all that were ever filed
    return ~Q(state__in=sorted(set(State.values) - set(States.filed)))


@dataclass(frozen=True)
class Stage:
    """A tab of the desk. `states` are the task states whose clocks order it; without them it is ordered by receipt."""

    key: str
    label: Any
    where: Where
    states: tuple[str, ...] = ()
    sort: str = "id"
    tab: bool = True
    case_state: str = ""  # of all its rows: then the list is read from the cases


STAGES = {
    stage.key: stage
    for stage in (
        Stage("open", gettext_lazy("单位在办"), _in_task_state(*TaskStates.open), TaskStates.open, "due"),
        Stage("examine", State.SUBMITTED.label, _in_state(State.SUBMITTED)),
        Stage("decide", State.IN_DECISION.label, _in_state(State.IN_DECISION)),
        Stage("assign", State.FILED.label, _to_assign),
        Stage("sign", TaskState.AWAITING.label, _in_task_state(TaskState.AWAITING), (TaskState.AWAITING,), "due"),
        Stage("return", TaskState.RETURN_ASKED.label, _in_task_state(TaskState.RETURN_ASKED), (TaskState.RETURN_ASKED,), "due"),
        Stage("handle", TaskState.IN_HAND.label, _in_task_state(TaskState.IN_HAND, TaskState.WITH_LEADER),
              (TaskState.IN_HAND, TaskState.WITH_LEADER), "due"),
        Stage("review", TaskState.UNDER_REVIEW.label, _in_task_state(TaskState.UNDER_REVIEW), (TaskState.UNDER_REVIEW,), "due"),
        Stage("rating", CaseState.RATING.label, _in_case_state(CaseState.RATING), (), "due", case_state=CaseState.RATING),
        Stage("office", CaseState.WITH_OFFICE.label, _in_case_state(CaseState.WITH_OFFICE), case_state=CaseState.WITH_OFFICE),
        Stage("closed", CaseState.CLOSED.label, _in_case_state(CaseState.CLOSED), (), "-id", case_state=CaseState.CLOSED),
        Stage("unfiled", gettext_lazy("未立案"), _in_state(State.MERGED, State.NOT_FILED, State.WITHDRAWN), (), "-id"),
        Stage("received", gettext_lazy("收到"), _in_state(*States.received), (), "-id", tab=False),
        Stage("filed", gettext_lazy("立案"), _filed, (), "-id", tab=False),
        Stage("answered", gettext_lazy("办复"), _in_case_state(*ANSWERED), (), "-id", tab=False),
        Stage("merged", gettext_lazy("并案"), _in_state(State.MERGED), (), "-id", tab=False),
        *(Stage(str(value), label, _in_state(State.NOT_FILED, destination=value), (), "-id", tab=False)
          for value, label in Destination.choices),
        Stage("withdrawn", gettext_lazy("撤案"), _in_state(State.WITHDRAWN), (), "-id", tab=False),
        Stage("returned", gettext_lazy("退回修改"), _in_state(State.RETURNED), (), "-id", tab=False),
    )
}  # fmt: skip
HEADER = ("received", "filed", "answered", "merged", "suggestion", "opinion", "letter", "nowhere", "withdrawn")


@dataclass(frozen=True)
class Wanted:
    """What the desk is asked to show."""

    committee: Committee
    stage: Stage
    level: str = ""
    text: str = ""
    unit: int | None = None
    construction: str = ""
    topic: str = ""
    form: str = ""
    session: int | None = None
    season: str = ""
    sort: str = ""

    @property
    def by_clock(self) -> bool:
        """Whether the rows come in the order of their clocks."""
        return (self.sort or self.stage.sort).lstrip("-") == "due" and (bool(self.stage.states) or self.stage.key == "rating")


def desk_committees(user: Any) -> list[Committee]:
    """Return the committees whose desk somebody may open."""
    return bodies.committees_held(user, *OFFICE, Duty.LEADERSHIP)
