"""What becomes of a member's drafts, invitations and signatures when he no longer sits, and how a draft goes on without him."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.core.prepared import Prepared
from tongxin.members import consequences
from tongxin.members.choices import Ending
from tongxin.members.consequences import Foreseen, Named
from tongxin.members.models import Member
from tongxin.members.queries import absence, telling_absence
from tongxin.proposals import queries
from tongxin.proposals.actions import forming, speaking
from tongxin.proposals.actions.problems import ProposalError
from tongxin.proposals.actions.waiting import give_time_back
from tongxin.proposals.choices import Answer, Role, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.rules import first_sits, successor


def _unsubmitted(members: Collection[Member]) -> QuerySet[Signature]:
    """Return the names of members under texts that are still with their proposers."""
    rows = Signature.objects.filter(member__in=members, proposal__state__in=States.with_the_proposer)
    return rows.select_related("proposal__committee", "member").order_by("id")


def foresee(member: Member, user: Any) -> Iterable[Foreseen]:
    """Say what will become of what he has open.

    By name what `user` may read of it: drafts are their proposers' own affair.
    """
    rows = list(_unsubmitted([member]))
    drafts = [s.proposal for s in rows if s.role == Role.FIRST]
    heirs = Signature.objects.filter(proposal__in=drafts, role=Role.CO, answer=Answer.ACCEPTED, member__in=_sitting_without())
    named = {proposal.pk: proposal for proposal in _readable(user, {s.proposal_id for s in rows})}

    def of(proposals: Iterable[int]) -> tuple[Named, ...]:
        return tuple(_named(named[pk]) for pk in proposals if pk in named)

    taken = set(heirs.values_list("proposal", flat=True))
    followed, left = ([p.pk for p in drafts if (p.pk in taken) is there] for there in (True, False))
    asked = [s.proposal_id for s in rows if s.role == Role.CO and s.answer == Answer.INVITED]
    signed = [s.proposal_id for s in rows if s.role == Role.CO and s.answer == Answer.ACCEPTED]
    for found, said in (
        (followed, _("草稿和退回修改的提案 {} 件不能再修改、提交；联名和受邀的委员会收到通知，第一位在任的联名委员可以接手")),
        (left, _("草稿和退回修改的提案 {} 件没有联名委员可以接手，不能再修改、提交；退回修改的，由提案日常工作人员办理撤案")),
        (asked, _("还没有答复的联名邀请 {} 件失效，邀请人会收到通知")),
        (signed, _("草稿和退回修改的提案上的联名 {} 件退出，第一提案人会收到通知")),
    ):
        if found:
            yield Foreseen(said.format(len(found)), of(found))
    yield from _foresee_handed_in(member, user)


def _readable(user: Any, proposals: Collection[int]) -> QuerySet[Proposal]:
    rows = queries.original_visible_to(user).filter(pk__in=proposals)
    return rows.select_related("session__term").order_by("-session", "number", "serial", "id")


def _named(proposal: Proposal, becomes: str = "") -> Named:
    return Named(f"{queries.numbered(proposal)}《{proposal.title}》", proposal.get_absolute_url(), becomes)


def _foresee_handed_in(member: Member, user: Any) -> Iterable[Foreseen]:
    """Say who is asked in his place about what he handed in and is not over, and where nobody is left to ask.

    Counted is what will be recorded (`speakers_changed`): what he signed beside others goes on with whoever is asked
    now.
    """
    handed = _handed_in([member.pk])
    alone = set(_left_alone(handed, [member.pk]).values_list("pk", flat=True))
    every = list(handed.values_list("pk", flat=True))
    if not every:
        return
    spoke = Member.objects.sitting(timezone.localdate()).filter(pk=member.pk)
    changed = speaking.speakers_changed(list(spoke), sit=False)
    becomes = {change.proposal.pk: _("改为联系%(speaker)s") % {"speaker": change.speaker} for change in changed}
    becomes |= dict.fromkeys(alone, _("没有其他在任的提案人，答复以后没有人评价"))
    told = [change for change in changed if change.proposal.pk not in alone]
    unspoken = sum(change.speaker == queries.OFFICE_PEOPLE for change in told)
    passed = len(told) - unspoken
    parts = [
        _("%(passed)s 件现在联系其本人的，改为联系下一位在任的提案人，承办人和其他提案人会收到通知") % {"passed": passed}
        if passed
        else "",
        _("%(unspoken)s 件没有下一位在任的提案人，由%(office_people)s联系")
        % {"unspoken": unspoken, "office_people": queries.OFFICE_PEOPLE}
        if unspoken
        else "",
        _("%(n)s 件没有其他在任的提案人，答复以后没有人评价") % {"n": len(alone)} if alone else "",
    ]
    among = "；".join(part for part in parts if part)
    said = (_("已经提交、还没有办结的提案 %(n)s 件照常办理，署名不变") % {"n": len(every)}) + (
        _("。其中 %(among)s") % {"among": among} if among else ""
    )
    yield Foreseen(said, tuple(_named(row, becomes.get(row.pk, "")) for row in _readable(user, every)))


def _handed_in(members: Collection[int]) -> QuerySet[Proposal]:
    """Return what members signed and handed in that is not over, merged ones while their lead is not."""
    signed = Exists(Signature.objects.filter(proposal=OuterRef("pk"), member__in=members, answer=Answer.ACCEPTED))
    open_ = queries.open_matters().values("pk")
    return Proposal.objects.filter(signed, Q(pk__in=open_) | Q(merged_into__in=open_)).order_by("id")


def _sitting_without(members: Collection[int] = ()) -> QuerySet[Member, Any]:
    return Member.objects.sitting(timezone.localdate()).exclude(pk__in=members).values("pk")


def _left_alone(handed: QuerySet[Proposal], members: Collection[int]) -> QuerySet[Proposal]:
    """Return the proposals, merged ones with them, that nobody can be asked to rate when these members sit no longer."""
    asked = Signature.objects.filter(Q(member=None) | Q(member__in=_sitting_without(members)), answer=Answer.ACCEPTED)
    own, joined = asked.filter(proposal=OuterRef("pk")), asked.filter(proposal__merged_into=OuterRef("pk"))
    return handed.exclude(Exists(own) | Exists(joined))


def foresee_together(members: Collection[int]) -> Iterable[str]:
    """Say in numbers what will become of what many who leave at once have open."""
    rows = Signature.objects.filter(member__in=members, proposal__state__in=States.with_the_proposer)
    if drafts := rows.filter(role=Role.FIRST).count():
        yield _("草稿和退回修改的提案 %(drafts)s 件，第一提案人离任后不能再修改、提交；有在任的联名委员的，由其中第一位接手") % {
            "drafts": drafts
        }
    if asked := rows.filter(role=Role.CO, answer=Answer.INVITED).count():
        yield _("还没有答复的联名邀请 %(asked)s 件失效，邀请人会收到通知") % {"asked": asked}
    if signed := rows.filter(role=Role.CO, answer=Answer.ACCEPTED).count():
        yield _("草稿和退回修改的提案上的联名 %(signed)s 件退出，第一提案人会收到通知") % {"signed": signed}
    handed = _handed_in(members)
    if number := handed.count():
        yield _("已经提交、还没有办结的提案 %(number)s 件照常办理，署名不变") % {"number": number}
        if alone := _left_alone(handed, members).count():
            yield _("其中 %(alone)s 件没有其他在任的提案人，还没有评价的，答复以后没有人评价") % {"alone": alone}


def follow(members: Collection[Member], actor: Account, at: datetime) -> None:
    """Let invitations lapse and unsubmitted co-signatures end; whoever is concerned is told."""
    rows = list(_unsubmitted(members))
    forming.hold(*{signature.proposal_id for signature in rows})
    first = [signature for signature in rows if signature.role == Role.FIRST]
    why = _how_they_went(first, at)
    for signature in first:
        audit.record("proposals.lose_first", signature.proposal, actor=actor, at=at, data=_named_gone(signature, why))
    _end([signature for signature in rows if signature.role == Role.CO], actor=actor, at=at)
    speaking.change_speakers(members, sit=False, actor=actor, at=at)


def come_back(members: Collection[Member], actor: Account, at: datetime) -> None:
    """Who sits again goes on with his drafts and speaks for what he handed in; what ended with the seat stays ended."""
    _regain(members, actor=actor, at=at)
    speaking.change_speakers(members, sit=True, actor=actor, at=at)


def _regain(members: Collection[Member], *, actor: Account, at: datetime) -> None:
    """Say of each text that lost its first proposer and is his still that he acts again.

    Whoever was told the one is told the other.
    """
    back = Member.objects.sitting(timezone.localdate(at)).filter(pk__in=[member.pk for member in members])
    forming.hold(*(signature.proposal_id for signature in _unsubmitted(list(back)) if signature.role == Role.FIRST))
    # as it is once nobody else acts
    rows = [signature for signature in _unsubmitted(list(back)) if signature.role == Role.FIRST]
    lost = _last_said_lost([signature.proposal_id for signature in rows])
    whys = speaking.how_they_came_back(members) if lost else {}
    for signature in rows:
        if signature.proposal_id in lost:
            why = whys.get(signature.member_id or 0, "重新履职")
            data = {"name": signature.name, "member": signature.member_id, "why": why}
            data |= give_time_back(signature.proposal, at=at)
            audit.record("proposals.regain_first", signature.proposal, actor=actor, at=at, data=data)


def _last_said_lost(proposals: Collection[int]) -> set[int]:
    """Return those proposals of which the last word about their first proposer is that he acts no more."""
    said = Event.objects.filter(
        kind__in=("proposals.lose_first", "proposals.regain_first"), subject_type="proposals.proposal", subject_id__in=proposals
    )
    last = {event.subject_id: event.kind for event in said.order_by("id").only("subject_id", "kind")}
    return {pk for pk, kind in last.items() if pk and kind == "proposals.lose_first"}


def _how_they_went(signatures: Iterable[Signature], at: datetime) -> dict[int, str]:
    """Say of signers who act no more that they died or are suspended; of who left nothing more than that."""
    members = Member.everybody.filter(pk__in=[s.member_id for s in signatures if s.member_id])
    rows = telling_absence(members, timezone.localdate(at), member="pk").only("pk")
    return {row.pk: absence(row) for row in rows if row.seated or row.ending == Ending.DIED}


def _named_gone(signature: Signature, why: dict[int, str]) -> dict[str, Any]:
    return {"name": signature.name, "member": signature.member_id, "why": why.get(signature.member_id or 0, "")}


def _end(signatures: Iterable[Signature], *, actor: Account | None, at: datetime) -> None:
    """Take the names of those who sit no longer off texts that were not handed in."""
    ending = [signature for signature in signatures if signature.answer in {Answer.INVITED, Answer.ACCEPTED}]
    sound = set(audit.sound(ending))  # once: each time reads whole lives
    why = _how_they_went(ending, at) if ending else {}
    changed: dict[int, Proposal] = {}
    for signature in ending:
        invited = signature.answer == Answer.INVITED
        answer = Answer.LAPSED if invited else Answer.LEFT
        if Signature.objects.filter(pk=signature.pk, answer=signature.answer).update(answer=answer, answered_at=at):
            audit.record(
                "proposals.end_invitation" if invited else "proposals.end_cosigning",
                signature.proposal,
                actor=actor,
                at=at,
                proves=[signature] if signature in sound else [],
                data=_named_gone(signature, why),
            )
            changed[signature.proposal_id] = signature.proposal
    for proposal in changed.values():
        forming.follow_signers(proposal, actor=actor, at=at)


def drop_who_left(proposal: Proposal, *, actor: Account | None, at: datetime) -> None:
    """Before it is handed in: nobody stands under a new proposal who does not sit, however the seat ended."""
    forming.hold(proposal.pk)
    _end(LEFT.all(proposal.pk, timezone.localdate(at)), actor=actor, at=at)


def _left(proposal: Any, on: Any) -> QuerySet[Signature]:
    sitting = Member.objects.sitting(on).values("pk")
    rows = Signature.objects.filter(proposal=proposal, role=Role.CO, answer=Answer.ACCEPTED, member__isnull=False)
    return rows.exclude(member__in=sitting).select_related("proposal__committee", "member")


LEFT = Prepared(_left)


@transaction.atomic
def take_over(proposal: Proposal, *, member: Member, actor: Account, at: datetime) -> Proposal:
    """Make the first co-signer who sits the first proposer, when the present one is gone. Raises ProposalError."""
    held = Proposal.objects.select_for_update(of=("self",)).select_related("committee").get(pk=proposal.pk)
    heir = successor(held)
    if held.state not in States.with_the_proposer or first_sits(held) or heir is None or heir.member_id != member.pk:
        message = _("这件提案现在不能接手，请刷新后再看")
        raise ProposalError(message)
    before, waited = held.signatures.get(role=Role.FIRST), give_time_back(held, at=at)
    sound = audit.sound([before, heir])
    Signature.objects.filter(pk=before.pk).update(
        role=Role.CO, answer=Answer.LEFT, answered_at=at, place_in_list=heir.place_in_list
    )
    Signature.objects.filter(pk=heir.pk).update(role=Role.FIRST, place_in_list=before.place_in_list, signed_version=held.version)
    audit.record(
        "proposals.take_over",
        held,
        actor=actor,
        at=at,
        proves=sound,
        data={"name": heir.name, "member": heir.member_id, "before": before.name} | waited,
    )
    forming.follow_signers(held, actor=actor, at=at)
    return Proposal.objects.get(pk=held.pk)


CONSEQUENCE = consequences.Consequence(foresee, follow, foresee_together, come_back)
