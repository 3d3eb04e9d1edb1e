"""How proposals come into each state, by the steps people take."""

from typing import Any

from django.core import signing

from tests.architecture.addresses import below, copies, uids
from tests.architecture.world import AT, World
from tongxin.accounts.models import Account
from tongxin.members.models import Member
from tongxin.proposals import actions as proposals
from tongxin.proposals import queries
from tongxin.proposals.choices import Role, State
from tongxin.proposals.drafts import SALT
from tongxin.proposals.models import Attachment, Proposal, PublicFile, Signature
from tongxin.proposals.regulations import NotFiling, Taxonomies
from tongxin.proposals.workflow import MergeInto, NotFilingDecision, Return, Withdrawal
from tongxin.regulations.queries import in_force


def taxonomy_of(proposal: Proposal) -> tuple[str, str]:
    """Return a construction and a topic of the committee's own lists."""
    rules = in_force(proposal.committee, Taxonomies, AT.date())
    return rules.constructions[0].code, rules.topics[0].code


def reason_of(proposal: Proposal) -> tuple[str, str]:
    """Return a listed reason for not filing, with a destination that it allows."""
    reason = in_force(proposal.committee, NotFiling, AT.date()).reasons[0]
    return reason.code, reason.destinations[0]


def _gathering(world: World) -> Proposal:
    """One co-signer agreed, one declined, one is still asked."""
    proposal = world.cast.draft()
    asked = [world.cast.member(a) for a in (world.cast.cosigner, world.cast.second_cosigner, world.cast.bystander)]
    first, second, _third = proposals.invite_cosigners(
        proposal, members=asked, until=AT.replace(hour=23), actor=world.cast.proposer, at=AT
    )
    proposals.answer_invitation(first, accept=True, actor=world.cast.cosigner, at=AT)
    proposals.answer_invitation(second, accept=False, actor=world.cast.second_cosigner, at=AT)
    return proposal


def _returned(world: World) -> Proposal:
    return world.step(world.cast.submitted(), "return_for_revision", world.cast.office, Return("请补充数据。"))


def _abandoned(world: World) -> Proposal:
    """Returned to somebody who sits no longer: a co-signer may take it over, or the office end it."""
    proposal = _returned(world)
    gone = world.cast.member(world.cast.former_member)
    Signature.objects.filter(proposal=proposal, role=Role.FIRST).update(member=gone)
    return Proposal.objects.get(pk=proposal.pk)


def _merged(world: World) -> Proposal:
    lead = world.cast.filed()
    return world.step(world.cast.in_decision(), "merge", world.cast.office, MergeInto(lead.uid, "内容相同。"))


def _not_filed(world: World) -> Proposal:
    proposal = world.cast.in_decision()
    return world.step(proposal, "not_file", world.cast.office, NotFilingDecision(*reason_of(proposal), "属于日常意见。"))


def _withdrawn(world: World) -> Proposal:
    return world.step(world.cast.filed(), "withdraw", world.cast.proposer, Withdrawal("已经解决。"))


STATES: dict[str, dict[str, Any]] = {
    "proposals": {
        State.DRAFT: lambda world: world.cast.draft(),
        State.GATHERING: _gathering,
        State.SUBMITTED: lambda world: world.cast.submitted(),
        State.RETURNED: _returned,
        State.IN_DECISION: lambda world: world.cast.in_decision(),
        State.FILED: lambda world: world.cast.filed(),
        State.HANDED_OVER: lambda world: Proposal.objects.get(pk=world.cast.assigned().proposal_id),
        State.MERGED: _merged,
        State.NOT_FILED: _not_filed,
        State.WITHDRAWN: _withdrawn,
        State.DISCARDED: lambda world: world.step(world.cast.draft(), "discard", world.cast.proposer),
    },
}
FURTHER = {("proposals", State.RETURNED): _abandoned}
SAID = {
    MergeInto: lambda subject: MergeInto(queries.may_absorb(subject)[0].uid, "内容相同。"),
    NotFilingDecision: lambda subject: NotFilingDecision(*reason_of(subject), "属于日常意见。"),
}
TWINS = {"proposals.view": (Proposal, queries.visible_to)}


def beginnings(_reader: Account | None) -> list[dict[str, str]]:
    """Return a token of a new form for everybody who sits, as the page would give it."""
    found = []
    for member in Member.objects.exclude(account=None).select_related("committee").order_by("pk"):
        said = [f"new{member.number.lower()}", member.account_id, member.committee.uid, member.uid, "", "individual"]
        found.append({"token": signing.dumps(said, salt=SALT, compress=True)})
    return found


ADDRESSES = {
    "public/files/<": uids(PublicFile),
    "proposals/new/<": beginnings,
    "proposals/<str:uid>/copies/<": copies("proposals.text", "copy_uid"),
    "proposals/<str:uid>/attachments/<": below(Attachment, "proposal", "attachment_uid"),
    "proposals/<str:uid>/invitations/<": below(Signature, "proposal", "signature_uid"),
    "public/proposals/<": uids(Proposal),
}
NO_PAGES = dict.fromkeys(
    (
        "proposal-take-over",
        "proposals-similar",
        "proposal-attach",
        "proposal-detach",
        "proposal-invite",
        "proposal-take-back",
        "proposal-leave",
        "proposal-endorse",
        "proposal-submit",
        "proposal-new-form",
        "passing-on-export",
        "public-file",
        "proposal-similar",
        "office-pass-on",
        "proposal-answer-for",
        "proposal-ask-again",
    ),
    "takes a POST, or gives what is no page",
)
