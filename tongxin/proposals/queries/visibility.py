"""Who may see which proposals, and what their pages read."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.members.rules import member_of, sitting_member_of
from tongxin.proposals.choices import Answer, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.queries.publication import published
from tongxin.proposals.rules import OFFICE


def visible_to(user: Any) -> QuerySet[Proposal]:
    """Return the proposals `user` may see, be it in their public words: the twin of the permission proposals.view."""
    return Proposal.objects.filter(published() | _inside(user))


def original_visible_to(user: Any) -> QuerySet[Proposal]:
    """Return the proposals whose own text `user` may read: the twin of the permission proposals.read_original."""
    return Proposal.objects.filter(_inside(user))


def _inside(user: Any) -> Q:
    """Return which proposals somebody sees as one who has to do with them, not as the public does."""
    seen = Q(pk__in=())
    if user is None or not user.is_authenticated or not user.is_active:
        return seen
    if (member := member_of(user)) is not None:
        sits = sitting_member_of(user) is not None
        answers = (Answer.ACCEPTED, Answer.INVITED) if sits else (Answer.ACCEPTED,)
        seen |= Q(Exists(Signature.objects.filter(proposal=OuterRef("pk"), member=member, answer__in=answers)))
        if sits:
            seen |= Q(committee_id=member.committee_id, state__in=States.filed)
    if inside := bodies.committees_with(user, *OFFICE, Duty.LEADERSHIP):
        seen |= Q(committee_id__in=inside, state__in=States.received)
    if entering := bodies.committees_with(user, Duty.PROPOSAL_OFFICE):
        seen |= Q(committee_id__in=entering, entered_by=user)
    for committee_id, affiliation in bodies.affiliations_with(user, Duty.ASSIGN, Duty.SUPERVISE):
        seen |= Q(committee_id=committee_id, routed_to=affiliation, state__in=States.filed)
    return seen


def for_page(user: Any, uid: str) -> Proposal | None:
    """Return a proposal with what its page needs, if `user` may see it."""
    return (
        original_visible_to(user)
        .filter(uid=uid)
        .select_related("committee__parent__parent", "session__term", "merged_into__session__term", "entered_by")
        .prefetch_related("signatures__member", "endorsements__member", "attachments__file")
        .first()
    )
