"""What follows elsewhere when a member no longer acts.

The apps above say it beforehand and do it, in the same transaction.

`members` knows no matter; a matter registers here what it has open with a member: said on the page before confirming
(将发生什么).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tongxin.accounts.models import Account
    from tongxin.members.models import Member


@dataclass(frozen=True)
class Named:
    """One matter that a consequence is about, as its reader may know it: what becomes of it, where that differs."""

    label: str
    url: str
    becomes: str = ""


@dataclass(frozen=True)
class Foreseen:
    """What will happen, in a sentence; and of which matters the reader may know that they are meant."""

    said: str
    matters: tuple[Named, ...] = ()


Foresee = Callable[["Member", Any], Iterable[Foreseen]]
ForeseeTogether = Callable[[Collection[int]], Iterable[str]]
Follow = Callable[[Collection["Member"], "Account", datetime], None]


@dataclass(frozen=True)
class Consequence:
    """`foresee` says to a reader what will happen, reading only; `follow` does it, after the members stopped sitting.

    It is told of all who leave together, so that what has to be read for it is read once. `come_back` does what follows
    when they sit again.

    `foresee_together` says it for many who leave at once (ids of members), in numbers.
    """

    foresee: Foresee
    follow: Follow | None = None
    foresee_together: ForeseeTogether | None = None
    come_back: Follow | None = None


_registered: list[Consequence] = []


def register(consequence: Consequence) -> None:
    """Add what an app has open with members."""
    _registered.append(consequence)


def foreseen(member: "Member", user: Any) -> list[Foreseen]:
    """Say everything that will happen; matters are named to who may know of them."""
    return [said for consequence in _registered for said in consequence.foresee(member, user)]


def foreseen_together(members: Collection[int]) -> list[str]:
    """Say everything that will happen when many leave at once."""
    asked = [consequence.foresee_together for consequence in _registered if consequence.foresee_together]
    return [sentence for foresee in asked for sentence in foresee(members)]


def follow(members: Collection["Member"], *, actor: "Account", at: datetime) -> None:
    """Let it happen. Stands in the transaction of what it follows from."""
    for consequence in _registered:
        if consequence.follow is not None:
            consequence.follow(members, actor, at)


def come_back(members: Collection["Member"], *, actor: "Account", at: datetime) -> None:
    """Let happen what follows when members sit again, in the same transaction."""
    for consequence in _registered:
        if consequence.come_back is not None:
            consequence.come_back(members, actor, at)
