"""A day is chosen by key in a calendar that speaks Chinese, whatever the browser speaks.

Or typed, as people write it.
"""

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_day_is_chosen_by_key_or_typed_in_a_browser_that_speaks_english(
    cast: Cast, browser: Browser, live_server: LiveServer
) -> None:
    client = Client()
    client.force_login(cast.audit_admin, backend="tongxin.accounts.backends.SignInName")
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-US", timezone_id="Asia/Shanghai")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/audit/?since=2026-03-31")
    page.get_by_role("button", name="打开日历：从").press("Enter")
    expect(page.get_by_role("button", name="2026 年 3 月 31 日 星期二")).to_be_focused()
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="2026 年 2 月 27 日 星期五")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#since")).to_have_value("2026-02-27")
    expect(page.locator("#since")).to_be_focused()
    page.locator("#until").fill("2026年11月30日")
    page.locator("#until").press("Tab")
    expect(page.locator("#until")).to_have_value("2026-11-30")
    context.close()
