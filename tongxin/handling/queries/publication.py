"""What the public reads of replies, and which wait to be confirmed for it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.core.prepared import Prepared
from tongxin.handling.models import PublicReply, Reply, Task
from tongxin.handling.queries.cases import line_of
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries import published


def reply_copies(proposal: Proposal) -> dict[int, PublicReply]:
    """Return the copies of a proposal's sent replies, by reply: shown ones, waiting ones, and those kept back."""
    return {copy.reply_id: copy for copy in COPIES.all(proposal.pk)}


COPIES = Prepared(
    lambda proposal: PublicReply.objects.filter(
        reply__task__case__proposal=proposal, reply__sent_at__isnull=False, reply__recalled_at=None
    )
)
REPLIES = Prepared(lambda tasks, keys: Reply.objects.filter(task__in=tasks, pk__in=keys).order_by("round", "id"))


def public_replies(proposal: Proposal, tasks: Iterable[Task]) -> list[Reply]:
    """Return what the public reads of the answers, in the order of `tasks`.

    Each unit's newest one that is shown, in its public words.

    One rule for every page: an answer that a second handling replaced stands nowhere beside the one that holds.
    """
    parts = {task.pk: task for task in tasks}
    heirs = {before.pk: task for task in parts.values() for before in line_of(task)}
    copies = {reply: copy for reply, copy in reply_copies(proposal).items() if copy.is_shown}
    newest: dict[int, Reply] = {}
    for reply in REPLIES.all(heirs.keys(), copies.keys()):
        heir = heirs[reply.task_id]
        reply.task = next(part for part in line_of(heir) if part.pk == reply.task_id)
        newest[heir.pk] = _as_public(reply, copies[reply.pk])
    return [newest[pk] for pk in parts if pk in newest]


def _as_public(reply: Reply, copy: PublicReply) -> Reply:
    """Return a reply as the public reads it: in the words of its copy, without whom to call. Never to be saved."""
    reply.text = copy.text
    reply.contact = reply.phone = reply.leader = ""
    return reply


def replies_to_publish(user: Any) -> QuerySet[PublicReply]:
    """Return the copies of replies that somebody who publishes has to confirm: of proposals that are public now."""
    inside = bodies.committees_with(user, Duty.PUBLICATION)
    public = Proposal.objects.filter(published(), committee_id__in=inside)
    return PublicReply.objects.filter(
        committee_id__in=inside, confirmed_at=None, reply__recalled_at=None, reply__task__case__proposal__in=public
    )


def publishable(user: Any, uid: str) -> PublicReply | None:
    """Return the copy of a reply that somebody may confirm or correct, with the letter it comes from."""
    inside = bodies.committees_with(user, Duty.PUBLICATION)
    found = PublicReply.objects.filter(uid=uid, committee_id__in=inside, reply__sent_at__isnull=False, reply__recalled_at=None)
    return found.select_related(
        "committee__parent__parent", "reply__task__unit", "reply__task__case__proposal__committee", "confirmed_by"
    ).first()
