"""The lists of handling: a unit's inbox, the desk that assigns, the desk that supervises."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.audit.queries import remembered
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee, Unit
from tongxin.core.attaching import attach
from tongxin.core.prepared import Prepared
from tongxin.handling.choices import ANSWERING, CaseState, Part, TaskState, TaskStates
from tongxin.handling.models import Case, Task
from tongxin.handling.queries.cases import waiting_for_units
from tongxin.handling.queries.deadlines import Chip, level_of, task_chip
from tongxin.handling.regulations import Deadlines
from tongxin.proposals.choices import Answer, Role, State
from tongxin.proposals.models import LONG, Proposal, Signature
from tongxin.regulations.queries import in_force
from tongxin.workflow.table import workflow_of

S = TaskState
SIZE = 14  # rows of a page
BY_CLOCK, NEWEST = ("clock_on", "id"), ("-id",)


@dataclass(frozen=True)
class Row:
    """One line of a list of tasks."""

    task: Task
    badge: str
    chip: Chip | None
    proposers: str
    others: str
    reply_due: date | None = None  # until when it is answered, where another clock runs before
    note: str = ""  # why it stands on this list, where that is not its state


def level(committees: Iterable[Committee], on: date, name: str) -> Q:
    """Return the condition of a deadline level on a day, each committee by its own rule."""
    found = Q(pk__in=())
    for committee in committees:
        found |= Q(committee=committee) & level_of(name, in_force(committee, Deadlines, on), on)
    return found


def counts(
    rows: Callable[[], QuerySet[Task]],
    conditions: Callable[[], dict[str, Q]],
    *,
    committees: Iterable[Committee],
    on: date,
    scope: tuple[Any, ...],
) -> dict[str, int]:
    """Count several parts of a list in one query; kept until something happens.

    `scope` says whose list it is, and of what.
    """
    known = list(committees)
    rules: list[Deadlines] = [in_force(committee, Deadlines, on) for committee in known]
    limits = sorted((c.pk, r.yellow_days, r.soon_days) for c, r in zip(known, rules, strict=True))

    def read() -> dict[str, int]:
        return rows().aggregate(**{name: Count("pk", filter=q) for name, q in conditions().items()})

    return remembered({c.code for c in known}, ("tasks", scope, on, limits), read)


def for_rows(rows: QuerySet[Task]) -> QuerySet[Task]:
    """Fetch what a row of a list of tasks shows.

    No long texts, and no telephones, which would be decrypted one by one.
    """
    return rows.select_related("case__proposal__session__term", "unit", "committee").defer(
        "unit__phone", *(f"case__proposal__{name}" for name in LONG)
    )


# of units and members only what is shown: their telephones would be decrypted one by one
OTHERS = Prepared(
    lambda cases: (
        Task.objects.filter(case__in=cases).select_related("unit").defer("return_reason", "unit__phone", "unit__contact")
    )
)
SIGNED = Prepared(
    lambda proposals: (
        Signature.objects.filter(proposal__in=proposals, answer=Answer.ACCEPTED)
        .select_related("member")
        .only("proposal", "body", "role", "answer", "place_in_list", "member__name")
    )
)


def with_signers(proposals: Iterable[Proposal]) -> None:
    """Give proposals of a list who signed them."""
    known = {proposal.pk: proposal for proposal in proposals}
    attach(known.values(), "signatures", SIGNED.all(known.keys()), by="proposal")


def with_parts(cases: Iterable[Case]) -> None:
    """Give cases of a list their parts with the units, and their proposals who signed them."""
    known = {case.pk: case for case in cases}
    attach(known.values(), "tasks", OTHERS.all(known.keys()), by="case")
    with_signers(case.proposal for case in known.values())


def with_others(tasks: Sequence[Task]) -> Sequence[Task]:
    """Give the parts of a list what stands beside them: the other parts of the case, and who signed the proposal."""
    cases = {task.case_id: task.case for task in tasks}
    for task in tasks:
        task.case = cases[task.case_id]  # several parts of one case are read with a case each
    with_parts(cases.values())
    return tasks


def row_of(task: Task, on: date, *, note: str = "") -> Row:
    """Make the line of a task."""
    others = [t for t in task.case.tasks.all() if t.pk != task.pk and not t.is_gone]
    words = "　".join(f"{t.get_part_display()}{t.unit.short_name or t.unit.name}" for t in others)
    reply_due = task.due_on if task.state == S.AWAITING else None
    badge, who = workflow_of(task).badges[task.state], proposers_of(task.case.proposal)
    return Row(task, badge, task_chip(task, on=on), who, words, reply_due, note)


def proposers_of(proposal: Proposal) -> str:
    """Name who raised a proposal: 苏明澈等 2 人. Its signatures should be prefetched."""
    signed = [s for s in proposal.signatures.all() if s.answer == Answer.ACCEPTED]
    first = next((s.name for s in signed if s.role == Role.FIRST), signed[0].name if signed else "")
    return _("%(name)s等 %(n)s 人") % {"name": first, "n": len(signed)} if len(signed) > 1 else first


# ── the unit's inbox ─────────────────────────────────────────────────────────────────────────────
def units_of(user: Any) -> list[Unit]:
    """Return the units somebody works for, each once."""
    held = bodies.appointments_of(user)
    return list({a.unit_id: a.unit for a in held if a.duty in (Duty.UNIT_CLERK, Duty.UNIT_LEADER) and a.unit}.values())


def inbox_parts(*, clerked: Iterable[int], led: Iterable[int]) -> dict[str, Q]:
    """Return the parts of an inbox: what the reader of some units has to do, by kind; what waits for others.

    What is done.
    """
    hand = Q(state=S.IN_HAND, part__in=ANSWERING, unit_id__in=clerked)
    parts = {
        "sign": Q(state=S.AWAITING, unit_id__in=clerked),
        "hand": hand,
        "co": Q(state=S.IN_HAND, part=Part.CO, unit_id__in=clerked),
        "leader": Q(state=S.WITH_LEADER, unit_id__in=led),
        "again": Q(case__round__gt=1) & hand,
    }
    mine = Q(state__in=(S.AWAITING, S.IN_HAND), unit_id__in=clerked) | parts["leader"]
    closed = Q(state__in=TaskStates.gone) | Q(state__in=TaskStates.done, case__state=CaseState.CLOSED)
    return {
        "todo": mine,
        **parts,
        "wait": ~mine & ~closed & ~Q(state__in=(S.ANSWERED,)),
        "answered": Q(state=S.ANSWERED),
        "done": closed,
    }


def inbox(user: Any, *, unit: Unit | None = None) -> QuerySet[Task]:
    """Return all parts of a person's units, or of one of them."""
    rows = Task.objects.filter(unit_id__in=bodies.units_with(user, Duty.UNIT_CLERK, Duty.UNIT_LEADER))
    return rows.filter(unit=unit) if unit else rows


# ── the desk that assigns ────────────────────────────────────────────────────────────────────────
def scope_of(user: Any, duty: str) -> list[Any]:
    """Return what a reader holds a duty for: committee, 归口, committee, 归口 …, as `own` takes it."""
    return [said for pair in sorted(bodies.affiliations_with(user, duty)) for said in pair]


def own(scope: Sequence[Any], prefix: str = "") -> Q:
    """Return which rows lie in a scope (`scope_of`); `prefix` leads to their proposals."""
    return bodies.lying_in(zip(scope[::2], scope[1::2], strict=True), path=f"{prefix}routed_to")


def to_assign(*scope: Any) -> QuerySet[Proposal]:
    """Return the filed proposals that wait to be handed over in a scope."""
    return Proposal.objects.filter(own(scope), state=State.FILED).select_related("committee__parent__parent", "session__term")


def returns_asked(*scope: Any) -> QuerySet[Task]:
    """Return the requests to be let off (退办) that wait for an answer."""
    return Task.objects.filter(own(scope, "case__proposal__"), state=S.RETURN_ASKED)


def to_reassign(*scope: Any) -> QuerySet[Case]:
    """Return the cases in a scope that wait for further units."""
    return _cases(waiting_for_units(), scope)


def assigned_by(*scope: Any) -> QuerySet[Case]:
    """Return the cases in a scope, for looking up what was handed over."""
    return _cases(Case.objects.all(), scope)


def _cases(rows: QuerySet[Case], scope: Sequence[Any]) -> QuerySet[Case]:
    return rows.filter(own(scope, "proposal__")).select_related("proposal__session__term", "committee")


# ── the desk that supervises ─────────────────────────────────────────────────────────────────────
def supervised(*scope: Any) -> QuerySet[Task]:
    """Return every part of the cases in a scope, which an office supervises."""
    return Task.objects.filter(own(scope, "case__proposal__"))


class _Sooner(Exists):
    """That another part of the case ends sooner; it says which, so that what was counted under it is found again."""

    def __init__(self, states: tuple[str, ...]) -> None:
        others = Task.objects.filter(case=OuterRef("case"), state__in=states)
        sooner = Q(clock_on__lt=OuterRef("clock_on")) | Q(clock_on=OuterRef("clock_on"), id__lt=OuterRef("id"))
        super().__init__(others.filter(sooner))
        self.states = states

    def __repr__(self) -> str:
        return f"sooner among {self.states}"


def ends_first(*states: str) -> Q:
    """Return which parts have the clock that ends first of their case's, among those in some states."""
    return ~Q(_Sooner(states))


def once_a_case(*states: str) -> Q:
    """Return of each case the one part in some states whose clock ends first.

    A case stands once, not once for every unit.
    """
    return Q(state__in=states) & ends_first(*states)


def supervision_parts() -> dict[str, Q]:
    """Return the parts of the supervising desk: each case once, but each reply that is to be read by itself."""
    return {
        "review": Q(state=S.UNDER_REVIEW),
        "open": once_a_case(*TaskStates.open),
        "sign": once_a_case(S.AWAITING),
        "again": Q(case__round__gt=1) & once_a_case(S.IN_HAND, S.WITH_LEADER),
        "answered": Q(state=S.ANSWERED),
    }
