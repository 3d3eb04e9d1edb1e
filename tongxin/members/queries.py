"""Reads of members."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from tongxin.accounts.describing import Line
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee, Sector, Term
from tongxin.members.models import Member, Post, Seat
from tongxin.members.rules import OFFICE


def visible_to(user: Any) -> QuerySet[Member]:
    """Return the members `user` may see: the twin of members.view."""
    if not user.is_authenticated or not user.is_active:
        return Member.objects.none()
    committees = bodies.committees_with(user, *OFFICE)
    own = getattr(user, "member", None)
    if own is not None:
        committees = committees | {own.committee_id}
    return Member.objects.filter(committee_id__in=committees)


def current_term(committee: Committee, on: date) -> Term | None:
    """Return the term a day falls in."""
    return committee.terms.filter(starts_on__lte=on).order_by("-starts_on").first()


def sitting(rows: QuerySet[Member], on: date) -> QuerySet[Member]:
    """Keep those who hold a seat on a day."""
    seats = Seat.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), member=OuterRef("pk"), starts_on__lte=on)
    return rows.filter(Exists(seats))


def find(rows: QuerySet[Member], words: str) -> QuerySet[Member]:
    """Keep those whose name, sound (pinyin or initials), number or workplace has the words."""
    words = words.strip()
    if not words:
        return rows
    sound = words.lower().replace(" ", "")
    return rows.filter(
        Q(name__contains=words) | Q(sound__contains=sound) | Q(number__iexact=words) | Q(workplace__contains=words)
    )


def with_seats(rows: QuerySet[Member], on: date) -> QuerySet[Member]:
    """Fetch the seats and posts in force, for lists: two queries, however many members."""
    in_force = Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))
    return rows.prefetch_related(
        Prefetch("seats", Seat.objects.filter(in_force).select_related("sector", "special_committee"), "seats_now"),
        Prefetch("posts", Post.objects.filter(in_force), "posts_now"),
    )


def sectors(committee: Committee, on: date) -> QuerySet[Sector]:
    """Return the sectors of the term in force, in the order of the list."""
    return Sector.objects.filter(committee=committee, term=current_term(committee, on)).order_by("place_in_list", "id")


def about(account: Any) -> list[Line]:
    """Say where somebody sits, for the own account page."""
    own = getattr(account, "member", None)
    if own is None:
        return []
    seats = Seat.objects.filter(member=own, ends_on=None).select_related("sector", "special_committee", "committee")
    return [Line("界别", f"{s.committee.short_name}　{s.sector}") for s in seats]


def home_code(account: Any) -> str:
    """Return the code of the committee a member sits in."""
    own = Member.objects.filter(account=account).select_related("committee").first()
    return own.committee.code if own else ""
