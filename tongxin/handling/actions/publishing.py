"""Publication of replies.

Each sent reply of a public proposal gets a redacted copy, shown once the office confirmed it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.audit.truth import Saved
from tongxin.handling.actions.problems import HandlingError
from tongxin.handling.models import PublicReply, Reply, Task
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal
from tongxin.texts.redaction import Mark, find, redact


def copies_by_machine(replies: Iterable[Reply], *, at: datetime, shown: bool) -> list[PublicReply]:
    """Return unsaved copies covered by the machine, to be confirmed by somebody; `shown` ones were public before."""
    return [_copy(reply, find(reply.text), at, shown=shown) for reply in replies]


def _copy(reply: Reply, marks: Sequence[Mark], at: datetime, *, shown: bool) -> PublicReply:
    return PublicReply(
        committee_id=reply.committee_id,
        reply=reply,
        text=redact(reply.text, marks),
        marks=[m.place for m in marks],
        is_shown=shown,
        made_at=at,
    )


def begin_public_replies(proposal: Proposal, at: datetime) -> None:
    """Begin a copy of every reply of a published proposal that was sent and has none: it waits to be confirmed."""
    sent = Reply.objects.filter(task__case__proposal=proposal, sent_at__isnull=False, recalled_at=None, public_copy=None)
    PublicReply.objects.bulk_create(copies_by_machine(sent, at=at, shown=False))


def begin_public_reply(task: Task, event: Event) -> None:
    """A reply that is sent while its proposal is public waits for its own confirmation."""
    proposal = task.case.proposal
    if proposal.released_at is not None:
        begin_public_replies(proposal, event.at or event.recorded_at)


@transaction.atomic
def confirm_public_reply(
    copy: PublicReply, *, shown: bool, marks: Sequence[Mark] = (), reason: str = "", actor: Account, at: datetime
) -> PublicReply:
    """Show a reply to the public in the words that `actor` confirms, or keep it from the public with a reason."""
    task = copy.reply.task
    if task.case.proposal.released_at is None:
        message = _("这件提案现在没有公开，请先公开提案")
        raise HandlingError(message)
    if Reply.objects.select_for_update().get(pk=copy.reply_id).recalled_at is not None:
        message = _("这份答复已经撤回，不再公开")
        raise HandlingError(message)
    if not shown and not reason.strip():
        message = _("请写明不公开这件答复的理由")
        raise HandlingError(message)
    try:
        checked = proposals.covered(copy.reply.text, marks)
    except proposals.ProposalError as error:
        raise HandlingError(str(error)) from error
    kind, sound = _kind(copy, shown=shown), audit.sound([copy])
    copy.text = redact(copy.reply.text, checked)
    copy.marks = [m.place for m in checked]
    copy.is_shown = shown
    copy.confirmed_by = actor
    copy.confirmed_at = copy.made_at = at
    copy.save()
    said = {"covered": len(checked)} if shown else {"reason": reason}
    audit.record(
        kind,
        task,
        actor=actor,
        at=at,
        proves=[Saved(copy) for _row in sound],
        acting_as=task.case.proposal.capacity_of(actor),
        data={"unit": task.unit.name, "unit_id": task.unit_id, "case": task.case_id, "round": copy.reply.round} | said,
    )
    return copy


def _kind(copy: PublicReply, *, shown: bool) -> str:
    """Return which event it is that a copy, as it is until now, is shown from now on or not."""
    if not shown:
        return "handling.withhold_reply"
    return "handling.confirm_public_reply" if copy.is_shown else "handling.release_reply"
