"""In 关怀版 on a phone nothing scrolls sideways on the pages that members open, and what is to be hit stays whole."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.architecture.world import World
from tests.browser.looking import fits
from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.handling.choices import CaseState
from tongxin.proposals.choices import Role
from tongxin.proposals.models import Signature

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDER = """[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1
    && !e.closest('.table-wrap')).slice(0, 3).map(e => e.outerHTML.slice(0, 100))"""


def test_the_pages_of_members_fit_a_phone_in_large_letters(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    case = World(cast).make("cases", CaseState.RATING)
    member = Signature.objects.get(proposal=case.proposal, role=Role.FIRST).member
    assert member is not None
    account = member.account
    account.size = "elder"
    account.save()
    client = Client()
    client.force_login(account, backend="tongxin.accounts.backends.SignInName")
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page, wide = context.new_page(), {}
    for path in (
        "/account/",
        "/account/held/",
        reverse("handling-rate", args=[case.uid]),
        reverse("proposal", args=[case.proposal.uid]),
    ):
        page.goto(live_server.url + path)
        assert page.get_attribute("html", "data-size") == "elder"
        if not fits(page) or page.evaluate(WIDER):
            wide[path] = page.evaluate(WIDER)
    context.close()
    assert wide == {}


TICKS = """[...document.querySelectorAll('.covering .mark')].map(label => {
    const box = label.querySelector('input').getBoundingClientRect(), word = label.querySelector('mark').getClientRects()[0]
    return [box.width >= 24, box.height >= 24, box.right <= word.left, box.top < word.bottom && word.top < box.bottom]})"""
TOAST = """document.querySelector('#toasts').innerHTML = `<div class="toast"><span>${'已确认，这个码现在可以使用。'.repeat(3)}</span>
    <button class="btn">知道了</button></div>`"""
LINES = "(() => { const r = document.createRange(); r.selectNodeContents(document.querySelector('.toast .btn'));"
LINES += " return r.getClientRects().length })()"


def test_a_tick_stands_large_before_the_words_it_covers_and_a_button_stays_on_one_line(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    Account.objects.filter(pk=cast.office.pk).update(size="elder")
    told = "".join(f"{'他' * n}的电话13812345678，" for n in range(1, 18))  # the words break at every place of a line
    proposal = cast.filed(situation=told)
    client = Client()
    client.force_login(cast.office, backend="tongxin.accounts.backends.SignInName")
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("office-release", args=[proposal.uid]))
    ticks = page.evaluate(TICKS)
    page.evaluate(TOAST)
    lines = page.evaluate(LINES)
    context.close()
    assert ticks == [[True] * 4] * 17
    assert lines == 1
