"""How members sign in and are invited: what `accounts`, which stands below, asks."""

from typing import Any

from django.db.models import F, Q

from tongxin.accounts import names
from tongxin.accounts.models import Account
from tongxin.accounts.seats import Held
from tongxin.accounts.seats import Seat as SeatOfInvitation
from tongxin.core.secrets import phone_hash
from tongxin.core.words import plain_number, plain_phone, wide
from tongxin.members.models import Member
from tongxin.members.queries.inviting import at_home
from tongxin.members.queries.uniting import gone_into
from tongxin.members.rules import member_of, members_of, who_it_is


def home_code(account: Any) -> str:
    """Return the code of the committee a member is at home in."""
    own = at_home(account)
    return own.committee.code if own else ""


def accounts_named(realm: str, name: str) -> list[Account]:
    """Return the accounts a typed name may mean: a member's number in the committee `realm`, or a phone in any."""
    fits = Q(pk__in=[member.pk for member in _numbered(realm, name)])
    if hashed := phone_hash(name):
        fits |= Q(phone_hash=hashed)
    rows = Member.objects.filter(fits, account__isnull=False).select_related("account").order_by("pk")
    return [row.account for row in rows if row.account is not None]


def _numbered(realm: str, name: str) -> list[Member]:
    """Return whose number it is, of whoever went into another the other.

    The very number, or else one written otherwise.
    """
    if not realm:
        return []
    rows = Member.everybody.filter(committee__code=realm)
    found = list(rows.filter(Q(number__iexact=name) | Q(number__in=[wide(name), wide(name.upper())])))
    if not found:
        alike = [pk for pk, number in rows.values_list("pk", "number") if plain_number(number) == plain_number(name)]
        found = list(rows.filter(pk__in=alike))
    return [who_it_is(member) for member in found]


def names_of(account: Account) -> list[str]:
    """Return the names a member signs in with: the numbers, and the phone.

    The numbers of who went into him behind them.
    """
    if not account.pk:
        return []
    rows = list(Member.objects.filter(account=account).order_by(F("taken_at").asc(nulls_first=True), "pk"))
    return [*(name for own in rows for name in sign_in_names(own)), *(gone.number for gone in gone_into(*rows) if gone.number)]


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
        uid=found.uid,
        name=found.name,
        email=found.email,
        committee=found.committee.short_name,
        code=found.committee.code,
        inner_name=names.for_member(found.committee.code, found.number or found.uid),
        taken=found.account_id is not None,
        names=tuple(sign_in_names(found)),
        owner_known=bool(phone) and bool(names.find("", phone)),
    )


def seats_held(account: Account) -> list[Held]:
    """Return the places somebody has in all committees."""
    now = member_of(account)
    return [Held(m.uid, m.committee.code, m.committee.short_name, chosen=m == now) for m in members_of(account)]
