"""What a step sets and does: used by the workflow table."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.proposals import queries
from tongxin.proposals.actions.leaving import drop_who_left
from tongxin.proposals.choices import Answer, Season
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.regulations import NotFiling, Taxonomies
from tongxin.regulations.queries import look_up
from tongxin.workflow import engine

NO_LEAD = "这件提案现在不能作为主案，请另选一件已立案的提案"


def on_submission(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """The first submission gives the serial, the session and the season; a later one keeps them."""
    if proposal.submitted_at is not None:
        proposal.event_facts = {"season": "修改后重新提交"}
        return {}
    session, season = queries.session_and_season_at(proposal.committee, at)
    if session is None:
        message = "还没有设立届次，请与机关联系"
        raise engine.Blocked([message])
    proposal.event_facts = {"season": str(Season(season).label)}
    serial = bodies.next_number(proposal.committee, "proposal.serial")
    return {"serial": serial, "session": session, "season": season, "submitted_at": at}


def settle_signatures(proposal: Proposal, event: Event) -> None:
    """The submission settles who signs: signatures of who sits no longer end, and invitations that nobody answered lapse."""
    drop_who_left(proposal, actor=event.actor, at=event.at or event.recorded_at)
    for signature in proposal.signatures.filter(answer=Answer.INVITED):
        asked = Signature.objects.filter(pk=signature.pk, answer=Answer.INVITED)
        if not asked.update(answer=Answer.LAPSED, answered_at=event.at):
            continue  # answered in this very moment: the answer counts
        audit.record(
            "proposals.lapse_invitation", proposal, actor=event.actor, at=event.at or event.recorded_at,
            data={"name": signature.name, "member": signature.member_id},
        )  # fmt: skip


def categories_said(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """Both categories and the 归口 that will assign it."""
    return {"construction": payload.construction, "topic": payload.topic, "routed_to": payload.routed_to}


def assign_numbers(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """Give the two numbers: one in the session, one in the construction. Given once; never reused or changed."""
    if proposal.number is not None:
        return {"decided_at": at}
    rules = look_up(proposal.committee, Taxonomies, timezone.localdate(at))
    category = rules.values.construction(payload.construction)
    if category is None:
        raise engine.Invalid({"construction": "请从现行类别中选择"})
    series = f"proposal.{proposal.session_id}"
    numbers = {
        "number": bodies.next_number(proposal.committee, series),
        "category_number": bodies.next_number(proposal.committee, f"{series}.{category.code}"),
        "category_label": category.short,
    }
    proposal.event_facts, proposal.event_regulation = numbers, rules.version
    return numbers | {"decided_at": at}


def merged_into(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:
    """The lead proposal it goes into; whatever had been merged into this one moves along."""
    both = Q(pk=proposal.pk) | Q(uid=payload.into)
    list(Proposal.objects.select_for_update(of=("self",)).filter(both).order_by("pk"))  # two merging each other: one waits
    lead = queries.may_absorb(proposal).filter(uid=payload.into).first()
    if lead is None:
        raise engine.Invalid({"into": NO_LEAD})
    proposal.event_facts = facts = {"into_label": f"第 {lead.number:04d} 号", "lead": lead.pk}
    moved = list(proposal.merged.select_for_update(of=("self",)).order_by("pk"))
    sound = audit.sound(moved)
    proposal.merged.update(merged_into=lead)
    for row in moved:  # each in its own life: what is said of it elsewhere is not asked for before its next step
        audit.record(
            "proposals.move_along", row, actor=actor, at=at, data=facts | {"reason": payload.reason},
            acting_as=proposal.capacity_of(actor), proves=[row] if row in sound else (),
        )  # fmt: skip
    return {"merged_into": lead, "decided_at": at}


def note_in_lead(proposal: Proposal, event: Event) -> None:
    """The lead proposal's timeline says what came into it."""
    lead = proposal.merged_into
    if lead is not None:
        audit.record(
            "proposals.absorb", lead, actor=event.actor, at=event.at or event.recorded_at,
            data={"title": proposal.title, "proposal": proposal.pk}, acting_as=event.acting_as,
        )  # fmt: skip


def destination_said(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """The listed reason and where the content goes."""
    rules = look_up(proposal.committee, NotFiling, timezone.localdate(at))
    reason = rules.values.reason(payload.reason_code)
    proposal.event_regulation = rules.version
    proposal.event_facts = {"reason_text": f"{reason.text}。{payload.reason}" if reason else payload.reason}
    return {"destination": payload.destination, "reason_code": payload.reason_code, "decided_at": at}
