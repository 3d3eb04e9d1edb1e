"""Who may do what with a proposal."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import grant
from tongxin.access.predicates import predicate
from tongxin.audit import audience
from tongxin.audit.kinds import Audience
from tongxin.committees.choices import Duty
from tongxin.committees.rules import holds, holds_for_affiliation
from tongxin.members.queries import absence, absences
from tongxin.members.rules import member_of, sitting_member_of
from tongxin.proposals.choices import Answer, Role, States


def signature_of(actor: Any, proposal: Any) -> Any:
    """Return the actor's own signature under a proposal, whether he still sits or not: it is of his own file."""
    member = member_of(actor)
    if member is None:
        return None
    return next((s for s in proposal.signatures.all() if s.member_id == member.pk), None)


def first_sits(proposal: Any) -> bool:
    """Say whether the first proposer is a body, or a member who sits."""
    first = next((s for s in proposal.signatures.all() if s.role == Role.FIRST), None)
    return first is None or first.member_id is None or first.member_id in _who_sit(proposal)


def successor(proposal: Any) -> Any:
    """Return the signature of the first co-signer who sits.

    Asked and told in the place of a first proposer who is gone.
    """
    agreed = (s for s in proposal.signatures.all() if s.role == Role.CO and s.answer == Answer.ACCEPTED and s.member_id)
    return next((s for s in agreed if s.member_id in _who_sit(proposal)), None)


def _who_sit(proposal: Any) -> set[int]:
    """Return which of the signers sit now."""
    return {s.member_id for s in proposal.signatures.all() if s.member_id} - absences_of(proposal).keys()


def absences_of(proposal: Any) -> dict[int, str]:
    """Say of those signers who do not sit now that they do not, asked once for the object."""
    kept: dict[int, str] | None = proposal.__dict__.get("_absences")
    if kept is None:
        names = [s for s in proposal.signatures.all() if s.member_id]
        if all(hasattr(s, "seated") for s in names):  # fetched with them: `queries.names`
            kept = {s.member_id: said for s in names if (said := absence(s))}
        else:
            kept = absences([s.member_id for s in names], timezone.localdate())
        proposal.__dict__["_absences"] = kept
    return kept


@predicate
def sits(actor: Any, _subject: Any) -> bool:
    """A member with a seat in force, who is not suspended. Who sits no longer reads the own file, nothing else."""
    return sitting_member_of(actor) is not None


@predicate
def has_a_file(actor: Any, _subject: Any) -> bool:
    """Somebody who is or was a member."""
    return member_of(actor) is not None


@predicate
def is_member(actor: Any, subject: Any) -> bool:
    """A member who sits (in the subject's committee, when there is one)."""
    member = sitting_member_of(actor)
    return member is not None and (
        subject is None or getattr(subject, "committee_id", member.committee_id) == member.committee_id
    )


@predicate
def raised_it(actor: Any, proposal: Any) -> bool:
    """The first proposer, sitting or not."""
    signature = signature_of(actor, proposal)
    return signature is not None and signature.role == Role.FIRST


@predicate
def cosigned_it(actor: Any, proposal: Any) -> bool:
    """A co-signer who accepted, sitting or not."""
    signature = signature_of(actor, proposal)
    return signature is not None and signature.role == Role.CO and signature.answer == Answer.ACCEPTED


@predicate
def was_invited(actor: Any, proposal: Any) -> bool:
    """Somebody invited to co-sign, who has not answered."""
    signature = signature_of(actor, proposal)
    return signature is not None and signature.answer == Answer.INVITED


is_first_proposer = raised_it & sits
is_cosigner = cosigned_it & sits
is_invited = was_invited & sits


@predicate
def is_editable(_actor: Any, proposal: Any) -> bool:
    """The text is with the proposer."""
    return proposal.state in States.with_the_proposer


@predicate
def is_received(_actor: Any, proposal: Any) -> bool:
    """It was submitted at least once and not discarded."""
    return proposal.state in States.received


@predicate
def is_filed(_actor: Any, proposal: Any) -> bool:
    """It was filed."""
    return proposal.state in States.filed


@predicate
def is_published(_actor: Any, proposal: Any) -> bool:
    """Everybody may read it: the twin of queries.published."""
    if proposal.released_at is None or not proposal.consents_to_publication or proposal.state not in States.filed:
        return False
    copy = getattr(proposal, "public_copy", None)
    return copy is not None and copy.of_version == proposal.version


@predicate
def entered_it_on_behalf(actor: Any, proposal: Any) -> bool:
    """An office person who enters the text on a member's or body's behalf."""
    return actor is not None and proposal.entered_by_id is not None and proposal.entered_by_id == actor.pk


@predicate
def may_endorse_it(actor: Any, proposal: Any) -> bool:
    """A member of the same committee who neither signed nor endorsed it."""
    return signature_of(actor, proposal) is None and not any(
        e.member_id == getattr(member_of(actor), "pk", None) for e in proposal.endorsements.all()
    )


OFFICE = (Duty.PROPOSAL_OFFICE, Duty.PRE_EXAMINATION, Duty.FILING, Duty.PUBLICATION)
in_office = holds(*OFFICE)
is_leader = holds(Duty.LEADERSHIP)
assigns_it = holds_for_affiliation(Duty.ASSIGN, Duty.SUPERVISE)
writes_it = is_first_proposer | (entered_it_on_behalf & holds(Duty.PROPOSAL_OFFICE))


# the proposer and the co-signers, also when they sit no longer; whoever is invited to co-sign, while he sits
takes_part = raised_it | cosigned_it | is_invited


@predicate
def its_proposer_is_gone(_actor: Any, proposal: Any) -> bool:
    """Its first proposer is a member who does not sit now."""
    return not first_sits(proposal)


@predicate
def succeeds(actor: Any, proposal: Any) -> bool:
    """The first of the co-signers who sits."""
    member = sitting_member_of(actor)
    heir = successor(proposal) if member is not None else None
    return heir is not None and member is not None and heir.member_id == member.pk


opens_it = takes_part | writes_it | ((in_office | is_leader) & is_received) | (is_filed & (is_member | assigns_it))


def circles(actor: Any, proposal: Any) -> frozenset[Audience]:
    """Say which audiences of a proposal's events somebody is of. Whoever entered it knows what its proposers know."""
    office = bool((in_office | is_leader).test(actor, proposal))
    among = office or bool((takes_part | entered_it_on_behalf).test(actor, proposal))
    found = {Audience.PARTIES} if opens_it.test(actor, proposal) else set()
    return frozenset(
        found | ({Audience.HANDLING, Audience.INSIDE} if among else set()) | ({Audience.OFFICE} if office else set())
    )


PERMISSIONS = {
    "proposals.write": (_("委员可以提出提案，机关可以代录"), is_member | holds(Duty.PROPOSAL_OFFICE)),
    "proposals.own_list": (
        _("在任和离任委员可以查看自己提出、联名的提案，机关可以查看代录的提案"),
        has_a_file | holds(Duty.PROPOSAL_OFFICE),
    ),
    "proposals.view": (
        _("提案人、联名委员、本会机关可以查看；立案后本会在任委员和交办、督办部门也可以查看；公开后所有人可以查看"),
        opens_it | is_published,
    ),
    "proposals.read_original": (_("能在系统内查看提案的人可以阅读原文；其他人只能阅读公开稿"), opens_it),
    "proposals.read_attachments": (_("能在系统内查看提案的人可以下载附件；公众只能下载逐个公开的附件"), opens_it),
    "proposals.write_it": (_("第一提案人或代录人可以查看自己另存的内容"), writes_it),
    "proposals.enter": (_("提案日常工作人员可以代委员或单位录入提案"), holds(Duty.PROPOSAL_OFFICE)),
    "proposals.edit": (_("第一提案人或代录人在提交前、退回后可以修改"), writes_it & is_editable),
    "proposals.invite": (_("第一提案人在提交前可以邀请联名"), writes_it & is_editable),
    "proposals.answer_invitation": (_("受邀委员可以答复联名邀请"), is_invited),
    "proposals.answer_for": (
        _("代录人在提交前可以代录委员书面作出的联名答复"),
        entered_it_on_behalf & holds(Duty.PROPOSAL_OFFICE) & is_editable,
    ),
    "proposals.take_over": (
        _("第一提案人不再任职或停止履职的，由第一位在任的联名委员接手草稿和退回修改的提案"),
        is_editable & is_cosigner & its_proposer_is_gone & succeeds,
    ),
    "proposals.leave": (_("联名委员在审定前可以退出联名"), is_cosigner),
    "proposals.endorse": (_("本会委员可以附议已立案、未联名的提案"), is_member & is_filed & may_endorse_it),
    "proposals.examine": (_("提案日常工作人员可以查看工作台"), in_office | is_leader),
    "proposals.reclassify": (_("提案日常工作人员可以调整类别"), holds(Duty.PROPOSAL_OFFICE, Duty.FILING) & is_filed),
    "proposals.reroute": (_("提案日常工作人员可以改变交办口"), holds(Duty.PROPOSAL_OFFICE, Duty.FILING)),
    "proposals.release": (_("公开审核人员可以公开提案，核对公开稿"), holds(Duty.PUBLICATION)),
    "proposals.pass_on": (_("提案日常工作人员可以办理转出"), holds(Duty.PROPOSAL_OFFICE)),
    "proposals.export": (_("本会机关可以导出提案"), in_office),
}
grant(PERMISSIONS)
audience.register("proposals.proposal", circles)
