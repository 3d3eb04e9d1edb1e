"""What invitations ask the apps above: whose seat a code is for, who takes it, who holds a duty."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tongxin.accounts.models import Account


@dataclass(frozen=True)
class Seat:
    """A member's place, as far as an invitation knows it."""

    uid: str
    name: str
    email: str
    inner_name: str  # of the account that is made for it
    committee: str
    code: str
    taken: bool  # it has an account
    owner_known: bool  # somebody with an account has the same phone: he signs in and links the seat


_describers: list[Callable[[str], Seat | None]] = []
_takers: list[Callable[[str, Account, datetime], bool]] = []
_duties: list[Callable[[Account], bool]] = []
_holders: list[Callable[[Account], bool]] = []


def register(
    describe: Callable[[str], Seat | None],
    take: Callable[[str, Account, datetime], bool],
    holds: Callable[[Account], bool],
) -> None:
    """Say how seats are described and taken (answering False when somebody was faster), and whether an account holds one."""
    _describers.append(describe)
    _takers.append(take)
    _holders.append(holds)


def register_duties(holds: Callable[[Account], bool]) -> None:
    """Say whether an account holds a duty, now or later, in any committee."""
    _duties.append(holds)


def describe(uid: str) -> Seat | None:
    """Return a seat by its uid."""
    return next((seat for source in _describers if (seat := source(uid)) is not None), None)


def take(uid: str, account: Account, *, at: datetime) -> bool:
    """Give a seat without account to an account."""
    return any(source(uid, account, at) for source in _takers)


def holds_seat(account: Account) -> bool:
    """Say whether an account belongs to a member."""
    return any(source(account) for source in _holders)


def holds_duty(account: Account) -> bool:
    """Say whether an account holds a duty now or later: its password is nobody's to reset but the security administrator's."""
    return any(source(account) for source in _duties)
