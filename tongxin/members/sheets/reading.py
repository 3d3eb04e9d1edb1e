"""A row of the sheet of members, read.

And a member of the database in the same words, so that the two can be compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees.models import Committee
from tongxin.committees.queries import running
from tongxin.core.words import name_key, plain_number
from tongxin.members.choices import Rank
from tongxin.members.models import Member, Post, Seat
from tongxin.members.rules import who_it_is
from tongxin.members.sheets.columns import COLUMNS
from tongxin.sheets.kinds import Row, values_of

PARTY_MEMBERS = (gettext_lazy("中共党员"), gettext_lazy("中共预备党员"))
# compared by what two writings share
ALIKE: dict[str, Callable[[Any], Any]] = {"name": name_key, "number": plain_number}


@dataclass
class Person:
    """A row of the sheet, read; or a member of the database, in the same words, so that the two can be compared."""

    name: str = ""
    gender: str = ""
    ethnicity: str = ""
    born_in: date | None = None
    party: str = ""
    sector: str = ""
    special_committee: str = ""
    ranks: tuple[str, ...] = ()
    workplace: str = ""
    workplace_post: str = ""
    phone: str = ""
    email: str = ""
    is_party_member: bool | None = None
    number: str = ""
    seated_on: date | None = None


def read(row: Row) -> Person:
    """Read a row; what does not do becomes its faults."""
    person = Person(**values_of(COLUMNS, row))
    for column, value in (("姓名", person.name), ("界别", person.sector)):
        if not value and not row.complained(column):
            row.fault(column, _("没有填写"))
    if person.is_party_member is None and person.party:
        person.is_party_member = person.party in PARTY_MEMBERS
    return person


def of_member(member: Member) -> Person:
    """Return a member, fetched by `with_current_seats`, in the words of the sheet."""
    seat = next(iter(member.seats_now), None)  # type: ignore[attr-defined]
    held = {post.rank for post in member.posts_now}  # type: ignore[attr-defined]
    special = seat.special_committee if seat else None
    return Person(
        name=member.name,
        gender=member.gender,
        ethnicity=member.ethnicity,
        born_in=member.born_in,
        party=member.party,
        sector=seat.sector.name if seat else "",
        special_committee=special.name if special else "",
        ranks=tuple(rank for rank in Rank.values if rank in held and rank != Rank.MEMBER),
        workplace=member.workplace,
        workplace_post=member.workplace_post,
        phone=member.phone,
        email=member.email,
        is_party_member=member.is_party_member,
        number=member.number,
        seated_on=seat.starts_on if seat else None,
    )


def with_current_seats(rows: QuerySet[Member], on: date) -> QuerySet[Member]:
    """Fetch what the sheet needs of members, whatever their number in three queries."""
    seats = Seat.objects.filter(running(on)).select_related("sector", "special_committee").order_by("-term__number", "id")
    return rows.prefetch_related(
        Prefetch("seats", seats, "seats_now"), Prefetch("posts", Post.objects.filter(running(on)), "posts_now")
    )


@dataclass(frozen=True)
class Known:
    """A member as the sheet may write him.

    As he stands, and as each row stood that went into him and keeps its values.
    """

    member: Member
    written: list[Person]

    @property
    def born(self) -> set[date]:
        """The months in which he was born, by what is written of him."""
        return {person.born_in for person in self.written if person.born_in}

    def says(self, name: str, value: Any) -> bool:
        """Say whether a value is one of those written of him: his number, in whichever writing, is how he was found."""
        same = ALIKE.get(name, lambda value: value)
        if name == "number":
            return not value or any(same(value) == same(person.number) for person in self.written)
        if name == "ranks":  # posts were moved
            held = {rank for person in self.written for rank in person.ranks}
            return bool(value == self.written[0].ranks or (len(self.written) > 1 and held.issuperset(value)))
        return any(same(value) == same(getattr(person, name)) for person in self.written)


@dataclass(frozen=True)
class Gone:
    """A row that went into another, in the words of the sheet, and who it is by now."""

    row: Member
    person: Person
    is_now: int


def those_who_went(committee: Committee) -> list[Gone]:
    """Return the rows that went into others, each with the seat and the posts that it had."""
    rows = Member.everybody.filter(committee=committee, merged_into__isnull=False).select_related("merged_into").order_by("pk")
    seats = Seat.objects.select_related("sector", "special_committee").order_by("-term__number", "id")
    found = rows.prefetch_related(Prefetch("seats", seats, "seats_now"), Prefetch("posts", Post.objects.all(), "posts_now"))
    return [Gone(row, of_member(row), who_it_is(row).pk) for row in found]
