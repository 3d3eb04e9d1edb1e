"""Where a proposal stands in one word, and where in its life of eight stages (DB3303/T 036)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.audit.models import Event
from tongxin.core.attaching import attach
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import day
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Task
from tongxin.handling.queries import waits_for_units
from tongxin.handling.workflow import CASES, TASKS
from tongxin.proposals.choices import State, States
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries import published
from tongxin.proposals.workflow import PROPOSAL

# which part's state speaks for a case in hand: the one somebody must act on first
LOUDEST = (
    TaskState.RETURN_ASKED,
    TaskState.AWAITING,
    TaskState.UNDER_REVIEW,
    TaskState.WITH_LEADER,
    TaskState.IN_HAND,
)
SUPERVISING = ("handling.remind", "tasks.return_reply")  # to read a reply before it is sent is a step of handling


@dataclass(frozen=True)
class Standing:
    """A badge: its look and its word."""

    kind: str
    word: str


def case_of(proposal: Proposal) -> Case | None:
    """Return the handling of a proposal, when it was handed over. Read it with select_related("case")."""
    return getattr(proposal, "case", None)


def standing(proposal: Proposal) -> Standing:
    """Say where a proposal stands, to who may see how it is handled. Reads nothing when prefetched."""
    case = case_of(proposal)
    return _standing(proposal, case, case.tasks.all() if case is not None else ())


def standing_of_case(case: Case) -> Standing:
    """Say where a case stands: as the page of its proposal says it.

    Reads nothing when its proposal and parts are prefetched.
    """
    return _standing(case.proposal, case, case.tasks.all())


def _standing(proposal: Proposal, case: Case | None, tasks: Iterable[Task]) -> Standing:
    if case is None or proposal.state != State.HANDED_OVER:
        return Standing(PROPOSAL.badges[proposal.state], proposal.state_said)
    if case.state != CaseState.IN_HAND:
        return Standing(CASES.badges[case.state], str(CaseState(case.state).label))
    tasks = list(tasks)
    states = {t.state for t in tasks}
    if waits_for_units(case, tasks):
        return Standing("wait", _("待改派"))
    found = next((s for s in LOUDEST if s in states), None)
    if found is None:
        return Standing("doing", _("办理中"))
    if found == TaskState.IN_HAND and case.round > 1:
        return Standing("stop", _("重新办理"))
    return Standing(TASKS.badges[found], str(TaskState(found).label))


def public_standing(proposal: Proposal) -> Standing:
    """Say where a published proposal stands, without what goes on between proposer and unit."""
    return _public_standing(case_of(proposal))


def _public_standing(case: Case | None) -> Standing:
    if case is None or case.state == CaseState.RECALLED:
        return Standing("good", _("已立案"))
    if case.state == CaseState.CLOSED:
        return Standing("good", _("已办结"))
    if case.state == CaseState.IN_HAND:
        return Standing("doing", _("办理中"))
    return Standing("wait", _("已答复"))


def _cases_of(asked: Any) -> QuerySet[Case]:
    read_by_all = Exists(Proposal.objects.filter(published(), pk=OuterRef("proposal_id")))
    return Case.objects.filter(proposal__in=asked).annotate(read_by_all=read_by_all)


CASES_OF = Prepared(_cases_of)
TASKS_OF = Prepared(lambda cases: Task.objects.filter(case__in=cases))


def standings(proposals: Iterable[Proposal], user: Any) -> dict[int, Standing]:
    """Say where proposals of a list stand.

    As their own page says it, of a case that somebody may not see what the public reads.
    """
    rows = {proposal.pk: proposal for proposal in proposals}
    cases = CASES_OF.all(rows.keys())
    attach(cases, "tasks", TASKS_OF.all([case.pk for case in cases]), by="case")
    found = {pk: standing_for(proposal, None, handles=False, read_by_all=False) for pk, proposal in rows.items()}
    for case in cases:
        case.proposal = rows[case.proposal_id]
        handles = allowed(user, "handling.view_case", case)
        public: bool = case.read_by_all  # type: ignore[attr-defined]
        found[case.proposal_id] = standing_for(case.proposal, case, handles=handles, read_by_all=public)
    return found


def standing_for(proposal: Proposal, case: Case | None, *, handles: bool, read_by_all: bool) -> Standing:
    """Say where a proposal stands to somebody who may see how it is handled, or may not.

    Then no more than the public reads.
    """
    if case is None or handles:
        return _standing(proposal, case, case.tasks.all() if case is not None else ())
    return _public_standing(case if read_by_all else None)


@dataclass(frozen=True)
class Step:
    """One of the eight stages."""

    label: str
    date: str = ""
    status: str = "todo"  # done, now, todo, end
    at: datetime | None = None


def _when(value: Any) -> str:
    return day(value) if value else ""


def life_of(proposal: Proposal, tasks: Sequence[Task], events: Iterable[Event], *, unrated_told: bool = False) -> list[Step]:
    """Return the life of a proposal; what was not filed ends at 审查 with where it went.

    `events` are those the reader is told of. A stage that was passed over (nobody had to supervise) or that will not
    come (the proposers do not want it public) is not among them, and the file is closed last: when no other stage is to
    come. `unrated_told`: that nobody rated is told to who keeps the proposals alone, since it tells of each what he did
    not do.
    """
    case = case_of(proposal)
    if proposal.state in States.ended:
        raised = Step(_("提出"), _when(proposal.submitted_at), "done" if proposal.submitted_at else "todo")
        examined = [Step(_("审查"), "", "done")] if proposal.state != State.WITHDRAWN else []
        return [raised, *examined, Step(proposal.state_said, _when(proposal.decided_at or _last(events)), "end")]
    filed = proposal.state in States.filed
    raised = _step(_("提出"), proposal.submitted_at, done=proposal.state not in States.with_the_proposer, now=True)
    decided = _step(_("审查"), proposal.decided_at, done=filed, now=proposal.state in States.in_examination)
    over = proposal.state == State.HANDED_OVER  # a case stays where its assignment was taken back
    assigned = _step(_("交办"), case.assigned_at if case else None, done=over, now=filed and not over)
    return in_time([raised, decided, assigned, *_handling(proposal, case, tasks, events, unrated_told=unrated_told)])


def in_time(steps: Sequence[Step]) -> list[Step]:
    """Return stages as they came.

    What is done by its day (one without a day beside the one before it), then what is to come.
    """
    done, last = list[tuple[datetime, Step]](), datetime.min.replace(tzinfo=UTC)
    for step in steps:
        if step.status == "done":
            last = step.at or last
            done.append((last, step))
    return [*(step for _at, step in sorted(done, key=itemgetter(0))), *(step for step in steps if step.status != "done")]


def _step(label: str, on: Any, *, done: bool, now: bool) -> Step:
    if done:
        return Step(label, _when(on), "done", on)
    return Step(label, _("现在"), "now") if now else Step(label)


def _last(events: Iterable[Event]) -> Any:
    return max((e.at for e in events if e.to_state and e.at), default=None)


def _handling(
    proposal: Proposal, case: Case | None, tasks: Sequence[Task], events: Iterable[Event], *, unrated_told: bool
) -> list[Step]:
    state = case.state if case else ""
    answered = max((t.answered_at for t in tasks if t.answered_at), default=None)
    handled = state in {CaseState.RATING, CaseState.WITH_OFFICE, CaseState.CLOSED}
    watched = max((e.at for e in events if e.kind in SUPERVISING and e.at), default=None)
    closed = state == CaseState.CLOSED
    judged = _("未评价") if case and case.unrated and unrated_told else _when(case.closed_at if case else None)
    # chased once is not chased for good: while units still work on it, the day stands there and nothing is ticked
    supervised = (
        [Step(_("督办"), _when(watched), "done" if watched and handled else "todo", watched)] if watched or not handled else []
    )
    return [
        _step(_("办理"), answered, done=handled, now=state == CaseState.IN_HAND),
        *supervised,
        Step(_("评议"), judged, "done", case.closed_at if case else None)
        if closed
        else _step(_("评议"), None, done=False, now=handled),
        *_put_away(proposal, case if closed else None),
    ]


def _put_away(proposal: Proposal, closed: Case | None) -> list[Step]:
    wanted, released_at = proposal.consents_to_publication, proposal.released_at
    shown = [_step(_("公开"), released_at, done=released_at is not None, now=False)] if wanted else []
    if closed is None or (wanted and released_at is None):
        return [*shown, Step(_("归档"))]
    last = max((at for at in (closed.closed_at, released_at if wanted else None) if at), default=None)
    return [*shown, Step(_("归档"), _when(last), "done", last)]
