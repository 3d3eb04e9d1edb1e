"""The page of a unit's part: what to do, by when and why, the text, the talks, the other units, the reply."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.audit.templatetags.timeline import Entry, entry
from tongxin.core.templatetags.chinese import case_number, size
from tongxin.desks.objects import Head, Mark, Reading
from tongxin.files.queries import link
from tongxin.handling import queries
from tongxin.handling.choices import TaskState, TaskStates
from tongxin.handling.models import Case, Reply, Task
from tongxin.handling.pages.heads import line_of
from tongxin.handling.pages.standing import standing_of_case
from tongxin.handling.queries.sections import CaseSections, with_tasks
from tongxin.handling.regulations import ReplyCategories
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Proposal, Signature
from tongxin.regulations.queries import in_force
from tongxin.workflow import engine
from tongxin.workflow.table import workflow_of
from tongxin.workflow.templatetags.steps import Button

COURSE = 60
SPOKEN_IN = (TaskState.IN_HAND, TaskState.WITH_LEADER, TaskState.UNDER_REVIEW, TaskState.ANSWERED, TaskState.ADVICE_GIVEN)


@dataclass(frozen=True)
class TaskPage:
    """Everything the page of a part shows."""

    task: Task
    sections: CaseSections
    proposers: Sequence[Signature]
    contact: str
    draft: Reply | None
    limits: Sequence[Any]
    categories: Sequence[Any]
    verdict: queries.Verdict | None
    again: str
    files: list[dict[str, str]]

    @property
    def case(self) -> Case:
        """The case that it is a part of."""
        return self.task.case

    @property
    def proposal(self) -> Proposal:
        """The proposal that is handled."""
        return self.task.case.proposal

    @property
    def whole(self) -> str:
        """Where the whole case stands, as the proposal's page says it."""
        return standing_of_case(self.case).word

    @property
    def hides_verdict(self) -> bool:
        """Whether the verdict stands by itself, as the reason for handling it again, and not below the reply."""
        return self.verdict is not None


def load_among_others(user: Any, uid: str) -> Task | None:
    """Return a unit's part, with the other parts of its case read beside it."""
    task = queries.part_for(user, uid)
    if task is None:
        return None
    with_tasks(task.case)
    return next(one for one in task.case.tasks.all() if one.pk == task.pk)


def page(reading: Reading) -> TaskPage:
    """Return the page of a part for a reader."""
    task, user, on = reading.subject, reading.user, timezone.localdate(reading.at)
    writes = allowed(user, "handling.write_reply", task) and task.state == TaskState.IN_HAND
    return TaskPage(
        task=task,
        sections=queries.sections(task.case, user),
        proposers=list(proposals.signers(task.case.proposal)),
        contact=proposals.contact_note(task.case.proposal),
        draft=queries.draft_of(task) if writes else None,
        limits=[] if task.is_gone else queries.limits_of(task),
        categories=in_force(task.committee, ReplyCategories, on).categories if task.answers else (),
        verdict=_verdict(user, task),
        again=queries.reason_again(task.case) if task.state in TaskStates.open else "",
        files=attached(task.case, user),
    )


def _verdict(user: Any, task: Task) -> queries.Verdict | None:
    """Return why a case came back, for its own unit and the offices over it; not for the co-handlers."""
    if task.case.round == 1 or task.state == TaskState.ANSWERED or not allowed(user, "handling.hear_verdict", task):
        return None
    return queries.verdict_for_unit(task, task.case)


def attached(case: Case, user: Any) -> list[dict[str, str]]:
    """Return the proposal's files, ready for the list of attachments."""
    rows = case.proposal.attachments.select_related("file")
    return [{"kind": a.file.kind, "name": a.file.name, "size": size(a.file.size), "url": link(a.file, user)} for a in rows]


# ── head and course ──────────────────────────────────────────────────────────────────────────────
def head(reading: Reading) -> Head:
    """Return the head: the proposal, where this part stands and until when, its proposers and units."""
    found: TaskPage = reading.facts
    task, proposal = found.task, found.proposal
    return Head(
        title=str(proposal.title),
        name=case_number(proposal.number),
        window=f"{case_number(proposal.number)}　{task.unit.name}",
        line=line_of(proposal),
        badges=[Mark(workflow_of(task).badges[task.state], task.state_word)],
        chip=queries.task_chip(task, on=timezone.localdate(reading.at)),
        people=[
            (_("提案人"), "、".join(_named(signature, found.contact) for signature in found.proposers)),
            *((str(line.task.get_part_display()), line.task.unit.name) for line in found.sections.tasks),
        ],
    )


def _named(signature: Signature, contact: str) -> str:
    return f"{signature.name}（{contact}）" if contact and signature.role == "first" else signature.name


def way(reading: Reading) -> list[tuple[str, str]]:
    """Return where the reader came from: the unit's own inbox, or the proposal."""
    if allowed(reading.user, "handling.inbox"):
        return [(_("收件箱"), reverse("handling-inbox"))]
    return [(_("提案"), reading.subject.case.proposal.get_absolute_url())]


def course(reading: Reading) -> list[Entry]:
    """Return what happened to the case and its parts, as far as the reader is told."""
    return [entry(event) for event in queries.history_of(reading.subject.case, reading.user)[:COURSE]]


# ── buttons ──────────────────────────────────────────────────────────────────────────────────────
def own_pages(reading: Reading) -> Iterable[Button]:
    """Return the ways to the pages on which the work is done.

    Writing the reply, and reviewing it beside the proposal.
    """
    found: TaskPage = reading.facts
    base = found.task.get_absolute_url()
    if found.draft is not None:
        label = _("继续写答复") if found.draft.text else _("起草答复")
        yield Button(label, f"{base}reply/", (), main=not found.draft.text, stop=False, page=True)
    if engine.offer_for(found.task, "send", reading.user, at=reading.at) is not None:
        yield Button(_("对照原文审核答复"), f"{base}review/", (), main=True, stop=False, page=True)


def beside_the_steps(reading: Reading) -> Iterable[Button]:
    """Return what is no move: recording a talk, chasing the unit.

    Of a part that is gone the way to the case's units.
    """
    found: TaskPage = reading.facts
    task, base = found.task, found.task.get_absolute_url()
    if task.state in SPOKEN_IN and allowed(reading.user, "handling.contact", task):
        yield Button(_("记录面商"), f"{base}contact/", (), main=False, stop=False)
    if task.state in TaskStates.with_the_unit and allowed(reading.user, "handling.remind", task):
        yield Button(_("催办"), f"{base}remind/", (), main=False, stop=False)
    if task.is_gone and task.case.is_in_hand and found.sections.units_url:
        yield Button(_("调整承办单位"), found.sections.units_url, (), main=False, stop=False, page=True)
