"""Corrections by the office, passing on."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import Saved
from tongxin.committees.choices import System
from tongxin.proposals.actions.problems import ProposalError
from tongxin.proposals.choices import Season, State
from tongxin.proposals.models import Proposal
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.queries import in_force


def _correct(proposal: Proposal, kind: str, *, actor: Account, at: datetime, data: dict[str, Any], **values: Any) -> None:
    """Write what was corrected, with its event."""
    sound = audit.sound([proposal])
    Proposal.objects.filter(pk=proposal.pk).update(**values)
    proposal.refresh_from_db()
    audit.record(
        kind,
        proposal,
        actor=actor,
        at=at,
        acting_as=proposal.capacity_of(actor),
        data=data,
        proves=[Saved(proposal, tuple(values)) for _row in sound],
    )


@transaction.atomic
def reclassify(proposal: Proposal, *, construction: str, topic: str, reason: str, actor: Account, at: datetime) -> None:
    """Change the categories of a filed proposal; its numbers stay as they were given."""
    rules: Taxonomies = in_force(proposal.committee, Taxonomies, timezone.localdate(at))
    main, local = rules.construction(construction), rules.topic(topic)
    if main is None or local is None:
        message = _("请从现行类别中选择")
        raise ProposalError(message)
    if not reason.strip():
        message = _("请写明调整类别的理由")
        raise ProposalError(message)
    if (construction, topic) == (proposal.construction, proposal.topic):
        message = _("类别没有改动")
        raise ProposalError(message)
    _correct(
        proposal,
        "proposals.reclassify",
        actor=actor,
        at=at,
        construction=construction,
        topic=topic,
        data={"construction": main.name, "topic": local.name, "reason": reason},
    )


@transaction.atomic
def reroute(proposal: Proposal, *, routed_to: str, reason: str, actor: Account, at: datetime) -> None:
    """Send a filed proposal to another 归口 for assignment."""
    if Proposal.objects.select_for_update().get(pk=proposal.pk).state != State.FILED:
        message = _("提案已经交办，不能再改变交办口")
        raise ProposalError(message)
    _correct(
        proposal,
        "proposals.reroute",
        actor=actor,
        at=at,
        routed_to=routed_to,
        data={"system": str(System(routed_to).label), "reason": reason},
    )


@transaction.atomic
def change_season(proposal: Proposal, *, season: str, reason: str, actor: Account, at: datetime) -> None:
    """Change 大会 / 平时, with a reason."""
    if not reason.strip():
        message = _("请写明调整提案时段的理由")
        raise ProposalError(message)
    _correct(
        proposal,
        "proposals.change_season",
        actor=actor,
        at=at,
        season=season,
        data={"season": str(Season(season).label), "reason": reason},
    )


@transaction.atomic
def pass_on(proposal: Proposal, *, to: str, actor: Account, at: datetime) -> None:
    """Note that a converted proposal's content was passed on to somebody."""
    if (
        not Proposal.objects.filter(pk=proposal.pk, state=State.NOT_FILED, passed_on_at=None)
        .exclude(destination="nowhere")
        .update(passed_on_at=at)
    ):
        message = _("这件提案的内容已经转出，或者没有需要转出的内容")
        raise ProposalError(message)
    proposal.refresh_from_db()
    audit.record("proposals.pass_on", proposal, actor=actor, at=at, acting_as=proposal.capacity_of(actor), data={"to": to})
