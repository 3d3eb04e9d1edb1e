"""What every test shares: a home of its own, the loaded library, and the cast."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_django
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from hypothesis import settings as hypothesis

from tests import kept
from tests.migrated import empty_database

pytest_plugins = ["tests.cast", "tests.gate", "tests.chromium", "tests.clocks", "tests.turns", "tests.running", "tests.mixed"]


# no test hangs on chance, or on how busy the machine is
hypothesis.register_profile("tongxin", deadline=None, derandomize=True)
hypothesis.load_profile("tongxin")
PBKDF2PasswordHasher.iterations = 1000  # a password costs half a second otherwise; what is tested is not the hash


@pytest.fixture(autouse=True)
def _nothing_kept(request: pytest.FixtureRequest, tmp_path: Path, settings: object) -> Iterator[None]:
    """Drop what processes keep between requests; every test has a home of its own for files and seals."""
    from django.core.cache import cache

    from tongxin.regulations import queries

    settings.TONGXIN_HOME = tmp_path  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    kept.told_at_once = "django_capture_on_commit_callbacks" in request.fixturenames
    queries.forget()
    cache.clear()
    yield
    queries.forget()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings: None) -> None:  # noqa: ARG001
    """Keep SQLite's database of the tests in a file, where several hands at once meet it as they meet the real one."""
    from django.db import connection

    if connection.vendor == "sqlite":
        own = tmp_path_factory.mktemp("database") / "test.sqlite3"
        shutil.copyfile(empty_database(), own)
        connection.settings_dict["TEST"]["NAME"] = str(own)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Take the copy as it is; it goes with the run's folder."""
    from django.db import connection

    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:  # noqa: ARG001
    """End the sessions that threads of tests left open before the database is dropped.

    PostgreSQL drops none that is in use.
    """
    from django.db import connection

    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            # while a browser is driven, this thread has another one: this may be cut off since (tests/faults)
            connection.close()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
