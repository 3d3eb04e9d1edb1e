"""Reads of members."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from tongxin.accounts import names
from tongxin.accounts.describing import Line
from tongxin.accounts.models import Account
from tongxin.accounts.seats import Seat as SeatOfInvitation
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee, Sector, Term
from tongxin.core.secrets import phone_hash
from tongxin.core.words import plain_phone, wide
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


# ── signing in and invitations: what `accounts`, which stands below, asks ────────────────────────
def accounts_named(realm: str, name: str) -> list[Account]:
    """Return the accounts a typed name may mean: a member's number in the committee `realm`, or a phone in any."""
    fits = Q(pk=None)
    if realm:
        fits = (Q(number__iexact=name) | Q(number__in=[wide(name), wide(name.upper())])) & Q(committee__code=realm)
    if hashed := phone_hash(name):
        fits |= Q(phone_hash=hashed)
    rows = Member.objects.filter(fits, account__isnull=False).select_related("account").order_by("pk")
    return [row.account for row in rows if row.account is not None]


def names_of(account: Account) -> list[str]:
    """Return the names a member signs in with: the number, and the phone."""
    own = Member.objects.filter(account=account).first() if account.pk else None
    return sign_in_names(own) if own is not None else []


def sign_in_names(member: Member) -> list[str]:
    """Return the number and the phone, as far as there are any."""
    return [name for name in (member.number, plain_phone(member.phone)) if name]


def seat_of_invitation(uid: str) -> SeatOfInvitation | None:
    """Return what an invitation says of a member's seat."""
    found = Member.objects.filter(uid=uid).select_related("committee").first()
    if found is None:
        return None
    phone = plain_phone(found.phone)
    return SeatOfInvitation(
        uid=found.uid, name=found.name, email=found.email, committee=found.committee.short_name, code=found.committee.code,
        inner_name=names.for_member(found.committee.code, found.number or found.uid), taken=found.account_id is not None,
        owner_known=bool(phone) and bool(names.find("", phone)),
    )  # fmt: skip


def holds_seat(account: Account) -> bool:
    """Say whether an account belongs to a member."""
    return Member.objects.filter(account=account).exists()
