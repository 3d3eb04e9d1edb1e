"""What a page becomes on paper, and that nothing of it lies over anything else on the screen."""

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.architecture.world import World
from tests.cast import Cast, a_unit
from tongxin.accounts.models import Account
from tongxin.handling import actions as handling
from tongxin.handling.choices import CaseState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
A4_ACROSS = (842, 595)  # points, rounded
ON_PAPER = """() => {
  const shown = one => one.getClientRects().length > 0, top = one => one.getBoundingClientRect().top
  const text = [...document.querySelectorAll('.prose2 p')], letter = document.querySelector('.letter')
  return {
    text: text.length > 0 && text.every(one => shown(one) && one.getBoundingClientRect().height > 0),
    first: top(text[0]) < top(letter),
    menus: [...document.querySelectorAll('.dtop, .dnav, .mtop, .mtabs, .btn, .crumbs, .actions')].filter(shown).length,
    underlined: [...document.querySelectorAll('main a')].filter(one => getComputedStyle(one).textDecorationLine !== 'none').length,
  }
}"""
OVER_EACH_OTHER = """() => {
  const boxes = [...document.querySelectorAll('.actions .btn')].map(one => one.getBoundingClientRect())
  return boxes.some((a, n) => boxes.slice(n + 1).some(b =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1))
}"""


def _page(context: BrowserContext, live_server: LiveServer, who: Account, address: str) -> Page:
    client = Client()
    client.force_login(who, backend="tongxin.accounts.backends.SignInName")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + address)
    return page


def _sizes(pdf: bytes) -> set[tuple[int, int]]:
    """Return the sizes of a document's pages."""
    boxes = [part.split(b"]")[0].split() for part in pdf.split(b"/MediaBox [")[1:]]
    return {(round(float(box[2])), round(float(box[3]))) for box in boxes}


def test_a_proposal_is_printed_with_its_text_first(cast: Cast, context: BrowserContext, live_server: LiveServer) -> None:
    case = World(cast).row("cases", CaseState.CLOSED)
    page = _page(context, live_server, cast.office, case.proposal.get_absolute_url())
    assert not page.locator(".prose2 p").first.is_visible()  # folded on the screen, since it is answered
    page.emulate_media(media="print")
    assert page.evaluate(ON_PAPER) == {"text": True, "first": True, "menus": 0, "underlined": 0}


def test_a_desk_is_printed_across(cast: Cast, context: BrowserContext, live_server: LiveServer) -> None:
    cast.assigned()
    page = _page(context, live_server, cast.office, "/desk/proposals/")
    assert _sizes(page.pdf(prefer_css_page_size=True)) == {A4_ACROSS}
    page.set_viewport_size(
        {"width": 1123, "height": 794}
    )  # as wide as the paper, which is what a printer asks the style sheet with
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"


def test_buttons_of_units_with_long_names_lie_beside_each_other(
    cast: Cast, context: BrowserContext, live_server: LiveServer
) -> None:
    proposal = cast.filed()
    long = a_unit(cast.county, "云溪经济开发区管理委员会规划建设环保局", at=proposal.decided_at)
    handling.assign(proposal, parts=[(cast.unit, "lead"), (long, "co")], actor=cast.assigner, at=proposal.decided_at)
    page = _page(context, live_server, cast.assigner, proposal.get_absolute_url())
    assert page.locator(".actions .btn").count() > 2
    assert not page.evaluate(OVER_EACH_OTHER)
