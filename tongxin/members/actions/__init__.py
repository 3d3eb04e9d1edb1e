"""Writes about members: invitations, contact data, how a seat ends, pauses and comes back."""

from tongxin.members.actions.contact import change_contact, note_phone_read
from tongxin.members.actions.ending import end_seat, end_term
from tongxin.members.actions.holding import MergedError, NotInvitedError, OvertakenError, StandingError, hold
from tongxin.members.actions.inviting import confirm_reinvitation, invite, release_seat, take_seat
from tongxin.members.actions.pausing import resume, suspend
from tongxin.members.actions.restoring import restore

__all__ = [
    "MergedError",
    "NotInvitedError",
    "OvertakenError",
    "StandingError",
    "change_contact",
    "confirm_reinvitation",
    "end_seat",
    "end_term",
    "hold",
    "invite",
    "note_phone_read",
    "release_seat",
    "restore",
    "resume",
    "suspend",
    "take_seat",
]
