"""The lists of handling: a unit's inbox, the desk that assigns, the desk that supervises."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.audit.queries import remembered
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee, Unit
from tongxin.handling.choices import ANSWERING, CaseState, Part, TaskState, TaskStates
from tongxin.handling.models import Case, Task
from tongxin.handling.queries.cases import waiting_for_units
from tongxin.handling.queries.deadlines import Chip, task_chip
from tongxin.handling.regulations import Deadlines
from tongxin.proposals.choices import Answer, Role, State
from tongxin.proposals.models import Proposal, Signature
from tongxin.regulations.queries import in_force
from tongxin.workflow.table import workflow_of

S = TaskState
SIZE = 14  # rows of a page
BY_CLOCK, NEWEST = ("clock_on", "id"), ("-id",)
LEVELS = ("red", "yellow", "soon", "ok")
RUNNING = (S.AWAITING, S.RETURN_ASKED, S.IN_HAND, S.WITH_LEADER, S.UNDER_REVIEW)


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
        rules: Deadlines = in_force(committee, Deadlines, on)
        yellow, soon = on + timedelta(days=rules.yellow_days), on + timedelta(days=rules.soon_days)
        found |= (
            Q(committee=committee)
            & {
                "red": Q(clock_on__lt=on),
                "yellow": Q(clock_on__gte=on, clock_on__lte=yellow),
                "soon": Q(clock_on__gt=yellow, clock_on__lte=soon),
                "ok": Q(clock_on__gt=max(yellow, soon)) | Q(clock_on=None),
            }[name]
        )
    return found


def counts(
    rows: QuerySet[Task], conditions: dict[str, Q], *, committees: Iterable[Committee], scope: tuple[Any, ...]
) -> dict[str, int]:
    """Count several parts of a list in one query; kept until something happens. `scope` says whose list it is."""
    codes, what = {c.code for c in committees}, ("tasks", scope, repr(conditions))
    return remembered(codes, what, lambda: rows.aggregate(**{n: Count("pk", filter=q) for n, q in conditions.items()}))


def for_rows(rows: QuerySet[Task]) -> QuerySet[Task]:
    """Fetch what a row of a list of tasks shows: no long texts, and no telephones, which would be decrypted one by one."""
    others = Task.objects.select_related("unit").defer("return_reason", "unit__phone")
    rows = rows.select_related("case__proposal__session__term", "unit", "committee").defer(
        "unit__phone", *(f"case__proposal__{name}" for name in ("situation", "analysis", "suggestions"))
    )
    return rows.prefetch_related(Prefetch("case__proposal__signatures", _signed()), Prefetch("case__tasks", others))


def _signed() -> QuerySet[Signature]:
    return Signature.objects.filter(answer=Answer.ACCEPTED).select_related("member").defer("member__phone")


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


def inbox_parts(user: Any) -> dict[str, Q]:
    """Return the parts of an inbox: what the reader has to do, by kind; what waits for others; what is done."""
    led = bodies.units_with(user, Duty.UNIT_LEADER)
    clerked = bodies.units_with(user, Duty.UNIT_CLERK)
    again = Q(case__round__gt=1, state=S.IN_HAND, part__in=ANSWERING)
    parts = {
        "sign": Q(state=S.AWAITING),
        "hand": Q(state=S.IN_HAND, part__in=ANSWERING),
        "co": Q(state=S.IN_HAND, part=Part.CO),
        "leader": Q(state=S.WITH_LEADER, unit_id__in=led),
        "again": again,
    }
    mine = Q(state__in=(S.AWAITING, S.IN_HAND), unit_id__in=clerked) | parts["leader"]
    closed = Q(state__in=TaskStates.gone) | Q(state__in=TaskStates.done, case__state=CaseState.CLOSED)
    return {
        "todo": mine, **parts, "wait": ~mine & ~closed & ~Q(state__in=(S.ANSWERED,)), "answered": Q(state=S.ANSWERED),
        "done": closed,
    }  # fmt: skip


def inbox(user: Any, *, unit: Unit | None = None) -> QuerySet[Task]:
    """Return all parts of a person's units, or of one of them."""
    units = bodies.units_with(user, Duty.UNIT_CLERK, Duty.UNIT_LEADER)
    rows = Task.objects.filter(unit_id__in=units)
    return rows.filter(unit=unit) if unit else rows


# ── the desk that assigns ────────────────────────────────────────────────────────────────────────
def _own(user: Any, duty: str, prefix: str) -> Q:
    seen = Q(pk__in=())
    for committee_id, affiliation in bodies.affiliations_with(user, duty):
        seen |= Q(**{"committee_id": committee_id, f"{prefix}routed_to": affiliation})
    return seen


def to_assign(user: Any) -> QuerySet[Proposal]:
    """Return the filed proposals that wait to be handed over by the reader's office."""
    signed = Signature.objects.filter(answer=Answer.ACCEPTED).select_related("member")
    rows = Proposal.objects.filter(_own(user, Duty.ASSIGN, ""), state=State.FILED)
    return rows.select_related("committee__parent__parent", "session__term").prefetch_related(Prefetch("signatures", signed))


def returns_asked(user: Any) -> QuerySet[Task]:
    """Return the requests to be let off (退办) that wait for the reader's answer."""
    return Task.objects.filter(_own(user, Duty.ASSIGN, "case__proposal__"), state=S.RETURN_ASKED)


def to_reassign(user: Any) -> QuerySet[Case]:
    """Return the cases of the reader's 归口 that wait for further units."""
    signed = Signature.objects.filter(answer=Answer.ACCEPTED).select_related("member")
    return (
        waiting_for_units()
        .filter(_own(user, Duty.ASSIGN, "proposal__"))
        .select_related("proposal__session__term", "committee")
        .prefetch_related(Prefetch("proposal__signatures", signed), Prefetch("tasks", Task.objects.select_related("unit")))
    )


def assigned_by(user: Any) -> QuerySet[Case]:
    """Return the cases of the reader's 归口, for looking up what was handed over."""
    signed = Signature.objects.filter(answer=Answer.ACCEPTED).select_related("member")
    return (
        Case.objects.filter(_own(user, Duty.ASSIGN, "proposal__"))
        .select_related("proposal__session__term", "committee")
        .prefetch_related(Prefetch("proposal__signatures", signed), Prefetch("tasks", Task.objects.select_related("unit")))
    )


# ── the desk that supervises ─────────────────────────────────────────────────────────────────────
def supervised(user: Any) -> QuerySet[Task]:
    """Return every part of the cases the reader's office supervises."""
    return Task.objects.filter(_own(user, Duty.SUPERVISE, "case__proposal__"))


class _Sooner(Exists):
    """That another part of the case ends sooner; it says which, so that what was counted under it is found again."""

    def __init__(self, states: tuple[str, ...]) -> None:
        others = Task.objects.filter(case=OuterRef("case"), state__in=states)
        sooner = Q(clock_on__lt=OuterRef("clock_on")) | Q(clock_on=OuterRef("clock_on"), id__lt=OuterRef("id"))
        super().__init__(others.filter(sooner))
        self.states = states

    def __repr__(self) -> str:
        return f"sooner among {self.states}"


def once_a_case(*states: str) -> Q:
    """Return of each case the one part in some states whose clock ends first: a case stands once, not once for every unit."""
    return Q(state__in=states) & ~Q(_Sooner(states))


def supervision_parts() -> dict[str, Q]:
    """Return the parts of the supervising desk: each case once, but each reply that is to be read by itself."""
    return {
        "review": Q(state=S.UNDER_REVIEW),
        "open": once_a_case(*RUNNING),
        "sign": once_a_case(S.AWAITING),
        "again": Q(case__round__gt=1) & once_a_case(S.IN_HAND, S.WITH_LEADER),
        "answered": Q(state=S.ANSWERED),
    }


def committees_of(user: Any, *duties: str) -> list[Committee]:
    """Return the committees in which somebody holds a duty, each once."""
    held = {a.committee_id: a.committee for a in bodies.appointments_of(user) if a.duty in duties}
    return list(held.values())
