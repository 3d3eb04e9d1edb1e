"""Where the suite runs on two databases one after the other, each test that tells of the database runs on both, the others once.

`.ci/run` says whose turn it is by TONGXIN_TURN; without it, as in `make test` or in one part of `.ci/run` alone,
everything runs. Shared are the tests that may ask no database at all (pytest-django lets them ask none), the looks
through a browser, what is marked `turns` (long, and the same whichever database is below), and of a test with several
cases the cases: each of them on one database, some on either. Nothing is left out: what one turn leaves, the other
takes.
"""

import os
from collections import defaultdict
from collections.abc import Iterable

import pytest

ASKING = {"db", "transactional_db", "live_server", "django_db_blocker", "django_db_setup"}
LOOKING = {"page", "context", "browser"}
MANY = 2  # cases


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the other turn what is its own."""
    turn = os.environ.get("TONGXIN_TURN")
    if not turn:
        return
    shared = [item for item in items if _is_shared(item)]
    rest = [item for item in items if item not in set(shared)]
    silent = {item for item in rest if not _asks(item)} if turn == "postgres" else set()
    gone = silent | _every_other(shared, turn)
    for cases in _by_test(item for item in rest if _asks(item)):
        if len(cases) >= MANY:
            gone |= _every_other(cases, turn)
    config.hook.pytest_deselected(items=[item for item in items if item in gone])
    items[:] = [item for item in items if item not in gone]


def _every_other(items: list[pytest.Item], turn: str) -> set[pytest.Item]:
    """Return what is not this turn's."""
    return {item for place, item in enumerate(items) if (place % 2 == 1) != (turn == "postgres")}


def _by_test(items: Iterable[pytest.Item]) -> list[list[pytest.Item]]:
    tests = defaultdict[str, list[pytest.Item]](list)
    for item in items:
        tests[item.nodeid.partition("[")[0]].append(item)
    return list(tests.values())


def _asks(item: pytest.Item) -> bool:
    return item.get_closest_marker("django_db") is not None or bool(ASKING & set(_fixtures(item)))


def _is_shared(item: pytest.Item) -> bool:
    return item.get_closest_marker("turns") is not None or bool(LOOKING & set(_fixtures(item)))


def _fixtures(item: pytest.Item) -> list[str]:
    found: list[str] = getattr(item, "fixturenames", [])
    return found
