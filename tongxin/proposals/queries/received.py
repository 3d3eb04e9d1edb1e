"""What was handed in: how it is called, whether it is open, when it was handed over, to whom its content went."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.audit.queries import last_of
from tongxin.core.templatetags.chinese import case_number
from tongxin.proposals.choices import Destination, State, States
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries.above import above


def open_matters() -> QuerySet[Proposal]:
    """Return what was handed in and has not come to its end.

    Under examination, to be assigned, in handling until it is closed.
    """
    handled = Q(state=State.HANDED_OVER) & above().open()
    return Proposal.objects.filter(Q(state__in=(*States.in_examination, State.FILED)) | handled)


def passed_on_to(proposal: Proposal) -> str:
    """Return to whom the content of a proposal that was not filed went; nothing while it did not."""
    last = last_of(proposal, kind="proposals.pass_on") if proposal.passed_on_at is not None else None
    return str(last.data.get("to", "")) if last is not None else ""


def handed_over_at(proposal: Proposal) -> datetime | None:
    """Return when a proposal was handed over for handling."""
    event = last_of(proposal, kind="proposals.hand_over")
    return event.at if event is not None else None


def to_be_passed_on(committees: Iterable[int]) -> QuerySet[Proposal]:
    """Return what was converted and waits to be passed on in committees: queue, page and file say the same."""
    return (
        Proposal.objects.filter(committee_id__in=committees, state=State.NOT_FILED, passed_on_at=None)
        .exclude(destination=Destination.NOWHERE)
        .order_by("decided_at", "id")
    )


def numbered(proposal: Proposal) -> str:
    """Call a proposal by its number, or the one it was received under; nothing before."""
    if proposal.number is not None:
        return case_number(proposal.number)
    return _("收件第 %(serial)s 号") % {"serial": proposal.serial} if proposal.serial is not None else ""
