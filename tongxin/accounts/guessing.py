"""Whoever guesses waits: wrong passwords, one-time codes and invitation codes are counted, right ones never.

Counted in the database, so that every process counts the same. A try is written before it is checked and taken out
again when it was right: a hundred tries at once are a hundred tries. What is kept of name and address is a keyed hash,
for two days.

Three counts stop a try:
- one account from one place: the person who mistypes, or the one who knows the name;
- one account from everywhere: the guess spread over many addresses. It stops only devices on which this account never
  signed
  in, so that a stranger cannot lock a member out: the own phone, the own desk go on (a signed cookie knows them);
- one place for all accounts: one password tried on everybody. It is far above what an office behind one address
  mistypes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.core import signing
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import get_random_string

from tongxin.accounts import signals
from tongxin.accounts.models import Account, Failure
from tongxin.core.addresses import client_address, household
from tongxin.core.secrets import lookup_hash

PASSWORD, CODE, INVITATION = "password", "code", "invitation"
WORDS = {PASSWORD: "密码", CODE: "动态口令", INVITATION: "邀请码"}

COOKIE = "device"
COOKIE_AGE = 400 * 24 * 3600  # what browsers keep at most
PEOPLE_AT_A_DEVICE = 8


@dataclass(frozen=True)
class Limit:
    """So many failures within a time, of one account from one place (pair), of one account (target), from one place (source)."""

    scope: str
    failures: int
    within: timedelta
    kinds: tuple[str, ...]


SIGN_IN = (PASSWORD, CODE)
MINUTES, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
LIMITS = {
    PASSWORD: (
        Limit("pair", 5, MINUTES, SIGN_IN),
        Limit("pair", 30, DAY, SIGN_IN),
        Limit("target", 30, HOUR, SIGN_IN),
        Limit("source", 200, MINUTES, SIGN_IN),
    ),
    CODE: (
        Limit("pair", 5, MINUTES, SIGN_IN),
        Limit("pair", 30, DAY, SIGN_IN),
        Limit("target", 20, DAY, (CODE,)),  # a million codes, three right at a time: a day's tries must stay few
        Limit("source", 200, MINUTES, SIGN_IN),
    ),
    INVITATION: (Limit("source", 100, HOUR, (INVITATION,)),),
}


class LockedOutError(Exception):
    """Too many failures: the try was not looked at. `Doors` answers with the page that says so."""

    def __init__(self, kind: str, limit: Limit, seconds: int) -> None:
        super().__init__(kind, limit, seconds)
        self.kind, self.scope, self.kinds, self.seconds = kind, limit.scope, limit.kinds, seconds


@dataclass(frozen=True)
class Place:
    """Where a try comes from: a device this account signed in on before, or an address."""

    source: str
    known: bool


@dataclass
class Try:
    """One try, counted as a failure until it is forgiven."""

    row: Failure
    account: Account | None
    shown: str
    what: str

    def forgive(self) -> None:
        """It was right: it does not count."""
        self.row.delete()

    def fail(self) -> None:
        """It was wrong: it stays counted.

        `audit` hears of it, and of the lock when this was the last; then raises LockedOutError.
        """
        about = {"account": self.account, "shown": self.shown, "what": self.what, "at": self.row.at}
        signals.failed.send(Failure, **about)
        for limit in _limits(self.row):
            counted = _counted(limit, self.row)
            if counted.count() == limit.failures:
                signals.locked_out.send(Failure, **about)
                raise LockedOutError(self.row.kind, limit, _seconds(limit, counted, self.row.at))


def begin(
    request: HttpRequest | None, kind: str, *, account: Account | None = None, name: str = "", shown: str = "", step: str = ""
) -> Try:
    """Count a try on an account, or on a name that is nobody's. Raises LockedOutError when there were too many.

    `step` is what somebody wanted where that is not the sign-in, in the words of `signals`: what is written down of it
    is true.
    """
    place = _place(request, account)
    target = lookup_hash(f"account:{account.uid}" if account is not None else f"name:{name}")
    row = Failure.objects.create(kind=kind, target=target, source=place.source, known=place.known, at=timezone.now())
    for limit in _limits(row):
        counted = _counted(limit, row)
        if counted.count() > limit.failures:
            row.delete()
            raise LockedOutError(kind, limit, _seconds(limit, counted.exclude(pk=row.pk), row.at))
    return Try(row, account, shown, step or WORDS[kind])


def welcome(request: HttpRequest, account: Account) -> None:
    """Somebody is in: the own mistypes from this place are forgiven, and the device is known from now on."""
    target, sources = lookup_hash(f"account:{account.uid}"), {_address(request), _place(request, account).source}
    Failure.objects.filter(target=target, source__in=sources).delete()
    number, people = _device(request)
    if account.uid not in people:
        request.device_cookie = (number or get_random_string(22), [account.uid, *people][:PEOPLE_AT_A_DEVICE])  # type: ignore[attr-defined]


def set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Give the device the cookie that `welcome` made: random names only, signed, read by nobody but this server."""
    if (given := getattr(request, "device_cookie", None)) is not None:
        response.set_cookie(
            COOKIE, signing.dumps(given, salt=COOKIE), max_age=COOKIE_AGE, secure=settings.HTTPS, httponly=True, samesite="Lax"
        )


def words_of(kinds: Iterable[str]) -> str:
    """Name what counts together, as one mistyped it: which of them it was in the end is nobody's to learn."""
    return "或".join(WORDS[kind] for kind in kinds)


def _limits(row: Failure) -> Iterable[Limit]:
    return (limit for limit in LIMITS[row.kind] if limit.scope == "pair" or not row.known)


def _counted(limit: Limit, row: Failure) -> QuerySet[Failure]:
    scopes = {
        "pair": Q(target=row.target, source=row.source),
        "target": Q(target=row.target, known=False),
        "source": Q(source=row.source, known=False),
    }
    return Failure.objects.filter(scopes[limit.scope], kind__in=limit.kinds, at__gt=row.at - limit.within)


def _seconds(limit: Limit, counted: QuerySet[Failure], now: datetime) -> int:
    """Until enough of the counted failures are old."""
    newest_first = list(counted.order_by("-at").values_list("at", flat=True)[: limit.failures])
    return max(1, ceil((newest_first[-1] + limit.within - now).total_seconds())) if newest_first else 1


def _address(request: HttpRequest | None) -> str:
    meta = request.META if request is not None else {}
    peer, forwarded = meta.get("REMOTE_ADDR") or "", meta.get("HTTP_X_FORWARDED_FOR") or ""
    return lookup_hash(f"address:{household(client_address(peer, forwarded, settings.TRUSTED_PROXIES))}")


def _device(request: HttpRequest | None) -> tuple[str, list[str]]:
    try:
        number, people = signing.loads(request.COOKIES.get(COOKIE, "") if request is not None else "", salt=COOKIE)
    except (signing.BadSignature, ValueError, TypeError):
        return "", []
    return str(number), list(people)


def _place(request: HttpRequest | None, account: Account | None) -> Place:
    number, people = _device(request)
    if account is not None and account.uid in people:
        return Place(lookup_hash(f"device:{number}"), known=True)
    return Place(_address(request), known=False)
