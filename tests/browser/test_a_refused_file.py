"""A file that is not taken.

One sees why among the files, on a phone and on a desk, and nothing that the page asks takes it away.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.files.tests import samples
from tongxin.handling.models import ReplyFile
from tongxin.handling.workflow import SignFor
from tongxin.proposals.models import Attachment
from tongxin.workflow.engine import perform

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=["phone", "desk"])
WHY = "“带脚本.pdf”里有打开时会运行的脚本或动作，不能上传。请用“打印为 PDF”另存后再上传。"
BAD = [{"name": "带脚本.pdf", "mimeType": "application/pdf", "buffer": samples.pdf(b"<</S /Launch>>")}]


@pytest.fixture
def open_as(browser: Browser, live_server: LiveServer, size: tuple[int, int]) -> Iterator[Any]:
    """Open a page of ours as somebody, in the size of the test."""
    contexts = []

    def opened(account: Account, path: str) -> Page:
        client: Client = as_(account)
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{live_server.url}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.both_sizes
@SIZES
def test_the_reason_stands_among_the_files_and_stays(open_as: Any, cast: Cast) -> None:
    cast.filed()
    proposal = cast.draft()
    page = open_as(cast.proposer, f"/proposals/{proposal.uid}/edit/")
    page.set_input_files("input[name=uploads]", BAD)
    with page.expect_navigation():
        page.click("#attachments form[enctype] button")
    page.wait_for_load_state("networkidle")  # the page asks for similar matters by itself
    reason = page.locator("#attachments [data-refused]")
    expect(reason).to_have_text(WHY)
    expect(reason).to_be_in_viewport()
    assert page.locator("#trouble p").count() == 0
    page.fill("#id_title", "关于在镇卫生院设立夜间值班药房的建议（改）")  # saved, checked, compared with others anew
    with page.expect_response(lambda answer: answer.url.endswith("/edit/") and answer.request.method == "GET"):
        page.wait_for_selector("[data-state=saved]")
    page.wait_for_load_state("networkidle")
    expect(reason).to_have_text(WHY)
    assert Attachment.objects.count() == 0


@pytest.mark.both_sizes
@SIZES
def test_the_reason_stands_among_the_files_of_a_reply_too(open_as: Any, cast: Cast) -> None:
    task = cast.task(cast.assigned())
    perform(task, "sign_for", actor=cast.clerk, at=task.assigned_at, payload=SignFor("孟时雨"))
    page = open_as(cast.clerk, f"/handling/{task.uid}/reply/")
    page.set_input_files("input[name=file]", BAD)
    with page.expect_navigation():
        page.click("#files button[name=upload]")
    page.wait_for_load_state("networkidle")
    reason = page.locator("#files .error")
    expect(reason).to_have_text(WHY)
    expect(reason).to_be_in_viewport()
    assert ReplyFile.objects.count() == 0
