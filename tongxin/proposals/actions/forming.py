"""Whether a member's proposal is his own or a joint one: as many names as stand under it."""

from datetime import datetime

from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.proposals.choices import MEMBERS_FORMS, Answer, Form, States
from tongxin.proposals.models import Proposal, Signature


def hold(*proposals: int) -> None:
    """Hold proposals before the names under them, as whoever hands one in: two hands take turns."""
    held = Proposal.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=proposals).order_by("pk")
    list(held.values_list("pk", flat=True))


def follow_signers(proposal: Proposal, *, actor: Account | None, at: datetime) -> None:
    """Make a proposal joint where others sign it, individual where nobody does any more; said once it was handed in.

    While the text is with its proposer, whoever is still asked counts as signing.
    """
    if proposal.form not in MEMBERS_FORMS:
        return
    counting = [Answer.ACCEPTED, *([Answer.INVITED] if proposal.state in States.with_the_proposer else [])]
    several = Signature.objects.filter(proposal=proposal, answer__in=counting).count() > 1
    form = Form.JOINT if several else Form.INDIVIDUAL
    if not Proposal.objects.filter(pk=proposal.pk, form__in=MEMBERS_FORMS).exclude(form=form).update(form=form):
        proposal.form = form
        return
    proposal.form = form
    if proposal.submitted_at is not None:
        because = _("有委员联名") if several else _("没有委员联名")
        audit.record("proposals.change_form", proposal, actor=actor, at=at, data={"form": str(form.label), "because": because})
