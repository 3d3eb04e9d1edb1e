"""What a line of the office's desk shows of a proposal, read for all of a page in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.committees.models import Committee
from tongxin.core.attaching import attach
from tongxin.core.prepared import Prepared
from tongxin.handling.choices import CaseState, TaskStates
from tongxin.handling.models import Contact, Task
from tongxin.handling.pages.rows import today_rules
from tongxin.handling.pages.stages import Wanted
from tongxin.handling.pages.standing import Standing, case_of, standing
from tongxin.handling.queries import Chip, chip, clock_of
from tongxin.proposals.choices import Answer, State, States
from tongxin.proposals.models import LONG, Proposal, Signature
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.queries import in_force


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
    tasks: tuple[Task, ...]


def lines(user: Any, w: Wanted, ids: Sequence[int]) -> list[Row]:
    """Return the lines of proposals, in this order; each is there for who may read it."""
    known = with_details(DETAILS, ids, w.committee)
    found = {pk: row for pk, row in known.items() if allowed(user, "proposals.read_original", row)}
    contacts = dict(TALKS.all(found.keys()))
    return [_row(found[pk], w, contacts.get(pk, 0)) for pk in ids if pk in found]


def _talks(asked: Any) -> QuerySet[Any, Any]:
    rows = Contact.objects.filter(task__case__proposal__in=asked).values_list("task__case__proposal")
    return rows.annotate(n=Count("id")).order_by()


def _signers(asked: Any) -> QuerySet[Signature]:
    rows = Signature.objects.filter(proposal__in=asked, answer=Answer.ACCEPTED).select_related("member")
    return rows.only("proposal", "body", "role", "answer", "place_in_list", "member__name")


def details(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Fetch with proposals what one line of a list shows of themselves; without their texts."""
    return rows.select_related("session__term", "case").defer(*LONG)


TALKS, SIGNERS = Prepared(_talks), Prepared(_signers)
DETAILS = Prepared(lambda ids, committee: details(Proposal.objects.filter(pk__in=ids, committee=committee)))
# of units and members only what is shown: their telephones would be decrypted one by one
TASKS = Prepared(
    lambda cases: (
        Task.objects.filter(case__in=cases).select_related("unit").defer("return_reason", "unit__phone", "unit__contact")
    )
)


def with_details(asked: Prepared, ids: Iterable[int], committee: Committee) -> dict[int, Proposal]:
    """Read a committee's proposals with what one line of a list shows: signers, units, the case.

    `asked` answers with the proposals of some keys in a committee, each with what `details` fetches.
    """
    found: dict[int, Proposal] = {row.pk: row for row in asked.all(ids, committee.pk)}
    attach(found.values(), "signatures", SIGNERS.all(found.keys()), by="proposal")
    cases = [case for row in found.values() if (case := case_of(row)) is not None]
    attach(cases, "tasks", TASKS.all([case.pk for case in cases]), by="case")
    for row in found.values():
        row.committee = committee  # known: not one more for every row
    return found


def tasks_of(proposal: Proposal) -> list[Task]:
    """Return the parts whose units have them still, the answering ones first. Reads nothing when prefetched."""
    case = case_of(proposal)
    live = [t for t in case.tasks.all() if not t.is_gone] if case else []
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
    today, rules = today_rules(proposal.committee)
    if case.state == CaseState.RATING:
        return chip(case.rating_due_on, on=today, rules=rules, what=_("评价"))
    clocks = [clock_of(t) for t in tasks if not states or t.state in states]
    running = min(((due, what) for due, what in clocks if due), default=None, key=lambda c: c[0])
    return chip(running[0], on=today, rules=rules, what=running[1]) if running else None


def _row(proposal: Proposal, w: Wanted, contacts: int) -> Row:
    tasks, rules = tasks_of(proposal), in_force(proposal.committee, Taxonomies, timezone.localdate())
    topic = rules.topic(proposal.topic)
    lead, others = unit_lines(tasks)
    states = w.stage.states if len(w.stage.states) < len(TaskStates.open) else ()
    return Row(
        proposal=proposal,
        proposer=proposer_line(proposal),
        topic=topic.short if topic else "",
        lead=lead,
        others=others,
        badge=standing(proposal),
        contacts=contacts,
        chip=urgent_chip(proposal, tasks, states),
        tasks=tuple(tasks),
    )


def remindable(tasks: Sequence[Task]) -> list[Task]:
    """Return the parts that may be chased: the ball is with the unit."""
    return [t for t in tasks if t.state in TaskStates.with_the_unit]


def acts_open(proposal: Proposal, tasks: Sequence[Task]) -> list[str]:
    """Return what may be done with a ticked row; the server asks again before it does it."""
    acts = []
    if remindable(tasks):
        acts.append("remind")
    if proposal.state == State.IN_DECISION and proposal.construction and proposal.topic and proposal.routed_to:
        acts.append("file")
    if proposal.state in States.filed and proposal.released_at is None and proposal.consents_to_publication:
        acts.append("release")
    return acts
