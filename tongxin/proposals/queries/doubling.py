"""Names under proposals that belong to one of two people who were kept as one, and what the other's hand did to them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.members.carrying import Since
from tongxin.proposals.choices import State, States
from tongxin.proposals.models import Endorsement, Proposal, Signature

NOT_HANDED_IN = (*States.with_the_proposer, State.DISCARDED)


def names_of_the_other(since: Since) -> QuerySet[Signature]:
    """Return the names of the one in whose name somebody else acted, before a merger is taken back as after it."""
    of_goes = [one["uid"] for one in since.carried("proposals").get("signatures", ()) if one["was"] == "goes"]
    names = Signature.written.filter(member__in=[since.stays, since.goes])
    return names.exclude(uid__in=of_goes) if since.by_who_goes else names.filter(uid__in=of_goes)


def what_stands(since: Since) -> Iterator[str]:
    """Say by proposals what the other's hand did to them, names and endorsements that came since among it."""
    signed = set(names_of_the_other(since).values_list("proposal", flat=True))
    if since.by_who_goes:
        signed |= set(Endorsement.objects.filter(member=since.stays).values_list("proposal", flat=True))
    acts = defaultdict[int, list[Event]](list)
    for event in since.acts("proposals.proposal", signed):
        acts[event.subject_id or 0].append(event)
    for proposal in Proposal.objects.filter(pk__in=acts).order_by("pk"):
        yield acts_said(proposal, acts[proposal.pk])


def acts_said(proposal: Proposal, events: Iterable[Event]) -> str:
    """Say what was done to a proposal; its title is nobody's to read before it is handed in."""
    title = _("尚未提交的一件提案") if proposal.state in NOT_HANDED_IN else f"《{proposal.title}》"
    return f"{title}（{'、'.join(dict.fromkeys(kinds.label(event.kind) for event in events))}）"
