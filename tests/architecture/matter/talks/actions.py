"""Writes of talks that are no steps: a member offers one."""

from dataclasses import dataclass, field
from datetime import datetime

from tongxin.accounts.models import Account
from tongxin.members.rules import seat_of
from tongxin.talks.models import Talk
from tongxin.workflow.engine import begin


@dataclass(frozen=True)
class Offer:
    """What is said with it."""

    title: str = field(metadata={"label": "题目", "max": 60})
    outline: str = field(metadata={"label": "提纲", "widget": "textarea"})


def offer(said: Offer, *, actor: Account, at: datetime) -> Talk:
    """Offer a talk as a member who sits."""
    member = seat_of(actor)
    talk = Talk(committee=member.committee, member=member, title=said.title, outline=said.outline, offered_at=at)
    begin(talk, actor=actor, at=at)
    return talk
