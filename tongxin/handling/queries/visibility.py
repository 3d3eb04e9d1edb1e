"""Which cases and which parts of them somebody may see: the twins of handling.view_case and handling.view."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.handling.choices import TaskStates
from tongxin.handling.models import Case, Task
from tongxin.members.rules import member_of
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Signature


def _offices(user: Any, prefix: str) -> Q:
    seen = bodies.affiliated(user, Duty.ASSIGN, Duty.SUPERVISE, path=f"{prefix}proposal__routed_to")
    if inside := bodies.committees_with(user, Duty.PROPOSAL_OFFICE, Duty.LEADERSHIP):
        seen |= Q(committee_id__in=inside)
    return seen


def cases_visible_to(user: Any) -> QuerySet[Case]:
    """Return the cases `user` may see: the twin of handling.view_case."""
    if user is None or not user.is_authenticated or not user.is_active:
        return Case.objects.none()
    seen = _offices(user, "")
    if units := bodies.units_with(user, Duty.UNIT_CLERK, Duty.UNIT_LEADER):
        own = Task.objects.filter(case=OuterRef("pk"), unit_id__in=units).exclude(state__in=TaskStates.gone)
        seen |= Q(Exists(own))
    if (member := member_of(user)) is not None:
        signed = Signature.objects.filter(member=member, answer=Answer.ACCEPTED).filter(
            Q(proposal=OuterRef("proposal")) | Q(proposal__merged_into=OuterRef("proposal"))
        )
        seen |= Q(Exists(signed))
    return Case.objects.filter(seen)


def visible_to(user: Any) -> QuerySet[Task]:
    """Return the tasks `user` may see: the twin of handling.view."""
    if user is None or not user.is_authenticated or not user.is_active:
        return Task.objects.none()
    seen = _offices(user, "case__")
    if units := bodies.units_with(user, Duty.UNIT_CLERK, Duty.UNIT_LEADER):
        own = Task.objects.filter(case=OuterRef("case"), unit_id__in=units).exclude(state__in=TaskStates.gone)
        seen |= Q(unit_id__in=units) | Q(Exists(own))
    return Task.objects.filter(seen)


def part_for(user: Any, uid: str) -> Task | None:
    """Return a unit's part with what its pages need, if somebody may see it."""
    found = visible_to(user).filter(uid=uid)
    task = found.select_related("case__proposal__session__term", "case__committee__parent__parent", "unit").first()
    if task is not None:
        task.committee = task.case.proposal.committee = task.case.committee
    return task
