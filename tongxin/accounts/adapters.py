"""allauth's switches: no sign-up, names without e-mail, secrets of the second factor encrypted."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from tongxin.accounts import guessing, names
from tongxin.accounts.models import Account
from tongxin.core import secrets


class ByInvitationOnly(DefaultAccountAdapter):
    """Accounts come from invitations; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's signature
        return False

    def reauthenticate(self, user: Account, password: str) -> bool:
        """Check the password of who is signed in; wrong ones count like those of the sign-in page."""
        return password_fits(context.request, user, password)

    def get_reauthentication_methods(self, user: Account) -> list[dict[str, Any]]:
        """Who has a second factor shows that one: the password alone opens neither the recovery codes nor switching it off."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [m for m in methods if m["id"] == "mfa_reauthenticate"] or methods


class SecondFactor(DefaultMFAAdapter):
    """TOTP keys and the seeds of recovery codes are encrypted with the field key, outside the database."""

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)

    def get_totp_label(self, user: Account) -> str:
        """Show in the authenticator the name one signs in with."""
        return names.of(user)[0]


def password_fits(request: HttpRequest | None, account: Account, password: str) -> bool:
    """Check an account's password, and count it when it is wrong. Raises LockedOutError."""
    attempt = guessing.begin(request, guessing.PASSWORD, account=account)
    fits = account.check_password(password)
    if fits:
        attempt.forgive()
    else:
        attempt.fail()
    return bool(fits)
