"""One world for the tests that only look: built once, undone at the end."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tongxin.demo import world

DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the world's files lie."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: Any, home: Path) -> Iterator[date]:
    """The whole world of a November day."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        from django.conf import settings

        patch.setattr(settings, "TONGXIN_HOME", home)
        block = transaction.atomic()
        block.__enter__()
        world.build(today=DAY)
        yield DAY
        transaction.set_rollback(True)
        block.__exit__(None, None, None)
