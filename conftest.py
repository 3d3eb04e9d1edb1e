"""What every test shares: a home of its own, the loaded library, and the cast."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("TONGXIN_HOME", tempfile.mkdtemp(prefix="tongxin-test-"))
os.environ.setdefault("TONGXIN_TESTING", "1")
# Playwright's synchronous API keeps an event loop in the thread; the database is used from the same one.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

pytest_plugins = ["tests.cast", "tests.gate", "tests.chromium"]


@pytest.fixture(autouse=True)
def _nothing_kept(tmp_path: Path, settings: object) -> Iterator[None]:
    """Drop what processes keep between requests; every test has a home of its own for files and seals."""
    from django.core.cache import cache

    from tongxin.regulations import queries

    settings.TONGXIN_HOME = tmp_path  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    queries.forget()
    cache.clear()
    yield
    queries.forget()
