"""What confirms an act covers no button of the page it comes with, on a phone and on a desk."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.looking import stop_clock
from tests.cast import Cast
from tongxin.accounts.models import Account

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAY = """document.dispatchEvent(new CustomEvent('toast', {detail: {text: '资料已经保存，可以继续办理下一件。'.repeat(2)}}))"""
COVERED = """[document.querySelectorAll('.toast').length, [...document.querySelectorAll('main button, main a.btn')].filter(one => one.getClientRects().length).filter(one => {
    one.scrollIntoView({block: 'end'}); window.scrollTo(0, document.documentElement.scrollHeight)
    const box = one.getBoundingClientRect(), toasts = [...document.querySelectorAll('.toast')].map(t => t.getBoundingClientRect())
    return toasts.some(t => t.top < box.bottom && t.bottom > box.top && t.left < box.right && t.right > box.left)
}).map(one => one.textContent.trim())]"""


@pytest.mark.parametrize(
    ("who", "name"),
    [("proposer", "account_change_password"), ("office", "mfa_generate_recovery_codes"), ("office", "account_reauthenticate")],
)
def test_a_confirmation_covers_no_button_at_the_end_of_a_page(
    cast: Cast, context: BrowserContext, live_server: LiveServer, who: str, name: str
) -> None:
    account: Account = getattr(cast, who)
    account.set_password("一个很长很长的旧密码")
    account.save()
    client = Client()
    client.force_login(account, backend="tongxin.accounts.backends.SignInName")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse(name))
    stop_clock(page)  # it goes after eight seconds
    page.evaluate(SAY)
    expect(page.locator(".toast")).to_be_visible()
    assert page.locator("main button, main a.btn").count() > 0
    assert page.evaluate(COVERED) == [1, []]


def test_lists_keep_their_marks(context: BrowserContext, live_server: LiveServer) -> None:
    page = context.new_page()
    page.goto(live_server.url + "/")
    page.evaluate("document.querySelector('main').innerHTML = '<ol class=lines><li>甲</li></ol><ul class=lines><li>乙</li></ul>'")
    marks = page.evaluate("[...document.querySelectorAll('.lines li')].map(li => getComputedStyle(li).listStyleType)")
    assert marks == ["decimal", "disc"]
