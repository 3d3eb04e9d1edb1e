"""The text of a proposal saves itself; the address of a new one says in whose name, and in which seat, it is begun."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import demand
from tongxin.accounts.models import Account
from tongxin.committees.models import Committee
from tongxin.core.ids import new_uid
from tongxin.drafts.table import Draft
from tongxin.members.models import Member
from tongxin.members.rules import member_of
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import Form, States
from tongxin.proposals.forms import TextForm, typed_text
from tongxin.proposals.models import TEXT_FIELDS, Proposal

SALT = "tongxin.proposals.new"


# ── a text that is not there yet ─────────────────────────────────────────────────────────────────
def token_for(
    user: Account, committee: Committee, *, member: Member | None = None, body: str = "", form: str = Form.INDIVIDUAL
) -> str:
    """Return the address of a new form: whose proposal it will be, signed, and the uid of the draft it will make."""
    said = [new_uid(), user.pk, committee.uid, member.uid if member else "", body, form]
    return signing.dumps(said, salt=SALT, compress=True)


def _sitting(uid: str) -> Member | None:
    return Member.objects.sitting(timezone.localdate()).filter(uid=uid).select_related("committee").first()


class Beginning:
    """What the address of a new form says: whose proposal it will be."""

    def __init__(self, user: Any, token: str) -> None:
        """Read it. Raises Http404 for what is no such address, or another's."""
        try:
            self.uid, account, committee, member, self.body, self.form = signing.loads(token, salt=SALT)
        except (signing.BadSignature, ValueError) as error:
            raise Http404 from error
        if account != user.pk:
            raise Http404
        found = Committee.objects.select_related("parent__parent").filter(uid=committee).first()
        self.first = _sitting(member) if member else None
        if found is None or (self.first is None and not self.body):
            raise Http404
        self.committee: Committee = found
        if self.first is None or self.first.account_id != user.pk:
            demand(user, "proposals.enter", self.committee)
        elif self.first != member_of(user):
            raise Http404  # begun in another of the own seats: there it is found (`accounts.opening`)
        demand(user, "proposals.write")

    @property
    def name(self) -> str:
        return self.first.name if self.first else self.body

    def make(self, user: Account, fields: Mapping[str, Any], at: datetime) -> Proposal:
        """Make the draft; when another tab was first, its draft."""
        try:
            with transaction.atomic():
                return actions.draft(
                    self.committee, actor=user, at=at, first=self.first, body=self.body, form=self.form, text=fields, uid=self.uid
                )
        except IntegrityError:
            return Proposal.objects.get(uid=self.uid)


# ── what saves itself ────────────────────────────────────────────────────────────────────────────
def _is_open(proposal: Proposal) -> bool:
    return proposal.state in States.with_the_proposer


def _editor(proposal: Proposal) -> str:
    return f"/proposals/{proposal.uid}/edit/" if _is_open(proposal) else proposal.get_absolute_url()


def _shown(_proposal: Proposal, name: str, value: Any) -> str:
    """Say a value in the words of its choice."""
    field = TextForm.base_fields[name]
    words = dict(getattr(field, "choices", ()))
    return str(words["1" if value else "0"]) if words else str(value)


TEXT = Draft(
    name="proposals.text",
    label=_("写提案"),
    may="proposals.write_it",
    labels={name: TextForm.base_fields[name].label for name in TEXT_FIELDS},
    find=queries.writable,
    text=lambda proposal: proposal,
    read=lambda _proposal, data: typed_text(data),
    save=actions.save_text,
    is_open=_is_open,
    editor=_editor,
    refuses=(actions.ProposalError,),
    shown=_shown,
    begin=Beginning,
)
DRAFTS = (TEXT,)
