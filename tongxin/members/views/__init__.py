"""The pages of members."""

from tongxin.members.views.inviting import confirm_reinvitation, invite, release_seat
from tongxin.members.views.merging import choose_double, doubles, merge, part, tell_apart
from tongxin.members.views.person import change, correct, member, phone
from tongxin.members.views.standing import end_term, standing

__all__ = [
    "change",
    "choose_double",
    "confirm_reinvitation",
    "correct",
    "doubles",
    "end_term",
    "invite",
    "member",
    "merge",
    "part",
    "phone",
    "release_seat",
    "standing",
    "tell_apart",
]
