"""What the pages' tests share: a browser without a browser, signed in, and rules that are not looked up again meanwhile."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.regulations import queries


@pytest.fixture
def as_() -> Callable[[Account], Client]:
    def signed_in(account: Account) -> Client:
        client = Client()
        client.force_login(account, backend="tongxin.accounts.backends.SignInName")
        return client

    return signed_in


@pytest.fixture
def today():
    """A moment of today, so that pages see running clocks."""
    return timezone.localtime() - timedelta(minutes=5)


@pytest.fixture
def steady_rules():
    """Let regulations stay as first read: the one look a second would come or not come by chance."""

    def steady() -> None:
        queries._kept.looked_at = time.monotonic() + 3600

    return steady
