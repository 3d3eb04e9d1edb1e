"""Files of a proposal's text."""

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New
from tongxin.files import actions as files
from tongxin.proposals.actions.problems import ProposalError
from tongxin.proposals.choices import States
from tongxin.proposals.models import Attachment, Proposal
from tongxin.proposals.regulations import FormRules
from tongxin.regulations.queries import in_force


def attach(proposal: Proposal, *, uploads: Sequence[UploadedFile], actor: Account, at: datetime) -> list[Attachment]:
    """Add files to a proposal's text, all or none.

    Raises ProposalError or files' RefusedError with a sentence for people.
    """
    rules: FormRules = in_force(proposal.committee, FormRules, timezone.localdate(at))
    _refuse_too_many(proposal, len(uploads), rules)  # before time is spent on a look into them
    with files.received(uploads, limit_mb=rules.attachment_mb) as ready, transaction.atomic():
        locked = _with_the_proposer(proposal)
        if locked is None:
            message = _("提案已经提交，不能再添加附件")
            raise ProposalError(message)
        _refuse_too_many(locked, len(ready), rules)
        files.refuse_doubles(ready, among=locked.attachments.all())
        return [_attach(locked, file, actor=actor, at=at) for file in ready]


def _refuse_too_many(proposal: Proposal, more: int, rules: FormRules) -> None:
    if (have := proposal.attachments.count()) + more > rules.attachments_max:
        message = _("附件最多 %(attachments_max)s 个，已有 %(have)s 个，这次选了 %(more)s 个。请先移除几个再添加") % {
            "attachments_max": rules.attachments_max,
            "have": have,
            "more": more,
        }
        raise ProposalError(message)


def _attach(proposal: Proposal, ready: files.Received, *, actor: Account, at: datetime) -> Attachment:
    file = files.store(ready, committee=proposal.committee, owner=actor, at=at)
    made = Attachment.objects.create(committee=proposal.committee, proposal=proposal, file=file)
    said = {"name": file.name, "file": file.uid}
    audit.record("proposals.attach", proposal, actor=actor, at=at, data=said, proves=[New(made)])
    return made


@transaction.atomic
def detach(attachment: Attachment, *, actor: Account, at: datetime) -> None:
    """Take a file off a proposal's text; the nightly clearing removes it later."""
    proposal = _with_the_proposer(attachment.proposal)
    if proposal is None:
        message = _("提案已经提交，不能再移除附件")
        raise ProposalError(message)
    said = {"name": attachment.file.name, "file": attachment.file.uid}
    sound = audit.sound([attachment])
    if Attachment.objects.filter(pk=attachment.pk).delete()[0]:
        audit.record("proposals.detach", proposal, actor=actor, at=at, data=said, proves=sound)


def _with_the_proposer(proposal: Proposal) -> Proposal | None:
    """Lock a proposal whose text is still the proposer's; nothing when it was handed in, in this very moment too."""
    return Proposal.objects.select_for_update().filter(pk=proposal.pk, state__in=States.with_the_proposer).first()
