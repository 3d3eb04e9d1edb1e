"""Who stands under a proposal: who is asked to rate, who speaks for the proposers, who is to be contacted."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.core.attaching import attach
from tongxin.core.prepared import Prepared
from tongxin.members.models import Member
from tongxin.members.queries import telling_absence
from tongxin.proposals.choices import Answer, Role
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.rules import absences_of, first_sits, successor

OFFICE_PEOPLE = gettext_lazy("政协提案工作人员")  # to be contacted where nobody who signed sits any more


def signers(proposal: Proposal) -> list[Signature]:
    """Return the first proposer and the co-signers who accepted, in order."""
    return [s for s in proposal.signatures.all() if s.answer == Answer.ACCEPTED]


def together(proposal: Proposal) -> list[Signature]:
    """Return who signed this proposal or one merged into it, each person once: who is told its end, sitting or not."""
    joined = Proposal.objects.filter(Q(pk=proposal.pk) | Q(merged_into=proposal)).values("pk")
    everyone = (
        Signature.objects.filter(proposal__in=joined, answer=Answer.ACCEPTED)
        .select_related("member__account", "proposal")
        .defer("member__phone")
    )
    return _each_once(proposal, everyone)


def raters(proposal: Proposal) -> list[Signature]:
    """Return whose judgement is asked: the signers, those of merged proposals too.

    As far as they are bodies or members who sit.
    """
    return _each_once(proposal, ASKED.all(proposal.pk, timezone.localdate()))


def _asked(proposal: Any, on: Any) -> QuerySet[Signature]:
    joined = Proposal.objects.filter(Q(pk=proposal) | Q(merged_into=proposal)).values("pk")
    sitting = Member.objects.sitting(on).values("pk")
    asked = Signature.objects.filter(Q(member=None) | Q(member__in=sitting), proposal__in=joined, answer=Answer.ACCEPTED)
    return asked.select_related("member__account", "proposal").defer("member__phone")


ASKED = Prepared(_asked)


def _each_once(proposal: Proposal, rows: Iterable[Signature]) -> list[Signature]:
    seen: set[int | str] = set()
    found = []
    for signature in sorted(rows, key=lambda s: (s.proposal_id != proposal.pk, s.proposal_id, s.place_in_list, s.pk)):
        if signature.signer not in seen:
            seen.add(signature.signer)
            found.append(signature)
    return found


def spokesman(proposal: Proposal) -> Signature | None:
    """Return who is asked and told for the proposers.

    The first proposer, or the next signer who sits when he is gone.
    """
    first = next((s for s in proposal.signatures.all() if s.role == Role.FIRST), None)
    return first if first_sits(proposal) else successor(proposal) or first


def waits_for_a_successor(proposal: Proposal) -> str:
    """Say why nobody can agree to sign while the first proposer is gone; nothing while he sits.

    To decline is always possible.
    """
    if first_sits(proposal):
        return ""
    first = next(s for s in proposal.signatures.all() if s.role == Role.FIRST)
    said = {"name": first.name, "absent": absences_of(proposal).get(first.member_id or 0, "")}
    if successor(proposal) is None:
        return _("第一提案人%(name)s%(absent)s，现在没有委员可以接手，不能同意联名") % said
    return _("第一提案人%(name)s%(absent)s，在联名委员接手以前不能同意联名") % said


def names() -> Prefetch[Any]:
    """Fetch the names under proposals, and with each whether the member acts now."""
    return Prefetch(
        "signatures", telling_absence(Signature.objects.select_related("member").defer("member__phone"), timezone.localdate())
    )


NAMES = Prepared(  # what `names` fetches, asked by itself
    lambda asked, on: telling_absence(Signature.objects.filter(proposal__in=asked).select_related("member"), on).defer(
        "member__phone"
    )
)


def contact_note(proposal: Proposal) -> str:
    """Say whom to contact where the first proposer does not sit now, for who has to do with it.

    Nothing while he sits.
    """
    if "signatures" not in getattr(proposal, "_prefetched_objects_cache", {}):
        attach([proposal], "signatures", NAMES.all([proposal.pk], timezone.localdate()), by="proposal")
    first = next((s for s in proposal.signatures.all() if s.role == Role.FIRST), None)
    if first is None or first_sits(proposal):
        return ""
    heir = successor(proposal)
    whom = heir.name if heir is not None else OFFICE_PEOPLE
    return _("%(absent)s，请联系%(whom)s") % {"absent": absences_of(proposal).get(first.member_id or 0, ""), "whom": whom}
