"""The list of members that somebody reads: who is on it, and what stands beside each."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When

from tongxin.committees import queries as bodies
from tongxin.committees.models import Sector, Term
from tongxin.core.prepared import Prepared
from tongxin.members.models import Member, MemberQuerySet, Post, Seat
from tongxin.members.rules import OFFICE, member_of, members_of, sitting_member_of


def asked_by(user: Any) -> tuple[Any, Any, Any]:
    """Return what the list somebody reads is asked about, as `listed` takes it."""
    now, inside, own = member_of(user), bodies.committees_with(user, *OFFICE), sitting_member_of(user)
    others = [m.pk for m in members_of(user) if m != now and m.committee_id not in inside]
    return inside | {own.committee_id} if own is not None else inside, user.pk, others


def listed(committees: Any, account: Any, others: Any) -> MemberQuerySet:
    """Return the members of some committees and an account's own, without the other places of that account."""
    return Member.objects.filter(Q(committee_id__in=committees) | Q(account=account)).exclude(pk__in=others)


def sectors_listed_to(user: Any, on: date) -> list[Sector]:
    """Return the sectors by which the list somebody reads is narrowed.

    Those of the committee whose member comes first.
    """
    committee = COMMITTEES.first(*asked_by(user))
    return [] if committee is None else SECTORS.all(committee, TERMS.first(committee, on))


COMMITTEES = Prepared(lambda *asked: listed(*asked).order_by("pk").values_list("committee", flat=True))
TERMS = Prepared(
    lambda committee, on: (
        Term.objects.filter(committee=committee, starts_on__lte=on).order_by("-starts_on").values_list("pk", flat=True)
    )
)
SECTORS = Prepared(lambda committee, term: Sector.objects.filter(committee=committee, term=term).order_by("place_in_list", "id"))


def with_held(members: Collection[Member], on: date) -> None:
    """Give members of a list the seats and posts that they hold on a day, as `with_seats` does."""
    keys = [member.pk for member in members]
    _give(members, "seats_now", SEATS.all(keys, on))
    _give(members, "posts_now", POSTS.all(keys, on))


def _give(members: Collection[Member], name: str, rows: Iterable[Any]) -> None:
    held: dict[int, list[Any]] = {}
    for row in rows:
        held.setdefault(row.member_id, []).append(row)
    for member in members:
        setattr(member, name, held.get(member.pk, []))


SEATS = Prepared(
    lambda members, on: Seat.objects.filter(bodies.running(on), member__in=members).select_related("sector", "special_committee")
)
POSTS = Prepared(lambda members, on: Post.objects.filter(bodies.running(on), member__in=members))


def with_endings(members: Collection[Member]) -> None:
    """Give every seat, the one that ended last first, to the list of those who left.

    Last of all those that never began.
    """
    _give(members, "seats_past", ENDINGS.all([member.pk for member in members]))


def _endings(members: Any) -> QuerySet[Seat]:
    began = Case(When(ends_on__gt=F("starts_on"), then=0), default=1)
    seats = Seat.objects.filter(member__in=members).exclude(ends_on=None).select_related("sector")
    return seats.order_by(began, "-ends_on", "-id")


ENDINGS = Prepared(_endings)
