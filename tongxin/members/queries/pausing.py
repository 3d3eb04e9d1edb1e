"""When a member did not act while keeping the seat (停止履职), for the file."""

from django.utils.translation import gettext as _

from tongxin.core.templatetags.chinese import full_day
from tongxin.members.models import Member, Seat, Suspension


def pauses(member: Member, seats: list[Seat]) -> list[tuple[Suspension, str]]:
    """Return every suspension, newest first, and in words how it ended: lifted, or with one of the seats."""
    left = {seat.ends_on for seat in seats}
    return [(pause, _ended(pause, with_the_seat=pause.ends_on in left)) for pause in member.suspensions.all()]


def _ended(pause: Suspension, *, with_the_seat: bool) -> str:
    if pause.ends_on is None:
        return ""
    said = _("%(on)s随离任终止") if with_the_seat else _("%(on)s起恢复履职")
    return said % {"on": full_day(pause.ends_on)}
