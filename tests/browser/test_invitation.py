"""The way in, in a real browser.

From the link on the slip to the own home, and a seat linked to the account one has.
"""

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.looking import fits
from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.core.secrets import phone_hash
from tongxin.members import actions
from tongxin.members.models import Member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD, PHONE = "云溪河边的茶园真好看", "13800000009"


@pytest.fixture(params=[(390, 844), (1440, 900)], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A browser nobody signed in with."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def _invited(cast: Cast) -> str:
    member = Member.objects.create(
        committee=cast.county, number="YX050", name="叶新知", phone=PHONE, phone_hash=phone_hash(PHONE)
    )
    return actions.invite(member, actor=cast.office, at=timezone.now())


def test_the_link_of_the_slip_leads_to_the_own_home(cast: Cast, page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/invitation/#{_invited(cast)}")
    expect(page.get_by_label("邀请码或重置码")).to_have_value(re.compile("[0-9a-z-]{14}"))
    # the code is in no address that a server, a proxy or a history keeps
    assert page.url == f"{live_server.url}/invitation/"
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("main")).to_contain_text("叶新知，这是您在云溪县政协的邀请。")
    assert fits(page)
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输一次").fill(PASSWORD)
    page.get_by_role("button", name="设定密码并登录").click()
    page.wait_for_url("**/home/")
    assert Member.objects.get(number="YX050").account is not None


def test_who_has_an_account_signs_in_first_and_links_the_seat(cast: Cast, page: Page, live_server: LiveServer) -> None:
    clerk = Account(username=PHONE, name="叶新知")
    clerk.set_password(PASSWORD)
    clerk.save()
    code = _invited(cast)
    page.goto(f"{live_server.url}/invitation/#{code}")
    page.get_by_role("button", name="下一步").click()
    expect(page.get_by_role("button", name="先登录，再关联")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="先登录，再关联").click()
    page.wait_for_url("**/accounts/login/**")
    expect(page.locator("main")).to_contain_text("云溪县政协")  # whose seat follows
    assert fits(page)
    page.get_by_label("登录名").fill(PHONE)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("关联委员身份")
    assert fits(page)
    expect(page.get_by_label("邀请码")).to_have_count(0)  # it came along: nothing is typed twice
    page.get_by_role("button", name="关联委员身份").click()
    expect(page.locator("main")).to_contain_text("YX050、13800000009")
    assert Member.objects.get(number="YX050").account == clerk
