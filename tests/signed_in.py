"""Signing in as one of the cast."""

from django.test import Client

from tongxin.accounts.models import Account


def as_(account: Account) -> Client:
    """Return a client signed in as somebody, the second factor set up."""
    client = Client()
    client.force_login(account, backend="tongxin.accounts.backends.SignInName")
    session = client.session
    session["second_factor"] = 0
    session.save()
    return client
