"""In a real browser: nothing typed is lost, and the shell works by keyboard."""

import re
from urllib.parse import parse_qs

import pytest

from tests.browser.looking import stop_clock
from tests.sampling import THOROUGH

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    # pytest-playwright's base_url is written in a way that pytest 10 will refuse.
    pytest.mark.filterwarnings("ignore::pytest.PytestRemovedIn10Warning"),
]

FACTS = "#id_facts"
STATE = ".autosave"


class Office:
    """Stands in for the server's end of the autosave contract, shared by all tabs of a browser."""

    def __init__(self, context, live_server):
        self.context = context
        self.address = f"{live_server.url}/components/?shell=member&autosave=/save/"
        self.version, self.text, self.answers = 1, None, []
        context.route("**/save/", self.save)
        context.route("**/components/**", self.page)

    def save(self, route):
        if self.answers:
            route.fulfill(**self.answers[0])
            return
        sent = parse_qs(route.request.post_data, keep_blank_values=True)
        if int(sent["version"][0]) != self.version:
            mine = {"version": self.version, "fields": {"facts": self.text}, "mine_kept_as": "x", "url": "/kept/"}
            route.fulfill(status=409, json=mine)
            return
        self.version += 1
        self.text = sent["facts"][0]
        route.fulfill(json={"version": self.version, "saved_at": "8:52"})

    def page(self, route):
        answer = route.fetch()
        body = answer.text().replace('data-version="1"', f'data-version="{self.version}"')
        if self.text is not None:
            body = re.sub(r'(<textarea name="facts".*?>)[^<]*', lambda m: f"{m[1]}\n{self.text}", body, count=1, flags=re.DOTALL)
        route.fulfill(response=answer, body=body)

    def open(self):
        page = self.context.new_page()
        page.goto(self.address)
        return page


@pytest.fixture
def office(context, live_server):
    return Office(context, live_server)


def copies(page):
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('tongxin:draft:')).length")


CLOSED = "() => Object.entries(localStorage).some(([name, copy]) => name.startsWith('tongxin:draft:') && JSON.parse(copy).closed)"


def leave(page, live_server):
    page.goto(f"{live_server.url}/static/ui/icon.svg")
    page.wait_for_function(CLOSED)
    page.close()


def write(page, words):
    """Type something and leave the field, which saves it at once."""
    page.fill(FACTS, words)
    page.focus("#id_phone")


def state(page, wanted):
    page.wait_for_selector(f"{STATE}[data-state={wanted}]")


def test_it_saves_two_seconds_after_the_last_key(office):
    page = office.open()
    stop_clock(page)
    page.fill(FACTS, "第一稿")
    page.clock.run_for(1900)
    state(page, "saving")
    assert office.text is None
    page.clock.run_for(100)
    state(page, "saved")
    assert office.text == "第一稿"
    assert "已自动保存（8:52）" in page.inner_text(STATE)
    assert copies(page) == 0


def test_it_saves_on_leaving_the_field(office):
    page = office.open()
    stop_clock(page)  # so that it is not the two seconds that are over
    page.fill(FACTS, "第一稿")
    with page.expect_response("**/save/"):
        page.focus("#id_phone")


def test_a_lost_network_keeps_the_text_and_sends_it_later(office):
    page = office.open()
    office.context.set_offline(True)
    office.answers = [{"status": 503, "body": ""}]
    write(page, "断网时写的")
    state(page, "offline")
    assert copies(page) == 1
    office.answers = []
    office.context.set_offline(False)
    state(page, "saved")
    assert office.text == "断网时写的"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 503, "headers": {"X-Tongxin-Reason": "disk-full"}}, "服务器磁盘已满，暂存在本机，会自动再试"),
        ({"status": 503}, "服务器出错，暂存在本机，会自动再试"),
        ({"status": 500}, "服务器出错，暂存在本机，会自动再试"),
        ({"status": 502}, "服务器没有应答，已存在本机"),
    ],
)
def test_why_the_server_did_not_save_is_said_as_it_is(office, answer, said):
    page = office.open()
    office.answers = [{"body": "", **answer}]
    write(page, "写了一句")
    state(page, "offline")
    assert page.inner_text(STATE).strip() == said
    assert copies(page) == 1


def test_a_text_that_never_arrived_is_offered_on_return(office, live_server):
    office.text = "已保存的话"
    page = office.open()
    office.answers = [{"status": 503, "body": ""}]
    write(page, "没传上去的话")
    state(page, "offline")
    leave(page, live_server)
    page = office.open()
    assert page.input_value(FACTS) == "已保存的话"
    offer = page.wait_for_selector(".conflict")
    assert "没传上去的话" in offer.inner_text()
    office.answers = []
    page.get_by_role("button", name="全部恢复").click()
    state(page, "saved")
    assert (page.input_value(FACTS), office.text, copies(page)) == ("没传上去的话", "没传上去的话", 0)


def test_an_ended_session_keeps_the_text(office, live_server):
    page = office.open()
    office.answers = [{"status": 302, "headers": {"Location": "/accounts/login/"}}]
    write(page, "登录到期后写的")
    state(page, "ended")
    assert "登录已经到期或者已经退出，您写的内容已存在本机" in page.inner_text("#trouble")
    leave(page, live_server)
    page = office.open()
    page.wait_for_selector(".conflict")
    page.get_by_role("button", name="放弃本机的").click()
    page.wait_for_selector(".conflict", state="detached")
    assert page.input_value(FACTS) != "登录到期后写的"
    assert copies(page) == 0


def test_two_tabs_show_both_texts_and_overwrite_neither(office):
    mine, other = office.open(), office.open()
    write(other, "另一窗口写的")
    state(other, "saved")
    mine.wait_for_selector("[data-elsewhere]")
    write(mine, "我这边写的")
    panel = mine.wait_for_selector(".conflict")
    assert "另一窗口写的" in panel.inner_text()
    assert "我这边写的" in panel.inner_text()
    assert (mine.input_value(FACTS), office.text) == ("我这边写的", "另一窗口写的")
    mine.get_by_role("button", name="用我的", exact=True).click()
    state(mine, "saved")
    assert office.text == "我这边写的"
    write(other, "又改")
    other.wait_for_selector(".conflict")
    other.get_by_role("button", name="用已保存的", exact=True).click()
    other.wait_for_selector(".conflict", state="detached")
    assert (other.input_value(FACTS), office.text) == ("我这边写的", "我这边写的")


def test_submitting_waits_for_the_last_words(office):
    page = office.open()
    stop_clock(page)
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.fill(FACTS, "提交前的最后一句")
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/components/" in answer.url):
        page.locator("[data-autosave] .btn.main").click()
    assert [("/components/" in url) for url in sent] == [False, True]
    assert office.text == "提交前的最后一句"


def test_signing_out_leaves_nothing_on_the_device(office):
    page = office.open()
    office.answers = [{"status": 503, "body": ""}]
    write(page, "别人不该看到")
    state(page, "offline")
    page.evaluate("document.querySelector('[data-signout]').addEventListener('submit', (event) => event.preventDefault())")
    page.click("summary[aria-label*=账户]")
    page.get_by_role("button", name="退出登录").click()
    assert copies(page) == 0
    page.fill(FACTS, "退出的路上还在写")  # and what was on its way fails only now
    page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    assert copies(page) == 0


def test_the_menu_opens_in_a_dialog_and_gives_the_focus_back(page, live_server):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/components/?shell=desk")
    opener = page.locator("[data-nav]")
    opener.focus()
    page.keyboard.press("Enter")
    assert page.locator("#nav-dialog a", has_text="社情民意").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector("#nav-dialog", state="hidden")
    assert opener.evaluate("(node) => node === document.activeElement")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.locator(".dnav a", has_text="社情民意").is_visible()


OTHER_PART = """() => { const part = document.createElement("div");
    part.id = "other"; part.setAttribute("hx-get", "/nowhere-at-all/"); part.setAttribute("hx-trigger", "load");
    document.querySelector("main").append(part); window.htmx.process(part); }"""
AIR = 12  # pixels between the buttons and the form that one of them opened


def test_a_step_opens_below_its_button_and_the_keyboard_goes_to_its_first_field(page, live_server):
    form = '<form hx-post="/step/" hx-target="#action-form"><h2 tabindex="-1" data-focus>评价</h2><input name="why" aria-label="理由"><button>评价</button></form>'
    wrong = '<div class="note stop errors" role="alert" tabindex="-1" data-focus>有 1 处要改</div>' + form
    answers = {
        "GET": [{"body": form}],
        "POST": [{"status": 422, "body": wrong}, *({"status": s, "body": ""} for s in (401, 403))],
    }
    page.route("**/step/", lambda route: route.fulfill(content_type="text/html", **answers[route.request.method].pop(0)))
    page.route(
        "**/components/**",
        lambda route: (
            (answer := route.fetch())
            and route.fulfill(response=answer, body=answer.text().replace('hx-get="#"', 'hx-get="/step/"'))
        ),
    )
    page.goto(f"{live_server.url}/components/?shell=member")
    page.get_by_role("link", name="评价办理结果").click()
    page.wait_for_selector("[name=why]:focus")
    opener = page.get_by_role("link", name="评价办理结果", expanded=True)
    assert opener.count() == 1
    assert page.locator(".actions [aria-expanded=true]").count() == 1
    gap = "() => document.querySelector('#action-form').getBoundingClientRect().top - document.querySelector('.actions').getBoundingClientRect().bottom"
    assert page.evaluate(gap) >= AIR
    page.click("#action-form button")
    page.wait_for_selector(".errors:focus")
    assert opener.count() == 1  # what was wrong is said inside the open form
    page.click("#action-form button")
    page.wait_for_selector("#action-form [data-said-here]")  # where the answer would have stood
    assert "登录已经到期或者已经退出，这一步还没有办" in page.inner_text("#action-form [data-said-here]")
    assert page.locator("#action-form .errors").is_visible()  # the form stays, with what was typed
    page.click("#action-form button")
    page.wait_for_selector("#action-form [data-said-here] a")
    assert "登录已经到期" in page.inner_text("#action-form [data-said-here]")
    assert page.locator("#action-form .errors").is_visible()
    page.evaluate(OTHER_PART)  # a part of the page that asks by itself, and is not answered either
    page.wait_for_selector("#other [data-said-here]")
    assert page.inner_text("#other [data-said-here]") == "这一部分暂时没有取到，其他内容不受影响。"
    assert page.locator("#action-form [data-said-here]").count() == 1  # that nothing was done is still said


PLAIN = """document.querySelector('main').innerHTML += `<form method="post" action="/there/" enctype="multipart/form-data" data-guard>
    <textarea name="why"></textarea><input type="file" name="paper"><button name="answer" value="yes">确认</button></form>`"""


class Desk:
    """A page with a plain form, and a server that takes what it sends."""

    def __init__(self, page, live_server):
        self.page, self.sent = page, []
        page.route("**/there/", self.take)
        page.goto(f"{live_server.url}/components/?shell=member")
        page.evaluate(PLAIN)
        page.fill("[name=why]", "年事已高，辞去委员")
        page.set_input_files("[name=paper]", [{"name": "申请.txt", "mimeType": "text/plain", "buffer": b"paper"}])

    def take(self, route):
        self.sent.append(route.request.post_data_buffer.decode())
        route.fulfill(content_type="text/html; charset=utf-8", body="<h1>办好了</h1>")

    @property
    def button(self):
        return self.page.get_by_role("button", name="确认", exact=True)


@pytest.fixture
def desk(page, live_server):
    return Desk(page, live_server)


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (lambda page: page.route("**/icon*.svg", lambda route: route.abort("connectionrefused")), "服务器没有应答，"),
        (lambda page: page.route("**/icon*.svg", lambda route: route.fulfill(status=502, body="")), "服务器没有应答，"),
        (lambda page: page.context.set_offline(True), "网络已断开，"),
    ],
    ids=["server", "proxy", "network"],
)
def test_a_form_that_nobody_would_answer_stays_with_what_was_typed(desk, away, words):
    page = desk.page
    away(page)
    desk.button.click()
    note = page.locator("#trouble .note")
    note.wait_for()
    assert note.inner_text().startswith(f"{words}这一步还没有办，您填的内容还在。")
    assert note.evaluate("(node) => node.getBoundingClientRect().bottom <= innerHeight")
    chosen = page.evaluate("[...document.querySelector('[name=paper]').files].map((file) => file.name)")
    assert (desk.sent, page.input_value("[name=why]"), chosen) == ([], "年事已高，辞去委员", ["申请.txt"])
    page.unroute("**/icon*.svg")
    page.context.set_offline(False)
    with page.expect_navigation():
        desk.button.click()
    assert page.inner_text("h1") == "办好了"
    [sent] = desk.sent
    assert [part in sent for part in ("年事已高，辞去委员", 'name="answer"', "yes")] == [True] * 3


def test_a_step_that_got_no_answer_says_whether_the_server_or_the_network_is_away(desk):
    page, unanswered = desk.page, "document.body.dispatchEvent(new CustomEvent('htmx:sendError', {bubbles: true}))"
    page.evaluate(unanswered)
    assert page.inner_text("#trouble .note") == "服务器没有应答，您填的内容还在，已经办成的不会重复办。请稍后再试。"
    page.context.set_offline(True)
    page.evaluate(unanswered)
    assert page.inner_text("#trouble .note") == "网络已断开，您填的内容还在，已经办成的不会重复办。请联网后再试。"


def test_a_form_pressed_twice_while_the_server_is_asked_is_sent_once(desk):
    page, waiting = desk.page, []
    page.route("**/icon*.svg", lambda route: waiting.append(route))  # noqa: PLW0108 -- Playwright marks what it is given
    desk.button.dblclick()
    page.wait_for_timeout(300)
    assert len(waiting) == 1
    with page.expect_navigation():
        waiting[0].continue_()
    assert len(desk.sent) == 1


def test_a_gateway_that_sends_who_it_does_not_know_elsewhere_stops_no_form(desk):
    page = desk.page
    elsewhere = {"Location": "https://gateway.invalid/in/"}
    page.route("**/icon*.svg", lambda route: route.fulfill(status=302, headers=elsewhere))
    with page.expect_navigation():
        desk.button.click()
    assert len(desk.sent) == 1


def test_what_holds_a_form_back_by_itself_still_does(desk):
    page = desk.page
    page.evaluate("document.querySelector('[name=why]').required = true")
    page.fill("[name=why]", "")
    desk.button.click()
    page.evaluate("document.querySelector('[action=\"/there/\"]').addEventListener('submit', (event) => event.preventDefault())")
    page.fill("[name=why]", "不发")
    desk.button.click()
    page.wait_for_timeout(300)
    assert (desk.sent, page.locator("#trouble .note").count()) == ([], 0)


def test_before_the_session_ends_one_can_go_on(page, live_server):
    page.route("**/session/", lambda route: route.fulfill(json={"seconds": 3600}))
    page.goto(f"{live_server.url}/components/?shell=member&session=200")
    page.get_by_role("button", name="继续").click()
    page.wait_for_selector(".toast")
    assert "可以继续使用" in page.inner_text(".toast")
    assert page.locator("#session-warning").is_hidden()
    page.goto(f"{live_server.url}/components/?shell=member&session=3600")
    assert page.locator("#session-warning").is_hidden()


def test_only_what_matters_is_shown_without_a_script(browser, live_server):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{live_server.url}/components/?shell=member")
    assert page.locator(".timeline li:visible").count() == 7
    page.check("#only-key")
    assert page.locator(".timeline li:visible").count() == 4
    page.click(".size-toggle")
    assert page.get_attribute(".size-toggle", "value") == "elder"
    assert {c["name"]: c["value"] for c in context.cookies()}["size"] == "elder"
    context.close()


def test_large_letters_switch_at_once_and_stay(page, live_server):
    page.goto(f"{live_server.url}/components/?shell=portal")
    with page.expect_response("**/size/"):
        page.click(".size-toggle")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
    assert {c["name"]: c["value"] for c in page.context.cookies()}["size"] == "elder"
    with page.expect_response("**/size/"):
        page.click(".size-toggle")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "16px"


def test_the_bulk_bar_greys_what_is_not_open_to_all(page, live_server):
    page.goto(f"{live_server.url}/components/?shell=desk")
    assert page.locator(".bulk").is_hidden()
    page.check("input[value='0033']")
    assert page.inner_text("[data-bulk-count]") == "已选 1 件"
    assert page.get_attribute("[data-act=extend]", "aria-disabled") == "false"
    page.check("input[value='0018']")
    assert page.get_attribute("[data-act=extend]", "aria-disabled") == "true"
    assert "所选 2 件中有 1 件没有提出延期申请" in page.inner_text("[data-bulk-why]")


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["portal", "member", "desk", "plain"])
def test_every_shell_is_accessible_and_fits(page, live_server, kind):
    """On a phone, on a desk, and on a small phone in large letters, which axe reads in `make thorough` only."""
    from axe_playwright_python.sync_playwright import Axe

    refused = []
    page.on("console", lambda message: message.type == "error" and refused.append(message.text))
    page.on("pageerror", lambda error: refused.append(str(error)))
    for width, size in ((390, ""), (1440, ""), (320, "elder")):
        page.set_viewport_size({"width": width, "height": 844})
        if THOROUGH or width != 1440:  # the same letters: in daily runs the page of the phone, made wider
            page.goto(f"{live_server.url}/components/?shell={kind}&size={size}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if THOROUGH or not size:
            found = Axe().run(page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == [], width
    assert refused == []
