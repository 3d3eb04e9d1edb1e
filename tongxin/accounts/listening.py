"""Django's and allauth's hooks, which have no other form than signals: who came in, whose second factor changed."""

from typing import Any

from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from tongxin.accounts import actions, codes, guessing, seats
from tongxin.accounts.models import Account


@receiver(user_logged_in)
def came_in(request: HttpRequest, user: Account, **_more: Any) -> None:
    """Every step of signing in is done: the own mistypes are forgiven, and codes for who forgot the password end."""
    guessing.welcome(request, user)
    seats.choose_at_sign_in(request, user)
    actions.end_open_codes(user, at=timezone.now())


@receiver([authenticator_added, authenticator_removed, authenticator_reset])
def second_factor_changed(request: HttpRequest, user: Account, **_more: Any) -> None:
    """End the account's other sessions, this one goes on.

    And its open codes: they were made for another second factor.
    """
    actions.end_open_codes(user, at=timezone.now())
    actions.note_factor_change(user)
    update_session_auth_hash(request, user)


@receiver([authenticator_added, authenticator_reset])
def codes_were_made(request: HttpRequest, **_more: Any) -> None:
    """Whoever made recovery codes a moment ago, with a code of the authenticator, is shown them without another one."""
    request.session[codes.MADE_AT] = timezone.now().timestamp()
