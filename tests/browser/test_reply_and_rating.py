"""A unit writes its reply and the proposers judge it, in a real browser, on a phone and on a desk."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.looking import fits
from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.drafts.models import KeptCopy
from tongxin.handling import actions
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Contact, Rating, Reply, Task
from tongxin.handling.workflow import SignFor
from tongxin.workflow.engine import perform

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SEGMENT = "label.seg"


@pytest.fixture
def page_of(context: BrowserContext, live_server: LiveServer) -> Callable[[Account, str], Page]:
    """Return a way to open a page as somebody."""

    def opened(account: Account, path: str) -> Page:
        client = Client()
        client.force_login(account, backend="tongxin.accounts.backends.SignInName")
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}{path}")
        return page

    return opened


@pytest.fixture
def now():
    """A moment of today that leaves an hour for the co-signers."""
    at = timezone.localtime()
    return at.replace(hour=min(at.hour, 22))


def _in_hand(cast: Cast, now) -> Task:
    case = actions.assign(cast.filed(now), parts=[(cast.unit, "sole")], actor=cast.assigner, at=now)
    task = cast.task(case)
    perform(task, "sign_for", actor=cast.clerk, at=now, payload=SignFor("孟时雨"))
    return cast.task(case)


def _saved(page: Page) -> None:
    expect(page.locator(".autosave")).to_have_attribute("data-state", "saved", timeout=20_000)


def test_a_reply_saves_itself_tells_what_is_missing_and_goes_to_the_leader(cast: Cast, page_of, now) -> None:
    task = _in_hand(cast, now)
    page = page_of(cast.clerk, f"/handling/{task.uid}/")
    page.get_by_role("link", name="起草答复").click()
    expect(page.get_by_text("还没有写答复内容")).to_be_visible()
    page.get_by_label("B 类　正在解决或者列入规划").check()
    page.get_by_label("答复内容").fill("您提出的建议收悉。六月底前试点。")
    page.get_by_label("联系人").fill("孟时雨")
    page.keyboard.press("Tab")
    _saved(page)
    reply = Reply.objects.get()
    assert (reply.category, reply.text, reply.contact) == ("B", "您提出的建议收悉。六月底前试点。", "孟时雨")
    assert fits(page)
    # 还不能送审：没有面商。写进去以后就可以。
    expect(page.get_by_text("还没有写答复内容")).to_have_count(0)
    expect(page.get_by_text("还没有面商记录，请先与提案人面商")).to_be_visible()
    page.goto(page.url.replace("reply/", ""))
    page.get_by_role("link", name="记录面商").click()
    page.get_by_label("主要意见").fill("先在两个镇试点。")
    page.get_by_label("办前", exact=True).check()
    page.get_by_label("林知远", exact=True).check()
    page.get_by_label("方式").select_option("meeting")
    page.get_by_role("button", name="保存面商记录").click()
    expect(page.get_by_role("heading", name="面商记录　1 次")).to_be_visible()
    assert Contact.objects.get().note == "先在两个镇试点。"
    page.get_by_role("link", name="送负责人审签").click()
    page.get_by_role("button", name="送负责人审签").click()
    expect(page.get_by_text("已送负责人审签")).to_be_visible()
    assert Task.objects.get().state == TaskState.WITH_LEADER
    assert fits(page)


def test_two_windows_show_both_texts_and_lose_none(cast: Cast, page_of, now) -> None:
    task = _in_hand(cast, now)
    one = page_of(cast.clerk, f"/handling/{task.uid}/reply/")
    two = one.context.new_page()
    two.goto(one.url)
    one.get_by_label("答复内容").fill("第一个窗口写的。")
    one.keyboard.press("Tab")
    _saved(one)
    two.get_by_label("答复内容").fill("第二个窗口写的。")
    two.keyboard.press("Tab")
    expect(two.get_by_role("heading", name="这份内容在另一处保存过")).to_be_visible()
    expect(two.locator(".conflict")).to_contain_text("第一个窗口写的。")
    expect(two.locator(".conflict")).to_contain_text("第二个窗口写的。")
    assert (Reply.objects.get().text, KeptCopy.objects.get().fields["text"]) == ("第一个窗口写的。", "第二个窗口写的。")
    two.get_by_role("button", name="全部用我的").click()
    _saved(two)
    assert Reply.objects.get().text == "第二个窗口写的。"


def test_a_dissatisfied_member_gives_the_reason_and_the_unit_learns_it_without_a_name(cast: Cast, page_of, now) -> None:
    case = cast.answered(now)
    page = page_of(cast.proposer, f"/proposals/{case.proposal.uid}/")
    page.get_by_role("link", name="评价办理态度和结果").first.click()
    told = page.get_by_role("region", name="您的评价，谁会知道什么")
    expect(told.get_by_text("评价结束后，承办单位只知道办结还是重新办理，不知道等次。")).to_be_visible()
    expect(told.get_by_text("这件提案由 2 位提案人评价，不足 3 位")).to_be_hidden()
    told.get_by_text("详细说明").click()
    expect(told.get_by_text("这件提案由 2 位提案人评价，不足 3 位")).to_be_visible()
    assert fits(page)
    attitude, result = page.locator("fieldset").nth(0), page.locator("fieldset").nth(1)
    attitude.locator(SEGMENT, has_text="基本满意").click()
    result.locator(SEGMENT, has_text="不满意").click()
    page.get_by_role("button", name="下一步，核对评价").click()
    # 没有写理由：说明要做什么，选过的都在。
    expect(page.get_by_text("评为不满意的，请写明理由。").nth(1)).to_be_visible()
    expect(page.locator("input:checked")).to_have_count(2)
    assert Rating.objects.count() == 0
    page.get_by_label("想说的话").fill("只说试点，没有说什么时候推开。")
    page.get_by_label("理由可以不署名转告承办单位").check()
    page.get_by_role("button", name="下一步，核对评价").click()
    expect(page.get_by_role("heading", name="请核对您的评价")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="确认提交").click()
    expect(page.get_by_text("评价已送到政协。").first).to_be_visible()
    # 第二位评完，到了办结的时候退回重办；单位看到同意转告的理由，看不到是谁，也看不到几人评了什么。
    page = page_of(cast.cosigner, f"/handling/rate/{case.uid}/")
    for number in (0, 1):
        page.locator("fieldset").nth(number).locator(SEGMENT).first.click()
    page.get_by_role("button", name="下一步，核对评价").click()
    expect(page.get_by_role("heading", name="请核对您的评价")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="确认提交").click()
    expect(page.get_by_text("评价已送到政协。").first).to_be_visible()
    # 机关看到几人评过；谁评的、评了什么，要按一下才看得到，而且留下记录。
    page = page_of(cast.office, case.get_absolute_url())
    expect(page.get_by_text("应评 2 人，已评 2 人")).to_be_visible()
    actions.close_round(case, at=now)
    page.get_by_role("button", name="查看每位委员的评价").click()
    expect(page.locator("#ratings-by-name").get_by_role("row", name="林知远")).to_contain_text("只说试点，没有说什么时候推开。")
    assert fits(page)
    assert Event.objects.filter(kind="handling.read_ratings").count() == 1
    assert Case.objects.get().state == CaseState.IN_HAND
    page = page_of(cast.clerk, f"/handling/{cast.task(case).uid}/")
    told = page.get_by_role("region", name="重新办理的原因")
    expect(told).to_contain_text("只说试点，没有说什么时候推开。")
    expect(told).to_contain_text("评价的人数不满 3 人，按规定不告知评价。")
    expect(told).not_to_contain_text("林知远")
    assert fits(page)


@pytest.mark.both_sizes
def test_every_target_of_the_rating_page_is_large_enough_for_a_thumb(cast: Cast, page_of, now) -> None:
    case = cast.answered(now)
    page = page_of(cast.proposer, f"/handling/rate/{case.uid}/")
    heights = page.locator(f"{SEGMENT}, form .btn").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 44
