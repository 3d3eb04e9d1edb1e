"""The office's desk: every proposal of a committee by stage, clock and filter, read in a fixed number of queries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.committees.models import Committee, Session
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Contact, Task
from tongxin.handling.queries import Chip, chip, clock_of
from tongxin.handling.regulations import Deadlines
from tongxin.members.models import Member
from tongxin.proposals import queries as proposals
from tongxin.proposals.choices import Answer, Destination, State, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.queries import in_force
from tongxin.site.queries.paging import Slice, capped, counted, page_by
from tongxin.site.queries.stages import HEADER, LEVELS, RUNNING, SIZES, STAGES, Stage, Wanted, desk_committees
from tongxin.site.queries.standing import Standing, case_of, standing

__all__ = [
    "LEVELS", "SIZES", "STAGES", "Figure", "Listing", "Row", "Stage", "Wanted", "acts_open", "counted", "desk_committees", "header",
    "lanes", "listing", "most_urgent", "proposer_line", "remindable", "signed_by_name", "tabs", "tasks_of", "to_pass_on",
    "unit_lines", "urgent_chip", "whole", "with_details",
]  # fmt: skip


# ── which rows ───────────────────────────────────────────────────────────────────────────────────
def signed_by_name(committee: Committee, text: str) -> QuerySet[Any]:
    """Return the ids of proposals signed by members, or bodies, whose name holds a text."""
    members = Member.objects.filter(committee=committee, name__icontains=text).values("pk")
    bodies_named = Q(member__isnull=True, body__icontains=text)
    signed = Signature.objects.filter(Q(member__in=members) | bodies_named, committee=committee, answer=Answer.ACCEPTED)
    return signed.values("proposal_id")


def _narrowed(w: Wanted, prefix: str) -> Q:
    said = {
        "construction": w.construction, "topic": w.topic, "form": w.form, "season": w.season, "session_id": w.session,
        "uid__in": w.picked,
    }  # fmt: skip
    found = Q(**{f"{prefix}{name}": value for name, value in said.items() if value})
    me = OuterRef(f"{prefix}pk")
    if w.unit:
        found &= Q(Exists(Task.objects.filter(case__proposal=me, unit_id=w.unit).exclude(state=TaskState.RETURNED)))
    if w.text:
        digits = w.text.strip("第号 ")
        words = Q(**{f"{prefix}title__icontains": w.text}) | Q(**{f"{prefix}pk__in": signed_by_name(w.committee, w.text)})
        if digits.isdecimal() and len(digits) <= 6:  # noqa: PLR2004 -- a number, not a phone
            words |= Q(**{f"{prefix}number": int(digits)})
        found &= words
    return found


def level_range(level: str, today: date, rules: Deadlines) -> Q:
    """Return which clocks stand on a level: the limits are the regulation's."""
    yellow, soon = today + timedelta(days=rules.yellow_days), today + timedelta(days=rules.soon_days)
    return {
        "red": Q(clock_on__lt=today),
        "yellow": Q(clock_on__gte=today, clock_on__lte=yellow),
        "soon": Q(clock_on__gt=yellow, clock_on__lte=soon),
        "ok": Q(clock_on__gt=max(yellow, soon)),
    }.get(level, Q())


def most_urgent(committee: Committee, states: Sequence[str]) -> QuerySet[Task]:
    """Return of every case in hand the one part whose clock runs out first, among the states asked for."""
    among = {} if tuple(states) == RUNNING else {"state__in": states}
    earlier = Task.objects.filter(case=OuterRef("case"), clock_on__isnull=False, **among).filter(
        Q(clock_on__lt=OuterRef("clock_on")) | Q(clock_on=OuterRef("clock_on"), id__lt=OuterRef("id"))
    )
    return Task.objects.filter(committee=committee, clock_on__isnull=False, **among).filter(~Exists(earlier))


def _today_rules(committee: Committee) -> tuple[date, Deadlines]:
    today = timezone.localdate()
    rules: Deadlines = in_force(committee, Deadlines, today)
    return today, rules


def _base(w: Wanted) -> tuple[QuerySet[Any], tuple[str, ...], str]:
    """Return the rows asked for, the fields that order them, and how each leads to its proposal."""
    if w.by_clock and w.stage.states:
        rows = most_urgent(w.committee, w.stage.states).filter(_narrowed(w, "case__proposal__"))
        if w.level:
            rows = rows.filter(level_range(w.level, *_today_rules(w.committee)))
        return rows, ("clock_on", "id"), "case__proposal_id"
    if w.stage.case_state:
        cases = Case.objects.filter(committee=w.committee, state=w.stage.case_state).filter(_narrowed(w, "proposal__"))
        if w.by_clock:
            return cases.filter(rating_due_on__isnull=False), ("rating_due_on", "id"), "proposal_id"
        return cases, ("id",), "proposal_id"
    found = Proposal.objects.filter(committee=w.committee).filter(w.stage.where())
    if w.level and w.stage.states:
        on = most_urgent(w.committee, w.stage.states).filter(level_range(w.level, *_today_rules(w.committee)))
        found = found.filter(case__in=on.values("case"))
    return found.filter(_narrowed(w, "")), ("id",), "pk"


def _key(w: Wanted, path: str) -> list[Any] | None:
    if w.key is None:
        return None
    clock, uid = w.key
    if path == "pk":
        at = Proposal.objects.filter(committee=w.committee, uid=uid).values_list("pk", flat=True).first()
        return None if at is None else [at]
    if path == "proposal_id":
        at = Case.objects.filter(proposal__uid=uid).values_list("pk", flat=True).first()
        if not w.by_clock:
            return None if at is None else [at]
    if clock is None:
        return None
    if path != "proposal_id":
        at = Task.objects.filter(case__proposal__uid=uid, clock_on=clock).values_list("pk", flat=True).order_by("id").first()
    return [clock, at or 0]


# ── one row ──────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Row:
    """One line of the desk."""

    proposal: Proposal
    proposer: str
    topic: str
    lead: str
    others: str
    badge: Standing
    contacts: int
    chip: Chip | None
    can: str
    clock: date | None
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Listing:
    """One page of the desk."""

    rows: list[Row]
    total: int
    has_previous: bool
    has_next: bool


def listing(user: Any, w: Wanted) -> Listing:
    """Return the page asked for."""
    rows, names, path = _base(w)
    total = capped(rows)
    part = page_by(rows.values(path, *names), names, size=w.size, down=w.down, key=_key(w, path), back=w.back)
    return Listing(_rows(user, w, part, path, names[0]), total, part.has_previous, part.has_next)


def _rows(user: Any, w: Wanted, part: Slice, path: str, clock: str) -> list[Row]:
    keys = {r[path]: (r[clock] if clock != "id" else None) for r in part.rows}
    found = {row.pk: row for row in with_details(proposals.visible_to(user), list(keys))}
    contacts = dict(
        Contact.objects.filter(task__case__proposal__in=list(found))
        .values_list("task__case__proposal")
        .annotate(n=Count("id"))
        .order_by()
    )
    return [_row(found[pk], w, contacts.get(pk, 0), keys[pk]) for pk in keys if pk in found]


def with_details(rows: QuerySet[Proposal], ids: Sequence[int]) -> QuerySet[Proposal]:
    """Return proposals with what one line of a list shows: signers, units, the case."""
    signers = Signature.objects.filter(answer=Answer.ACCEPTED).select_related("member")
    return (
        rows.filter(pk__in=ids)
        .select_related("committee", "session__term", "case")
        .prefetch_related(Prefetch("signatures", signers), Prefetch("case__tasks", Task.objects.select_related("unit")))
    )


def tasks_of(proposal: Proposal) -> list[Task]:
    """Return the parts that were not returned, the answering ones first. Reads nothing when prefetched."""
    case = case_of(proposal)
    live = [t for t in case.tasks.all() if t.state != TaskState.RETURNED] if case else []
    return sorted(live, key=lambda t: (not t.answers, t.pk))


def proposer_line(proposal: Proposal) -> str:
    """Name the first signer, and how many there are: 林知远　等 3 人."""
    names = [s.name for s in proposal.signatures.all() if s.answer == Answer.ACCEPTED]
    if not names:
        return ""
    return names[0] if len(names) == 1 else _("%(name)s　等 %(n)s 人") % {"name": names[0], "n": len(names)}


def unit_lines(tasks: Sequence[Task]) -> tuple[str, str]:
    """Name the answering units, and below them the others with their part."""
    answering = [t for t in tasks if t.answers]
    lead = "、".join(t.unit.short_name or t.unit.name for t in answering)
    co = "、".join(t.unit.short_name or t.unit.name for t in tasks if not t.answers)
    if co:
        return lead, _("会办 %(units)s") % {"units": co}
    return lead, str(answering[0].get_part_display()) if answering else ""


def urgent_chip(proposal: Proposal, tasks: Sequence[Task], states: Sequence[str] = ()) -> Chip | None:
    """Return the chip of the most urgent clock, named when it is not the reply's."""
    case = case_of(proposal)
    if case is None:
        return None
    today, rules = _today_rules(proposal.committee)
    if case.state == CaseState.RATING:
        return chip(case.rating_due_on, on=today, rules=rules, what=_("评价"))
    clocks = [clock_of(t) for t in tasks if not states or t.state in states]
    running = min(((due, what) for due, what in clocks if due), default=None, key=lambda c: c[0])
    return chip(running[0], on=today, rules=rules, what=running[1]) if running else None


def _row(proposal: Proposal, w: Wanted, contacts: int, clock: date | None) -> Row:
    tasks, rules = tasks_of(proposal), in_force(proposal.committee, Taxonomies, timezone.localdate())
    topic = rules.topic(proposal.topic)
    lead, others = unit_lines(tasks)
    states = w.stage.states if len(w.stage.states) < len(RUNNING) else ()
    return Row(
        proposal=proposal, proposer=proposer_line(proposal), topic=topic.short if topic else "", lead=lead, others=others,
        badge=standing(proposal, tasks, prefer=states), contacts=contacts, chip=urgent_chip(proposal, tasks, states),
        can=" ".join(acts_open(proposal, tasks)), clock=clock, tasks=tuple(tasks),
    )  # fmt: skip


def remindable(tasks: Sequence[Task]) -> list[Task]:
    """Return the parts that may be chased: the ball is with the unit."""
    return [t for t in tasks if t.state in {TaskState.AWAITING, TaskState.IN_HAND, TaskState.WITH_LEADER}]


def acts_open(proposal: Proposal, tasks: Sequence[Task]) -> list[str]:
    """Return what may be done with a ticked row; the server asks again before it does it."""
    acts = ["export"]
    if remindable(tasks):
        acts.append("remind")
    if proposal.state == State.IN_DECISION and proposal.construction and proposal.topic and proposal.routed_to:
        acts.append("file")
    if proposal.state in States.filed and proposal.released_at is None and proposal.consents_to_publication:
        acts.append("release")
    return acts


def whole(user: Any, w: Wanted) -> Iterator[Row]:
    """Yield every row of a filter, in the order of the list, some hundred at a time (for exports)."""
    page = replace(w, size=SIZES[-1], key=None, back=False)
    while True:
        found = listing(user, page)
        yield from found.rows
        if not found.has_next or not found.rows:
            return
        last = found.rows[-1]
        page = replace(page, key=(last.clock, last.proposal.uid))


def to_pass_on(user: Any, committee: Committee, kind: str) -> Iterator[Row]:
    """Return what was converted and waits to be passed on, as rows of the ledger."""
    waiting = proposals.to_be_passed_on(committee)
    if kind in Destination.values:
        waiting = waiting.filter(destination=kind)
    uids = tuple(waiting.values_list("uid", flat=True))
    return whole(user, Wanted(committee, STAGES["unfiled"], picked=uids)) if uids else iter(())


# ── counts: each one opens to its rows ───────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Figure:
    """A count with its stage (or level)."""

    key: str
    label: str
    number: int

    @property
    def count(self) -> str:
        return counted(self.number)


def header(committee: Committee, session: Session | None) -> list[Figure]:
    """Return what came of a session's proposals."""
    rows = Proposal.objects.filter(committee=committee, session=session) if session else Proposal.objects.none()
    return [Figure(k, str(STAGES[k].label), capped(rows.filter(STAGES[k].where()))) for k in HEADER]


def lanes(committee: Committee) -> list[Figure]:
    """Return how many cases in hand stand on each level, by their most urgent clock."""
    today, rules = _today_rules(committee)
    rows = most_urgent(committee, RUNNING)
    words = {"red": _("红牌"), "yellow": _("黄牌"), "soon": _("临期"), "ok": _("正常")}
    return [Figure(level, words[level], capped(rows.filter(level_range(level, today, rules)))) for level in LEVELS]


def tabs(committee: Committee) -> list[Figure]:
    """Return the stages with their counts."""
    return [Figure(s.key, str(s.label), _count(committee, s)) for s in STAGES.values() if s.tab]


def _count(committee: Committee, stage: Stage) -> int:
    if not stage.states:
        return capped(_base(Wanted(committee, stage))[0])
    # as many as the rows: one most urgent part stands for each case
    parts = Task.objects.filter(committee=committee, clock_on__isnull=False, state__in=stage.states)
    return capped(parts.values("case").distinct())
