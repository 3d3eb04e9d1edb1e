"""One person kept twice.

A list that came in later wrote a number otherwise, before imports knew it was the same one.
"""

from collections.abc import Collection

from tongxin.demo.bodies import Assembly
from tongxin.demo.clock import Clock, at, minus
from tongxin.demo.ledger import Ledger
from tongxin.members.choices import Ending
from tongxin.members.models import Member, Post, Seat


def tell_double(clock: Clock, ledger: Ledger, made: Assembly, parts: Collection[str]) -> None:
    """Keep the last member without a post or a part of the story a second time, without account, under a number with one more zero."""
    leading = {id(post.member) for post in ledger.rows.get(Post, [])}
    seats = {id(seat.member): seat for seat in ledger.rows[Seat] if seat.ending != Ending.RESIGNED and seat.ends_on is None}
    plain = (m for m in reversed(made.members) if id(m) in seats and id(m) not in leading and m.number not in parts)
    known = next(plain)
    seat, code, on = seats[id(known)], made.committee.code, minus(clock.today, 33)
    double = ledger.add(
        Member(
            committee=made.committee,
            number=f"{code}0{known.number.removeprefix(code)}",
            name=known.name,
            sound=known.sound,
            gender=known.gender,
            ethnicity=known.ethnicity,
            born_in=known.born_in,
            party=known.party,
            is_party_member=known.is_party_member,
            workplace=known.workplace,
            workplace_post="",
            phone=known.phone,
            phone_hash=known.phone_hash,
            email=known.email,
        )
    )
    ledger.add(Seat(committee=made.committee, member=double, term=made.term, sector=seat.sector, starts_on=on))
    ledger.note("members.import", made.committee, actor=None, at=at(on, 15, 40), rows=1)
