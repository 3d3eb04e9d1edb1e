"""What the pages' tests share: a browser without a browser, signed in, and rules that are not looked up again meanwhile."""

import time
from collections.abc import Callable

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
    """A moment of today, so that pages see running clocks; never the last hour, when no day is left to invite co-signers."""
    now = timezone.localtime()
    return now.replace(hour=min(now.hour, 22))


@pytest.fixture
def steady_rules():
    """Let regulations stay as first read: the one look a second would come or not come by chance."""

    def steady() -> None:
        queries._kept.looked_at = time.monotonic() + 3600

    return steady
