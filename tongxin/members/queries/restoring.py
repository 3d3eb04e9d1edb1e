"""What comes back with a member whose seat ended, and what does not: what ended together, and which terms are over since."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Min, Q
from django.utils import timezone

from tongxin.audit.models import Event
from tongxin.committees.models import Term
from tongxin.committees.queries import not_over
from tongxin.core.templatetags.chinese import full_day
from tongxin.members.choices import ENDING_EVENTS, Ending
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.members.queries.reading import is_dead_elsewhere, later_seats, suspended_now
from tongxin.members.queries.uniting import gone_into


@dataclass(frozen=True)
class Over:
    """How a term ended for all: since which day, why and by which paper."""

    term: Term
    on: date
    reason: str = ""
    document_number: str = ""


def seats_last_held(member: Member) -> list[Seat]:
    """Return the seats that ended last, together: what may be restored.

    One that was to begin later ended on its own first day, by the same act: the event names them all.
    """
    ended = [s for s in member.seats.exclude(ends_on=None).select_related("term", "sector", "special_committee") if s.ends_on]
    last = max((s.ends_on for s in ended if s.ends_on), default=None)
    seats = [s for s in ended if s.ends_on == last]
    event = _ending_of(member, seats) if len(ended) > len(seats) else None
    named = _named(event)
    return [s for s in ended if s in seats or s.uid in named]


def ended_by_death(seats: Collection[Seat]) -> bool:
    """Say whether seats ended by a death: who is to be restored then never died."""
    return any(seat.ending == Ending.DIED for seat in seats)


def ended_with(member: Member, seats: Sequence[Seat]) -> tuple[list[Post], list[Suspension]]:
    """Return the posts and the suspensions that ended with seats, by the same act.

    The event names them: what began after a backdated day ended on its own first day, as if it never had been. Where no event
    names all (older ones name only what they vouch for, an imported ending has none), what ended on the day counts besides.
    """
    event = _ending_of(member, seats)
    told = Q(uid__in=_named(event), ends_on__isnull=False)
    if event is not None and "ended" in event.data:
        return list(member.posts.filter(told)), list(member.suspensions.filter(told))
    posts = member.posts.filter(told | Q(ends_on__in={seat.ends_on for seat in seats}))
    pauses = member.suspensions.filter(told | Q(pk__in=[pause.pk for pause in _ended_on_the_day_of(member, seats)]))
    return list(posts), list(pauses)


def _named(event: Event | None) -> set[str]:
    """Return the uids of the rows that an event says have ended."""
    keys = [] if event is None else [*event.data.get("ended", ()), *event.proofs]
    return {key.partition(":")[2] for key in keys}


def _ending_of(member: Member, seats: Collection[Seat]) -> Event | None:
    """Return the event that ended seats, in whichever of the lives that are one now."""
    keys = {f"members.seat:{seat.uid}" for seat in seats}
    lives = [member.pk, *(gone.pk for gone in gone_into(member))]
    told = Event.objects.filter(kind__in=ENDING_EVENTS.values(), subject_type="members.member", subject_id__in=lives)
    return next(
        (event for event in told.order_by("-id") if not keys.isdisjoint({*event.data.get("ended", ()), *event.proofs})), None
    )


def _ended_on_the_day_of(member: Member, seats: Collection[Seat]) -> list[Suspension]:
    """Return the suspension that ended on the day of seats, not by itself: of two the later one."""
    lifted = Event.objects.filter(kind="members.resume", subject_type="members.member", subject_id=member.pk)
    days = {str(event.data.get("on")) for event in lifted}
    ended = {seat.ends_on for seat in seats if seat.ends_on and seat.ends_on.isoformat() not in days}
    return list(member.suspensions.filter(ends_on__in=ended)[:1])


def terms_over(member: Member, seats: Collection[Seat], on: date) -> dict[int, Over]:
    """Return of a member's seats those terms, by id, that ended for all: a later one has members, and nobody else sits in it."""
    found = (_how_over(seat.term, on, without=member) for seat in seats)
    return {over.term.pk: over for over in found if over is not None}


def _how_over(term: Term, on: date, *, without: Member) -> Over | None:
    later, others = later_seats(term, on), Seat.objects.filter(term=term).exclude(member=without)
    begun = later.aggregate(first=Min("starts_on"))["first"]
    if begun is None or others.filter(not_over(on)).exists():
        return None
    last = others.filter(ending=Ending.EXPIRED).order_by("-ends_on", "-id").first()
    if last is None or last.ends_on is None:
        return Over(term, begun)
    return Over(term, last.ends_on, last.reason, last.document_number)


def to_hold_again(seats: Sequence[Seat], over: Collection[int]) -> list[Seat]:
    """Keep the seats that may be held anew: not of a term that is over, unless it was its end that is taken back."""
    return [seat for seat in seats if seat.term_id not in over or seat.ending == Ending.EXPIRED]


def coming_back(member: Member) -> list[str]:
    """Say what comes back with a member, and what does not."""
    if suspended_now(member, timezone.localdate()) is not None:
        return [_ACTS, _LOST]
    seats = seats_last_held(member)
    over = terms_over(member, seats, timezone.localdate())
    if ended_by_death(seats):
        return _never_died(member, seats, over)
    again = to_hold_again(seats, over)
    if not again:
        return [why_not_held_again(seats)]
    ended = [f"{one.term}已经没有委员在任；已经换届的，不要恢复，请在新一届名单中增加" for one in over.values()]
    return [_ACTS, _restored(member, again), *ended, _LOST]


_ACTS = "可以重新提出、联名、附议提案，评价办理结果"
_LOST = "已经失效的联名邀请、已经退出的联名不自动恢复，可以重新邀请"


def why_not_held_again(seats: Collection[Seat]) -> str:
    """Say why none of the seats comes back."""
    terms = "、".join(dict.fromkeys(str(seat.term) for seat in seats))
    return f"{terms}已经届满，不能恢复席位；继续任委员的，请在新一届名单中增加"


def _restored(member: Member, seats: Sequence[Seat]) -> str:
    posts, _pauses = ended_with(member, seats)
    terms = {seat.term_id for seat in seats}
    ranks = "、".join(str(post.get_rank_display()) for post in posts if post.term_id in terms)
    return f"恢复席位：{'、'.join(str(s.sector) for s in seats)}" + (f"；恢复职务：{ranks}" if ranks else "")


def _never_died(member: Member, seats: Sequence[Seat], over: dict[int, Over]) -> list[str]:
    """Say what comes back with who was recorded dead by mistake: nothing was interrupted, but a term may be over since."""
    held = [seat for seat in seats if seat.term_id not in over]
    ended = [f"{one.term}已于 {full_day(one.on)}届满，席位到届满为止" for one in over.values()]
    if held:
        found = [_ACTS, f"{_restored(member, held)}；任职不中断，仍从原来的日期算起，去世的登记作为误登更正", *ended]
    else:
        terms = "、".join(str(one.term) for one in over.values())
        found = [
            f"{terms}已经届满，恢复后不在任；继续任委员的，请在新一届名单中增加",
            f"去世的登记作为误登更正；{'；'.join(ended)}",
        ]
    if member.account is not None and not is_dead_elsewhere(member):
        found.append("登录账户重新开放；已经终止的其他职责不自动恢复，请安全管理员重新任命")
    return [*found, *([_LOST] if held else [])]
