"""Signing in by member number, mobile phone or staff name, with a password."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from tongxin.accounts import guessing, names
from tongxin.accounts.models import Account
from tongxin.core.prepared import Prepared
from tongxin.core.secrets import mask_phone
from tongxin.core.words import plain_sign_in_name

SIGNED_IN = Prepared(lambda key: Account.objects.filter(pk=key, is_active=True))


class SignInName(BaseBackend):
    """Checks a sign-in name and password.

    A name that is nobody's takes as long as one that is one person's; one that several share, a family's phone, takes
    as long for each of them (`names.AT_MOST`), and so tells that several share it.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        realm: str = "",
        **_more: Any,
    ) -> Account | None:
        """Return the one account whose name and password these are, or nobody.

        Raises LockedOutError after too many failures.
        """
        if not username or not password:
            return None
        found = names.find(realm, username)
        if not found:
            _count_unknown(request, realm, username, password)
            return None
        fitting = _fitting(request, found, password)
        if len(fitting) > 1 and request is not None:
            request.several_accounts = True  # type: ignore[attr-defined]  # the form says what to do
        return fitting[0] if len(fitting) == 1 and fitting[0].is_active else None

    def get_user(self, user_id: int) -> Account | None:
        return SIGNED_IN.first(user_id)


def _fitting(request: HttpRequest | None, found: list[Account], password: str) -> list[Account]:
    """Keep the accounts whose password it is; one that is locked is left out, and all locked is locked.

    Where a family shares a phone, who types the own password has mistyped nobody's, unless the own account is locked:
    that is not looked at, and what fits none that is looked at counts for all of those.
    """
    tries: list[tuple[Account, guessing.Try]] = []
    locks: list[guessing.LockedOutError] = []
    for account in found:
        try:
            tries.append((account, guessing.begin(request, guessing.PASSWORD, account=account)))
        except guessing.LockedOutError as error:
            locks.append(error)
    fitting = [account for account, _attempt in tries if account.check_password(password)]
    for _account, attempt in tries:
        try:
            attempt.forgive() if fitting else attempt.fail()
        except guessing.LockedOutError as error:
            locks.append(error)
    if len(locks) == len(found):
        raise locks[0]
    return fitting


def _count_unknown(request: HttpRequest | None, realm: str, typed: str, password: str) -> None:
    """A name that is nobody's locks like one that is somebody's, and takes as long."""
    attempt = guessing.begin(
        request, guessing.PASSWORD, name=f"{realm}:{plain_sign_in_name(typed)}", shown=mask_phone(typed[:40])
    )
    make_password(password)
    attempt.fail()
