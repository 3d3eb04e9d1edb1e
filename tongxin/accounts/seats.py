"""What this app asks the apps above.

Whose seat a code is for, who takes it, which seats somebody has, who holds a duty.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from tongxin.accounts.models import Account


@dataclass(frozen=True)
class Seat:
    """A member's place, as far as an invitation knows it."""

    uid: str
    name: str
    email: str
    inner_name: str  # of the account that is made for it
    names: tuple[str, ...]  # what its member will sign in with
    committee: str
    code: str
    taken: bool  # it has an account
    owner_known: bool  # somebody with an account has the same phone: he signs in and links the seat


@dataclass(frozen=True)
class Held:
    """A seat that somebody has: a person may sit in several committees, and acts in one of them at a time."""

    uid: str
    code: str
    committee: str
    chosen: bool  # in which the person acts now


REALM_KEY = "realm"  # the committee named at the sign-in, until every step of it is done
SESSION_KEY = "seat"  # the uid of the seat chosen at the sign-in or in the account menu

_describers: list[Callable[[str], Seat | None]] = []
_takers: list[Callable[[str, Account, datetime], bool]] = []
_duties: list[Callable[[Account], bool]] = []
_holders: list[Callable[[Account], list[Held]]] = []
_seated: list[Callable[[Collection[int]], set[int]]] = []


def register(
    describe: Callable[[str], Seat | None],
    take: Callable[[str, Account, datetime], bool],
    held: Callable[[Account], list[Held]],
    seated: Callable[[Collection[int]], set[int]],
) -> None:
    """Say how seats are described and taken (answering False when somebody was faster), which ones somebody has, who has any."""
    _describers.append(describe)
    _takers.append(take)
    _holders.append(held)
    _seated.append(seated)


def register_duties(holds: Callable[[Account], bool]) -> None:
    """Say whether an account holds a duty, now or later, in any committee."""
    _duties.append(holds)


def describe(uid: str) -> Seat | None:
    """Return a seat by its uid."""
    return next((seat for source in _describers if (seat := source(uid)) is not None), None)


def take(uid: str, account: Account, *, at: datetime) -> bool:
    """Give a seat without account to an account."""
    return any(source(uid, account, at) for source in _takers)


def held(account: Account) -> list[Held]:
    """Return the seats somebody has, the one at home first."""
    return [seat for source in _holders for seat in source(account)]


def seated(accounts: Collection[int]) -> set[int]:
    """Keep the accounts that have any seat: asked of many at once."""
    return {account for source in _seated for account in source(accounts)}


def elsewhere(account: Account, code: str) -> Held | None:
    """Return the seat in which somebody has to act to see what a committee told him, unless he acts in it already."""
    return next((seat for seat in held(account) if seat.code == code and not seat.chosen), None)


def holds_duty(account: Account) -> bool:
    """Say whether an account holds a duty now or later.

    Its password is nobody's to reset but the security administrator's.
    """
    return any(source(account) for source in _duties)


def choose_at_sign_in(request: HttpRequest, account: Account) -> None:
    """Begin a session in one seat: that of the committee at whose address, or by whose number, the person signed in.

    The session keeps it, so that another device of the same person may act in another seat.
    """
    mine, realm = held(account), request.session.pop(REALM_KEY, "")
    seat = next((s for s in mine if s.code == realm), None) or next((s for s in mine if s.chosen), None)
    if seat is not None:
        request.session[SESSION_KEY] = seat.uid
