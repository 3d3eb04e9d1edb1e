"""Which invitations to co-sign can be answered: of many in one query, and of one with the reason why not."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit.models import Event
from tongxin.members.models import Member
from tongxin.proposals.choices import Answer, Role, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.queries.signing import waits_for_a_successor
from tongxin.proposals.rules import first_sits

WHO_STANDS_FIRST = ("proposals.lose_first", "proposals.regain_first", "proposals.take_over")


def open_invitations(at: datetime, on: date | None = None) -> QuerySet[Signature]:
    """Return the invitations that can be agreed to at a moment, on its day. Twin of `is_open`."""
    sitting = Member.objects.sitting(on or timezone.localdate(at)).values("pk")
    first = Signature.objects.filter(proposal=OuterRef("proposal"), role=Role.FIRST, member__isnull=False)
    return Signature.objects.filter(
        ~Exists(first.exclude(member__in=sitting)),
        Q(proposal__cosign_until=None) | Q(proposal__cosign_until__gte=at),
        role=Role.CO,
        answer=Answer.INVITED,
        proposal__state__in=States.with_the_proposer,
    )


def is_open(signature: Signature, at: datetime) -> bool:
    """Say whether an invitation can be agreed to at a moment. Twin of `open_invitations`."""
    if signature.role != Role.CO or signature.answer != Answer.INVITED:
        return False
    return not (why_over(signature.proposal, at) or waits_for_a_successor(signature.proposal))


def why_over(proposal: Proposal, at: datetime) -> str:
    """Say why what nobody answered until now is answered no more.

    Nothing while it can be, or waits for who takes it over.
    """
    if proposal.state not in States.with_the_proposer:
        return _("提案已经提交，联名邀请不再有效")
    return _("联名已经截止，如仍想联名，请与第一提案人联系") if _is_past_cutoff(proposal, at) else ""


def _is_past_cutoff(proposal: Proposal, at: datetime) -> bool:
    """Say whether the time for answers is over. It stands still while nobody stands first."""
    until = proposal.cosign_until
    if until is None or at <= until:
        return False
    since = None if first_sits(proposal) else lost_since(proposal)
    return since is None or until < since


def lost_since(proposal: Proposal) -> datetime | None:
    """Return since when a text has nobody who stands first, as it was last said of it; None while it has."""
    said = Event.objects.filter(kind__in=WHO_STANDS_FIRST, subject_type="proposals.proposal", subject_id=proposal.pk)
    since = None
    for event in said.order_by("id").only("kind", "at", "recorded_at"):
        lost = event.kind == "proposals.lose_first"
        since = (since or event.at or event.recorded_at) if lost else None  # suspended, then gone: since the first
    return since
