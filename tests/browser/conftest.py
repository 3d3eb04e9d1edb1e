"""What the tests in a browser share."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.sampling import THOROUGH

SIZES = [(390, 844), (1440, 900)]


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """Somebody's browser, on a phone and on a desk."""
    width, height = request.param
    made = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai")
    made.set_default_timeout(15_000)
    yield made
    made.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what is not about the size to one of the two in daily runs, by turns; `make thorough` asks both."""
    gone: set[pytest.Item] = set()
    seen = Counter[str]()
    turns: dict[str, int] = {}
    for item in items:
        size = _size_of(item)
        if size is None or Path(__file__).parent not in item.path.parents or item.get_closest_marker("both_sizes") is not None:
            continue
        item.add_marker("thorough")
        test = item.nodeid.partition("[")[0]
        if test not in turns:
            turns[test] = seen[str(item.path)] % len(SIZES)
            seen[str(item.path)] += 1
        if not THOROUGH and SIZES.index(size) != turns[test]:
            gone.add(item)
    config.hook.pytest_deselected(items=list(gone))
    items[:] = [item for item in items if item not in gone]


def _size_of(item: pytest.Item) -> tuple[int, int] | None:
    """Return the size in which a test looks; nothing for one that looks in none or in its own."""
    params = getattr(item, "callspec", None)
    return next((value for value in params.params.values() if value in SIZES), None) if params is not None else None
