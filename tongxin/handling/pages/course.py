"""The course of a proposal (办理经过): what happened to it, in order, as a reader is told it, and what is to come."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.audit.templatetags.timeline import Entry, entry
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import day, deadline, moment
from tongxin.handling import queries as cases
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Task
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal

if TYPE_CHECKING:
    from tongxin.handling.pages.proposal import Reader

TOLD_ELSEWHERE = frozenset(
    {"proposals.hand_over", "proposals.recall_assignment", "tasks.assign", "tasks.recall_assignment"}
)  # the case's own event tells it, with its deadline
ABOVE = ("handling.case", "proposals.proposal")
NAMED = {
    "proposals.absorb": gettext_lazy("《%s》并入本案"),
    "proposals.part_with": gettext_lazy("《%s》解除并案，不再并入本案"),
}  # said without a title to others
SEVERAL = {
    "proposals.invite": gettext_lazy("邀请%s联名"),
    "proposals.accept_invitation": gettext_lazy("%s同意联名"),
    "proposals.lapse_invitation": gettext_lazy("%s到提交时未答复联名邀请"),
    "proposals.endorse": gettext_lazy("%s附议"),
    "proposals.ask_again": gettext_lazy("正文改动后，请%s重新确认联名"),
    "proposals.lapse_signature": gettext_lazy("%s没有确认改动后的正文，不列入联名"),
}
CLOCKS: dict[str, tuple[Any, str]] = {
    TaskState.AWAITING: (gettext_lazy("签收期限"), "sign_working_days"),
    TaskState.RETURN_ASKED: (gettext_lazy("答复退办申请期限"), "return_answer_days"),
}


def history(proposal: Proposal, case: Case | None) -> list[Event]:
    """Return the events of a proposal, its case and its units' parts, newest first, in one query.

    No ratings, for nobody.
    """
    return in_order(ABOUT.all(proposal.pk, case.pk if case else None, [t.pk for t in case.tasks.all()] if case else ()))


def _about(proposal: Any, case: Any, tasks: Any) -> QuerySet[Event]:
    about = Q(subject_type="proposals.proposal", subject_id=proposal)
    if case is not None:
        about |= Q(subject_type="handling.case", subject_id=case)
    if tasks:
        about |= Q(subject_type="handling.task", subject_id__in=tasks)
    return Event.objects.filter(about).exclude(kind__in=kinds.told_by_day()).order_by("id")


ABOUT = Prepared(_about)


def in_order(events: Iterable[Event]) -> list[Event]:
    """Order events by when they happened, newest first.

    One without a date stays behind the one before it, as it is told.
    """
    placed: list[tuple[Any, int, Event]] = []
    last: dict[tuple[str, int | None], datetime] = {}
    begun: dict[str, datetime] = {}  # by kind of subject: a unit's part begins with its case, a case with its proposal
    for event in events:
        subject = (event.subject_type, event.subject_id)
        at = event.at or last.get(subject) or next((begun[above] for above in ABOVE if above in begun), None)
        at = at or event.recorded_at.min.replace(tzinfo=event.recorded_at.tzinfo)
        last[subject] = begun[event.subject_type] = at
        placed.append((at, event.pk, event))
    return [event for _at, _pk, event in sorted(placed, key=lambda p: p[:2], reverse=True)]


def told(events: Iterable[Event], reader: "Reader") -> list[Entry]:
    """Say events that a reader is told of, newest first; several people doing the same in a row are one line."""
    entries: list[Entry] = []
    names: list[str] = []
    before = ""
    for event in events:
        if event.kind in TOLD_ELSEWHERE:
            continue
        said = _told(event, reader)
        if event.kind == before and event.kind in SEVERAL:
            names.append(str(event.data.get("name", "")))
            entries[-1] = replace(said, what=SEVERAL[event.kind] % "、".join(reversed(names)), more="")
            continue
        names, before = [str(event.data.get("name", ""))], event.kind
        entries.append(said)
    return entries


def _told(event: Event, reader: "Reader") -> Entry:
    told = entry(event)
    if reader.concerned and event.kind in NAMED and (title := event.data.get("title")):
        told = replace(told, what=NAMED[event.kind] % title, more=str(event.data.get("reason", "")))
    if reader.handles or reader.part or event.subject_type == "proposals.proposal":
        return told
    return Entry(told.when, told.what, "", key=told.key, auto=told.auto)


def future(proposal: Proposal, case: Case | None, tasks: Iterable[Task], reader: "Reader") -> list[Entry]:
    """Return the deadlines that run, the last one first, each naming its source."""
    if case is None or not reader.handles:
        return [_cosign_until(proposal)] if proposal.state == State.GATHERING and proposal.cosign_until else []
    running: list[tuple[date, str, str]] = []
    for task in tasks:
        due, _what = cases.clock_of(task)
        if due is not None:
            label, key = CLOCKS.get(task.state, (_("答复期限"), "rework_days" if case.round > 1 else "reply_months"))
            if not task.answers and task.state not in CLOCKS:
                label, key = _("会办意见期限"), "co_opinion_months"
            running.append((due, f"{task.unit.name}　{label}", key))
    if case.state == CaseState.RATING and case.rating_due_on:
        running.append((case.rating_due_on, _("评价截止"), "rating_working_days"))
    began = timezone.localdate(case.assigned_at) if case.assigned_at else timezone.localdate()
    return [_deadline(case, due, label, key, began) for due, label, key in sorted(running, reverse=True)]


def _deadline(case: Case, due: date, label: str, key: str, began: date) -> Entry:
    _length, source = cases.rule_of(case.committee, key, began)
    length = cases.length_of(case.committee, key, began, due)
    late = (timezone.localdate() - due).days
    when = deadline(due) if late <= 0 else _("%(day)s　已过 %(n)s 天") % {"day": day(due), "n": late}
    return Entry(when=when, what=label, more="，".join(part for part in (length, source) if part), future=True)


def _cosign_until(proposal: Proposal) -> Entry:
    return Entry(when=moment(proposal.cosign_until), what=_("联名截止"), future=True)
