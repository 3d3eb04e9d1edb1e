"""Who may do what in handling. The unit never sees who rated what; ratings go from the proposer to the assembly."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import CATALOGUE, grant
from tongxin.access.predicates import predicate
from tongxin.audit import audience
from tongxin.audit.kinds import Audience
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.rules import holds, holds_for_affiliation, holds_for_unit
from tongxin.core.prepared import Prepared
from tongxin.files.rules import register_owner
from tongxin.handling.choices import CaseState, Part, TaskState, TaskStates
from tongxin.handling.models import ReplyFile
from tongxin.members.models import Member
from tongxin.members.rules import member_of, members_of
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Signature
from tongxin.proposals.rules import is_leader, sits

PARTIES = frozenset({Audience.PARTIES, Audience.HANDLING})


@predicate
def case_of_own_unit(actor: Any, case: Any) -> bool:
    """A unit of the actor takes part in the case."""
    units = bodies.units_with(actor, Duty.UNIT_CLERK, Duty.UNIT_LEADER)
    return (
        bool(units) and case is not None and any(t.unit_id in units and t.state not in TaskStates.gone for t in case.tasks.all())
    )


@predicate
def signs_the_case(actor: Any, case: Any) -> bool:
    """The actor signed the proposal, or one merged into it: it is of his own file, whether he still sits or not."""
    member: Member | None = member_of(actor)
    return member is not None and case.proposal_id in _signed_by(member)


@predicate
def is_among_the_signers(actor: Any, case: Any) -> bool:
    """The actor signed it in any of his seats: what is kept from the signers is not had by changing the seat."""
    return case is not None and any(case.proposal_id in _signed_by(member) for member in members_of(actor))


speaks_for_the_case = signs_the_case & sits  # judges and confirms: only who still sits


@predicate
def was_at_the_talk(actor: Any, contact: Any) -> bool:
    """The actor is one of the signers who were there when the unit spoke with them."""
    member: Member | None = member_of(actor)
    return member is not None and any(p.signature.member_id == member.pk for p in contact.presences.all())


SIGNED = Prepared(
    lambda member: (
        Signature.objects.filter(member=member, answer=Answer.ACCEPTED)
        .order_by()
        .values_list("proposal_id", "proposal__merged_into_id")
    )
)


def _signed_by(member: Member) -> set[int]:
    """Return the ids of proposals a member signed, and of those they were merged into; read once."""
    kept: set[int] | None = member.__dict__.get("_signed")
    if kept is None:
        kept = member.__dict__["_signed"] = {pk for row in SIGNED.all(member.pk) for pk in row if pk is not None}
    return kept


@predicate
def answers_itself(_actor: Any, task: Any) -> bool:
    """The unit answers the proposer itself: sole, separate or lead."""
    return bool(task.part != Part.CO)


@predicate
def is_co_handler(_actor: Any, task: Any) -> bool:
    """The unit gives its advice to the lead."""
    return bool(task.part == Part.CO)


@predicate
def case_is_open(_actor: Any, task: Any) -> bool:
    """The case is not closed."""
    return bool(task.case.state != CaseState.CLOSED)


@predicate
def was_signed_for(_actor: Any, task: Any) -> bool:
    """The unit has taken it on: not before it signed for it, not after it gave it back."""
    return bool(task.state in TaskStates.signed_for)


in_office = holds(Duty.PROPOSAL_OFFICE)
assigns = holds_for_affiliation(Duty.ASSIGN)
supervises = holds_for_affiliation(Duty.SUPERVISE)
is_clerk = holds_for_unit(Duty.UNIT_CLERK)
is_unit_leader = holds_for_unit(Duty.UNIT_LEADER)
in_the_unit = is_clerk | is_unit_leader
# who keeps the proposals may serve in a handling unit as well, or have signed the case: then he is of the unit, or of
# its signers
keeps_ratings = in_office & ~case_of_own_unit & ~is_among_the_signers


@predicate
def task_of_own_case(actor: Any, task: Any) -> bool:
    """Another unit of the same case: co-handlers and lead see each other's part."""
    return case_of_own_unit.test(actor, task.case)


@predicate
def may_read_reply_file(actor: Any, row: Any) -> bool:
    """A sent reply's file: whoever sees the handling.

    A draft's: its unit, and the supervising office while it reviews it.
    """
    task = row.reply.task
    if row.reply.sent_at is not None:
        return bool(sees_the_case.test(actor, task.case))
    return bool(in_the_unit.test(actor, task) or (task.state == TaskState.UNDER_REVIEW and supervises.test(actor, task)))


sees_the_case = signs_the_case | case_of_own_unit | in_office | is_leader | assigns | supervises


def circles_of_proposal(actor: Any, proposal: Any) -> frozenset[Audience]:
    """Whoever follows the handling of a proposal is one of its parties.

    Its units too, who are unknown to the proposal itself.
    """
    case = getattr(proposal, "case", None)
    return PARTIES if case is not None and sees_the_case.test(actor, case) else frozenset()


def circles_of_case(actor: Any, case: Any) -> frozenset[Audience]:
    """Say which audiences of a case's events somebody is of; nobody is inside."""
    if not sees_the_case.test(actor, case):
        return frozenset()
    return PARTIES | {Audience.OFFICE} if (in_office | is_leader).test(actor, case) else PARTIES


def circles_of_task(actor: Any, task: Any) -> frozenset[Audience]:
    """Inside one unit's part are the unit, whoever supervises or assigns, and the assembly.

    Not its proposers, no other unit.
    """
    inside = in_the_unit | in_office | is_leader | assigns | supervises
    found = circles_of_case(actor, task.case)
    return found | {Audience.INSIDE} if inside.test(actor, task) else found


@predicate
def sees_the_proposal(actor: Any, proposal: Any) -> bool:
    """Whoever may see the proposal."""
    return bool(CATALOGUE["proposals.view"].predicate.test(actor, proposal))


@predicate
def sees_its_case(actor: Any, proposal: Any) -> bool:
    """Whoever may see its handling: its units too, who are unknown to the proposal itself."""
    case = getattr(proposal, "case", None)
    return case is not None and bool(CATALOGUE["handling.view_case"].predicate.test(actor, case))


PERMISSIONS = {
    "handling.view_case": (
        _("提案人、承办单位、交办督办部门和本会机关可以查看办理情况"),
        sees_the_case,
    ),
    "handling.view": (
        _("承办单位、交办督办部门和本会机关可以查看承办情况"),
        in_the_unit | task_of_own_case | in_office | is_leader | assigns | supervises,
    ),
    "handling.assign": (_("交办部门可以交办本归口的提案"), assigns),
    "handling.contact": (_("承办单位可以记录面商"), in_the_unit & case_is_open),
    "handling.read_phone": (
        _("主办、独办、分办单位签收以后、办结以前，可以查看提案人的电话，用于面商；每次查看都有记录"),
        in_the_unit & answers_itself & was_signed_for & case_is_open,
    ),
    "handling.remind": (_("督办、交办部门可以催办"), supervises | assigns),
    "handling.supervise": (_("督办部门可以查看本归口的办理情况"), supervises),
    "handling.review": (_("督办部门可以审核答复"), supervises),
    "handling.write_reply": (_("主办、独办、分办单位可以起草答复"), in_the_unit & answers_itself),
    "handling.rate": (_("在任的提案人和联名委员可以评价"), speaks_for_the_case),
    "handling.rate_for": (_("提案日常工作人员可以代录评价；在本案承办单位任职的、本案的提案人除外"), keeps_ratings),
    "handling.confirm_contact": (_("参加了面商的、在任的提案人和联名委员可以确认面商记录"), was_at_the_talk & sits),
    "handling.see_ratings": (
        _("只有提案日常工作人员可以查看每个人的评价，每次查看都有记录；在本案承办单位任职的、本案的提案人除外"),
        keeps_ratings,
    ),
    "handling.hear_verdict": (
        _("承办单位、交办督办部门和本会可以知道满一定人数的评价汇总和同意转告的理由"),
        in_the_unit | supervises | assigns | in_office | is_leader,
    ),
    "handling.release_reply": (_("公开审核人员可以核对答复的公开稿"), holds(Duty.PUBLICATION)),
    "handling.read_file": (_("能查看答复的人可以下载其中的附件"), may_read_reply_file),
    "handling.inbox": (_("承办单位人员可以查看本单位的提案"), holds(Duty.UNIT_CLERK, Duty.UNIT_LEADER)),
    "handling.open_proposal": (_("能看提案或能看其办理情况的人，可以打开提案页"), sees_the_proposal | sees_its_case),
    "handling.view_told": (
        _("机关提案工作人员可以查看本会提案的消息告知了谁、何时阅读"),
        sees_the_proposal & holds(Duty.PROPOSAL_OFFICE),
    ),
    "handling.remind_many": (_("机关提案工作人员可以催办"), holds(Duty.PROPOSAL_OFFICE)),
    "handling.file_many": (_("提案审定人员可以成批立案"), holds(Duty.FILING)),
}
grant(PERMISSIONS)
audience.register("proposals.proposal", circles_of_proposal)
audience.register("handling.case", circles_of_case)
audience.register("handling.task", circles_of_task)
register_owner(
    ReplyFile,
    "handling.read_file",
    related=("reply__task__case__proposal", "reply__task__case__committee", "reply__task__unit", "reply__task__committee"),
)
