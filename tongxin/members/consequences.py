"""What follows elsewhere when a member no longer acts: the apps above say it beforehand and do it, in the same transaction.

`members` knows no matter; a matter registers here what it has open with a member: said on the page before confirming (将发生什么).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tongxin.accounts.models import Account
    from tongxin.members.models import Member

Foresee = Callable[["Member"], Iterable[str]]
ForeseeTogether = Callable[[Collection[int]], Iterable[str]]
Follow = Callable[[Collection["Member"], "Account", datetime], None]


@dataclass(frozen=True)
class Consequence:
    """`foresee` says in sentences what will happen, reading only; `follow` does it, after the members stopped sitting.

    It is told of all who leave together, so that what has to be read for it is read once.

    `foresee_together` says it for many who leave at once (ids of members), in numbers.
    """

    foresee: Foresee
    follow: Follow | None = None
    foresee_together: ForeseeTogether | None = None


_registered: list[Consequence] = []


def register(consequence: Consequence) -> None:
    """Add what an app has open with members."""
    _registered.append(consequence)


def foreseen(member: "Member") -> list[str]:
    """Say everything that will happen."""
    return [sentence for consequence in _registered for sentence in consequence.foresee(member)]


def foreseen_together(members: Collection[int]) -> list[str]:
    """Say everything that will happen when many leave at once."""
    asked = [consequence.foresee_together for consequence in _registered if consequence.foresee_together]
    return [sentence for foresee in asked for sentence in foresee(members)]


def follow(members: Collection["Member"], *, actor: "Account", at: datetime) -> None:
    """Let it happen. Stands in the transaction of what it follows from."""
    for consequence in _registered:
        if consequence.follow is not None:
            consequence.follow(members, actor, at)
