"""What a step sets and does: used by the workflow table."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.core.templatetags.chinese import case_number
from tongxin.proposals import queries
from tongxin.proposals.actions import facts
from tongxin.proposals.actions.agreeing import drop_unconfirmed
from tongxin.proposals.actions.forming import follow_signers
from tongxin.proposals.actions.leaving import drop_who_left
from tongxin.proposals.choices import Answer, Role
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.regulations import NotFiling, Taxonomies
from tongxin.regulations.queries import look_up
from tongxin.workflow import engine
from tongxin.workflow.table import Setting

NO_LEAD = gettext_lazy("这件提案现在不能作为主案，请另选一件已立案的提案")


def on_submission(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """The first submission gives the serial, the session and the season; a later one keeps them."""
    if proposal.submitted_at is not None:
        return Setting(facts={"season": "修改后重新提交"})
    session, season = queries.session_and_season_at(proposal.committee, at)
    if session is None:
        message = _("还没有设立届次，请与机关联系")
        raise engine.Blocked([message])
    serial = bodies.next_number(proposal.committee, "proposal.serial")
    values = {"serial": serial, "session": session, "season": season, "submitted_at": at}
    return Setting(values, facts=facts.submitted(season))


def settle_signatures(proposal: Proposal, event: Event) -> None:
    """The submission settles who signs.

    Signatures of who sits no longer end, and invitations that nobody answered lapse.
    """
    at = event.at or event.recorded_at
    drop_who_left(proposal, actor=event.actor, at=at)
    drop_unconfirmed(proposal, actor=event.actor, at=at)
    for signature in proposal.signatures.filter(answer=Answer.INVITED):
        asked = Signature.objects.filter(pk=signature.pk, answer=Answer.INVITED)
        if not asked.update(answer=Answer.LAPSED, answered_at=event.at):
            continue  # answered in this very moment: the answer counts
        audit.record(
            "proposals.lapse_invitation",
            proposal,
            actor=event.actor,
            at=at,
            data=facts.lapsed(signature.name, signature.member_id, overdue=is_over(proposal.cosign_until, at)),
        )
    follow_signers(proposal, actor=event.actor, at=at)


def is_over(cutoff: datetime | None, at: datetime) -> bool:
    """Say whether a cut-off had passed: whoever did not answer before it missed it, whoever still had time did not."""
    return cutoff is not None and cutoff < at


def gather_again(proposal: Proposal, event: Event) -> None:
    """A restored draft that others had agreed to sign, or were asked to, gathers them again."""
    if proposal.signatures.filter(role=Role.CO, answer__in=(Answer.ACCEPTED, Answer.INVITED)).exists():
        engine.perform(
            proposal, "gather", actor=event.actor or Account.objects.system(), at=event.at or event.recorded_at, by_system=True
        )


def categories_said(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Both categories and the 归口 that will assign it."""
    return Setting({"construction": payload.construction, "topic": payload.topic, "routed_to": payload.routed_to})


def assign_numbers(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Give the two numbers: one in the session, one in the construction. Given once; never reused or changed."""
    if proposal.number is not None:
        names = ("number", "category_number", "category_label")
        kept = {name: getattr(proposal, name) for name in names}
        return Setting({"decided_at": at}, facts=kept | {"kept": True})
    rules = look_up(proposal.committee, Taxonomies, timezone.localdate(at))
    category = rules.values.construction(payload.construction)
    if category is None:
        raise engine.Invalid({"construction": _("请从现行类别中选择")})
    series = f"proposal.{proposal.session_id}"
    numbers = facts.numbered(
        bodies.next_number(proposal.committee, series),
        bodies.next_number(proposal.committee, f"{series}.{category.code}"),
        category.short,
    )
    return Setting(numbers | {"decided_at": at}, facts=numbers, regulation=rules.version)


def merged_into(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> Setting:
    """The lead proposal it goes into; whatever had been merged into this one moves along."""
    both = Q(pk=proposal.pk) | Q(uid=payload.into)
    # two merging each other: one waits
    list(Proposal.objects.select_for_update(of=("self",)).filter(both).order_by("pk"))
    queries.hold_handling(payload.into)
    lead = queries.may_absorb(proposal).filter(uid=payload.into).first()
    if lead is None:
        raise engine.Invalid({"into": NO_LEAD})
    said = facts.merged(lead.pk, lead.number)
    moved = list(proposal.merged.select_for_update(of=("self",)).order_by("pk"))
    sound = audit.sound(moved)

    def move_along() -> None:
        proposal.merged.filter(pk__in=[row.pk for row in moved]).update(merged_into=lead)
        for row in moved:  # each in its own life: what is said of it elsewhere is not asked for before its next step
            audit.record(
                "proposals.move_along",
                row,
                actor=actor,
                at=at,
                data=said | {"reason": payload.reason},
                acting_as=proposal.capacity_of(actor),
                proves=[row] if row in sound else (),
            )

    along = {"moved": [row.uid for row in moved]} if moved else {}
    return Setting({"merged_into": lead, "decided_at": at}, facts=said | along, writes=(move_along,))


def out_of_lead(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Out of its lead proposal, undecided again; the number that it may have stays its own."""
    lead = proposal.merged_into
    said = {"from_label": case_number(lead.number), "from_title": lead.title, "lead": lead.pk} if lead is not None else {}
    return Setting({"merged_into": None, "decided_at": None}, facts=said)


def note_in_former_lead(proposal: Proposal, event: Event) -> None:
    """The lead proposal's timeline says what went out of it, and why."""
    lead = Proposal.objects.filter(pk=event.data.get("lead")).select_related("committee").first()
    if lead is not None:
        audit.record(
            "proposals.part_with",
            lead,
            actor=event.actor,
            at=event.at or event.recorded_at,
            acting_as=event.acting_as,
            data={"title": proposal.title, "proposal": proposal.pk, "reason": event.data.get("reason", "")},
        )


def free_merged(proposal: Proposal, event: Event) -> None:
    """A lead that is withdrawn is answered no more: what went into it is decided by itself again."""
    system, at = Account.objects.system(), event.at or event.recorded_at
    for row in proposal.merged.select_for_update(of=("self",)).select_related("committee", "merged_into").order_by("pk"):
        said = {"reason": _("主案《%(proposal)s》已撤案，本案恢复审定") % {"proposal": proposal.title}}
        engine.perform(row, "separate", actor=system, at=at, payload=said, by_system=True)


def held(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Whoever merges something into it waits, or was before us: what went into it is known by now."""
    list(Proposal.objects.select_for_update(of=("self",)).filter(pk=proposal.pk))
    return Setting()


def undecided(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> Setting:
    """No decision stands any more. Its numbers stay as they were given."""
    held(proposal, actor=actor, at=at, payload=payload)
    if why := queries.what_it_absorbed(proposal):
        raise engine.Blocked([why])
    return Setting({"decided_at": None})


def destination_cleared(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Where its content went is the event's to say; decided otherwise, it may go elsewhere."""
    said = {"destination": proposal.destination}
    if proposal.passed_on_at is not None:
        said |= {"passed_on_to": queries.passed_on_to(proposal)}
    return Setting({"destination": "", "reason_code": "", "decided_at": None, "passed_on_at": None}, facts=said)


def note_in_lead(proposal: Proposal, event: Event) -> None:
    """The lead proposal's timeline says what came into it, and what moved along with that."""
    lead = proposal.merged_into
    if lead is None:
        return
    for row in (proposal, *Proposal.objects.filter(uid__in=event.data.get("moved", ())).order_by("pk")):
        audit.record(
            "proposals.absorb",
            lead,
            actor=event.actor,
            at=event.at or event.recorded_at,
            acting_as=event.acting_as,
            data=facts.absorbed(row.title, row.pk, event.data.get("reason", "")),
        )


def destination_said(proposal: Proposal, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """The listed reason and where the content goes."""
    rules = look_up(proposal.committee, NotFiling, timezone.localdate(at))
    reason = rules.values.reason(payload.reason_code)
    values = {"destination": payload.destination, "reason_code": payload.reason_code, "decided_at": at}
    said = facts.refused(reason.text if reason else "", payload.reason)
    return Setting(values, facts=said, regulation=rules.version)
