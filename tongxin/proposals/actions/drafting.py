"""Beginning a proposal, saving its text, keeping a second text beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.committees.models import Committee
from tongxin.core.words import clean_line, clean_text
from tongxin.members.models import Member
from tongxin.proposals.actions import names
from tongxin.proposals.actions.agreeing import keep_signed
from tongxin.proposals.actions.problems import ProposalError, StaleError
from tongxin.proposals.choices import Answer, Form, Role, States
from tongxin.proposals.models import TEXT_FIELDS, Proposal, Signature, StaleCopy
from tongxin.workflow import engine


@transaction.atomic
def draft(
    committee: Committee,
    *,
    actor: Account,
    at: datetime,
    first: Member | None = None,
    body: str = "",
    form: str = Form.INDIVIDUAL,
    text: Mapping[str, Any] | None = None,
    uid: str = "",
) -> Proposal:
    """Begin a proposal of a member (`first`) or a body. When `actor` is not that member, it is an entry on behalf (marked).

    `uid` is the address that the form was opened under, before anything was written.
    """
    if first is None and not body:
        message = "提案必须有第一提案人"
        raise ProposalError(message)
    own = first is not None and first.account_id == actor.pk
    if first is not None:
        names.hold(first, acts=actor if own else None)
    if first is not None and not Member.objects.sitting(timezone.localdate(at)).filter(pk=first.pk).exists():
        message = f"{first.name}现在不在任，不能提出提案"
        raise ProposalError(message)
    proposal = Proposal(committee=committee, form=form, edited_at=at, entered_by=None if own else actor, **_clean(text or {}))
    proposal.uid = uid or proposal.uid
    signature = Signature(
        committee=committee, proposal=proposal, member=first, body=body, role=Role.FIRST, answer=Answer.ACCEPTED,
        answered_at=at, signed_version=1,
    )  # fmt: skip

    def signed() -> list[Signature]:
        signature.proposal = proposal  # which has its key by now
        signature.save()
        return [signature]

    said = {} if own else {"on_behalf": first.name if first else body}
    engine.begin(proposal, actor=actor, at=at, data=said, with_it=signed)
    return proposal


def _clean(text: Mapping[str, Any]) -> dict[str, Any]:
    one_line = {"title", "suggested_units"}
    return {
        name: (clean_line(value)[:200] if name in one_line else clean_text(value)) if isinstance(value, str) else bool(value)
        for name, value in text.items()
        if name in TEXT_FIELDS
    }


def save_text(proposal: Proposal, *, text: Mapping[str, Any], started_from: int, actor: Account, at: datetime) -> Proposal:
    """Save what was typed; no event. A save that did not start from the current version is kept beside, nothing overwritten.

    Raises StaleError with the kept copy, also when the text is no longer with the proposer (`closed`).
    """
    fields = _clean(text)
    with transaction.atomic():
        copy = _save_or_keep(proposal, fields, started_from, actor, at)
    if copy is not None:  # raised outside, or the copy would be rolled back with it
        raise StaleError(copy)
    return proposal


def _save_or_keep(
    proposal: Proposal, fields: dict[str, Any], started_from: int, actor: Account, at: datetime
) -> StaleCopy | None:
    def unchanged() -> bool:
        return all(getattr(proposal, name) == value for name, value in fields.items())

    if unchanged() and proposal.version == started_from:
        return None
    rows = Proposal.objects.filter(pk=proposal.pk, version=started_from, state__in=States.with_the_proposer)
    for held in rows.select_for_update(of=("self",)):
        keep_signed(held, at=at)
    if not rows.update(version=F("version") + 1, edited_at=at, **fields):
        proposal.refresh_from_db()
        return None if unchanged() else _keep_beside(proposal, fields, started_from, actor, at)
    proposal.refresh_from_db()
    return None


def _keep_beside(proposal: Proposal, fields: dict[str, Any], started_from: int, actor: Account, at: datetime) -> StaleCopy:
    """Keep one open copy per writer and starting version: the same tab saving again replaces its own copy."""
    copy, _made = StaleCopy.objects.update_or_create(
        committee=proposal.committee, proposal=proposal, account=actor, started_from=started_from, settled_at=None,
        defaults={"fields": fields, "kept_at": at},
    )  # fmt: skip
    return copy


@transaction.atomic
def settle_copy(copy: StaleCopy, *, at: datetime) -> None:
    """Put a kept copy away, after its writer has looked at both texts. The row stays."""
    copy.settled_at = at
    copy.save(update_fields=["settled_at"])
