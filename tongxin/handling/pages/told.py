"""Who was told what of a proposal, for the office that keeps it.

Of a rating nothing: not that it was asked for and read, either.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit import audience, kinds
from tongxin.audit.actions import label_of
from tongxin.committees.models import Appointment, Committee
from tongxin.handling.pages.standing import case_of
from tongxin.members.models import Seat
from tongxin.notices.letters import ENDED
from tongxin.notices.models import Notice
from tongxin.notices.queries import told_of
from tongxin.notices.table import hides_reading
from tongxin.proposals.models import Proposal

PAGE = 50


@dataclass(frozen=True)
class Told:
    """One notice, as the office reads it."""

    notice: Notice
    role: str  # as what the receiver was told: 委员, 县市场监管局承办人
    shows_reading: bool
    letter: str


@dataclass(frozen=True)
class Said:
    """One sentence about one event, with everybody whom it was told."""

    text: str
    receivers: list[Told]


def told(user: Any, proposal: Proposal, *, before: int | None) -> tuple[list[Said], int | None]:
    """Return who was told what of a proposal and its handling, newest first, and from where older ones go on.

    Only of events that the reader is told of himself: what the proposers agree among themselves is not the office's.
    """
    subjects = list(_subjects(proposal))
    own = Q(pk__in=[])
    for subject in subjects:
        circles = audience.circles(user, subject)
        open_to = [name for name, kind in kinds.KINDS.items() if kind.audience in circles and not kind.by_day]
        own |= Q(event__subject_type=label_of(subject), event__subject_id=subject.pk, event__kind__in=open_to)
    matters = [f"{label_of(subject)}:{subject.uid}" for subject in subjects]
    found = list(told_of(matters, before=before).filter(own)[: PAGE + 1])
    return _by_sentence(proposal.committee, found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None


def _by_sentence(committee: Committee, notices: list[Notice]) -> list[Said]:
    """Say each sentence about an event once, with its receivers below it."""
    roles = _Roles(committee, {notice.account_id for notice in notices})
    said: dict[tuple[int, str], Said] = {}
    for notice in notices:
        told = Told(notice, roles.of(notice), not hides_reading(notice.event.kind), _letter(notice))
        said.setdefault((notice.event_id, notice.text), Said(notice.text, [])).receivers.append(told)
    return list(said.values())


class _Roles:
    """What some accounts are in a committee, on the day on which each was told."""

    def __init__(self, committee: Committee, accounts: Collection[int]) -> None:
        """Read it of all of them at once."""
        held = Appointment.objects.filter(committee=committee, account__in=accounts).select_related("unit").order_by("id")
        self.appointments = list(held)
        seats = Seat.objects.filter(member__committee=committee, member__account__in=accounts)
        self.seats = list(seats.select_related("member").only("starts_on", "ends_on", "member__account"))

    def of(self, notice: Notice) -> str:
        """Return the roles of who was told, each once."""
        on = timezone.localdate(notice.made_at)
        held = [a for a in self.appointments if a.account_id == notice.account_id and _ran(a, on)]
        roles = [self._as_member(notice.account_id, on), *(_role(a) for a in held)]
        return "、".join(dict.fromkeys(role for role in roles if role))

    def _as_member(self, account: int, on: date) -> str:
        """Return what somebody was as a member: who had left on that day was told as one who had."""
        own = [seat for seat in self.seats if seat.member.account_id == account and seat.starts_on <= on]
        if any(_ran(seat, on) for seat in own):
            return _("委员")
        return _("离任委员") if own else ""


def _ran(row: Appointment | Seat, on: date) -> bool:
    return row.starts_on <= on and (row.ends_on is None or row.ends_on > on)


def _role(appointment: Appointment) -> str:
    """Name a unit's people by unit and duty, others by the body in whose name they act, or by their duty."""
    duty = str(appointment.get_duty_display())
    return f"{appointment.unit.name}{duty}" if appointment.unit else appointment.body or duty


def _subjects(proposal: Proposal) -> Iterable[Any]:
    """The proposal and its handling.

    What was told before notices knew their matter stands under the case and its parts.
    """
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
    # whether it was read before it was sent is told of some kinds to nobody
    if letter.dropped_at is not None and why != ENDED:
        why = "" if hides_reading(notice.event.kind) else _("收信人已读或者不收邮件")
    return f"{letter.standing}：{why}" if why else letter.standing
