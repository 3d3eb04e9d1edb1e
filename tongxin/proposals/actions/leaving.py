"""What becomes of a member's drafts, invitations and signatures when he no longer sits, and how a draft goes on without him."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.members import consequences
from tongxin.members.models import Member
from tongxin.proposals.actions import forming
from tongxin.proposals.actions.problems import ProposalError
from tongxin.proposals.choices import Answer, Role, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.rules import first_sits, successor


def _unsubmitted(members: Collection[Member]) -> QuerySet[Signature]:
    """Return the names of members under texts that are still with their proposers."""
    rows = Signature.objects.filter(member__in=members, proposal__state__in=States.with_the_proposer)
    return rows.select_related("proposal__committee", "member").order_by("id")


def foresee(member: Member) -> Iterable[str]:
    """Say what will become of what he has open."""
    rows = list(_unsubmitted([member]))
    drafts = [s.proposal_id for s in rows if s.role == Role.FIRST]
    heirs = Signature.objects.filter(proposal__in=drafts, role=Role.CO, answer=Answer.ACCEPTED, member__in=_sitting_without())
    if followed := heirs.values("proposal").distinct().count():
        yield f"没有提交的提案 {followed} 件不能再修改、提交；联名和受邀的委员会收到通知，第一位在任的联名委员可以接手"
    if left := len(drafts) - followed:
        yield f"没有提交的提案 {left} 件没有联名委员可以接手，不能再修改、提交"
    if asked := sum(s.role == Role.CO and s.answer == Answer.INVITED for s in rows):
        yield f"还没有答复的联名邀请 {asked} 件失效，邀请人会收到通知"
    if signed := sum(s.role == Role.CO and s.answer == Answer.ACCEPTED for s in rows):
        yield f"还没有提交的联名 {signed} 件退出，第一提案人会收到通知"
    yield from _foresee_handed_in(member)


def _foresee_handed_in(member: Member) -> Iterable[str]:
    """Say who is asked in his place about what he handed in, and where nobody is left to ask."""
    rows = Proposal.objects.filter(signatures__member=member, signatures__answer=Answer.ACCEPTED, state__in=States.received)
    handed = rows.exclude(state__in=States.with_the_proposer).distinct()
    number, alone = handed.count(), _left_alone(handed, [member.pk])
    followed = f"{number - alone} 件需要联系提案人的，联系下一位在任的提案人" if number > alone else ""
    left = f"{alone} 件没有其他在任的提案人，答复以后没有人评价" if alone else ""
    if number:
        of_them = "；".join(part for part in (followed, left) if part)
        yield f"已经提交的提案 {number} 件照常办理，署名不变。其中 {of_them}"


def _sitting_without(members: Collection[int] = ()) -> QuerySet[Member, Any]:
    return Member.objects.sitting(timezone.localdate()).exclude(pk__in=members).values("pk")


def _left_alone(handed: QuerySet[Proposal], members: Collection[int]) -> int:
    """Count the proposals, merged ones with them, that nobody can be asked to rate when these members sit no longer."""
    asked = Signature.objects.filter(Q(member=None) | Q(member__in=_sitting_without(members)), answer=Answer.ACCEPTED)
    own, joined = asked.filter(proposal=OuterRef("pk")), asked.filter(proposal__merged_into=OuterRef("pk"))
    return handed.exclude(Exists(own) | Exists(joined)).count()


def foresee_together(members: Collection[int]) -> Iterable[str]:
    """Say in numbers what will become of what many who leave at once have open."""
    rows = Signature.objects.filter(member__in=members, proposal__state__in=States.with_the_proposer)
    if drafts := rows.filter(role=Role.FIRST).count():
        yield f"没有提交的提案 {drafts} 件，第一提案人离任后不能再修改、提交；有在任的联名委员的，由其中第一位接手"
    if asked := rows.filter(role=Role.CO, answer=Answer.INVITED).count():
        yield f"还没有答复的联名邀请 {asked} 件失效，邀请人会收到通知"
    if signed := rows.filter(role=Role.CO, answer=Answer.ACCEPTED).count():
        yield f"还没有提交的联名 {signed} 件退出，第一提案人会收到通知"
    handed = Proposal.objects.filter(
        Exists(Signature.objects.filter(proposal=OuterRef("pk"), member__in=members, answer=Answer.ACCEPTED)),
        state__in=set(States.received) - set(States.with_the_proposer),
    )
    if number := handed.count():
        yield f"已经提交的提案 {number} 件照常办理，署名不变"
        if alone := _left_alone(handed, members):
            yield f"其中 {alone} 件没有其他在任的提案人，还没有评价的，答复以后没有人评价"


def follow(members: Collection[Member], actor: Account, at: datetime) -> None:
    """Let invitations lapse and unsubmitted co-signatures end; whoever is concerned is told."""
    rows = list(_unsubmitted(members))
    forming.hold(*{signature.proposal_id for signature in rows})
    for signature in rows:
        if signature.role == Role.FIRST:
            audit.record("proposals.lose_first", signature.proposal, actor=actor, at=at, data={"name": signature.name})
    _end([signature for signature in rows if signature.role == Role.CO], actor=actor, at=at)


def _end(signatures: Iterable[Signature], *, actor: Account | None, at: datetime) -> None:
    """Take the names of those who sit no longer off texts that were not handed in."""
    ending = [signature for signature in signatures if signature.answer in {Answer.INVITED, Answer.ACCEPTED}]
    sound = set(audit.sound(ending))  # once: each time reads whole lives
    changed: dict[int, Proposal] = {}
    for signature in ending:
        invited = signature.answer == Answer.INVITED
        answer = Answer.LAPSED if invited else Answer.LEFT
        if Signature.objects.filter(pk=signature.pk, answer=signature.answer).update(answer=answer, answered_at=at):
            audit.record(
                "proposals.end_invitation" if invited else "proposals.end_cosigning", signature.proposal, actor=actor, at=at,
                proves=[signature] if signature in sound else [],
                data={"name": signature.name, "member": signature.member_id},
            )  # fmt: skip
            changed[signature.proposal_id] = signature.proposal
    for proposal in changed.values():
        forming.follow_signers(proposal, actor=actor, at=at)


def drop_who_left(proposal: Proposal, *, actor: Account | None, at: datetime) -> None:
    """Before it is handed in: nobody stands under a new proposal who does not sit, however the seat ended."""
    sitting = Member.objects.sitting(timezone.localdate(at)).values("pk")
    forming.hold(proposal.pk)
    rows = Signature.objects.filter(proposal=proposal, role=Role.CO, answer=Answer.ACCEPTED, member__isnull=False)
    _end(rows.exclude(member__in=sitting).select_related("proposal__committee", "member"), actor=actor, at=at)


@transaction.atomic
def take_over(proposal: Proposal, *, member: Member, actor: Account, at: datetime) -> Proposal:
    """Make the first co-signer who sits the first proposer, when the present one is gone. Raises ProposalError."""
    held = Proposal.objects.select_for_update(of=("self",)).select_related("committee").get(pk=proposal.pk)
    heir = successor(held)
    if held.state not in States.with_the_proposer or first_sits(held) or heir is None or heir.member_id != member.pk:
        message = "这件提案现在不能接手，请刷新后再看"
        raise ProposalError(message)
    before = held.signatures.get(role=Role.FIRST)
    sound = audit.sound([before, heir])
    Signature.objects.filter(pk=before.pk).update(
        role=Role.CO, answer=Answer.LEFT, answered_at=at, place_in_list=heir.place_in_list
    )
    Signature.objects.filter(pk=heir.pk).update(role=Role.FIRST, place_in_list=before.place_in_list, signed_version=held.version)
    audit.record(
        "proposals.take_over", held, actor=actor, at=at, proves=sound,
        data={"name": heir.name, "member": heir.member_id, "before": before.name},
    )  # fmt: skip
    forming.follow_signers(held, actor=actor, at=at)
    return Proposal.objects.get(pk=held.pk)


CONSEQUENCE = consequences.Consequence(foresee, follow, foresee_together)
