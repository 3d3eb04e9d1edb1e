"""A text that changed after somebody agreed to it.

The older one is kept, who agreed is asked again, and stands under none unseen.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.proposals import queries
from tongxin.proposals.actions.forming import follow_signers
from tongxin.proposals.actions.problems import ProposalError
from tongxin.proposals.choices import Answer, Role, State, States
from tongxin.proposals.models import SIGNED_FIELDS, Proposal, Signature, SignedText
from tongxin.workflow import engine

ASKED = (Answer.ACCEPTED, Answer.INVITED)


def keep_signed(held: Proposal, *, at: datetime) -> None:
    """Before a text is written over: keep it once where a co-signer agreed to this version.

    `held` is the row as it is locked.
    """
    if not Signature.objects.filter(
        proposal=held, role=Role.CO, signed_version=held.version, answer__in=(*ASKED, Answer.LAPSED, Answer.LEFT)
    ).exists():
        return
    text = {name: getattr(held, name) for name in SIGNED_FIELDS}
    SignedText.objects.get_or_create(
        proposal=held, version=held.version, defaults=text | {"committee_id": held.committee_id, "kept_at": at}
    )


@transaction.atomic
def ask_again(proposal: Proposal, *, until: datetime, actor: Account, at: datetime) -> list[Signature]:
    """Ask those who agreed to an older text to confirm the present one, until a cut-off. What they agreed to is kept.

    Returns who was asked. Raises ProposalError where nobody has to be, or the text is not with the proposer.
    """
    held = Proposal.objects.select_for_update(of=("self",)).select_related("committee").get(pk=proposal.pk)
    older = queries.outdated_signers(held) if held.state in States.with_the_proposer else []
    problem = (
        _("提案已经提交，不能再请联名委员确认")
        if held.state not in States.with_the_proposer
        else ""
        if older
        else _("联名委员同意的都是现在的正文，无需重新确认")
    )
    if not problem and until <= at:
        problem = _("联名截止时间应在现在之后")
    if problem:
        raise ProposalError(problem)
    if held.state == State.DRAFT:
        engine.perform(held, "gather", actor=actor, at=at, by_system=True)
    Proposal.objects.filter(pk=held.pk).update(cosign_until=until)
    sound = audit.sound(older)
    asked: list[Signature] = []
    for signature in older:
        taken = Signature.objects.filter(pk=signature.pk, answer=Answer.ACCEPTED, signed_version=signature.signed_version)
        if not taken.update(answer=Answer.INVITED, invited_at=at, answered_at=None):
            continue  # he left, or confirmed, in this very moment
        asked.append(signature)
        audit.record(
            "proposals.ask_again",
            held,
            actor=actor,
            at=at,
            proves=[signature] if signature in sound else [],
            data={"name": signature.name, "member": signature.member_id, "until": until.isoformat()},
        )
    follow_signers(held, actor=actor, at=at)
    return asked


def drop_unconfirmed(proposal: Proposal, *, actor: Account | None, at: datetime) -> None:
    """Before it is handed in: whoever agreed to an older text, and did not confirm this one, does not stand under it.

    Asked to confirm it or not: both hear that they did not confirm, not that they never answered.
    """
    fresh = Proposal.objects.get(pk=proposal.pk)
    older = queries.outdated_signers(fresh, answers=ASKED)
    sound = audit.sound([signature for signature in older if signature.answer == Answer.ACCEPTED])
    for signature in older:
        taken = Signature.objects.filter(pk=signature.pk, answer=signature.answer, signed_version=signature.signed_version)
        if taken.update(answer=Answer.LAPSED, answered_at=at):
            audit.record(
                "proposals.lapse_signature",
                proposal,
                actor=actor,
                at=at,
                proves=[signature] if signature in sound else [],
                data={"name": signature.name, "member": signature.member_id},
            )
