"""Who keeps the members: the office that does everything, and somebody beside it who does this alone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty


@pytest.fixture
def office(cast: Cast, client: Client) -> Client:
    client.force_login(cast.office)
    return client


@pytest.fixture
def keeper(cast: Cast) -> Account:
    """Keeps the members, beside the office; all have been here for long."""
    long_ago = timezone.now() - timedelta(days=300)
    Account.objects.update(joined_at=long_ago)
    account = Account.objects.create(username="lianluo", name="韩知秋", joined_at=long_ago)
    today = timezone.localdate()
    bodies.appoint(account, committee=cast.county, duty=Duty.MEMBER_AFFAIRS, starts_on=today, actor=None, at=timezone.now())
    return account
