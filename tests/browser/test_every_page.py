"""Every address of the URL table is opened in a real browser.

Axe finds nothing serious, nothing scrolls sideways, no script fails.

In daily runs each page is loaded and read by axe in one of the two sizes, by turns, and then looked at in the other;
`make thorough` loads each in both.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.architecture.spacing import glued
from tests.architecture.walking import THOROUGH, import_sheets, kept_twice
from tests.architecture.world import World, told
from tests.browser.looking import fits
from tests.cast import Cast, who_keeps_the_system
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.committees.models import Appointment
from tongxin.desks.declared import declared, listings
from tongxin.drafts.actions import keep
from tongxin.handling import actions as handling
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Contact, PublicReply, Reply
from tongxin.members import actions as members
from tongxin.members.models import Member
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import Answer, State
from tongxin.proposals.models import Proposal, Signature
from tongxin.workflow.table import BY_MODEL

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Addresses that take a POST, or give something that is no page.
ACTS = {
    "ui:size",
    "ui:stay",
    "account-seat-choose",
    "audit-verify",
    "notices-read",
    "notice",
    "file",
    "member-phone",
    "draft",
    "switch-role",
    "held-export",
    "privacy-erase",
    "letter-again",
    "healthz",
    "import-template",
    "import-progress",
    "import-take",
    "import-drop",
    "import-again",
}
ACTS |= {f"{one.name}-{what}" for one in listings() for what in ("acts", "sheet") if one.sheet or (one.acts and what == "acts")}
# What apps declare is visited by whoever may, where the table below says nothing better.
ACTS |= set(told("NO_PAGES"))
DECLARED = {one.name for one in (*listings(), *declared("OBJECTS"), *declared("BEGINNINGS"))} | set(told("VISITS"))
# Third-party pages that only lead on: to the sign-in, to the account, to a stage of signing in.
LEADS_ON = {
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "account_reauthenticate",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
    "account_set_password",
}

Visit = tuple[Account | None, str]


def names(patterns: list[Any] | None = None, space: str = "") -> set[str]:
    """Return the names of every address, with their namespaces."""
    found = set()
    for item in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(item, URLResolver):
            found |= names(item.url_patterns, f"{item.namespace}:" if item.namespace else space)
        elif isinstance(item, URLPattern):
            assert item.name, f"{item.pattern} has no name"
            if space != "api:":  # the interface has no pages
                found.add(f"{space}{item.name}")
    return found


def visits(cast: Cast) -> dict[str, list[Visit]]:
    """Return who opens which address.

    For every page the person it is made for, and further ones where it looks different.
    """
    world = World(cast)

    def make(workflow: str, state: str) -> Any:
        return world.make(workflow, state)

    def to(who: Account | None, name: str, *args: str, query: str = "") -> Visit:
        return who, reverse(name, args=args) + query

    draft, gathering = make("proposals", State.DRAFT), make("proposals", State.GATHERING)
    submitted, filed = make("proposals", State.SUBMITTED), make("proposals", State.FILED)
    not_filed, decision = make("proposals", State.NOT_FILED), make("proposals", State.IN_DECISION)
    rating, closed = make("cases", CaseState.RATING), make("cases", CaseState.CLOSED)
    writing, review = make("tasks", TaskState.IN_HAND), make("tasks", TaskState.UNDER_REVIEW)
    returned, asked = make("tasks", TaskState.RETURNED), make("tasks", TaskState.RETURN_ASKED)
    released = Proposal.objects.get(pk=closed.proposal_id)
    cast.proposer.set_password("云溪河边的茶园真好看")
    cast.proposer.save()
    proposals.release(released, actor=cast.office, at=world.at)
    elsewhere = {"title": "另一处写的案由"}
    copy = keep("proposals.text", draft, fields=elsewhere, started_from=1, actor=cast.proposer, at=world.at)
    handling.reply_of(writing)
    elsewhere = {"text": "另一处写的答复", "category": "B"}
    stale = keep("handling.reply", writing, fields=elsewhere, started_from=1, actor=cast.clerk, at=world.at)
    invitation = Signature.objects.filter(proposal=gathering, answer=Answer.INVITED).select_related("member__account").first()
    assert invitation is not None
    assert invitation.member is not None
    rater = Signature.objects.filter(proposal=rating.proposal).first()
    assert rater is not None
    assert Contact.objects.exists()
    assert Reply.objects.filter(sent_at__isnull=False).exists()
    notices.deliver()
    assert Notice.objects.exists()
    coded = Appointment.objects.get(account=cast.leader)
    Authenticator.objects.create(user=cast.leader, type=Authenticator.Type.TOTP, data={"secret": "none that fits"})
    member, clerkship = Member.objects.get(account=cast.cosigner), Appointment.objects.get(account=cast.clerk)
    _a_code_waits(member, cast.cosigner, cast)
    sheets = import_sheets(cast, world.at)
    gone = kept_twice(cast, at=timezone.now())
    assert gone.merged_into is not None
    return {
        "front": [to(None, "front")],
        "public": [to(None, "public")],
        "public-proposals": [to(None, "public-proposals", query="?in=YX")],
        "public-committee": [to(None, "public-committee", "YX")],
        "public-proposal": [to(None, "public-proposal", released.uid)],
        "home": [
            to(cast.proposer, "home"),
            to(cast.office, "home"),
            to(cast.assigner, "home"),
            to(cast.clerk, "home"),
            to(cast.leader, "home"),
        ],
        "ui:components": [to(None, "ui:components")],
        "account_login": [to(None, "account_login")],
        "account_logout": [to(cast.proposer, "account_logout")],
        "account_change_password": [to(cast.proposer, "account_change_password")],
        "mfa_activate_totp": [to(cast.clerk, "mfa_activate_totp")],
        "invitation": [to(None, "invitation")],
        "account": [to(cast.proposer, "account"), to(cast.clerk, "account")],
        "transition": [
            to(cast.office, "transition", "proposals", decision.uid, "not_file"),
            to(cast.office, "transition", "proposals", submitted.uid, "pass_examination"),
        ],
        "units": [to(cast.office, "units")],
        "unit-new": [to(cast.office, "unit-new")],
        "unit": [to(cast.office, "unit", cast.unit.uid)],
        "unit-course": [to(cast.office, "unit-course", cast.unit.uid)],
        "unit-rename": [to(cast.office, "unit-rename", cast.unit.uid)],
        "unit-end": [to(cast.office, "unit-end", cast.unit.uid)],
        "unit-restore": [to(cast.office, "unit-restore", cast.unit.uid)],
        "appointments": [to(cast.security_admin, "appointments")],
        "sign-in-at": [to(None, "sign-in-at", "YX")],
        "appointment-transfer": [to(cast.security_admin, "appointment-transfer", clerkship.uid)],
        "appointment-new": [to(cast.security_admin, "appointment-new")],
        "appointment-end": [to(cast.security_admin, "appointment-end", clerkship.uid)],
        "appointment-reset": [to(cast.security_admin, "appointment-reset", clerkship.uid)],
        "member-invite": [to(cast.office, "member-invite", member.uid)],
        "members-doubles": [to(cast.office, "members-doubles")],
        "member-merge": [to(cast.office, "member-merge", member.uid)],
        "member-double": [to(cast.office, "member-double", member.uid, cast.member(cast.bystander).uid)],
        "member-apart": [to(cast.office, "member-apart", member.uid, cast.member(cast.bystander).uid)],
        "member-part": [to(cast.office, "member-part", gone.merged_into.uid, gone.uid)],
        "member-release": [to(cast.office, "member-release", cast.member(cast.bystander).uid)],
        "appointment-factor": [to(cast.security_admin, "appointment-factor", coded.uid)],
        "member-confirm-reinvitation": [to(cast.leader, "member-confirm-reinvitation", member.uid)],
        "slip": [to(cast.office, "slip")],
        "account-seat": [to(cast.clerk, "account-seat")],
        "members-end-term": [to(cast.office, "members-end-term")],
        "member-standing": [
            to(cast.office, "member-standing", member.uid, "resigned"),
            to(cast.office, "member-standing", member.uid, "suspend"),
        ],
        "sessions": [to(cast.office, "sessions")],
        "session": [to(cast.office, "session", cast.session.uid)],
        "events": [to(cast.audit_admin, "events")],
        "regulations": [to(cast.proposer, "regulations")],
        "regulation": [to(cast.office, "regulation", "handling.categories")],
        "held": [to(cast.proposer, "held"), to(cast.clerk, "held")],
        "privacy": [to(cast.office, "privacy"), to(cast.security_admin, "privacy")],
        "privacy-due": [to(cast.office, "privacy-due", "read_notices")],
        "privacy-past": [to(cast.office, "privacy-past")],
        "imports": [to(cast.office, "imports")],
        "sheet-columns": [to(cast.clerk, "sheet-columns")],
        "import": [to(cast.office, "import", one.uid) for one in sheets],
        "import-rows": [to(cast.office, "import-rows", one.uid) for one in sheets],
        "import-undo": [to(cast.office, "import-undo", sheets[1].uid)],
        "notices": [to(cast.proposer, "notices")],
        "notices-delivery": [to(who_keeps_the_system(cast), "notices-delivery")],
        "proposal-told": [to(cast.office, "proposal-told", closed.proposal.uid)],
        "members": [to(cast.proposer, "members")],
        "member": [to(cast.office, "member", member.uid)],
        "member-change": [to(cast.office, "member-change", member.uid)],
        "member-correct": [to(cast.office, "member-correct", member.uid)],
        "handling-inbox": [to(cast.clerk, "handling-inbox")],
        "handling-assign": [to(cast.assigner, "handling-assign")],
        "handling-assign-one": [to(cast.assigner, "handling-assign-one", filed.uid)],
        "handling-units": [to(cast.assigner, "handling-units", returned.case.uid)],
        "handling-supervise": [to(cast.assigner, "handling-supervise")],
        "handling-rate": [to(cast.cosigner, "handling-rate", rating.uid)],
        "handling-rate-for": [to(cast.office, "handling-rate-for", rating.uid, rater.uid)],
        "handling-task": [to(cast.clerk, "handling-task", writing.uid), to(cast.assigner, "handling-task", asked.uid)],
        "handling-contact": [to(cast.clerk, "handling-contact", writing.uid)],
        "handling-review": [to(cast.assigner, "handling-review", review.uid)],
        "handling-reply": [to(cast.clerk, "handling-reply", writing.uid)],
        "handling-reply-preview": [to(cast.clerk, "handling-reply-preview", writing.uid)],
        "handling-reply-copy": [to(cast.clerk, "handling-reply-copy", writing.uid, stale.uid)],
        "draft-copy": [(cast.proposer, copy.get_absolute_url()), (cast.clerk, stale.get_absolute_url())],
        "proposals": [to(cast.proposer, "proposals"), to(cast.proposer, "proposals", query="?tab=filed")],
        "proposal-new": [to(cast.proposer, "proposal-new")],  # leads on to a form of its own
        "proposal-behalf": [to(cast.office, "proposal-behalf")],
        "proposal-edit": [to(cast.proposer, "proposal-edit", gathering.uid)],
        "proposal-copy": [to(cast.proposer, "proposal-copy", draft.uid, copy.uid)],
        "proposal-invitation": [to(invitation.member.account, "proposal-invitation", gathering.uid)],
        "proposal-preview": [to(cast.proposer, "proposal-preview", draft.uid)],
        "passing-on": [to(cast.office, "passing-on")],
        "office-reclassify": [to(cast.office, "office-reclassify", filed.uid)],
        "office-reroute": [to(cast.office, "office-reroute", filed.uid)],
        "office-season": [to(cast.office, "office-season", filed.uid)],
        "office-release": [to(cast.office, "office-release", filed.uid), to(cast.office, "office-release", released.uid)],
        "publication": [to(cast.office, "publication")],
        "handling-public-reply": [to(cast.office, "handling-public-reply", PublicReply.objects.order_by("id")[0].uid)],
        "office-unrelease": [to(cast.office, "office-unrelease", released.uid)],
        "desk-proposals": [to(cast.office, "desk-proposals"), to(cast.leader, "desk-proposals")],
        "proposal": [
            to(cast.proposer, "proposal", rating.proposal.uid),
            to(cast.office, "proposal", closed.proposal.uid),
            to(cast.clerk, "proposal", writing.case.proposal.uid),
            to(cast.proposer, "proposal", not_filed.uid),
            to(None, "proposal", released.uid),
        ],
    }


def _of_what_is_declared(cast: Cast, *, but: set[str]) -> dict[str, list[Visit]]:
    """Return who opens the lists, beginnings and objects' pages of which the table says nothing.

    Whoever of the cast may.
    """
    people, world = [Account.objects.get(pk=a.pk) for a in cast.everyone().values()], World(cast)
    found: dict[str, list[Visit]] = {name: visits_of(world) for name, visits_of in told("VISITS").items()}
    for one in (*listings(), *declared("BEGINNINGS")):
        if one.name not in but:
            found[one.name] = [(next(who for who in people if allowed(who, one.permission)), reverse(one.name))]
    for page in declared("OBJECTS"):
        if page.name not in but:
            workflow = BY_MODEL[page.model._meta.label_lower]
            row = world.make(workflow.name, workflow.initial)
            who = next(who for who in people if page.one(who, row.uid) is not None)
            found[page.name] = [(who, row.get_absolute_url())]
    return found


SIZES = [(390, 844), (1440, 900)]


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page on a phone and on a desk."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_every_address_is_visited_or_named_as_no_page() -> None:
    assert names() - ACTS - LEADS_ON == set(VISITED) | DECLARED
    assert not (set(VISITED) | DECLARED) & (ACTS | LEADS_ON)
    assert not set(VISITED) & DECLARED


@pytest.mark.thorough
@pytest.mark.both_sizes
def test_every_page_is_fit_for_everybody(page: Page, live_server: LiveServer, cast: Cast, settings: Any) -> None:
    settings.DEMO = True  # the component page is shown in the demo only
    table = visits(cast)
    table |= _of_what_is_declared(cast, but=set(table))
    assert set(table) == set(VISITED) | DECLARED
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"script on {page.url}: {error}"))
    sign_in = _sessions(page, live_server)
    for name, account, path in _of_this_size(table, page):
        sign_in(account)
        answer = page.goto(live_server.url + path)
        assert answer is not None
        here = page.url.removeprefix(live_server.url).split("?")[0]
        if answer.status != HTTP_OK or not here.startswith((path.split("?")[0], LEADS_TO.get(name, path))):
            problems.append(f"{name} {path}: {answer.status} {page.url}")
            continue
        if name in SHOWS and not page.locator(SHOWS[name]).count():
            problems.append(f"{name} {path}: shows nothing of its matter")
        problems += [f"{name} {path}: {p}" for p in (*_faults(page), *_faults_in_the_other_size(page))]
    assert not problems, "\n".join(problems)


def _of_this_size(table: dict[str, list[Visit]], page: Page) -> list[tuple[str, Account | None, str]]:
    """Return who opens what in this size: everything, or in daily runs every other page."""
    visited = [(name, account, path) for name, who_and_where in table.items() for account, path in who_and_where]
    return visited if THOROUGH else visited[_place_of(page) :: len(SIZES)]


def _place_of(page: Page) -> int:
    assert page.viewport_size is not None
    return [width for width, _height in SIZES].index(page.viewport_size["width"])


def _a_code_waits(member: Member, account: Account, cast: Cast) -> None:
    """A code for somebody who has a password waits for a second person."""
    account.set_password("云溪河边的茶园真好看")
    account.save()
    members.invite(member, actor=cast.office, at=timezone.now())


HTTP_OK = 200
LEADS_TO = {
    "handling-reply-copy": "/drafts/handling.reply/",
    "proposal-copy": "/drafts/proposals.text/",
    "proposal": "/public/proposals/",
}
IMPACTS = {"serious", "critical"}
HAS_A_SLIP = "YX004"  # printed once by who may, in the session that looks at the pages
# what a page without its matter would not have
SHOWS = {"slip": ".letter", "member-confirm-reinvitation": "input[name=code]"}


def _sessions(page: Page, live_server: LiveServer) -> Callable[[Account | None], None]:
    kept: dict[int, str] = {}

    def into(account: Account | None) -> None:
        page.context.clear_cookies()
        if account is None:
            return
        if account.pk not in kept:
            client = Client()
            client.force_login(account, backend="tongxin.accounts.backends.SignInName")
            if allowed(account, "members.invite"):
                client.post(reverse("member-invite", args=[Member.objects.get(number=HAS_A_SLIP).uid]))
            kept[account.pk] = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": kept[account.pk], "url": live_server.url}])

    return into


def _faults(page: Page) -> list[str]:
    found = []
    result = Axe().run(page)
    for violation in result.response["violations"]:
        if violation["impact"] in IMPACTS:
            where = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            found.append(f"{violation['id']} ({violation['impact']}): {where}")
    if page.evaluate("[...document.querySelectorAll('h1')].length") != 1:
        found.append("has not exactly one h1")
    found += [f"date or time against a character: {place}" for place in glued(page.inner_text("body"))]
    return [*found, *_faults_of_size(page)]


def _faults_of_size(page: Page) -> list[str]:
    small = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.childNodes.length && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())"
        " && e.offsetParent && parseFloat(getComputedStyle(e).fontSize) < 13.9 && !e.closest('svg')).slice(0, 3).map(e => e.outerHTML.slice(0, 100))"
    )
    found = [f"text under 14 px: {html}" for html in small]
    return found if fits(page) else ["scrolls sideways", *found]


def _faults_in_the_other_size(page: Page) -> list[str]:
    """Look at the page that is loaded as it stands in the other size."""
    place = _place_of(page)
    (width, height), (other_width, other_height) = SIZES[place], SIZES[1 - place]
    page.set_viewport_size({"width": other_width, "height": other_height})
    found = [f"{other_width} wide: {fault}" for fault in _faults_of_size(page)]
    page.set_viewport_size({"width": width, "height": height})
    return found


VISITED = (
    "sign-in-at",
    "appointment-transfer",
    "appointment-new",
    "appointment-end",
    "appointment-factor",
    "member-confirm-reinvitation",
    "slip",
    "imports",
    "sheet-columns",
    "import",
    "import-rows",
    "import-undo",
    "account-seat",
    "members-end-term",
    "member-standing",
    "member-invite",
    "member-release",
    "appointment-reset",
    "members-doubles",
    "member-merge",
    "member-double",
    "member-apart",
    "member-part",
    "front",
    "public",
    "public-proposals",
    "public-committee",
    "public-proposal",
    "home",
    "ui:components",
    "account_login",
    "account_logout",
    "account_change_password",
    "mfa_activate_totp",
    "invitation",
    "account",
    "transition",
    "unit-new",
    "unit",
    "unit-course",
    "unit-rename",
    "unit-end",
    "unit-restore",
    "sessions",
    "session",
    "events",
    "held",
    "privacy",
    "privacy-due",
    "privacy-past",
    "regulations",
    "regulation",
    "notices",
    "member",
    "member-change",
    "member-correct",
    "handling-assign-one",
    "handling-units",
    "handling-rate",
    "handling-rate-for",
    "handling-contact",
    "handling-review",
    "handling-reply",
    "handling-reply-preview",
    "handling-reply-copy",
    "draft-copy",
    "proposal-new",
    "proposal-behalf",
    "proposal-edit",
    "proposal-copy",
    "proposal-invitation",
    "proposal-preview",
    "passing-on",
    "office-reclassify",
    "office-reroute",
    "office-season",
    "office-release",
    "office-unrelease",
    "publication",
    "handling-public-reply",
    "notices-delivery",
    "proposal-told",
)
