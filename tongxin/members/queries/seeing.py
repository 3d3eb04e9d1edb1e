"""Conditions that the queries of matters are made of, each the twin of a predicate: whose rows somebody may see."""

from typing import Any

from django.db.models import Q

from tongxin.committees import queries as bodies
from tongxin.members.rules import member_of, sitting_member_of

NOTHING = Q(pk__in=())


def of_the_member(user: Any) -> Q:
    """Keep the rows of the member somebody is: the twin of `is_the_member`."""
    member = member_of(user)
    return NOTHING if member is None else Q(member=member)


def of_fellow_members(user: Any, **more: Any) -> Q:
    """Keep the rows of the committee in which somebody sits: the twin of `is_fellow_member`."""
    member = sitting_member_of(user)
    return NOTHING if member is None else Q(committee=member.committee_id, **more)


def kept_by_duty(user: Any, *duties: str) -> Q:
    """Keep the rows of the committees in which somebody holds one of some duties: the twin of `holds`."""
    return Q(committee__in=bodies.committees_with(user, *duties)) if user.is_authenticated else NOTHING
