"""What the app above says of the handling of proposals, which is not known here: said once, when the program starts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q

from tongxin.proposals.models import Proposal


class Standing(Protocol):
    """Where a proposal stands: a badge's look and its word."""

    @property
    def kind(self) -> str: ...

    @property
    def word(self) -> str: ...


@dataclass(frozen=True)
class Above:
    """Where proposals stand, in the words of their own pages; what they were answered.

    Which are in hand, and which not closed.

    `standings` says it to somebody; `answered` in a short word, by id, in one query; `answers` names the answers that
    were sent; `hold` keeps the handling of one, by its uid, to the end of the transaction.
    """

    standings: Callable[[Iterable[Proposal], Any], Mapping[int, Standing]]
    answered: Callable[[Iterable[Proposal]], Mapping[int, str]]
    answers: Callable[[Proposal], str]
    in_hand: Callable[[], Q]
    open: Callable[[], Q]
    hold: Callable[[str], None]


_registered: list[Above] = []


def register(above: Above) -> None:
    """Let the app above speak for the handling of proposals."""
    _registered[:] = [above]


def above() -> Above:
    """Return what was registered."""
    [found] = _registered
    return found
