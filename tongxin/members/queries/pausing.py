"""When a member did not act while keeping the seat (停止履职), for the file."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from tongxin.audit.models import Event
from tongxin.core.templatetags.chinese import full_day
from tongxin.members.models import Member, Seat, Suspension
from tongxin.members.queries.uniting import gone_into


def pauses(member: Member, seats: list[Seat]) -> list[tuple[Suspension, str]]:
    """Return every suspension, newest first, and in words how it ended: lifted, or with one of the seats."""
    rows, left = list(member.suspensions.all()), {seat.ends_on for seat in seats}
    lifted = lifted_by(member, rows)
    return [(pause, "　".join(_ended(pause, lifted.get(pause.pk), left))) for pause in rows]


def _ended(pause: Suspension, lifted: list[str] | None, left: Collection[date | None]) -> list[str]:
    if pause.ends_on is None:
        return []
    with_the_seat = lifted is None and (pause.ends_on in left or _never_began(pause))
    said = _("%(on)s随离任终止") if with_the_seat else _("%(on)s起恢复履职")
    return [said % {"on": full_day(pause.ends_on)}, *(lifted or [])]


def _never_began(pause: Suspension) -> bool:
    """Say whether a seat ended with an earlier day than the one on which its suspension began.

    It ended on its first day.
    """
    return pause.ends_on == pause.starts_on


# ── what brought somebody back: its event names the rows; older ones name only those they vouch for, and a day ──
def rows_of(event: Event, said: str) -> set[str]:
    """Return the uids of the rows of which an event is told: named in its data as `said`, or vouched for."""
    return {key.partition(":")[2] for key in [*event.data.get(said, ()), *event.proofs]}


def lifted_by(member: Member, rows: Sequence[Suspension]) -> dict[int, list[str]]:
    """Return of the suspensions that were lifted, by their id, why and by which paper."""
    told = _acts(member, "members.resume")
    named = {uid for event in told for uid in rows_of(event, "ended")}
    found: dict[int, list[str]] = {}
    for event in told:
        uids, day = rows_of(event, "ended"), event.data.get("on")
        ended = [row for row in rows if row.uid in uids and row.ends_on is not None]
        unnamed = [] if uids else [row for row in rows if row.uid not in named and _is(row.ends_on, day)]
        found |= {row.pk: _why(event) for row in ended or unnamed}
    return found


def given_back(member: Member, seats: Sequence[Seat]) -> dict[int, list[str]]:
    """Return of the seats that somebody was given back, by their id, why and by which paper.

    The rows keep only why they ended.
    """
    told = _acts(member, "members.restore")
    named = {uid for event in told for uid in rows_of(event, "begun")}
    found: dict[int, list[str]] = {}
    for event in told:
        uids, day = rows_of(event, "begun"), event.data.get("on")
        begun = [seat for seat in seats if day and seat.uid in uids]
        unnamed = (
            [] if uids else [s for s in seats if s.uid not in named and _is(s.starts_on, day) and _was_held_before(s, seats)]
        )
        found |= {seat.pk: _why(event) for seat in begun or unnamed}
    return found


def _acts(member: Member, kind: str) -> list[Event]:
    """Return the acts of a kind on a member, in whichever of the lives that are one now, oldest first."""
    lives = [member.pk, *(gone.pk for gone in gone_into(member))]
    return list(Event.objects.filter(kind=kind, subject_type="members.member", subject_id__in=lives).order_by("id"))


def _is(on: date | None, day: object) -> bool:
    return on is not None and on.isoformat() == day


def _was_held_before(seat: Seat, seats: Iterable[Seat]) -> bool:
    """Say whether there was an earlier seat of the same term: what is given back is held anew."""
    return any(other.term_id == seat.term_id and other.pk < seat.pk for other in seats)


def _why(event: Event) -> list[str]:
    return [str(part) for part in (event.data.get("reason"), event.data.get("document_number")) if part]


def taken_back(member: Member) -> list[list[str]]:
    """Return of each death that was recorded by mistake when it was taken back, why and by which paper."""
    told = Event.objects.filter(kind="members.restore", subject_type="members.member", subject_id=member.pk).order_by("id")
    went_on, until = _("去世登记有误，%(on)s更正，任职没有中断"), _("去世登记有误，%(on)s更正，任职到任期届满为止")
    found = [
        [
            (until if event.data.get("leaves") else went_on) % {"on": full_day(event.at)},
            event.data.get("reason"),
            event.data.get("document_number"),
        ]
        for event in told
        if not event.data.get("on")
    ]
    return [[str(part) for part in parts if part] for parts in found]
