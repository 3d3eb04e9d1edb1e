"""What every page is looked at for, from the moment on that it is there."""

from playwright.sync_api import Error, Page

SCROLLS = "() => document.documentElement.scrollWidth > window.innerWidth + 1"


def fits(page: Page) -> bool:
    """Say whether the page does not scroll sideways. One that is just giving way to the next has nothing to measure: the next is."""
    for _again in range(3):
        page.wait_for_load_state()
        try:
            return not page.evaluate(SCROLLS)
        except Error:
            page.wait_for_timeout(200)
    return not page.evaluate(SCROLLS)
