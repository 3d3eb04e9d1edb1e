"""When a member did not act while keeping the seat (停止履职), for the file."""

from datetime import date

from django.utils.translation import gettext as _

from tongxin.audit.models import Event
from tongxin.core.templatetags.chinese import full_day
from tongxin.members.models import Member, Seat, Suspension
from tongxin.members.queries.uniting import gone_into


def pauses(member: Member, seats: list[Seat]) -> list[tuple[Suspension, str]]:
    """Return every suspension, newest first, and in words how it ended: lifted, or with one of the seats."""
    left, lifted = {seat.ends_on for seat in seats}, came_back(member, "members.resume")
    return [
        (pause, "　".join(_ended(pause, lifted, with_the_seat=pause.ends_on in left or _never_began(pause, lifted))))
        for pause in member.suspensions.all()
    ]


def _never_began(pause: Suspension, lifted: dict[date, list[str]]) -> bool:
    """Say whether a seat ended with an earlier day than the one on which its suspension began: not lifted, it ended on its first day."""
    return pause.ends_on == pause.starts_on and pause.ends_on not in lifted


def _ended(pause: Suspension, lifted: dict[date, list[str]], *, with_the_seat: bool) -> list[str]:
    if pause.ends_on is None:
        return []
    said = _("%(on)s随离任终止") if with_the_seat else _("%(on)s起恢复履职")
    return [said % {"on": full_day(pause.ends_on)}, *lifted.get(pause.ends_on, [])]


def came_back(member: Member, kind: str) -> dict[date, list[str]]:
    """Return since which days a member acts or sits again, each with why and by which paper: the rows keep only why it ended."""
    lives = [member.pk, *(gone.pk for gone in gone_into(member))]
    told = Event.objects.filter(kind=kind, subject_type="members.member", subject_id__in=lives).order_by("id")
    why = [(event.data.get("on"), event.data.get("reason"), event.data.get("document_number")) for event in told]
    return {date.fromisoformat(str(on)): [str(part) for part in parts if part] for on, *parts in why if on}


def taken_back(member: Member) -> list[list[str]]:
    """Return of each death that was recorded by mistake when it was taken back, why and by which paper."""
    told = Event.objects.filter(kind="members.restore", subject_type="members.member", subject_id=member.pk).order_by("id")
    went_on, until = _("去世登记有误，%(on)s更正，任职没有中断"), _("去世登记有误，%(on)s更正，任职到任期届满为止")
    found = [
        [(until if event.data.get("leaves") else went_on) % {"on": full_day(event.at)}, event.data.get("reason"),
         event.data.get("document_number")]
        for event in told if not event.data.get("on")
    ]  # fmt: skip
    return [[str(part) for part in parts if part] for parts in found]
