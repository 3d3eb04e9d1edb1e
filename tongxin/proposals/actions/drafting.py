"""Beginning a proposal, and saving its text."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.committees.models import Committee
from tongxin.core.words import clean_line, clean_text
from tongxin.drafts import actions as drafts
from tongxin.members.models import Member
from tongxin.proposals.actions import names
from tongxin.proposals.actions.agreeing import keep_signed
from tongxin.proposals.actions.problems import ProposalError
from tongxin.proposals.choices import Answer, Form, Role, State, States
from tongxin.proposals.models import TEXT_FIELDS, Proposal, Signature
from tongxin.workflow import engine

NAME = "proposals.text"
STALE = gettext_lazy("这份提案在别处已经保存过新的内容，您刚写的内容已另存一份，请对照后选定")
CLOSED = gettext_lazy("这份提案已经提交，正文不能再改。您刚写的内容已另存一份，退回修改时可以取用")
DELETED = gettext_lazy("这份草稿已经删除，正文不能再改。您刚写的内容已另存一份")


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
        message = _("提案必须有第一提案人")
        raise ProposalError(message)
    own = first is not None and first.account_id == actor.pk
    if first is not None:
        names.hold(first, acts=actor if own else None)
    if first is not None and not Member.objects.sitting(timezone.localdate(at)).filter(pk=first.pk).exists():
        message = _("%(first)s现在不在任，不能提出提案") % {"first": first.name}
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


def save_text(
    proposal: Proposal, *, fields: Mapping[str, Any], started_from: int, actor: Account, at: datetime, tab: str = ""
) -> Proposal:
    """Save what was typed; no event. A save that did not start from the current version is kept beside, nothing overwritten.

    Raises drafts.StaleError or, when the text is no longer with the proposer, drafts.ClosedError; both with the kept copy.
    """
    open_rows = Proposal.objects.filter(pk=proposal.pk, state__in=States.with_the_proposer)
    saving = drafts.Saving(
        NAME,
        proposal,
        proposal,
        open_rows,
        stale=STALE,
        closed=lambda: DELETED if proposal.state == State.DISCARDED else CLOSED,
        first=lambda held: keep_signed(held, at=at),
    )
    drafts.save(saving, fields=_clean(fields), started_from=started_from, actor=actor, at=at, tab=tab)
    return proposal
