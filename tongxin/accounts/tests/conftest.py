"""Accounts with passwords, and a hasher that is quick: what is tested is the doors, not the hash."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tongxin.accounts.models import Account

PASSWORD = "云溪河边的茶园真好看"


@pytest.fixture(autouse=True)
def _quick_hasher(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def with_password(cast: Cast) -> Callable[..., Account]:
    """Give somebody of the cast a password."""

    def give(account: Account, password: str = PASSWORD) -> Account:
        account.set_password(password)
        account.save(update_fields=["password"])
        return account

    return give


@pytest.fixture
def sign_in() -> Callable[..., Any]:
    """Return a way to sign in as people do, from an address, at a committee's page."""

    def signing(client: Client, name: str, password: str = PASSWORD, *, at: str = "YX", address: str = "10.1.1.1") -> Any:
        page = f"/in/{at}/" if at else "/accounts/login/"
        return client.post(page, {"login": name, "password": password}, REMOTE_ADDR=address)

    return signing
