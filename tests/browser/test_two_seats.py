"""Two seats, or a desk and a seat, by keyboard, on a phone and on a desk, in plain and in large letters."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.looking import fits
from tests.cast import TEXT, Cast, second_seat
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.members.models import Member
from tongxin.notices.models import Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
IMPACTS = {"serious", "critical"}


def sign_in(context: BrowserContext, live_server: LiveServer, account: Account, seat: Member) -> None:
    client = Client()
    client.force_login(account, backend="tongxin.accounts.backends.SignInName")
    client.post("/account/seat/choose/", {"seat": seat.uid})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])


def invite(cast: Cast, member: Member, by: Account) -> Proposal:
    now, first = timezone.now(), cast.member(by)
    draft = proposals.draft(first.committee, actor=by, at=now, first=first, text=TEXT)
    proposals.invite_cosigners(draft, members=[member], until=now + timedelta(hours=20), actor=by, at=now)
    return draft


def draft_in(seat: Member, account: Account) -> Proposal:
    return proposals.draft(seat.committee, actor=account, at=timezone.now(), first=seat, text=TEXT)


def faults(page: Page) -> list[str]:
    found = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in IMPACTS]
    if not fits(page):
        found.append("scrolls sideways")
    return found


@pytest.mark.both_sizes
def test_the_pages_of_two_seats_are_fit_for_everybody(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    account, here = cast.bystander, cast.member(cast.bystander)
    there = second_seat(account, cast.other_county, "WC050")
    own, draft, told = invite(cast, here, cast.proposer), draft_in(there, account), Event.objects.order_by("id")[0]
    notice = Notice.objects.create(
        account=account,
        committee_code="YX",
        event=told,
        text="林知远委员邀您联名",
        made_at=timezone.now(),
        url=f"{own.get_absolute_url()}invitation/",
    )
    sign_in(context, live_server, account, there)
    page, found = context.new_page(), {}
    paths = ("/home/", notice.url, "/notices/", f"/notices/{notice.uid}/", f"/proposals/{draft.uid}/edit/")
    for size in ("", "elder"):
        Account.objects.filter(pk=account.pk).update(size=size)
        for path in paths:
            page.goto(live_server.url + path)
            if problems := faults(page):
                found[size, path] = problems
    assert found == {}


@pytest.mark.both_sizes
def test_a_desk_with_a_seat_is_fit_for_everybody(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    account, seat = cast.member_of_other_county, cast.member(cast.member_of_other_county)
    here, now = second_seat(account, cast.county, "YX050"), timezone.now()
    invite(cast, here, cast.proposer)
    cast.assigned(now)
    bodies.appoint(
        account,
        committee=cast.county,
        duty=Duty.UNIT_CLERK,
        unit=cast.unit,
        starts_on=timezone.localdate(now),
        actor=None,
        at=now,
    )
    Account.objects.filter(pk=account.pk).update(needs_second_factor=False)
    page, found = context.new_page(), {}
    for size in ("", "elder"):
        Account.objects.filter(pk=account.pk).update(size=size)
        for n, place in enumerate((here, seat)):
            sign_in(context, live_server, account, place)
            page.goto(f"{live_server.url}/home/")
            expect(page.get_by_role("heading", name="委员事项")).to_have_count(1 - n)
            if problems := faults(page):
                found[size, place.number] = problems
    assert found == {}


def test_the_other_seats_work_is_reached_by_keyboard(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    here, there = cast.member(cast.bystander), second_seat(cast.bystander, cast.other_county, "WC050")
    invite(cast, here, cast.proposer)
    sign_in(context, live_server, cast.bystander, there)
    page = context.new_page()
    page.goto(f"{live_server.url}/home/")
    page.get_by_role("button", name=re.compile("换过去.*以云溪县政协委员身份")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="林知远委员邀您联名").first).to_be_visible()


def test_what_is_written_while_another_window_changes_the_seat_is_saved(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    here, there = cast.member(cast.bystander), second_seat(cast.bystander, cast.other_county, "WC050")
    draft = draft_in(here, cast.bystander)
    sign_in(context, live_server, cast.bystander, here)
    writing, other = context.new_page(), context.new_page()
    writing.goto(f"{live_server.url}/proposals/{draft.uid}/edit/")
    other.goto(f"{live_server.url}/home/")
    other.locator("summary[aria-label*=账户菜单]").click()
    other.get_by_role("button", name="以望川县政协委员身份").click()
    expect(other.locator("body")).to_contain_text("现在以望川县政协委员身份办理")
    writing.locator("#id_title").fill("换了身份以后写的案由")
    expect(writing.locator(".autosave")).to_have_attribute("data-state", "saved", timeout=20_000)
    expect(writing.locator(".autosave")).to_contain_text("已自动保存")
    assert Proposal.objects.get().title == "换了身份以后写的案由"
    writing.get_by_role("button", name="保存草稿").click()
    expect(writing.locator("body")).to_contain_text("这一页是云溪县政协委员身份的，已换回这个身份")
    expect(writing.locator("#id_title")).to_have_value("换了身份以后写的案由")
    assert there.committee != here.committee
