"""Invitations wait while a text has nobody who stands first: the time that they lost is given back."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tongxin.proposals import queries
from tongxin.proposals.choices import Answer, Role, Season
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.regulations import FormRules
from tongxin.regulations.queries import in_force


def give_time_back(proposal: Proposal, *, at: datetime) -> dict[str, Any]:
    """Push the cut-off of invitations that were open when the text lost its first proposer.

    Return what the event says of it.

    To be asked before it is said that somebody stands first again.
    """
    until, since = proposal.cosign_until, queries.lost_since(proposal)
    if until is None or since is None or until < since:
        return {}
    if not Signature.objects.filter(proposal=proposal, role=Role.CO, answer=Answer.INVITED).exists():
        return {}
    later = max(until, min(until + (at - since), _latest(proposal, until, at)))
    if later == until:
        return {}
    Proposal.objects.filter(pk=proposal.pk).update(cosign_until=later)
    proposal.cosign_until = later
    return {"until": later.isoformat()}


def _latest(proposal: Proposal, until: datetime, at: datetime) -> datetime:
    """Return until when answers may be waited for.

    As long as a new invitation, and not past the end of the plenary's window.
    """
    rules: FormRules = in_force(proposal.committee, FormRules, timezone.localdate(at))
    latest = at + timedelta(days=rules.cosign_days)
    session, season = queries.session_and_season_at(proposal.committee, until)
    closes = queries.plenary_window(session)[1] if session is not None and season == Season.PLENARY else None
    return min(latest, closes) if closes is not None and closes > at else latest
