"""Co-signing: inviting, answering, confirming, leaving; endorsing."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.members.models import Member
from tongxin.proposals import queries
from tongxin.proposals.actions import facts, forming, names
from tongxin.proposals.actions.problems import ProposalError
from tongxin.proposals.choices import Answer, Role, State
from tongxin.proposals.models import Endorsement, Proposal, Signature
from tongxin.workflow import engine


@transaction.atomic
def invite_cosigners(
    proposal: Proposal, *, members: Sequence[Member], until: datetime, actor: Account, at: datetime
) -> list[Signature]:
    """Invite members to co-sign until a cut-off. Those already asked are left as they are. Returns the new invitations."""
    _check_invitable(proposal, members, until, at)
    forming.hold(proposal.pk)
    if proposal.state == State.DRAFT:
        engine.perform(proposal, "gather", actor=actor, at=at, by_system=True)
    asked = {s.member_id: s for s in proposal.signatures.select_for_update(of=("self",))}
    Proposal.objects.filter(pk=proposal.pk).update(cosign_until=until)
    proposal.refresh_from_db()
    made = []
    for place, member in enumerate(members, len(asked)):
        known = asked.get(member.pk)
        if known is not None:
            if known.answer in {Answer.LAPSED, Answer.LEFT, Answer.DECLINED} and known.role == Role.CO:
                known.signed_version = 0 if known.answer == Answer.DECLINED else known.signed_version
                known.answer, known.invited_at, known.answered_at = Answer.INVITED, at, None
                known.save(update_fields=["answer", "invited_at", "answered_at", "signed_version"])
                made.append(known)
            continue
        made.append(
            Signature.objects.create(
                committee=proposal.committee,
                proposal=proposal,
                member=member,
                role=Role.CO,
                answer=Answer.INVITED,
                invited_at=at,
                place_in_list=place,
            )
        )
    for signature in made:
        audit.record(
            "proposals.invite", proposal, actor=actor, at=at,
            data=facts.invited(signature.name, signature.member_id, until),
        )  # fmt: skip
    forming.follow_signers(proposal, actor=actor, at=at)
    return made


def _check_invitable(proposal: Proposal, members: Sequence[Member], until: datetime, at: datetime) -> None:
    """Raise ProposalError when nobody may be invited now, or not these members."""
    if until <= at:
        message = _("联名截止时间应在现在之后")
        raise ProposalError(message)
    if proposal.state not in {State.DRAFT, State.GATHERING, State.RETURNED}:
        message = _("提案已经提交，不能再邀请联名")
        raise ProposalError(message)
    if any(m.committee_id != proposal.committee_id for m in members):
        message = _("只能邀请本会委员联名")
        raise ProposalError(message)
    _demand_sitting(members, at)


def _demand_sitting(members: Sequence[Member], at: datetime) -> None:
    """Raise ProposalError when somebody does not sit: who sits no longer signs nothing new."""
    sitting = set(Member.objects.sitting(timezone.localdate(at)).filter(pk__in=[m.pk for m in members]))
    if gone := [m.name for m in members if m not in sitting]:
        message = _("%(gone)s现在不在任，不能联名、附议") % {"gone": "、".join(gone)}
        raise ProposalError(message)


@transaction.atomic
def answer_invitation(
    signature: Signature, *, accept: bool, actor: Account, at: datetime, reason: str = "", entered_for: bool = False
) -> Signature:
    """Accept or decline an invitation to co-sign the text as the signer read it.

    `entered_for`: the office enters what the member gave it on paper, marked so. Raises ProposalError when the invitation
    lapsed or was answered already, or the text was changed in this very moment; and of an agreement while nobody stands first.
    """
    proposal = signature.proposal
    why = queries.why_over(proposal, at) or (queries.waits_for_a_successor(proposal) if accept else "")
    if why:
        raise ProposalError(why)
    if signature.member is not None:
        names.hold(signature.member, acts=None if entered_for else actor)
        _demand_sitting([signature.member], at)
    _demand_as_read(proposal)
    answer, sound = Answer.ACCEPTED if accept else Answer.DECLINED, audit.sound([signature])
    agreed = {"signed_version": proposal.version} if accept else {}
    taken = Signature.objects.filter(pk=signature.pk, answer=Answer.INVITED).update(answer=answer, answered_at=at, **agreed)
    if not taken:
        message = _("这份联名邀请已经答复过了")
        raise ProposalError(message)
    signature.refresh_from_db()
    audit.record(
        "proposals.accept_invitation" if accept else "proposals.decline_invitation", proposal, actor=actor, at=at,
        data=facts.answered(signature.name, signature.member_id, reason=reason, entered_for=entered_for),
        on_behalf_of=signature.member.account if entered_for and signature.member else None, proves=sound,
    )  # fmt: skip
    forming.follow_signers(proposal, actor=actor, at=at)
    return signature


def _demand_as_read(proposal: Proposal) -> None:
    """Raise ProposalError when the text is no longer the one that was read; from here on nobody writes over it."""
    rows = Proposal.objects.select_for_update(of=("self",), no_key=True).filter(pk=proposal.pk)
    if rows.values_list("version", flat=True).get() != proposal.version:
        message = _("正文刚刚又改过，请再看一遍现在的正文")
        raise ProposalError(message)


@transaction.atomic
def leave(signature: Signature, *, actor: Account, at: datetime, reason: str = "") -> None:
    """Take one's name off a proposal, before it is decided."""
    if signature.proposal.state not in {State.GATHERING, State.RETURNED, State.SUBMITTED, State.IN_DECISION}:
        message = _("提案已经审定，不能再退出联名")
        raise ProposalError(message)
    if signature.role == Role.FIRST or signature.answer != Answer.ACCEPTED:
        message = _("只有联名委员可以退出联名")
        raise ProposalError(message)
    forming.hold(signature.proposal_id)
    sound = audit.sound([signature])
    if not Signature.objects.filter(pk=signature.pk, answer=Answer.ACCEPTED).update(answer=Answer.LEFT, answered_at=at):
        message = _("您已经不在联名之列")
        raise ProposalError(message)
    audit.record(
        "proposals.leave", signature.proposal, actor=actor, at=at, proves=sound,
        data={"name": signature.name, "member": signature.member_id, "reason": reason},
    )  # fmt: skip
    forming.follow_signers(signature.proposal, actor=actor, at=at)


@transaction.atomic
def remove_invitation(signature: Signature, *, actor: Account, at: datetime) -> None:
    """Take back an invitation that was not answered yet. Whoever had agreed to an older text stays known, as one who did not answer."""
    forming.hold(signature.proposal_id)
    open_ = Signature.objects.filter(pk=signature.pk, answer=Answer.INVITED, role=Role.CO)
    agreed_once = open_.filter(signed_version__gt=0).update(answer=Answer.LAPSED, answered_at=at)
    if not agreed_once and not open_.delete()[0]:
        message = _("对方已经答复，不能再收回邀请")
        raise ProposalError(message)
    audit.record(
        "proposals.remove_invitation", signature.proposal, actor=actor, at=at,
        data={"name": signature.name, "member": signature.member_id},
    )  # fmt: skip
    forming.follow_signers(signature.proposal, actor=actor, at=at)


@transaction.atomic
def endorse(proposal: Proposal, *, member: Member, actor: Account, at: datetime) -> Endorsement:
    """Support somebody else's filed proposal (附议). Raises ProposalError."""
    names.hold(member, acts=actor)
    _demand_sitting([member], at)
    made, new = Endorsement.objects.get_or_create(
        proposal=proposal, member=member, defaults={"committee": proposal.committee, "at": at}
    )
    if new:
        audit.record("proposals.endorse", proposal, actor=actor, at=at, data={"name": member.name, "member": member.pk})
    return made


@transaction.atomic
def confirm_text(signature: Signature, *, version: int, actor: Account, at: datetime) -> None:
    """A co-signer read the text as it is now and stands by the signature. Raises ProposalError when it changed meanwhile."""
    proposal = Proposal.objects.select_for_update(of=("self",), no_key=True).get(pk=signature.proposal_id)
    if signature.answer != Answer.ACCEPTED or proposal.version != version:
        message = _("正文刚刚又改过，请再看一遍现在的正文")
        raise ProposalError(message)
    sound = audit.sound([signature])
    if Signature.objects.filter(pk=signature.pk, answer=Answer.ACCEPTED, signed_version__lt=version).update(
        signed_version=version
    ):
        audit.record(
            "proposals.confirm_text", proposal, actor=actor, at=at, proves=sound,
            data={"name": signature.name, "member": signature.member_id},
        )  # fmt: skip
