"""Reads of talks."""

from typing import Any

from django.db.models import QuerySet

from tongxin.committees.choices import Duty
from tongxin.members.queries import kept_by_duty, of_fellow_members, of_the_member
from tongxin.talks.choices import State
from tongxin.talks.models import Talk


def visible_to(user: Any) -> QuerySet[Talk]:
    """Return the talks that somebody may open."""
    announced = of_fellow_members(user, state=State.ANNOUNCED)
    return Talk.objects.filter(of_the_member(user) | kept_by_duty(user, Duty.MEMBER_AFFAIRS) | announced)
