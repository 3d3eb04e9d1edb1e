"""Where the suite runs on two databases one after the other, each test that tells of the database runs on both, the others once.

`.ci/run` says whose turn it is by TONGXIN_TURN; without it, as in `make test`, everything runs. Shared are the tests that may ask
no database at all (pytest-django lets them ask none), the looks through a browser, and what is marked `turns`: long, and the
same whichever database is below. Nothing is left out: what one turn leaves, the other takes.
"""

import os

import pytest

ASKING = {"db", "transactional_db", "live_server", "django_db_blocker", "django_db_setup"}
LOOKING = {"page", "context", "browser"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the other turn what is its own."""
    turn = os.environ.get("TONGXIN_TURN")
    if not turn:
        return
    shared = [item for item in items if _is_shared(item)]
    others = {item for place, item in enumerate(shared) if (place % 2 == 1) != (turn == "postgres")}
    once = {item for item in items if not _asks(item)} - set(shared) if turn == "postgres" else set()
    gone = others | once
    left = [item for item in items if item in gone]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in gone]


def _asks(item: pytest.Item) -> bool:
    return item.get_closest_marker("django_db") is not None or bool(ASKING & set(_fixtures(item)))


def _is_shared(item: pytest.Item) -> bool:
    return item.get_closest_marker("turns") is not None or bool(LOOKING & set(_fixtures(item)))


def _fixtures(item: pytest.Item) -> list[str]:
    found: list[str] = getattr(item, "fixturenames", [])
    return found
