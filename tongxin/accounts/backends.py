"""Signing in by member number or mobile phone, with a password."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from tongxin.accounts.models import SYSTEM, Account


def attempted_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Return the name somebody tried to sign in with, for counting failures (django-axes)."""
    given = (credentials or {}).get("username") or (request.POST.get("login") if request is not None else "")
    return str(given or "")[:40]


class SignInName(BaseBackend):
    """Checks a sign-in name and password. The time is the same whether the name exists or not."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 -- Django's slot
        username: str | None = None,
        password: str | None = None,
        **_more: Any,
    ) -> Account | None:
        """Return the account whose name and password these are, or nobody."""
        if not username or not password:
            return None
        account = Account.objects.filter(username=username.strip()).exclude(username=SYSTEM).first()
        if account is None:
            Account().set_password(password)
            return None
        return account if account.check_password(password) and account.is_active else None

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()
