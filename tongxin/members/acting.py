"""Whether anything stands in the name of a seat.

The apps above say what they count, as with what follows (`consequences`).
"""

from collections.abc import Callable

from tongxin.members.models import Member

_acts: list[Callable[[Member], bool]] = []


def register(acted: Callable[[Member], bool]) -> None:
    """Add what an app counts as having acted in a seat.

    While there is nothing of it, the seat may be released from an account.

    Only what whoever keeps the members may know: ratings are counted by the names under the texts, which come before
    them.
    """
    _acts.append(acted)


def has_acted(member: Member) -> bool:
    """Say whether something stands in the name of a seat."""
    return any(acted(member) for acted in _acts)
