"""What goes along when one member turns out to be another: the apps above say it beforehand, do it, and take it back.

`members` knows no matter; every foreign key to a member is answered for by somebody here, or by the merger itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tongxin.accounts.models import Account
    from tongxin.members.models import Member


@dataclass(frozen=True)
class Pair:
    """Two rows that are one person: the one that stays, with number and uid, and the one that goes; who joins or parts them."""

    stays: "Member"
    goes: "Member"
    actor: "Account"
    at: datetime


@dataclass(frozen=True)
class Carry:
    """What an app keeps of members, named by its `fields` (app.model.field).

    `figures` counts for the page what a member has of it, in words. `foresee` says in sentences what will happen (stays, goes);
    both only read. `carry` does it, and returns by uids what has to be remembered for the way back; `give_back` takes that and
    undoes it. Both stand in the transaction of the merger.
    """

    name: str
    fields: tuple[str, ...]
    carry: Callable[[Pair], dict[str, Any]]
    give_back: Callable[[Pair, dict[str, Any]], None]
    figures: Callable[["Member"], Iterable[str]] = lambda _member: ()
    foresee: Callable[["Member", "Member"], Iterable[str]] = lambda _stays, _goes: ()


_registered: list[Carry] = []


def register(carry: Carry) -> None:
    """Add what an app keeps of members; what stands below registers before what stands above."""
    _registered.append(carry)


def answered_for() -> set[str]:
    """Return the foreign keys to a member that somebody carries."""
    return {name for carry in _registered for name in carry.fields}


def foreseen(stays: "Member", goes: "Member") -> list[str]:
    """Say everything that will go along."""
    return [sentence for carry in _registered for sentence in carry.foresee(stays, goes)]


def figures(member: "Member") -> list[str]:
    """Say in figures what stands in a member's name."""
    return [said for carry in _registered for said in carry.figures(member)]


def carry(pair: Pair) -> dict[str, Any]:
    """Let everything go along; return what each app has to remember, as far as it has anything."""
    return {each.name: kept for each, kept in _carried(pair) if kept}


def _carried(pair: Pair) -> Iterator[tuple[Carry, dict[str, Any]]]:
    for each in _registered:
        yield each, each.carry(pair)


def give_back(pair: Pair, remembered: dict[str, Any]) -> None:
    """Let everything go back, what stands above first."""
    for each in reversed(_registered):
        if each.name in remembered:
            each.give_back(pair, remembered[each.name])
