"""What a proposal may be merged into, what was merged into it, and what keeps it open meanwhile."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries.above import above


def hold_handling(uid: str) -> None:
    """Hold the handling of a proposal to the end of the transaction.

    It is not answered while something is merged into it.
    """
    above().hold(uid)


def answers_to(proposal: Proposal) -> str:
    """Name the answers that were sent to a proposal, each with its unit and day; nothing where none was."""
    return above().answers(proposal)


def may_absorb(proposal: Proposal) -> QuerySet[Proposal]:
    """Return the proposals this one may be merged into.

    Filed, of the same session, not itself, and not answered yet.
    """
    open_ = Q(state=State.FILED) | Q(state=State.HANDED_OVER) & above().in_hand()
    return (
        Proposal.objects.filter(open_, committee_id=proposal.committee_id, session_id=proposal.session_id)
        .exclude(pk=proposal.pk)
        .order_by("number")
    )


def absorbed(proposal: Proposal) -> str:
    """Name what was merged into a proposal, three at most; nothing when nothing was."""
    joined = list(proposal.merged.order_by("pk").values_list("title", flat=True)[:4])
    return "".join(f"《{title}》" for title in joined[:3]) + (_("等") if len(joined) > 3 else "")  # noqa: PLR2004


def what_it_absorbed(proposal: Proposal) -> str | None:
    """Say in a sentence what was merged into a proposal; nothing when nothing was."""
    names = absorbed(proposal)
    return _("%(names)s并入了本案，请先逐件解除并案") % {"names": names} if names else None
