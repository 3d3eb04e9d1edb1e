"""What people do again and again goes on by itself: ringing up, agreeing, handing over. On a phone and on a desk."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.looking import fits
from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.handling.models import Case
from tongxin.handling.workflow import SignFor
from tongxin.members import actions as members
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Signature
from tongxin.workflow.engine import perform

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.both_sizes]
SIZES = pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=["phone", "desk"])
NUMBER, MASKED = "13800138021", "138******21"


@pytest.fixture
def now() -> datetime:
    """A moment of today that leaves an hour for the co-signers."""
    at = timezone.localtime()
    return at.replace(hour=min(at.hour, 22))


@pytest.fixture
def open_as(browser: Browser, live_server: LiveServer, size: tuple[int, int]) -> Iterator[Any]:
    """Open a page of ours as somebody, in the size of the test; `scripts` False: as where none run."""
    contexts = []

    def opened(account: Account, path: str, *, scripts: bool = True) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN", java_script_enabled=scripts)
        session = as_(account).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{live_server.url}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


@SIZES
def test_the_unit_rings_up_the_proposer_from_its_page(open_as: Any, cast: Cast, now: datetime) -> None:
    members.change_contact(cast.member(cast.proposer), fields={"phone": NUMBER}, actor=cast.office, at=now)
    task = cast.task(cast.assigned(now))
    perform(task, "sign_for", actor=cast.clerk, at=now, payload=SignFor("孟时雨"))
    page = open_as(cast.clerk, f"/handling/{task.uid}/")
    expect(page.get_by_text(MASKED)).to_be_in_viewport()  # beside the buttons, not somewhere below the text
    page.get_by_role("button", name="查看电话").click()
    expect(page.get_by_role("link", name=NUMBER)).to_have_attribute("href", f"tel:{NUMBER}")
    expect(page.get_by_role("link", name="记录面商")).to_be_visible()
    assert fits(page)
    plain = open_as(cast.clerk, f"/handling/{task.uid}/", scripts=False)
    plain.get_by_role("button", name="查看电话").click()
    expect(plain.get_by_text(NUMBER)).to_be_visible()
    assert Event.objects.filter(kind="handling.read_phone").count() == 2


@SIZES
def test_one_agrees_to_sign_at_the_head_of_the_page(open_as: Any, cast: Cast, now: datetime) -> None:
    draft, until = cast.draft(now), now + timedelta(hours=1)
    proposals.invite_cosigners(draft, members=[cast.member(cast.cosigner)], until=until, actor=cast.proposer, at=now)
    page = open_as(cast.cosigner, f"/proposals/{draft.uid}/invitation/")
    first = page.get_by_role("button", name="同意联名").first
    expect(first).to_be_in_viewport()
    expect(page.get_by_role("button", name="同意联名")).to_have_count(2)
    assert fits(page)
    page.get_by_label("附言（可不填）").first.fill("建议很实在。")
    first.click()
    expect(page.get_by_text("已同意联名，谢谢您。")).to_be_visible()
    signature = Signature.objects.get(proposal=draft, member=cast.member(cast.cosigner))
    assert signature.answer == Answer.ACCEPTED
    assert Event.objects.get(kind="proposals.accept_invitation").data["reason"] == "建议很实在。"


@SIZES
def test_after_one_was_handed_over_the_next_is_open_and_at_last_the_list(open_as: Any, cast: Cast, now: datetime) -> None:
    one, other = (cast.filed(now, title=f"关于第{n}件事的建议") for n in "一二")
    page = open_as(cast.assigner, f"/handling/assign/{one.uid}/")
    for said in ("这是下一件，还有 1 件待交办。", "待交办的都已交办。"):
        page.locator("label.seg", has_text="独办").click()
        page.get_by_role("group", name="承办单位").get_by_label("县卫生健康局").check()
        page.get_by_role("button", name="交办", exact=True).click()
        expect(page.locator("#toasts")).to_contain_text(said)
        assert fits(page)
    assert page.url.endswith("/handling/assign/")
    assert set(Case.objects.values_list("proposal", flat=True)) == {one.pk, other.pk}
