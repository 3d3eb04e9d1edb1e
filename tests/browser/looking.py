"""What every page is looked at for, from the moment on that it is there."""

from playwright.sync_api import Error, Page

WIDTH = "document.documentElement.scrollWidth"


def fits(page: Page) -> bool:
    """Say whether the page does not scroll sideways. One that is just giving way to the next has nothing to measure: the next is."""
    assert page.viewport_size is not None
    page.wait_for_load_state()
    try:
        found = page.evaluate(WIDTH)
    except Error:
        page.wait_for_timeout(500)
        page.wait_for_load_state()
        found = page.evaluate(WIDTH)
    return bool(found <= page.viewport_size["width"])
