"""Nothing that was typed is lost: by a reload, a lost network, an ended session, a second tab or a second click."""

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import TEXT, Cast
from tongxin.accounts.models import Account
from tongxin.drafts.models import KeptCopy
from tongxin.proposals import actions
from tongxin.proposals.models import Proposal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVED, OFFLINE, ENDED = "saved", "offline", "ended"


@pytest.fixture
def sign_in(context: BrowserContext, live_server: LiveServer) -> Callable[[Account], None]:
    """Return a way to sign somebody in without typing a password (demo and test accounts have none)."""
    from django.test import Client

    def into(account: Account) -> None:
        client = Client()
        client.force_login(account, backend="tongxin.accounts.backends.SignInName")
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])

    return into


def state_of(page: Page, state: str) -> None:
    """Wait until the mark of the form says `state`."""
    expect(page.locator(".autosave")).to_have_attribute("data-state", state, timeout=20_000)


def opened(context: BrowserContext, live_server: LiveServer, path: str) -> Page:
    page = context.new_page()
    page.goto(f"{live_server.url}{path}")
    return page


def test_what_was_typed_survives_a_reload(
    context: BrowserContext, live_server: LiveServer, cast: Cast, sign_in: Callable[[Account], None]
) -> None:
    sign_in(cast.proposer)
    page = opened(context, live_server, "/proposals/new/")
    page.get_by_label("案由").fill("关于夜间药房的建议")
    page.get_by_label("情况", exact=False).first.fill("柳河镇夜间买药难。")
    state_of(page, SAVED)
    expect(page.locator(".autosave")).to_have_text(re.compile(r"已自动保存（\d+:\d\d）"))
    page.reload()
    expect(page.get_by_label("案由")).to_have_value("关于夜间药房的建议")
    expect(page.locator("#id_situation")).to_have_value("柳河镇夜间买药难。")
    assert Proposal.objects.count() == 1


def test_the_checks_follow_what_was_saved(
    context: BrowserContext, live_server: LiveServer, cast: Cast, sign_in: Callable[[Account], None]
) -> None:
    sign_in(cast.proposer)
    page = opened(context, live_server, "/proposals/new/")
    checks = page.locator("#checks")
    expect(checks).to_be_hidden()
    page.get_by_label("案由").fill(TEXT["title"])
    state_of(page, SAVED)
    expect(checks).to_contain_text("还没有写情况、分析、建议")
    expect(page.locator("#cosigners")).to_contain_text("第一提案人")
    page.get_by_label("选择文件").set_input_files({"name": "走访.txt", "mimeType": "text/plain", "buffer": "走访记录".encode()})
    for name in ("situation", "analysis", "suggestions"):
        page.locator(f"#id_{name}").fill(TEXT[name])
    expect(checks).to_contain_text("情况、分析、建议三部分都已填写")
    assert page.get_by_label("选择文件").evaluate("input => input.files.length") == 1  # what is about to be used stays


def test_a_lost_network_keeps_the_text_and_sends_it_later(
    context: BrowserContext, live_server: LiveServer, cast: Cast, sign_in: Callable[[Account], None]
) -> None:
    proposal = cast.draft()
    sign_in(cast.proposer)
    page = opened(context, live_server, f"/proposals/{proposal.uid}/edit/")
    context.set_offline(True)
    page.locator("#id_analysis").fill("断网时写的分析。")
    state_of(page, OFFLINE)
    expect(page.locator(".autosave")).to_contain_text("没有网络，已存在本机")
    assert Proposal.objects.get().analysis == TEXT["analysis"]
    context.set_offline(False)
    state_of(page, SAVED)
    assert Proposal.objects.get().analysis == "断网时写的分析。"


def test_an_ended_session_keeps_the_text_and_offers_it_after_signing_in(
    context: BrowserContext, live_server: LiveServer, cast: Cast, sign_in: Callable[[Account], None]
) -> None:
    proposal = cast.draft()
    sign_in(cast.proposer)
    address = f"/proposals/{proposal.uid}/edit/"
    page = opened(context, live_server, address)
    expect(page.locator("#id_title")).to_have_value(TEXT["title"])
    Session.objects.all().delete()
    cache.clear()
    page.locator("#id_title").fill("登录到期时写的案由")
    state_of(page, ENDED)
    assert Proposal.objects.get().title == TEXT["title"]
    sign_in(cast.proposer)
    page.goto(f"{live_server.url}{address}")
    expect(page.locator(".conflict")).to_contain_text("登录到期时写的案由")
    page.get_by_role("button", name="全部恢复").click()
    expect(page.locator("#id_title")).to_have_value("登录到期时写的案由")
    state_of(page, SAVED)
    assert Proposal.objects.get().title == "登录到期时写的案由"


def test_two_tabs_show_both_texts_and_the_writer_chooses(
    context: BrowserContext, live_server: LiveServer, cast: Cast, sign_in: Callable[[Account], None]
) -> None:
    proposal = cast.draft()
    sign_in(cast.proposer)
    second = opened(context, live_server, f"/proposals/{proposal.uid}/edit/")
    expect(second.locator("#id_title")).to_have_value(TEXT["title"])
    # meanwhile another device saved
    actions.save_text(
        Proposal.objects.get(), fields={"title": "先存的案由"}, started_from=1, actor=cast.proposer, at=proposal.edited_at
    )
    second.locator("#id_title").fill("后写的案由")
    expect(second.locator(".conflict")).to_contain_text("先存的案由", timeout=20_000)
    expect(second.locator(".conflict")).to_contain_text("后写的案由")
    assert (Proposal.objects.get().title, KeptCopy.objects.get().fields["title"]) == ("先存的案由", "后写的案由")
    second.get_by_role("button", name="用我的").first.click()
    state_of(second, SAVED)
    assert Proposal.objects.get().title == "后写的案由"


def test_a_double_click_on_submit_submits_once_and_loses_nothing(
    context: BrowserContext, live_server: LiveServer, cast: Cast, sign_in: Callable[[Account], None]
) -> None:
    proposal = cast.draft()
    sign_in(cast.proposer)
    page = opened(context, live_server, f"/proposals/{proposal.uid}/edit/")
    page.locator("#id_suggestions").fill("建议今年六月底前在两个镇试点，由卫生院排班值守。" * 3)
    page.get_by_role("button", name="预览，准备提交").click()
    expect(page.locator(".paper")).to_contain_text("建议今年六月底前在两个镇试点")
    page.get_by_role("button", name="提交", exact=True).dblclick()
    expect(page).to_have_url(
        f"{live_server.url}/proposals/{proposal.uid}/", timeout=20_000
    )  # the second click may cut the first one short
    submitted = Proposal.objects.get()
    assert (submitted.state, submitted.serial, submitted.suggestions.startswith("建议今年六月底前")) == ("submitted", 1, True)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tongxin:draft:')).length") == 0


def test_saving_without_a_network_keeps_the_page_and_says_so_in_the_bar(
    context: BrowserContext, live_server: LiveServer, cast: Cast, sign_in: Callable[[Account], None]
) -> None:
    proposal = cast.draft()
    sign_in(cast.proposer)
    page = opened(context, live_server, f"/proposals/{proposal.uid}/edit/")
    address = page.url
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        context.set_offline(True)
        page.locator("#id_analysis").fill(f"断网时写的分析，{width}。")
        state_of(page, OFFLINE)
        expect(page.locator(".savebar .autosave")).to_be_in_viewport()
        page.get_by_role("button", name="保存草稿").click()
        state_of(page, OFFLINE)
        expect(page.locator("#id_analysis")).to_have_value(f"断网时写的分析，{width}。")
        assert page.url == address
        context.set_offline(False)
        state_of(page, SAVED)
    Session.objects.all().delete()
    cache.clear()
    page.locator("#id_analysis").fill("登录到期时写的。")
    state_of(page, ENDED)
    expect(page.locator(".savebar").get_by_role("link", name="重新登录，回到这里")).to_be_in_viewport()
    page.get_by_role("button", name="预览，准备提交").click()
    expect(page.locator("#id_analysis")).to_have_value("登录到期时写的。")
    assert page.url == address


def test_the_counter_tells_the_one_total(
    context: BrowserContext, live_server: LiveServer, cast: Cast, sign_in: Callable[[Account], None]
) -> None:
    proposal = cast.draft()
    sign_in(cast.proposer)
    page = opened(context, live_server, f"/proposals/{proposal.uid}/edit/")
    total = page.locator("#body-total b")
    expect(total).to_have_text(str(proposal.characters))
    page.locator("#id_situation").fill("一二三")
    page.locator("#id_analysis").fill("四 五")
    page.locator("#id_suggestions").fill("")
    expect(total).to_have_text("5")
    expect(page.locator("#id_analysis_count")).to_have_text("2 字")


def test_a_reason_survives_an_ended_session_on_the_device(
    context: BrowserContext, live_server: LiveServer, cast: Cast, sign_in: Callable[[Account], None]
) -> None:
    proposal = cast.submitted()
    sign_in(cast.office)
    step = f"/go/proposals/{proposal.uid}/return_for_revision/"
    page = opened(context, live_server, step)
    page.get_by_label("退回理由").fill("请补充两个镇的人口和药房数。")
    Session.objects.all().delete()
    cache.clear()
    page.get_by_role("button", name="退回修改").click()
    expect(page.locator("main")).to_contain_text("您写的内容已存在本机")
    sign_in(cast.office)
    page.close()
    page = opened(context, live_server, step)
    expect(page.get_by_label("退回理由")).to_have_value("请补充两个镇的人口和药房数。", timeout=25_000)
    page.get_by_role("button", name="退回修改").click()
    expect(page).to_have_url(f"{live_server.url}/proposals/{proposal.uid}/")
    page = opened(context, live_server, f"/proposals/{proposal.uid}/")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tongxin:draft:')).length") == 0
    assert Proposal.objects.get().state == "returned"
    sign_in(cast.proposer)
    page = opened(context, live_server, f"/proposals/{proposal.uid}/edit/")
    expect(page.locator("main .note").first).to_contain_text("请补充两个镇的人口和药房数。")
