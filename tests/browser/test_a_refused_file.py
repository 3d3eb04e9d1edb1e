"""A file that is not taken: the member sees why, on a phone and on a desk, without looking for it."""

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.cast import Cast
from tongxin.files.tests import samples
from tongxin.proposals.models import Attachment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.both_sizes
@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=["phone", "desk"])
def test_the_reason_is_seen_and_stays(size: tuple[int, int], browser: Browser, cast: Cast, live_server: LiveServer) -> None:
    cast.filed()
    proposal, client = cast.draft(), Client()
    client.force_login(cast.proposer, backend="tongxin.accounts.backends.SignInName")
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/proposals/{proposal.uid}/edit/")
    page.set_input_files(
        "input[name=uploads]",
        [{"name": "带脚本.pdf", "mimeType": "application/pdf", "buffer": samples.pdf(b"<</S /Launch>>")}],
    )
    with page.expect_navigation():
        page.click("#attachments form[enctype] button")
    page.wait_for_load_state("networkidle")  # the page asks for similar matters by itself
    reason = page.locator("#trouble p")
    expect(reason).to_have_text("“带脚本.pdf”里有打开时会运行的脚本或动作，不能上传。请用“打印为 PDF”另存后再上传。")
    expect(reason).to_be_in_viewport()
    context.close()
    assert Attachment.objects.count() == 0
