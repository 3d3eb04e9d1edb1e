"""Who was told what of a proposal, for the office that keeps it. Of a rating nothing: not that it was asked for and read, either."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from tongxin.audit import audience, kinds
from tongxin.handling.pages.standing import case_of
from tongxin.notices.models import Notice
from tongxin.notices.queries import told_of
from tongxin.notices.table import hides_reading
from tongxin.proposals.models import Proposal

PAGE = 50


@dataclass(frozen=True)
class Told:
    """One notice, as the office reads it."""

    notice: Notice
    shows_reading: bool
    letter: str


def told(user: Any, proposal: Proposal, *, before: int | None) -> tuple[list[Told], int | None]:
    """Return who was told what of a proposal and its handling, newest first, and from where older ones go on.

    Only of events that the reader is told of himself: what the proposers agree among themselves is not the office's.
    """
    subjects = list(_subjects(proposal))
    own = Q(pk__in=[])
    for subject in subjects:
        circles = audience.circles(user, subject)
        open_to = [name for name, kind in kinds.KINDS.items() if kind.audience in circles and not kind.by_day]
        label = subject._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta
        own |= Q(event__subject_type=label, event__subject_id=subject.pk, event__kind__in=open_to)
    matters = [f"{subject._meta.label_lower}:{subject.uid}" for subject in subjects]  # noqa: SLF001 -- as above
    found = list(told_of(matters, before=before).filter(own)[: PAGE + 1])
    rows = [Told(notice, not hides_reading(notice.event.kind), _letter(notice)) for notice in found[:PAGE]]
    return rows, found[PAGE - 1].pk if len(found) > PAGE else None


def _subjects(proposal: Proposal) -> Iterable[Any]:
    """The proposal and its handling: what was told before notices knew their matter stands under the case and its parts."""
    yield proposal
    case = case_of(proposal)
    if case is not None:
        case.proposal, case.committee = proposal, proposal.committee
        yield case
        for task in case.tasks.all():
            task.case = case
            yield task


def _letter(notice: Notice) -> str:
    letter = getattr(notice, "letter", None)
    if letter is None:
        return ""
    why = letter.problem
    if letter.dropped_at is not None:  # whether it was read before it was sent is told of some kinds to nobody
        why = "" if hides_reading(notice.event.kind) else "收信人已读或者不收邮件"
    return f"{letter.standing}：{why}" if why else letter.standing
