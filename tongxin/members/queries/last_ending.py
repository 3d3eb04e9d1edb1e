"""What the last ending took of a member: the act that ended it names the rows.

What was imported as ended has only its day.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from tongxin.audit.models import Event
from tongxin.members.choices import ENDING_EVENTS, Ending
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.members.queries.pausing import lifted_by, rows_of
from tongxin.members.queries.uniting import MERGE, gone_into

Dated = TypeVar("Dated", Seat, Post, Suspension)


@dataclass(frozen=True)
class Ended:
    """What ended together and last: of a term one seat, of a post in it one, one suspension."""

    seats: Sequence[Seat]
    posts: Sequence[Post]
    suspensions: Sequence[Suspension]

    @property
    def by_death(self) -> bool:
        """Say whether it was a death: who is to be restored then never died."""
        return any(seat.ending == Ending.DIED for seat in self.seats)


def last_ending(member: Member) -> Ended:
    """Return what the last ending took, as far as it is over still: nothing while no seat has ended.

    What began after a backdated day ended on its own first day, by the same act. Where the act names not all (older
    ones name only what they vouch for), what ended on the day counts besides, unless another act names it.
    """
    seats = list(member.seats.exclude(ends_on=None).select_related("term", "sector", "special_committee").order_by("pk"))
    told = _endings_of(member) if seats else []
    acts = _last_of(member, told, seats)
    taken = [seat for seat in seats if seat.uid in _named(acts)]
    if imported := _later_unnamed(seats, _named(told), taken):
        taken, acts = imported, []
    named, own = _named(acts), _named(act for act in acts if act.subject_id == member.pk)
    others, names_all = _named(act for act in told if act not in acts), bool(acts) and all("ended" in act.data for act in acts)
    days, endings = {seat.ends_on for seat in taken}, {seat.ending for seat in taken}

    def is_taken(row: Seat | Post | Suspension) -> bool:
        return row.uid in named or (not names_all and row.ends_on in days and row.uid not in others)

    taken = [seat for seat in seats if is_taken(seat) and seat.ending in endings]
    posts = [post for post in _not_held(member.posts.exclude(ends_on=None), member) if is_taken(post)]
    return Ended(
        _one_of_each(taken, own, lambda seat: seat.term_id),
        _one_of_each(posts, own, lambda post: (post.term_id, post.rank)),
        _one_of_each((pause for pause in _paused(member) if is_taken(pause)), own, lambda _pause: Suspension),
    )


def _named(acts: Iterable[Event]) -> set[str]:
    """Return the uids of the rows that acts say they ended."""
    return {uid for act in acts for uid in rows_of(act, "ended")}


def _endings_of(member: Member) -> list[Event]:
    """Return the acts that ended seats of a member, in whichever of the lives that are one now, newest first."""
    told = Event.objects.filter(kind__in=ENDING_EVENTS.values(), subject_type="members.member", subject_id__in=_lives(member))
    return list(told.order_by("-id"))


def _lives(member: Member) -> list[int]:
    return [member.pk, *(gone.pk for gone in gone_into(member))]


def _last_of(member: Member, told: Sequence[Event], seats: Sequence[Seat]) -> list[Event]:
    """Return the last of the acts that ended seats.

    Entered twice, before two rows were made one, it is two acts of one day.

    Within one life the last act is the last, whatever day it names; of two lives that one whose day is later.
    """
    rows = {seat.uid for seat in seats}
    of_rows = [act for act in told if not rows.isdisjoint(rows_of(act, "ended"))]
    if not of_rows:
        return []
    mergers = Event.objects.filter(kind=MERGE, subject_type="members.member", subject_id__in=_lives(member))
    joined_at = mergers.order_by("-id").values_list("id", flat=True).first() or 0
    if of_rows[0].pk > joined_at:
        return [of_rows[0]]
    last = max(_newest_of_each_life(of_rows), key=lambda act: (_day_of(act), act.pk))
    same = [act for act in _newest_of_each_life(told) if (act.kind, _day_of(act)) == (last.kind, _day_of(last))]
    return [last, *(act for act in same if act.subject_id != last.subject_id)]


def _newest_of_each_life(told: Iterable[Event]) -> list[Event]:
    newest: dict[int | None, Event] = {}
    for act in told:
        newest.setdefault(act.subject_id, act)
    return list(newest.values())


def _day_of(act: Event) -> str:
    return str(act.data.get("on", ""))


def _last_day(seats: Iterable[Seat]) -> date:
    return max((seat.ends_on for seat in seats if seat.ends_on), default=date.min)


def _later_unnamed(seats: Sequence[Seat], named: Collection[str], taken: Sequence[Seat]) -> list[Seat]:
    """Return the seats that no act ended (an imported ending), of their last day and its reason, where that is later than what acts took."""
    unnamed = [seat for seat in seats if seat.uid not in named]
    day = _last_day(unnamed)
    if not unnamed or (taken and day <= _last_day(taken)):
        return []
    of_day = [seat for seat in unnamed if seat.ends_on == day]
    last = max(of_day, key=lambda seat: (seat.starts_on, seat.pk))
    return [seat for seat in of_day if seat.ending == last.ending]


def _not_held(posts: Iterable[Post], member: Member) -> list[Post]:
    """Keep the posts that are not held by another row meanwhile."""
    held = set(member.posts.filter(ends_on=None).values_list("term_id", "rank"))
    return [post for post in posts if (post.term_id, post.rank) not in held]


def _paused(member: Member) -> list[Suspension]:
    """Return the suspensions that ended and were not lifted; none while another runs."""
    rows = list(member.suspensions.all())
    lifted = lifted_by(member, rows)
    return [] if any(row.ends_on is None for row in rows) else [row for row in rows if row.pk not in lifted]


def _one_of_each(rows: Iterable[Dated], own: Collection[str], sort: Callable[[Dated], Hashable]) -> list[Dated]:
    """Keep of each sort one row.

    That of the own life before that of who was merged into it, of those the one that began last.
    """
    kept = {sort(row): row for row in sorted(rows, key=lambda row: (row.uid in own, row.starts_on, row.pk))}
    return sorted(kept.values(), key=lambda row: row.pk)
