"""The names people sign in with: staff names here, member numbers and phones from the apps above.

Nothing is kept twice: whoever keeps a number or a phone says here whose it is, so a changed phone is the new name at
once. A name may fit several accounts (a family's phone); the password decides, and only when it fits exactly one of
them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongxin.accounts.models import SYSTEM, Account
from tongxin.core.words import plain_phone, plain_sign_in_name, plain_staff_name

AT_MOST = 5  # accounts tried for one name: each costs a password hash
MEMBER_MARK = "/"  # stands in the inner names of members' accounts (YX/001), never in the name of staff


class NameRefusedError(Exception):
    """A sign-in name that cannot be given; the message is for people."""


@dataclass(frozen=True)
class Realm:
    """A committee, as far as signing in knows it."""

    code: str
    name: str


_realms: list[Callable[[], list[Realm]]] = []
_finders: list[Callable[[str, str], Iterable[Account]]] = []
_tellers: list[Callable[[Account], Iterable[str]]] = []


def register_realms(source: Callable[[], list[Realm]]) -> None:
    """Say which committees number their members."""
    _realms.append(source)


def register(finder: Callable[[str, str], Iterable[Account]], teller: Callable[[Account], Iterable[str]]) -> None:
    """Add a source of names.

    `finder(realm, typed)` gives the accounts of a name, `teller(account)` an account's names.
    """
    _finders.append(finder)
    _tellers.append(teller)


def realms() -> list[Realm]:
    """Return the committees of this installation."""
    return [realm for source in _realms for realm in source()]


def find(realm: str, typed: str) -> list[Account]:
    """Return the accounts a typed name may mean in a committee (its code, or nothing): mostly none or one."""
    plain = plain_sign_in_name(typed)
    if not plain:
        return []
    found = {account.pk: account for account in named(typed)}
    for finder in _finders:
        found |= {account.pk: account for account in finder(realm, plain)}
    return sorted(found.values(), key=lambda account: account.pk)[:AT_MOST]


def named(typed: str) -> QuerySet[Account]:
    """Return the accounts of a name that is the same in every committee: of staff, or a member's inner one."""
    plain = plain_sign_in_name(typed)
    written = {plain, plain.upper(), typed.strip(), plain_phone(plain) or plain} - {""}
    return Account.objects.filter(username__in=written).exclude(username=SYSTEM).order_by("pk")


def of(account: Account) -> list[str]:
    """Return the names an account signs in with, or will when it is made, the printed one first."""
    own = [] if MEMBER_MARK in account.username else [account.username]
    told = (name for teller in _tellers for name in teller(account))
    return list(dict.fromkeys([*account.names_to_be, *told, *own])) or [account.username]


def for_staff(typed: str) -> str:
    """Return a new staff name as it is kept. Raises NameRefusedError."""
    plain = plain_staff_name(typed)
    if len(plain) < 2 or plain == SYSTEM or MEMBER_MARK in plain:  # noqa: PLR2004 -- one letter is no name
        raise NameRefusedError(_("登录名至少两个字，不能是 system，不能含有“/”，请另取一个"))
    return plain


def for_member(code: str, number: str) -> str:
    """Return the inner name of a member's account.

    The number in its committee, so that two committees may both have 001.
    """
    return plain_sign_in_name(f"{code}{MEMBER_MARK}{number}").upper()
