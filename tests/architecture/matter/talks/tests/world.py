"""How a talk begins; the steps of its table lead on from there."""

from datetime import datetime

from tongxin.members.models import Member
from tongxin.talks.actions import Offer, offer
from tongxin.talks.models import Talk


def _begin(member: Member, at: datetime) -> Talk:
    assert member.account is not None
    return offer(Offer("家门口的协商", "从一个小区的停车说起。"), actor=member.account, at=at)


BEGINNINGS = {"talks": _begin}
