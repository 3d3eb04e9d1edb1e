"""The lists of a member (or of the office's own entries): which rows, how many."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.core.attaching import attach
from tongxin.core.prepared import Prepared
from tongxin.members.rules import member_of, sitting_member_of
from tongxin.proposals.choices import Answer, Role, State, States
from tongxin.proposals.models import LONG, Proposal, Signature
from tongxin.proposals.queries.above import Standing, above
from tongxin.proposals.queries.inviting import open_invitations
from tongxin.proposals.queries.numbers import numbered_so

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
        found |= SIGNED.first(member.pk, at, timezone.localdate(at)) or dict.fromkeys(OF_MEMBERS, 0)
    if inside := bodies.committees_with(user, Duty.PROPOSAL_OFFICE):
        entered = ENTERED.first(user.pk, inside) or dict.fromkeys(OF_OFFICES, 0)
        found = entered | found  # whose own drafts were deleted sees those
    return found


_DISCARDED, _GONE = Q(proposal__state=State.DISCARDED), Q(state=State.DISCARDED)
OF_MEMBERS, OF_OFFICES = ("mine", "cosigned", "invited", "discarded"), ("entered", "discarded")


def _own(member: Any, at: Any, on: Any) -> dict[str, Q]:
    """Return which of a member's names stand for a row of each list."""
    return {
        "mine": Q(role=Role.FIRST) & ~_DISCARDED,
        "cosigned": Q(role=Role.CO, answer=Answer.ACCEPTED) & ~_DISCARDED,
        "invited": Q(pk__in=open_invitations(at, on).filter(member=member).values("pk")),
        "discarded": Q(role=Role.FIRST) & _DISCARDED,
    }


def _signed(member: Any, at: Any, on: Any) -> QuerySet[Any, Any]:
    rows = Signature.objects.filter(member=member).order_by().values("member")
    return rows.annotate(**{name: Count("id", filter=part) for name, part in _own(member, at, on).items()}).values(*OF_MEMBERS)


def _entered(account: Any, inside: Any) -> QuerySet[Proposal]:
    return Proposal.objects.filter(entered_by=account, committee_id__in=inside)


def _entered_counted(account: Any, inside: Any) -> QuerySet[Any, Any]:
    rows = _entered(account, inside).order_by().values("entered_by")
    return rows.annotate(entered=Count("id", filter=~_GONE), discarded=Count("id", filter=_GONE)).values(*OF_OFFICES)


SIGNED, ENTERED = Prepared(_signed), Prepared(_entered_counted)


def asked_by(user: Any, *, at: datetime) -> tuple[Any, ...]:
    """Return what the lists of somebody are asked about, as `own_list` takes it."""
    member, committee = member_of(user), committee_of(user)
    inside = bodies.committees_with(user, Duty.PROPOSAL_OFFICE)
    moment = (at, timezone.localdate(at))
    return (*moment, member.pk if member else None, committee.pk if committee else None, user.pk, *sorted(inside))


def own_list(tab: str, at: Any, on: Any, *whose: Any) -> QuerySet[Proposal]:
    """Return one list: what a member signed, what an account entered inside some committees, what a committee filed."""
    member, committee, account, *inside = whose
    if tab == "filed":
        # said by what it is not: so the newest are found in the order of receipt, without sorting all that were ever
        # filed
        return Proposal.objects.filter(committee=committee).exclude(state__in=sorted(set(State.values) - set(States.filed)))
    if tab == "entered":
        return _entered(account, inside).exclude(_GONE)
    if member is not None:
        own = Signature.objects.filter(_own(member, at, on)[tab], member=member)
        return Proposal.objects.filter(pk__in=own.values("proposal"))
    return _entered(account, inside).filter(_GONE) if tab == "discarded" else Proposal.objects.none()


def titled(rows: QuerySet[Proposal], text: str, user: Any) -> QuerySet[Proposal]:
    """Return the proposals with a number that was given where somebody has lists (12, 第12号).

    Else those with words in their title.
    """
    _at, _on, _member, committee, _account, *inside = asked_by(user, at=timezone.now())
    places = {committee, *inside, *(member.committee_id for member in [member_of(user)] if member)} - {None}
    of_number = numbered_so(places, text)
    if of_number is not None and (of_number.found or of_number.alone):
        return rows.filter(pk__in=of_number.found)
    return rows.filter(title__icontains=text)


def for_rows(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Fetch with proposals what a row of a list shows of themselves, without the long texts."""
    return rows.select_related("session__term").defer(*LONG)


def with_names(proposals: Collection[Proposal]) -> None:
    """Give proposals of a list who signed, and who was asked to."""
    attach(proposals, "signatures", NAMES_OF.all([proposal.pk for proposal in proposals]), by="proposal")


NAMES_OF = Prepared(
    lambda proposals: (
        Signature.objects.filter(proposal__in=proposals)
        .select_related("member")
        .only("proposal", "body", "role", "answer", "place_in_list", "member__name")
    )
)
