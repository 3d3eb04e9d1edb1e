"""The office finds a proposal on its desk and files it, in a real browser, on a phone and on a desk."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.looking import fits
from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page_of(context: BrowserContext, live_server: LiveServer) -> Callable[[Account, str], Page]:
    """Return a way to open a page as somebody, the second factor set up."""

    def opened(account: Account, path: str) -> Page:
        client = Client()
        client.force_login(account, backend="tongxin.accounts.backends.SignInName")
        session = client.session
        session["second_factor"] = 0
        session.save()
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}{path}")
        return page

    return opened


def test_the_office_files_from_its_desk(cast: Cast, page_of: Callable[[Account, str], Page]) -> None:
    proposal = cast.in_decision()
    page = page_of(cast.office, "/desk/proposals/")
    page.get_by_role("navigation", name="提案工作台").get_by_role("link", name="待审定").click()
    page.get_by_role("link", name=proposal.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(proposal.title)
    page.get_by_role("link", name="立案", exact=True).click()
    expect(page.locator("#action-form input[type=radio], #action-form select").first).to_be_focused()
    assert fits(page)
    page.locator("#action-form").get_by_role("button", name="立案", exact=True).click()
    expect(page.locator("main")).to_contain_text("第 0001 号（社会类 001 号）")
    expect(page.locator("#toasts")).to_contain_text("已立案，编为第 0001 号")
    assert Proposal.objects.get(pk=proposal.pk).state == State.FILED


def test_ticked_rows_are_filed_together_and_the_rest_is_said(cast: Cast, page_of: Callable[[Account, str], Page]) -> None:
    first, second, third = cast.in_decision(title="甲"), cast.in_decision(title="乙"), cast.submitted(title="丙")
    page = page_of(cast.office, "/desk/proposals/?stage=received")
    for proposal in (first, second):
        page.get_by_role("checkbox", name=f"选择　{proposal.title}").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("已选 2 件")
    file = page.locator(".bulk").get_by_role("button", name="立案")
    expect(file).to_have_attribute("aria-disabled", "false")
    page.get_by_role("checkbox", name=f"选择　{third.title}").check()
    expect(file).to_have_attribute("aria-disabled", "true")
    expect(page.locator("[data-bulk-why]")).to_contain_text("所选 3 件中有 1 件没有到审定这一步")
    page.get_by_role("checkbox", name=f"选择　{third.title}").uncheck()
    file.click()
    page.get_by_role("button", name="立案 2 件").click()
    expect(page.locator("#toasts")).to_contain_text("2 件完成。")
    assert sorted(Proposal.objects.filter(number__isnull=False).values_list("title", "number")) == [("乙", 2), ("甲", 1)]
    assert Event.objects.filter(kind="proposals.file").count() == 2
