"""One case: its parts, its replies, who has still to rate, and what a unit may know of the verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit.queries import last_of
from tongxin.core.words import normal
from tongxin.handling.choices import ANSWERING, CaseState, Grade, Part, TaskState, TaskStates
from tongxin.handling.models import Case, Rating, Reply, Task
from tongxin.handling.regulations import Rework, Secrecy
from tongxin.members.models import Member
from tongxin.proposals import queries as proposals
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Signature
from tongxin.regulations.queries import in_force


def live_tasks(case: Case) -> list[Task]:
    """Return the parts whose units have them still, lead first."""
    order = {"lead": 0, "sole": 0, "separate": 1, "co": 2}
    return sorted((t for t in case.tasks.all() if not t.is_gone), key=lambda t: (order[t.part], t.pk))


def answering_tasks(case: Case) -> list[Task]:
    """Return the parts that answer the proposer."""
    return [t for t in live_tasks(case) if t.part in ANSWERING]


def waits_for_units(case: Case, tasks: Iterable[Task] | None = None) -> bool:
    """Say whether a case waits for further units (待改派).

    It lost its answering one, or one of two that answered separately.

    `tasks` are its parts where they were fetched already. Twin of `waiting_for_units`.
    """
    if case.state != CaseState.IN_HAND:
        return False
    parts = list(case.tasks.all() if tasks is None else tasks)
    answering = [task for task in parts if task.answers and not task.is_gone]
    alone = len(answering) == 1 and answering[0].part == Part.SEPARATE
    lost = any(task.state == TaskState.RETURNED and task.part == Part.SEPARATE for task in parts)
    return not answering or (alone and lost)


def waiting_for_units() -> QuerySet[Case]:
    """Return the cases that wait for further units (待改派). Twin of `waits_for_units`."""
    parts = Task.objects.filter(case=OuterRef("pk"))
    answering = parts.filter(part__in=ANSWERING).exclude(state__in=TaskStates.gone)
    others = Task.objects.filter(case=OuterRef("case"), part__in=ANSWERING).exclude(state__in=TaskStates.gone)
    alone = Exists(answering.filter(~Exists(others.exclude(pk=OuterRef("pk"))), part=Part.SEPARATE))
    lost = Exists(parts.filter(state=TaskState.RETURNED, part=Part.SEPARATE))
    return Case.objects.filter(~Exists(answering) | (Q(alone) & Q(lost)), state=CaseState.IN_HAND)


def answered_tasks(case: Case) -> list[Task]:
    """Return the parts whose answer lies with the proposers: those that may handle it again."""
    return [t for t in answering_tasks(case) if t.state == TaskState.ANSWERED]


def rejected(case: Case, on: date) -> list[Reply]:
    """Return the replies of this round that the proposers' dissatisfaction sends back, by the rule of a day."""
    rules: Rework = in_force(case.committee, Rework, on)
    replies = replies_to_rate(case)
    ratings = list(Rating.objects.filter(reply__in=replies).select_related("signature"))
    everyone = len(proposals.raters(case.proposal))
    return [r for r in replies if dissatisfied(r, ratings, rules.sent_back_when, everyone)]


def to_handle_again(case: Case) -> list[Task]:
    """Return the units whose answer was rejected; all that answered where none was."""
    answered, bad = answered_tasks(case), {reply.task_id for reply in rejected(case, timezone.localdate())}
    return [task for task in answered if task.pk in bad] or answered


def current_replies(case: Case) -> list[Reply]:
    """Return each answering unit's newest sent reply."""
    rows = Reply.objects.filter(task__case=case, sent_at__isnull=False, recalled_at=None)
    rows = rows.exclude(task__state__in=TaskStates.gone)
    newest: dict[int, Reply] = {}
    for reply in rows.select_related("task__unit").order_by("round"):
        newest[reply.task_id] = reply
    return list(newest.values())


def replies_to_rate(case: Case, *, round_: int | None = None) -> list[Reply]:
    """Return the replies of a round, of this one unless another is named, that are to be rated."""
    return [r for r in current_replies(case) if r.round == (round_ or case.round)]


def ratings_awaited(case: Case) -> list[tuple[Reply, Signature]]:
    """Return which ratings of this round were not given yet: of which reply, under whose signature."""
    replies = replies_to_rate(case)
    done = {(r.reply_id, r.signature.signer) for r in Rating.objects.filter(reply__in=replies).select_related("signature")}
    return [(r, s) for r in replies for s in proposals.raters(case.proposal) if (r.pk, s.signer) not in done]


def closed_round(case: Case) -> int:
    """Return the last round whose rating is over; 0 while the first is still open. What it said may then be told."""
    return case.round if case.state in {CaseState.CLOSED, CaseState.WITH_OFFICE} else case.round - 1


def signature_to_rate(case: Case, member: Member | None) -> Signature | None:
    """Return under which signature a member judges a case.

    The one that counts where somebody signed merged proposals too.
    """
    if member is None:
        return None
    return next((s for s in proposals.raters(case.proposal) if s.member_id == member.pk), None)


def draft_of(task: Task) -> Reply:
    """Return the reply of the current round, or an unsaved one: reading writes nothing."""
    kept = task.replies.filter(round=task.case.round, recalled_at=None).first()
    return kept or Reply(committee_id=task.committee_id, task=task, round=task.case.round)


def sent_reply(task: Task) -> Reply | None:
    """Return what a unit sent in this round, if it was not recalled."""
    return Reply.objects.filter(task=task, round=task.case.round, sent_at__isnull=False, recalled_at=None).first()


def repeats_a_former_reply(task: Task) -> bool:
    """Say whether the reply of this round says what an earlier round's said, also by the unit that had the part before."""
    sent = Reply.objects.filter(task__in=line_of(task), sent_at__isnull=False, recalled_at=None)
    written = _words_alone(draft_of(task).text)
    return any(_words_alone(text) == written for text in sent.filter(round__lt=task.case.round).values_list("text", flat=True))


def _words_alone(text: str) -> str:
    """Leave the letters and figures of a text: blanks, lines and marks of punctuation say nothing new."""
    return "".join(char for char in normal(text) if char.isalnum())


def line_of(task: Task) -> list[Task]:
    """Return a part and those of other units that it goes on with, the newest first."""
    found = [task]
    while (before := found[-1].moved_from) is not None:
        found.append(before)
    return found


@dataclass(frozen=True)
class Verdict:
    """What a unit learns when a round is closed: from some ratings on their counts.

    And the reasons let pass on, never whose.

    `result` and `attitude` are empty where too few rated: it then looks the same whatever they said, and if nobody
    rated.
    """

    result: dict[str, int]
    attitude: dict[str, int]
    reasons: tuple[str, ...]
    counts_from: int

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """Return both questions with each grade's word and count; nothing where too few rated."""
        if not self.result:
            return []
        return [
            (str(label), [(str(g.label), counts[g.value]) for g in Grade])
            for label, counts in ((_("办理态度"), self.attitude), (_("办理结果"), self.result))
        ]


def reason_again(case: Case) -> str:
    """Return why the assembly's office had this round begun.

    Nothing where the proposers' dissatisfaction did, or it is the first.
    """
    if case.round == 1:
        return ""
    resumed = last_of(case, kind="cases.resume")
    return resumed.data.get("reason", "") if resumed is not None and resumed.data.get("round") == case.round else ""


def verdict_for_unit(task: Task, case: Case) -> Verdict | None:
    """Return what the unit may know of the last closed round; nothing while people are still rating."""
    reply = Reply.objects.filter(
        task__in=line_of(task), round=closed_round(case), sent_at__isnull=False, recalled_at=None
    ).first()
    given = Rating.objects.filter(reply=reply).select_related("signature")
    return summed(given, counts_from=counts_from(case, reply)) if reply else None


def counts_from(case: Case, reply: Reply) -> int:
    """Return from how many ratings on the counts of a reply are told.

    What its raters were told, or the rule before they are.
    """
    if reply.counts_from is not None:
        return reply.counts_from
    rules: Secrecy = in_force(case.committee, Secrecy, timezone.localdate())
    return rules.minimum


def once_each(ratings: Iterable[Rating]) -> list[Rating]:
    """Keep of one person's ratings of a reply the one that counts: that under the name that stands, else the earliest.

    Somebody was kept as two members, and asked twice: both ratings stay, one counts.
    """
    found: dict[tuple[int, int | str], Rating] = {}
    for rating in sorted(ratings, key=lambda r: (r.signature.answer == Answer.MERGED, r.pk)):
        found.setdefault((rating.reply_id, rating.signature.signer), rating)
    return sorted(found.values(), key=lambda r: r.pk)


def summed(rows: Iterable[Rating], *, counts_from: int) -> Verdict:
    """Count the grades where enough rated, and collect the reasons let pass on, in no order that would tell whose they are."""
    rows = sorted(once_each(rows), key=lambda r: r.uid)
    counted = rows if len({r.signature.signer for r in rows}) >= counts_from else []
    return Verdict(
        result={g.value: sum(r.result == g for r in rows) for g in Grade if counted},
        attitude={g.value: sum(r.attitude == g for r in rows) for g in Grade if counted},
        reasons=tuple(r.comment for r in rows if r.comment and r.passes_on),
        counts_from=counts_from,
    )


def dissatisfied(reply: Reply, ratings: Iterable[Rating], rule: str, raters: int) -> bool:
    """Say whether a reply goes back, by the rule: any, first, majority (of all raters)."""
    against = [r for r in once_each(ratings) if r.reply_id == reply.pk and r.result == Grade.DISSATISFIED]
    if rule == "first":
        return any(r.signature.role == "first" and r.signature.proposal_id == reply.task.case.proposal_id for r in against)
    if rule == "majority":
        return len(against) * 2 > raters
    return bool(against)
