"""What the tests in a browser share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

SIZES = [(390, 844), (1440, 900)]


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """Somebody's browser, on a phone and on a desk."""
    width, height = request.param
    made = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai")
    made.set_default_timeout(15_000)
    yield made
    made.close()
