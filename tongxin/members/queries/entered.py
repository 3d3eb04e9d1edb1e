"""What is entered of a member and how he is reached, as a page shows it and an act compares it with what was shown."""

from datetime import date
from typing import Any

from tongxin.committees.queries import running
from tongxin.core.secrets import lookup_hash, phone_hash
from tongxin.core.shown import Plain, plain
from tongxin.core.words import clean_line, plain_phone
from tongxin.members.choices import CONTACT_FIELDS, ENTERED_FIELDS, OF_SEAT, Rank
from tongxin.members.models import Member, Post, Seat
from tongxin.members.rules import is_dead

SEAT = "seat"  # beside what was entered of it: given back or of another term, it is another of which nobody read


def seat_now(member: Member, on: date) -> Seat | None:
    """Return the seat that is corrected: of those held on a day that of the latest term."""
    held = Seat.objects.filter(running(on), member=member)
    return held.select_related("term", "sector").order_by("-term_id", "id").first()


def posts_now(seat: Seat, on: date) -> list[Post]:
    """Return the posts held on a day in the term of a seat, that of an ordinary member too."""
    return list(Post.objects.filter(running(on), member=seat.member_id, term=seat.term_id).order_by("pk"))


def entered(member: Member, on: date) -> dict[str, Plain]:
    """Return what was entered of a member, by name; of the seat only where one is held, and which one it is."""
    said = {name: as_entered(name, getattr(member, name)) for name in ENTERED_FIELDS if name not in OF_SEAT}
    seat = seat_now(member, on)
    if seat is None:
        return said
    ranks = [post.rank for post in posts_now(seat, on) if post.rank != Rank.MEMBER]
    return said | {
        SEAT: seat.uid,
        "sector": plain(seat.sector_id),
        "starts_on": plain(seat.starts_on),
        "convenes": plain(seat.convenes),
        "special_committee": plain(seat.special_committee_id),
        "ranks": plain(ranks),
    }


def as_entered(name: str, value: Any) -> Plain:
    """Return one value as it is compared: a month of birth without its day."""
    return f"{value:%Y-%m}" if name == "born_in" and value else plain(value)


def reached(member: Member) -> dict[str, Plain]:
    """Return how a member is reached, by name; of the number only a mark, which is of no use to anybody else."""
    return {name: as_reached(member, name, getattr(member, name)) for name in CONTACT_FIELDS}


def others_reached_by(phone: str, member: Member) -> list[Member]:
    """Return who else in the committee is reached by a number that is new to a member.

    The living, who sign in with it.
    """
    hashed = phone_hash(phone)
    if not hashed or hashed == member.phone_hash:
        return []
    rows = Member.objects.filter(committee=member.committee_id, phone_hash=hashed).exclude(pk=member.pk)
    return [other for other in rows.order_by("number") if not is_dead(other)]


def as_reached(member: Member, name: str, value: str) -> Plain:
    """Return one value as it is compared."""
    if name != "phone":
        return clean_line(str(value))
    return lookup_hash(f"{member.uid} {plain_phone(value) or value}")[:16] if value else ""
