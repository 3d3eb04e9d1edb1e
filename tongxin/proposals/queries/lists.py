"""The lists of a member (or of the office's own entries): which rows, how many."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.core.words import case_number_in
from tongxin.members.models import Member
from tongxin.members.rules import member_of, sitting_member_of
from tongxin.proposals.choices import Answer, Role, State, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.queries.above import Standing, above
from tongxin.proposals.queries.inviting import open_invitations

LABELS = {
    "mine": _("我提出的"),
    "cosigned": _("我联名的"),
    "invited": _("邀我联名的"),
    "entered": _("我代录的"),
    "discarded": _("已删除的草稿"),
    "filed": _("本会已立案的"),
}


def standings_of(proposals: Iterable[Proposal], user: Any) -> Mapping[int, Standing]:
    """Return where proposals stand, each as far as somebody may know it."""
    return above().standings(proposals, user)


def standing_of(proposal: Proposal, user: Any) -> str:
    """Say in a word where one proposal stands, as its page says it to somebody."""
    return standings_of([proposal], user)[proposal.pk].word


def committee_of(user: Any) -> Committee | None:
    """Return the committee somebody raises proposals in, works in, or raised them in."""
    member = member_of(user)
    if member is not None and sitting_member_of(user) is None:
        return bodies.home_committee(user) or member.committee
    return member.committee if member is not None else bodies.home_committee(user)


def enters_for_others(user: Any) -> bool:
    """Say whether somebody works in an office that enters proposals in others' names."""
    return bool(bodies.committees_with(user, Duty.PROPOSAL_OFFICE))


def counts_for(user: Any, *, at: datetime) -> dict[str, int | None]:
    """Count the lists of somebody by their key; what the committee filed is not counted, since that would cost."""
    found: dict[str, int | None] = {"filed": None}
    if (member := member_of(user)) is not None:
        parts = _own(member, at)
        found |= Signature.objects.filter(member=member).aggregate(
            **{tab: Count("id", filter=part) for tab, part in parts.items()}
        )
    if enters_for_others(user):
        entered = _entered(user).aggregate(entered=Count("id", filter=~_GONE), discarded=Count("id", filter=_GONE))
        found = entered | found  # whose own drafts were deleted sees those
    return found


_DISCARDED, _GONE = Q(proposal__state=State.DISCARDED), Q(state=State.DISCARDED)


def _own(member: Member, at: datetime) -> dict[str, Q]:
    """Return which of a member's names stand for a row of each list."""
    return {
        "mine": Q(role=Role.FIRST) & ~_DISCARDED,
        "cosigned": Q(role=Role.CO, answer=Answer.ACCEPTED) & ~_DISCARDED,
        "invited": Q(pk__in=open_invitations(at).filter(member=member).values("pk")),
        "discarded": Q(role=Role.FIRST) & _DISCARDED,
    }


def _entered(user: Any) -> QuerySet[Proposal]:
    inside = bodies.committees_with(user, Duty.PROPOSAL_OFFICE)
    return Proposal.objects.filter(entered_by=user, committee_id__in=inside)


def lists_for(user: Any, tab: str, *, at: datetime) -> QuerySet[Proposal]:
    """Return one list of somebody."""
    member = member_of(user)
    if tab == "filed":
        # said by what it is not: so the newest are found in the order of receipt, without sorting all that were ever filed
        others = sorted(set(State.values) - set(States.filed))
        return Proposal.objects.filter(committee=committee_of(user)).exclude(state__in=others)
    if tab == "entered":
        return _entered(user).exclude(_GONE)
    if member is not None:
        own = Signature.objects.filter(_own(member, at)[tab], member=member)
        return Proposal.objects.filter(pk__in=own.values("proposal"))
    return _entered(user).filter(_GONE) if tab == "discarded" else Proposal.objects.none()


def titled(rows: QuerySet[Proposal], text: str) -> QuerySet[Proposal]:
    """Return the proposals with words in their title, or with a number: 12, 第12号."""
    named, number = Q(title__icontains=text), case_number_in(text)
    return rows.filter(named if number is None else named | Q(number=number))


def for_rows(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Fetch with proposals what a row of a list shows: the signers, not the long texts."""
    signers = Prefetch("signatures", Signature.objects.select_related("member").defer("member__phone"))
    return rows.select_related("session__term").defer("situation", "analysis", "suggestions").prefetch_related(signers)
