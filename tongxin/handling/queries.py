"""Every read of handling worth a name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.core.templatetags.chinese import full_day
from tongxin.handling.choices import ANSWERING, CaseState, Grade, TaskState
from tongxin.handling.models import Case, Rating, Reply, Task
from tongxin.handling.regulations import Deadlines
from tongxin.members.models import Member
from tongxin.proposals import queries as proposals
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Signature
from tongxin.proposals.rules import member_of


def proposals_signed_by(member: Member) -> set[int]:
    """Return the ids of proposals a member signed, and of those they were merged into."""
    rows = Signature.objects.filter(member=member, answer=Answer.ACCEPTED).values_list(
        "proposal_id", "proposal__merged_into_id"
    )
    return {pk for row in rows for pk in row if pk is not None}


def _offices(user: Any, prefix: str) -> Q:
    seen = Q(pk__in=())
    if inside := bodies.committees_with(user, Duty.PROPOSAL_OFFICE, Duty.LEADERSHIP):
        seen |= Q(committee_id__in=inside)
    for committee_id, affiliation in bodies.affiliations_with(user, Duty.ASSIGN, Duty.SUPERVISE):
        seen |= Q(**{"committee_id": committee_id, f"{prefix}proposal__routed_to": affiliation})
    return seen


def cases_visible_to(user: Any) -> QuerySet[Case]:
    """Return the cases `user` may see: the twin of handling.view_case."""
    if user is None or not user.is_authenticated or not user.is_active:
        return Case.objects.none()
    seen = _offices(user, "")
    if units := bodies.units_with(user, Duty.UNIT_CLERK, Duty.UNIT_LEADER):
        own = Task.objects.filter(case=OuterRef("pk"), unit_id__in=units).exclude(state=TaskState.RETURNED)
        seen |= Exists(own)
    if (member := member_of(user)) is not None:
        signed = Signature.objects.filter(member=member, answer=Answer.ACCEPTED).filter(
            Q(proposal=OuterRef("proposal")) | Q(proposal__merged_into=OuterRef("proposal"))
        )
        seen |= Exists(signed)
    return Case.objects.filter(seen)


def visible_to(user: Any) -> QuerySet[Task]:
    """Return the tasks `user` may see: the twin of handling.view."""
    if user is None or not user.is_authenticated or not user.is_active:
        return Task.objects.none()
    seen = _offices(user, "case__")
    if units := bodies.units_with(user, Duty.UNIT_CLERK, Duty.UNIT_LEADER):
        own = Task.objects.filter(case=OuterRef("case"), unit_id__in=units).exclude(state=TaskState.RETURNED)
        seen |= Q(unit_id__in=units) | Exists(own)
    return Task.objects.filter(seen)


# ── deadlines ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Chip:
    """A deadline as people see it: level ok, soon, yellow or red; what is left in words; the full date."""

    level: str
    text: str
    full: str
    due_on: date
    days: int


def chip(due_on: date | None, *, on: date, rules: Deadlines, what: str = "") -> Chip | None:
    """Compute the deadline chip of a clock on a day. `what` names the clock when it is not the reply (签收, 会办, 评价)."""
    if due_on is None:
        return None
    left = (due_on - on).days
    if left < 0:
        level, text = "red", f"{what}超期 {-left} 天"
    elif left == 0:
        level, text = "yellow", f"今天{what}到期" if what else "今天到期"
    else:
        level = "yellow" if left <= rules.yellow_days else "soon" if left <= rules.soon_days else "ok"
        text = f"{what}剩 {left} 天"
    return Chip(level, text, full_day(due_on), due_on, left)


def clock_of(task: Task) -> tuple[date | None, str]:
    """Return the clock that runs for a unit's part, and its name when it is not the reply's."""
    if task.state == TaskState.AWAITING:
        return task.sign_due_on, "签收"
    if task.state == TaskState.RETURN_ASKED:
        return task.return_answer_due_on, "答复退办"
    if task.state in {TaskState.IN_HAND, TaskState.WITH_LEADER, TaskState.UNDER_REVIEW}:
        return task.due_on, "" if task.answers else "会办"
    return None, ""


# ── the case ─────────────────────────────────────────────────────────────────────────────────────
def live_tasks(case: Case) -> list[Task]:
    """Return the parts that were not returned, lead first."""
    order = {"lead": 0, "sole": 0, "separate": 1, "co": 2}
    return sorted((t for t in case.tasks.all() if t.state != TaskState.RETURNED), key=lambda t: (order[t.part], t.pk))


def answering_tasks(case: Case) -> list[Task]:
    """Return the parts that answer the proposer."""
    return [t for t in live_tasks(case) if t.part in ANSWERING]


def current_replies(case: Case) -> list[Reply]:
    """Return each answering unit's newest sent reply."""
    rows = Reply.objects.filter(task__case=case, sent_at__isnull=False).exclude(task__state=TaskState.RETURNED)
    newest: dict[int, Reply] = {}
    for reply in rows.select_related("task__unit").order_by("round"):
        newest[reply.task_id] = reply
    return list(newest.values())


def replies_to_rate(case: Case) -> list[Reply]:
    """Return the replies of this round that are to be rated."""
    return [r for r in current_replies(case) if r.round == case.round]


def outstanding(case: Case) -> list[tuple[Reply, Signature]]:
    """Return who has still to rate which reply."""
    replies = replies_to_rate(case)
    done = set(Rating.objects.filter(reply__in=replies).values_list("reply_id", "signature_id"))
    return [(r, s) for r in replies for s in proposals.raters(case.proposal) if (r.pk, s.pk) not in done]


def raters_done(case: Case) -> list[tuple[Signature, bool]]:
    """Return each rater with done or not done: never the grade."""
    waiting = {s.pk for _reply, s in outstanding(case)}
    return [(s, s.pk not in waiting) for s in proposals.raters(case.proposal)]


@dataclass(frozen=True)
class Verdict:
    """What a unit learns when a round is closed: grades and reasons, not whose."""

    result: dict[str, int]
    attitude: dict[str, int]
    reasons: tuple[str, ...]


def verdict_for_unit(task: Task, case: Case) -> Verdict | None:
    """Return what the unit may know of the last closed round; nothing while people are still rating."""
    closed_round = case.round if case.state in {CaseState.CLOSED, CaseState.WITH_OFFICE} else case.round - 1
    rows = list(Rating.objects.filter(reply__task=task, reply__round=closed_round).order_by("uid"))
    if closed_round < 1 or not rows:
        return None
    return Verdict(
        result={g.value: sum(r.result == g for r in rows) for g in Grade},
        attitude={g.value: sum(r.attitude == g for r in rows) for g in Grade},
        reasons=tuple(r.comment for r in rows if r.comment and Grade.DISSATISFIED in (r.result, r.attitude)),
    )


def dissatisfied(reply: Reply, ratings: Iterable[Rating], rule: str, raters: int) -> bool:
    """Say whether a reply goes back, by the rule: any, first, majority (of all raters)."""
    against = [r for r in ratings if r.reply_id == reply.pk and r.result == Grade.DISSATISFIED]
    if rule == "first":
        return any(r.signature.role == "first" and r.signature.proposal_id == reply.task.case.proposal_id for r in against)
    if rule == "majority":
        return len(against) * 2 > raters
    return bool(against)
