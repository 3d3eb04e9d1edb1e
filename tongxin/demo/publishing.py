"""What the office of each assembly confirmed for the public; the last answers still wait on its desk."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from tongxin.audit import actions as audit
from tongxin.demo.bodies import Assembly
from tongxin.handling import actions as handling
from tongxin.handling.models import PublicReply, Reply
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal, PublicCopy

LEFT = 2  # so many published proposals of the county have an answer that nobody confirmed yet


def publish(assemblies: Iterable[Assembly], *, at: datetime) -> None:
    """Write the public copies of what was released, as the office confirmed them when it released it."""
    for assembly in assemblies:
        own = Proposal.objects.filter(committee=assembly.committee, released_at__isnull=False).order_by("released_at", "id")
        released = list(own)
        copies: list[PublicCopy | PublicReply] = []
        for place, proposal in enumerate(released):
            copies += _publish(proposal, assembly, waits=LEFT < len(released) <= place + LEFT)
        audit.vouch(assembly.committee, copies, at=at)


def _publish(proposal: Proposal, assembly: Assembly, *, waits: bool) -> Iterator[PublicCopy | PublicReply]:
    at = proposal.released_at
    assert at is not None  # noqa: S101 -- asked for above
    confirmed = {"confirmed_by": assembly.office.account, "confirmed_at": at}
    for copy in proposals.copies_by_machine([proposal], at=at):
        yield _save(copy, confirmed)
    sent = Reply.objects.filter(task__case__proposal=proposal, sent_at__isnull=False).order_by("id")
    for reply in handling.copies_by_machine(sent, at=at, shown=not waits):
        yield _save(reply, {} if waits else confirmed)


def _save(copy: PublicCopy | PublicReply, confirmed: dict[str, object]) -> PublicCopy | PublicReply:
    for name, value in confirmed.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)
    return copy
