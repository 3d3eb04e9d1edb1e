"""What every page is looked at for, from the moment on that it is there."""

import time

import pytest
from playwright.sync_api import Error, Page

WIDTH = "document.documentElement.scrollWidth"
GIVES_WAY = ("Execution context was destroyed", "Cannot find context", "reading 'scrollWidth'")  # to the next page
SECONDS = 20


def fits(page: Page) -> bool:
    """Say whether the page does not scroll sideways.

    One that is just giving way to the next has nothing to measure: the next is.
    """
    assert page.viewport_size is not None
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        page.wait_for_load_state()
        try:
            return bool(page.evaluate(WIDTH) <= page.viewport_size["width"])
        except Error as error:
            if not any(words in error.message for words in GIVES_WAY):
                raise
    pytest.fail(f"no page stayed for {SECONDS} seconds")


def stop_clock(page: Page) -> None:
    """Let the page's clock stand: what it does after a time it does when the test says so, and not before."""
    page.clock.install()
    page.clock.pause_at(time.time() + 1)
