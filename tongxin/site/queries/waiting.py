"""What waits at a desk: the queues of the duties held, and how many wait at each address of the menu."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from tongxin.audit.queries import remembered
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.core.templatetags.chinese import case_number
from tongxin.handling import queries as handling
from tongxin.handling.choices import CaseState, Part, TaskState
from tongxin.handling.models import Case, PublicReply, Task
from tongxin.handling.regulations import Deadlines
from tongxin.members.models import Member
from tongxin.members.queries import with_code_to_confirm
from tongxin.members.rules import CONFIRM
from tongxin.proposals.choices import Role, State
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.queries import to_confirm
from tongxin.regulations.queries import in_force
from tongxin.site.queries import keeping
from tongxin.site.queries.paging import LONG, capped, long_of
from tongxin.site.queries.todos import SHOWN, Queue, Todo

Items = Callable[[QuerySet[Any], str, date], Iterable[Todo]]


@dataclass(frozen=True)
class Source:
    """Where a queue comes from: the duty that sees it (and others), its rows on a day, and whether the menu counts it.

    What ends at a minute and not with an event is `counted_anew` each time.
    """

    duty: str
    label: str
    url: str
    button: str
    rows: Callable[[Any, date], QuerySet[Any]]
    items: Items
    menu: bool = True
    others: tuple[str, ...] = ()
    counted_anew: bool = False

    @property
    def key(self) -> str:
        return f"{self.duty} {self.label}"


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────
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
    return _tasks(user, Duty.SUPERVISE, *handling.RUNNING).filter(clock_on__lt=on)


def _with_office(user: Any) -> QuerySet[Case]:
    return Case.objects.filter(committee_id__in=bodies.committees_with(user, Duty.PROPOSAL_OFFICE), state=CaseState.WITH_OFFICE)


def _to_pass_on(user: Any) -> QuerySet[Proposal]:
    return _proposals(user, State.NOT_FILED, Duty.PROPOSAL_OFFICE).filter(passed_on_at=None).exclude(destination="nowhere")


# ── their first items ────────────────────────────────────────────────────────────────────────────
def _proposal_items(rows: QuerySet[Proposal], button: str, _on: date) -> Iterable[Todo]:
    signers = Prefetch("signatures", Signature.objects.select_related("member").defer("member__phone"))
    for proposal in rows.defer(*LONG).prefetch_related(signers).order_by("submitted_at", "id")[:SHOWN]:
        first = next((s.name for s in proposal.signatures.all() if s.role == Role.FIRST), "")
        number = case_number(proposal.number) if proposal.number else f"收件 {proposal.serial} 号"
        yield Todo(str(proposal), f"{number}　{first}", proposal.get_absolute_url(), button)


def _task_items(rows: QuerySet[Task], button: str, on: date) -> Iterable[Todo]:
    rows = rows.select_related("unit", "committee", "case__proposal").defer("unit__phone", *long_of("case__proposal"))
    for task in rows.order_by("due_on", "id")[:SHOWN]:
        due_on, what = handling.clock_of(task)
        chip = handling.chip(due_on, on=on, rules=in_force(task.committee, Deadlines, on), what=what)
        line = f"{case_number(task.case.proposal.number)}　{task.unit}（{task.get_part_display()}）"
        yield Todo(str(task.case.proposal), line, task.get_absolute_url(), button, chip)


def _reply_items(rows: QuerySet[PublicReply], button: str, _on: date) -> Iterable[Todo]:
    rows = rows.select_related("reply__task__unit", "reply__task__case__proposal")
    for copy in rows.defer("reply__task__unit__phone", *long_of("reply__task__case__proposal")).order_by("id")[:SHOWN]:
        proposal = copy.reply.task.case.proposal
        line = f"{case_number(proposal.number)}　{copy.reply.sent_by}"
        yield Todo(str(proposal), line, f"/handling/public/{copy.uid}/", button)


def _copy_items(rows: QuerySet[Proposal], button: str, on: date) -> Iterable[Todo]:
    for item in _proposal_items(rows, button, on):
        yield replace(item, url=f"{item.url}office/release/")


def _case_items(rows: QuerySet[Case], button: str, _on: date) -> Iterable[Todo]:
    for case in rows.select_related("proposal").defer(*long_of("proposal")).order_by("id")[:SHOWN]:
        yield Todo(str(case.proposal), case_number(case.proposal.number), case.get_absolute_url(), button)


def _again_items(rows: QuerySet[Case], button: str, _on: date) -> Iterable[Todo]:
    for case in rows.order_by("id")[:SHOWN]:
        yield Todo(str(case.proposal), case_number(case.proposal.number), f"/handling/cases/{case.uid}/units/", button)


def _code_items(rows: QuerySet[Member], button: str, _on: date) -> Iterable[Todo]:
    for member in rows.order_by("number")[:SHOWN]:
        code = "密码重置码" if member.account_id else "邀请码"
        yield Todo(f"{member.name}的{code}", f"委员编号 {member.number}", f"/members/{member.uid}/confirm/", button)


# ── the queues, in the order of the matter's way ─────────────────────────────────────────────────
def _office() -> Iterable[Source]:
    """Yield the queues of who keeps the proposals."""
    desk, own = "/desk/proposals/", Duty.PROPOSAL_OFFICE

    def proposals(state: str, duty: str) -> Callable[[Any, date], QuerySet[Any]]:
        return lambda user, _on: _proposals(user, state, duty)

    submitted, decided = proposals(State.SUBMITTED, Duty.PRE_EXAMINATION), proposals(State.IN_DECISION, Duty.FILING)
    yield Source(Duty.PRE_EXAMINATION, "待预审", f"{desk}?stage=examine", "去预审", submitted, _proposal_items)
    yield Source(Duty.FILING, "待审定", f"{desk}?stage=decide", "去审定", decided, _proposal_items)
    yield Source(own, "待转出", "/desk/passing-on/", "去转出", lambda user, _on: _to_pass_on(user), _proposal_items)
    yield Source(
        Duty.PUBLICATION, "待核对公开稿", "/desk/publication/", "去核对", lambda user, _on: to_confirm(user), _copy_items
    )
    yield Source(
        Duty.PUBLICATION, "待核对答复公开稿", "/desk/publication/", "去核对",
        lambda user, _on: handling.replies_to_publish(user), _reply_items,
    )  # fmt: skip
    yield Source(
        own, "待政协协调", f"{desk}?stage=office", "去协调", lambda user, _on: _with_office(user), _case_items, menu=False
    )


def _handling() -> Iterable[Source]:
    """Yield the queues of who assigns, supervises and answers."""

    def tasks(duty: str, *states: str) -> Callable[[Any, date], QuerySet[Any]]:
        return lambda user, _on: _tasks(user, duty, *states)

    def in_hand(user: Any) -> QuerySet[Task]:
        return _tasks(user, Duty.UNIT_CLERK, TaskState.IN_HAND)

    asked, reviewed = tasks(Duty.ASSIGN, TaskState.RETURN_ASKED), tasks(Duty.SUPERVISE, TaskState.UNDER_REVIEW)
    signed, leader = tasks(Duty.UNIT_CLERK, TaskState.AWAITING), tasks(Duty.UNIT_LEADER, TaskState.WITH_LEADER)
    yield Source(Duty.ASSIGN, "申请退办", "/handling/assign/?part=returns", "去答复", asked, _task_items)
    ended = "/handling/assign/?part=ended"
    yield Source(Duty.ASSIGN, "单位无承办人", ended, "去办理", lambda user, _on: handling.without_unit(user), _task_items)
    yield Source(Duty.ASSIGN, "待交办", "/handling/assign/", "去交办", lambda user, _on: _to_assign(user), _proposal_items)
    again = "/handling/assign/?part=again"
    yield Source(Duty.ASSIGN, "待改派", again, "去改派", lambda user, _on: handling.to_reassign(user), _again_items)
    yield Source(Duty.SUPERVISE, "答复待审", "/handling/supervise/?part=review", "去审核", reviewed, _task_items)
    yield Source(Duty.SUPERVISE, "超期未办", "/handling/supervise/?level=red", "去催办", _late, _task_items, menu=False)
    yield Source(Duty.UNIT_LEADER, "单位审签", "/handling/?part=leader", "去审签", leader, _task_items)
    yield Source(Duty.UNIT_CLERK, "待签收", "/handling/?part=sign", "去签收", signed, _task_items)
    yield Source(
        Duty.UNIT_CLERK, "办理中", "/handling/?part=hand", "去办理",
        lambda user, _on: in_hand(user).exclude(part=Part.CO), _task_items,
    )  # fmt: skip
    yield Source(
        Duty.UNIT_CLERK, "待送会办意见", "/handling/?part=co", "去会办",
        lambda user, _on: in_hand(user).filter(part=Part.CO), _task_items,
    )  # fmt: skip


CODES = Source(
    Duty.MEMBER_AFFAIRS, "重置码待确认", "/members/?who=waiting", "去核实",
    lambda user, _on: with_code_to_confirm(user, timezone.now()), _code_items, others=CONFIRM, counted_anew=True,
)  # fmt: skip
SOURCES = (*_office(), *_handling(), CODES)


def _held(user: Any) -> list[Source]:
    duties = {a.duty for a in bodies.appointments_of(user)}
    return [source for source in SOURCES if duties & {source.duty, *source.others}]


def _numbers(user: Any, on: date) -> dict[str, int]:
    """Count every queue of the duties held, once for the menu and the home page; kept until something happens."""
    held, sources = bodies.appointments_of(user), _held(user)
    if not sources and not keeping.executes(user):
        return {}
    scope = sorted((a.duty, a.committee_id, a.unit_id or 0, a.affiliation) for a in held)
    codes = {a.committee.code for a in held}
    still = [s for s in sources if not s.counted_anew]

    def read() -> dict[str, int]:
        return {s.key: capped(s.rows(user, on)) for s in still} | keeping.counted(user, on)

    known = remembered(codes, ("waiting", on, *scope), read)
    return known | {s.key: capped(s.rows(user, on)) for s in sources if s.counted_anew}


def desk_waiting(user: Any) -> dict[str, int]:
    """Count what waits at each address of the desk's menu; only for duties held."""
    numbers, counts = _numbers(user, timezone.localdate()), dict[str, int]()
    if keeping.LABEL in numbers:
        counts[keeping.address()] = numbers[keeping.LABEL]
    for source in _held(user):
        if source.menu:
            url = source.url.partition("?")[0]
            counts[url] = counts.get(url, 0) + numbers[source.key]
    return counts


def queues(user: Any, now: datetime) -> list[Queue]:
    """Return the queues of a desk, by the duties held, with the most urgent of each."""
    on = timezone.localdate(now)
    numbers = _numbers(user, on)
    found = [
        Queue(s.label, numbers[s.key], s.url, tuple(s.items(s.rows(user, on), s.button, on)))
        for s in _held(user)
        if numbers[s.key]
    ]
    return [*found, *(keeping.queue(user, on) if numbers.get(keeping.LABEL) else [])]
