"""One case: its parts, its replies, who has still to rate, and what a unit may know of the verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongxin.handling.choices import ANSWERING, CaseState, Grade, TaskState
from tongxin.handling.models import Case, Rating, Reply, StaleReply, Task
from tongxin.members.models import Member
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Signature


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


def closed_round(case: Case) -> int:
    """Return the last round whose rating is over; 0 while the first is still open. What it said may then be told."""
    return case.round if case.state in {CaseState.CLOSED, CaseState.WITH_OFFICE} else case.round - 1


def signature_to_rate(case: Case, member: Member | None) -> Signature | None:
    """Return under which signature a member judges a case: the one that counts where somebody signed merged proposals too."""
    if member is None:
        return None
    return next((s for s in proposals.raters(case.proposal) if s.member_id == member.pk), None)


def draft_of(task: Task) -> Reply:
    """Return the reply of the current round, or an unsaved one: reading writes nothing."""
    kept = task.replies.filter(round=task.case.round).first()
    return kept or Reply(committee_id=task.committee_id, task=task, round=task.case.round)


def kept_copies(task: Task, account: Any) -> QuerySet[StaleReply]:
    """Return the copies of a reply that an account's stale saves left beside, and that it has not put away."""
    rows = StaleReply.objects.filter(reply__task=task, account=account, settled_at=None)
    return rows.select_related("reply__task__unit").order_by("-id")


@dataclass(frozen=True)
class Verdict:
    """What a unit learns when a round is closed: grades and reasons, not whose."""

    result: dict[str, int]
    attitude: dict[str, int]
    reasons: tuple[str, ...]

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """Return both questions with each grade's word and count."""
        return [
            (str(label), [(str(g.label), counts[g.value]) for g in Grade])
            for label, counts in ((_("办理态度"), self.attitude), (_("办理结果"), self.result))
        ]


def verdict_for_unit(task: Task, case: Case) -> Verdict | None:
    """Return what the unit may know of the last closed round; nothing while people are still rating."""
    over = closed_round(case)
    rows = list(Rating.objects.filter(reply__task=task, reply__round=over).order_by("uid")) if over else []
    return summed(rows) if rows else None


def summed(rows: Iterable[Rating]) -> Verdict:
    """Count the grades and collect the reasons, in no order that would tell whose they are."""
    rows = sorted(rows, key=lambda r: r.uid)
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
