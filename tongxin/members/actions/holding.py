"""A member is held while something is done about him; what is refused is said in words for people."""

from tongxin.members import queries
from tongxin.members.models import Member


class NotInvitedError(Exception):
    """A member who cannot be invited; the message is for people."""


class StandingError(Exception):
    """A change of a member's standing that cannot be made; the message is for people."""


class OvertakenError(StandingError):
    """A standing that is no longer what the page showed: what was meant is not done to something else."""


class MergedError(NotInvitedError, StandingError):
    """A member who was merged into another while somebody had the page open; the message is for people."""


def hold(member: Member) -> Member:
    """Hold the member's row, so that two clerks take turns. Raises MergedError where it went into another meanwhile."""
    rows = Member.everybody.select_for_update(of=("self",)).select_related("account", "committee")
    held = rows.get(pk=member.pk)
    if held.merged_into is not None:
        raise MergedError(queries.was_merged(held))
    return held


def demand_shown(member: Member, kind: str, shown: str) -> None:
    """Refuse to do what somebody read of a standing that changed since; without `shown` nothing was read.

    Raises OvertakenError.
    """
    if shown and shown != queries.as_it_stands(member, kind):
        raise OvertakenError(queries.overtaken(member))
