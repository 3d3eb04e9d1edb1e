"""What waits for somebody: the next thing to do is first on every home page (DESIGN-LANGUAGE 1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import case_number, clock, day, near_day
from tongxin.handling import queries as handling
from tongxin.handling.choices import CaseState, Part, TaskState
from tongxin.handling.models import Case, Contact, Rating, Reply, Task
from tongxin.handling.regulations import Deadlines
from tongxin.handling.workflow import CASES
from tongxin.members.models import Member
from tongxin.proposals.choices import Answer, Role, State, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.rules import member_of
from tongxin.proposals.workflow import PROPOSAL
from tongxin.regulations.queries import in_force

CAP = 1000  # counts beyond are shown as 999+
SHOWN = 5


@dataclass(frozen=True)
class Todo:
    """One thing that waits for somebody: what, whose, until when, and the one button."""

    title: str
    line: str
    url: str
    button: str
    chip: Any = None


@dataclass(frozen=True)
class Queue:
    """A desk's queue: how many wait, the most urgent of them, and where all of them are."""

    label: str
    count: int
    url: str
    items: tuple[Todo, ...]


@dataclass(frozen=True)
class Until:
    """A cut-off at a moment, as a deadline chip."""

    level: str
    text: str
    full: str


def until(at: datetime, now: datetime) -> Until:
    """Return the chip of a cut-off: 后天 18:00 截止."""
    left = (at - now).total_seconds() / 86400
    level = "red" if left < 0 else "yellow" if left <= 2 else "soon" if left <= 7 else "ok"  # noqa: PLR2004 -- two days, a week
    text = f"{near_day(at)} {clock(at)} 截止"
    return Until(level, text, text)


# ── members ──────────────────────────────────────────────────────────────────────────────────────
def todos(member: Member, now: datetime) -> list[Todo]:
    """Return what waits for a member, the most urgent first."""
    on = timezone.localdate(now)
    rules = in_force(member.committee, Deadlines, on)
    found = [*_to_rate(member, on, rules), *_invitations(member, now), *_returned(member), *_to_confirm(member)]
    return sorted(found, key=lambda t: {"red": 0, "yellow": 1, "soon": 2}.get(getattr(t.chip, "level", ""), 3))


def _unrated(member: Member) -> QuerySet[Reply]:
    """Replies of open rounds that the member has still to rate."""
    signed = Signature.objects.filter(member=member, answer=Answer.ACCEPTED)
    # from the member's own names to their cases: the other way round every open round of the county is looked through
    open_rounds = Case.objects.filter(state=CaseState.RATING).filter(
        Q(proposal__in=signed.values("proposal")) | Q(proposal__in=signed.values("proposal__merged_into"))
    )
    done = Rating.objects.filter(reply=OuterRef("pk"), signature__member=member)
    return (
        Reply.objects.filter(sent_at__isnull=False, task__case__in=open_rounds.values("pk"), round=F("task__case__round"))
        .exclude(task__state=TaskState.RETURNED)
        .exclude(Exists(done))
    )


def _to_rate(member: Member, on: date, rules: Deadlines) -> Iterable[Todo]:
    seen = set()
    for reply in _unrated(member).select_related("task__case__proposal", "task__unit").order_by("task__case__rating_due_on")[:20]:
        case = reply.task.case
        if case.pk in seen:
            continue
        seen.add(case.pk)
        proposal = case.proposal
        yield Todo(
            f"评价《{proposal.title}》的办理结果", f"{case_number(proposal.number)}　{reply.task.unit}已答复",
            f"/handling/rate/{case.uid}/", "去评价", handling.chip(case.rating_due_on, on=on, rules=rules, what="评价"),
        )  # fmt: skip


def _open_invitations(member: Member, now: datetime) -> QuerySet[Signature]:
    return Signature.objects.filter(
        member=member, answer=Answer.INVITED, proposal__state__in=States.with_the_proposer, proposal__cosign_until__gte=now
    )


def _invitations(member: Member, now: datetime) -> Iterable[Todo]:
    rows = _open_invitations(member, now).select_related("proposal").order_by("proposal__cosign_until")
    for signature in rows.prefetch_related("proposal__signatures__member")[:20]:
        proposal = signature.proposal
        first = next((s.name for s in proposal.signatures.all() if s.role == Role.FIRST), "")
        yield Todo(
            f"{first}委员邀您联名", f"《{proposal}》", f"{proposal.get_absolute_url()}invitation/", "看一看",
            until(proposal.cosign_until, now) if proposal.cosign_until else None,
        )  # fmt: skip


def _returned(member: Member) -> Iterable[Todo]:
    rows = Proposal.objects.filter(state=State.RETURNED, signatures__member=member, signatures__role=Role.FIRST)
    for proposal in rows.order_by("-id")[:20]:
        yield Todo(f"修改《{proposal}》", "提案委退回修改，改好后重新提交", proposal.get_absolute_url(), "去修改")


def _to_confirm(member: Member) -> Iterable[Todo]:
    rows = Contact.objects.filter(
        confirmed_at=None, task__case__proposal__signatures__member=member, task__case__proposal__signatures__role=Role.FIRST
    ).exclude(task__case__state=CaseState.CLOSED)
    for contact in rows.select_related("task__case__proposal", "task__unit").order_by("-on")[:5]:
        proposal = contact.task.case.proposal
        yield Todo(
            f"确认{contact.task.unit}的面商记录", f"{case_number(proposal.number)}《{proposal.title}》",
            f"{proposal.get_absolute_url()}#contacts", "去确认",
        )  # fmt: skip


def member_waiting(user: Any) -> int:
    """Count what waits for a member, for the tab's bubble."""
    member = member_of(user)
    if member is None:
        return 0
    now = timezone.now()
    cases = _unrated(member).order_by().values("task__case").distinct()[:99].count()
    return cases + _open_invitations(member, now)[:99].count() + len(list(_returned(member)))


def own_proposals(member: Member) -> list[Proposal]:
    """Return a member's newest proposals, with what their cards show."""
    return list(
        Proposal.objects.filter(signatures__member=member, signatures__answer=Answer.ACCEPTED)
        .exclude(state=State.DISCARDED)
        .select_related("session__term", "case")
        .order_by("-edited_at", "-id")[:SHOWN]
    )


@dataclass(frozen=True)
class OwnRow:
    """A proposal as its proposer's home shows it."""

    title: str
    line: str
    url: str
    badge: str
    word: str


def own_rows(member: Member) -> list[OwnRow]:
    """Return a member's newest proposals as cards."""
    rows = []
    for proposal in own_proposals(member):
        case = getattr(proposal, "case", None)
        if case is not None:
            badge, word = CASES.badges[case.state], str(CaseState(case.state).label)
        else:
            badge, word = PROPOSAL.badges[proposal.state], proposal.outcome
        if proposal.number:
            line = case_number(proposal.number)
        elif proposal.submitted_at:
            line = f"{day(proposal.submitted_at)}提交"
        else:
            line = f"{near_day(proposal.edited_at)} {clock(proposal.edited_at)} 保存" if proposal.edited_at else ""
        rows.append(OwnRow(str(proposal), line, proposal.get_absolute_url(), badge, word))
    return rows


# ── desks ────────────────────────────────────────────────────────────────────────────────────────
def _capped(rows: QuerySet[Any]) -> int:
    return rows.order_by()[:CAP].count()


def _proposals(user: Any, state: str, duty: str) -> QuerySet[Proposal]:
    return Proposal.objects.filter(committee_id__in=bodies.committees_with(user, duty), state=state)


def _to_assign(user: Any) -> QuerySet[Proposal]:
    scope = Q(pk__in=())
    for committee_id, affiliation in bodies.affiliations_with(user, Duty.ASSIGN):
        scope |= Q(committee_id=committee_id, routed_to=affiliation)
    return Proposal.objects.filter(scope, state=State.FILED)


def _tasks(user: Any, duty: str, *states: str) -> QuerySet[Task]:
    """Return tasks in some states, in the scope of a duty: the own units', or the own 归口's."""
    if duty.startswith("unit."):
        return Task.objects.filter(unit_id__in=bodies.units_with(user, duty), state__in=states)
    scope = Q(pk__in=())
    for committee_id, affiliation in bodies.affiliations_with(user, duty):
        scope |= Q(committee_id=committee_id, case__proposal__routed_to=affiliation)
    return Task.objects.filter(scope, state__in=states)


def _late(user: Any, on: date) -> QuerySet[Task]:
    return _tasks(user, Duty.SUPERVISE, TaskState.AWAITING, TaskState.IN_HAND, TaskState.WITH_LEADER).filter(due_on__lt=on)


def _with_office(user: Any) -> QuerySet[Case]:
    return Case.objects.filter(committee_id__in=bodies.committees_with(user, Duty.PROPOSAL_OFFICE), state=CaseState.WITH_OFFICE)


def _to_pass_on(user: Any) -> QuerySet[Proposal]:
    return _proposals(user, State.NOT_FILED, Duty.PROPOSAL_OFFICE).filter(passed_on_at=None).exclude(destination="nowhere")


def desk_waiting(user: Any) -> dict[str, int]:
    """Count what waits at each address of the desk's menu; only for duties held."""
    held = {a.duty for a in bodies.appointments_of(user)}
    table: list[tuple[str, str, Callable[[], QuerySet[Any]]]] = [
        (Duty.PRE_EXAMINATION, "/desk/proposals/", lambda: _proposals(user, State.SUBMITTED, Duty.PRE_EXAMINATION)),
        (Duty.FILING, "/desk/proposals/", lambda: _proposals(user, State.IN_DECISION, Duty.FILING)),
        (Duty.PROPOSAL_OFFICE, "/desk/passing-on/", lambda: _to_pass_on(user)),
        (Duty.ASSIGN, "/handling/assign/", lambda: _to_assign(user)),
        (Duty.ASSIGN, "/handling/assign/", lambda: _tasks(user, Duty.ASSIGN, TaskState.RETURN_ASKED)),
        (Duty.SUPERVISE, "/handling/supervise/", lambda: _tasks(user, Duty.SUPERVISE, TaskState.UNDER_REVIEW)),
        (Duty.UNIT_CLERK, "/handling/", lambda: _tasks(user, Duty.UNIT_CLERK, TaskState.AWAITING, TaskState.IN_HAND)),
        (Duty.UNIT_LEADER, "/handling/", lambda: _tasks(user, Duty.UNIT_LEADER, TaskState.WITH_LEADER)),
    ]
    counts: dict[str, int] = {}
    for duty, url, rows in table:
        if duty in held:
            counts[url] = counts.get(url, 0) + _capped(rows())
    return counts


def queues(user: Any, now: datetime) -> list[Queue]:
    """Return the queues of a desk, by the duties held, in the order of the matter's way."""
    held = {a.duty for a in bodies.appointments_of(user)}
    on = timezone.localdate(now)
    made: list[Queue] = []

    def add(duty: str, label: str, url: str, rows: QuerySet[Any], items: Callable[[QuerySet[Any]], Iterable[Todo]]) -> None:
        if duty in held and (n := _capped(rows)):
            made.append(Queue(label, n, url, tuple(items(rows))))

    def proposals(button: str) -> Callable[[QuerySet[Proposal]], Iterable[Todo]]:
        return lambda rows: _proposal_items(rows, button)

    def tasks(button: str) -> Callable[[QuerySet[Task]], Iterable[Todo]]:
        return lambda rows: _task_items(rows, button, on)

    unit = (Duty.UNIT_CLERK,)
    add(
        Duty.PRE_EXAMINATION,
        "待预审",
        "/desk/proposals/?stage=submitted",
        _proposals(user, State.SUBMITTED, Duty.PRE_EXAMINATION),
        proposals("去预审"),
    )
    add(
        Duty.FILING,
        "待审定",
        "/desk/proposals/?stage=in_decision",
        _proposals(user, State.IN_DECISION, Duty.FILING),
        proposals("去审定"),
    )
    add(Duty.PROPOSAL_OFFICE, "待转出", "/desk/passing-on/", _to_pass_on(user), proposals("去转出"))
    add(Duty.PROPOSAL_OFFICE, "待协调", "/desk/proposals/?stage=with_office", _with_office(user), _case_items)
    add(Duty.ASSIGN, "退办申请", "/handling/assign/", _tasks(user, Duty.ASSIGN, TaskState.RETURN_ASKED), tasks("去答复"))
    add(Duty.ASSIGN, "待交办", "/handling/assign/", _to_assign(user), proposals("去交办"))
    add(Duty.SUPERVISE, "答复待审", "/handling/supervise/", _tasks(user, Duty.SUPERVISE, TaskState.UNDER_REVIEW), tasks("去审核"))
    add(Duty.SUPERVISE, "超期未答复", "/handling/supervise/", _late(user, on), tasks("去催办"))
    add(Duty.UNIT_LEADER, "待您审签", "/handling/", _tasks(user, Duty.UNIT_LEADER, TaskState.WITH_LEADER), tasks("去审签"))
    add(Duty.UNIT_CLERK, "待签收", "/handling/", _tasks(user, *unit, TaskState.AWAITING), tasks("去签收"))
    add(Duty.UNIT_CLERK, "办理中", "/handling/", _tasks(user, *unit, TaskState.IN_HAND).exclude(part=Part.CO), tasks("去办理"))
    add(
        Duty.UNIT_CLERK,
        "待送会办意见",
        "/handling/",
        _tasks(user, *unit, TaskState.IN_HAND).filter(part=Part.CO),
        tasks("去会办"),
    )
    return made


def _proposal_items(rows: QuerySet[Proposal], button: str) -> Iterable[Todo]:
    for proposal in rows.prefetch_related("signatures__member").order_by("submitted_at", "id")[:SHOWN]:
        first = next((s.name for s in proposal.signatures.all() if s.role == Role.FIRST), "")
        number = case_number(proposal.number) if proposal.number else f"收件 {proposal.serial} 号"
        yield Todo(str(proposal), f"{number}　{first}", proposal.get_absolute_url(), button)


def _task_items(rows: QuerySet[Task], button: str, on: date) -> Iterable[Todo]:
    for task in rows.select_related("unit", "committee", "case__proposal").order_by("due_on", "id")[:SHOWN]:
        due_on, what = handling.clock_of(task)
        chip = handling.chip(due_on, on=on, rules=in_force(task.committee, Deadlines, on), what=what)
        line = f"{case_number(task.case.proposal.number)}　{task.unit}（{task.get_part_display()}）"
        yield Todo(str(task.case.proposal), line, task.get_absolute_url(), button, chip)


def _case_items(rows: QuerySet[Case]) -> Iterable[Todo]:
    for case in rows.select_related("proposal").order_by("id")[:SHOWN]:
        yield Todo(str(case.proposal), case_number(case.proposal.number), case.get_absolute_url(), "去协调")


def portal_committee(path: str) -> Committee | None:
    """Return the committee whose public pages these are: named in the address, or the only one."""
    parts = path.strip("/").split("/")
    if len(parts) > 1 and parts[0] == "public" and (named := Committee.objects.filter(code=parts[1]).first()):
        return named
    several = list(Committee.objects.order_by("id")[:2])
    return several[0] if len(several) == 1 else None
