"""The pages of members."""

from tongxin.members.views.inviting import confirm_reinvitation, invite, release_seat
from tongxin.members.views.lists import members
from tongxin.members.views.person import change, member, phone
from tongxin.members.views.standing import end_term, standing

__all__ = [
    "change",
    "confirm_reinvitation",
    "end_term",
    "invite",
    "member",
    "members",
    "phone",
    "release_seat",
    "standing",
]
