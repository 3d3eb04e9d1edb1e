"""What is measured: which page, as whom, against which budget. The people and proposals are found in the seeded database."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, cycle
from random import Random
from typing import Any
from urllib.parse import quote

from django.db.models import Count, Max, Min
from django.utils import timezone

from bench.loading import CLIENTS, Client, Request
from bench.serving import cookie_for
from bench.world.seeding import MAIN
from bench.world.texts import proposal_text
from tongxin.accounts.models import Account
from tongxin.committees.models import Committee, Unit
from tongxin.handling.models import Contact, Task
from tongxin.members.models import Member
from tongxin.proposals import actions
from tongxin.proposals.models import Proposal, Signature

NEXT = re.compile(rb'href="([^"]+)"[^>]*rel="next"')
DEEP = 10  # the page so many steps behind the first
DRAFTS_PER_CLIENT = 40
WORD = "停车"


@dataclass(frozen=True)
class Target:
    """One thing measured. `requests(client)` gives a client's endless (or, for submitting, finite) requests."""

    key: str
    label: str
    person: str
    requests: Callable[[int], Iterator[Request]]
    budget: str = "list"


@dataclass
class Found:
    """The people and rows that the pages are asked for."""

    committee: Committee
    accounts: dict[str, int | None]
    unit: Unit
    number: int
    short: list[str]
    long: str
    public: list[str]
    member: Member

    def cookies(self) -> dict[str, str]:
        """Sign everybody in."""
        return {name: cookie_for(pk) for name, pk in self.accounts.items()}


def look() -> Found:
    """Find the busiest member and unit, a long and many short histories."""
    committee = Committee.objects.get(code=MAIN)
    own = Proposal.objects.filter(committee=committee)
    busiest = (
        Signature.objects.filter(committee=committee, member__isnull=False)
        .values("member")
        .annotate(n=Count("id"))
        .order_by("-n", "member")
    )
    member = Member.objects.get(pk=busiest[0]["member"])
    tasks = Task.objects.filter(committee=committee).values("unit").annotate(n=Count("id")).order_by("-n", "unit")
    unit = Unit.objects.get(pk=tasks[0]["unit"])
    talks = (
        Contact.objects.filter(committee=committee)
        .values("task__case__proposal__uid")
        .annotate(n=Count("id"))
        .order_by("-n", "task__case__proposal__uid")
    )
    filed = own.filter(state="handed_over", session__isnull=False)
    ends: dict[str, Any] = filed.aggregate(first=Min("pk"), last=Max("pk"))
    places = [ends["first"] + (ends["last"] - ends["first"]) * n // 40 for n in range(40)]
    short = [uid for at in places if (uid := filed.filter(pk__gte=at).order_by("pk").values_list("uid", flat=True).first())]
    public = list(
        own.filter(released_at__isnull=False, consents_to_publication=True, state="handed_over")
        .order_by("-released_at")
        .values_list("uid", flat=True)[:40]
    )
    number = filed.aggregate(last=Max("number"))["last"] // 2

    def account(username: str) -> int:
        return int(Account.objects.values_list("pk", flat=True).get(username=username))

    clerk = unit.appointments.get(duty="unit.clerk").account_id
    code = MAIN.lower()
    accounts = {
        "office": account(f"{code}-office"), "supervisor": account(f"{code}-assign-government"), "clerk": clerk,
        "member": member.account_id, "public": None,
    }  # fmt: skip
    return Found(committee, accounts, unit, number, short, talks[0]["task__case__proposal__uid"], public, member)


def _get(*paths: str) -> Callable[[int], Iterator[Request]]:
    return lambda client: cycle(Request(path) for path in (*paths[client:], *paths[:client]))


def _behind(port: int, cookie: str, path: str) -> str:
    """Follow 下一页 from a list's first page, ten times where there are so many."""
    client, base = Client(port, cookie), path.partition("?")[0]
    for _step in range(DEEP):
        _wrong, content = client.ask(Request(path))
        found = NEXT.search(content)
        if found is None:
            break
        href = found[1].decode().replace("&amp;", "&")
        path = href if href.startswith("/") else f"{base}{href}"
    return path


def reading(found: Found, port: int, cookies: dict[str, str]) -> list[Target]:
    """Return the pages that are only read."""
    desk, inside = "/desk/proposals/", f"in={MAIN}"
    office, unit = cookies["office"], found.unit.uid
    return [
        Target("home_office", "工作台首页（机关）", "office", _get("/home/")),
        Target("home_member", "首页（委员）", "member", _get("/home/")),
        Target("desk", "提案工作台，第一页（在办）", "office", _get(desk)),
        Target("desk_closed", "提案工作台，已办结", "office", _get(f"{desk}?stage=closed")),
        Target("desk_deep", f"提案工作台，已办结，往后 {DEEP} 页", "office", _get(_behind(port, office, f"{desk}?stage=closed"))),
        Target("desk_review", "提案工作台，答复待审", "office", _get(f"{desk}?stage=review")),
        Target("desk_unit", "提案工作台，按承办单位", "office", _get(f"{desk}?stage=closed&unit={unit}")),
        Target("desk_number", "提案工作台，按案号查找", "office", _get(f"{desk}?q={found.number}")),
        Target("desk_word", "提案工作台，按案由查找", "office", _get(f"{desk}?q={quote(WORD)}")),
        Target("mine", "我的提案", "member", _get("/proposals/")),
        Target("filed", "本会已立案的提案（委员）", "member", _get("/proposals/?tab=filed")),
        Target("inbox", "承办提案，要办的", "clerk", _get("/handling/")),
        Target("inbox_done", "承办提案，已结束", "clerk", _get("/handling/?part=done")),
        Target("supervise", "督办", "supervisor", _get("/handling/supervise/")),
        Target("assign", "交办", "supervisor", _get("/handling/assign/")),
        Target("public", "公开提案，第一页", "public", _get(f"/public/proposals/?{inside}")),
        Target(
            "public_deep",
            f"公开提案，往后 {DEEP} 页",
            "public",
            _get(_behind(port, cookies["public"], f"/public/proposals/?{inside}")),
        ),
        Target("public_word", "公开提案，按案由查找", "public", _get(f"/public/proposals/?{inside}&q={quote(WORD)}")),
        Target("notices", "消息", "office", _get("/notices/")),
        Target("members", "委员名册", "office", _get("/members/")),
        Target(
            "page_short", "提案页（机关，四十件轮流）", "office", _get(*(f"/proposals/{uid}/" for uid in found.short)), "page"
        ),
        Target("page_long", "提案页（机关，经历很长）", "office", _get(f"/proposals/{found.long}/"), "page"),
        Target("page_member", "提案页（委员）", "member", _get(*(f"/proposals/{uid}/" for uid in found.short)), "page"),
        Target("page_public", "公开的提案页", "public", _get(*(f"/public/proposals/{uid}/" for uid in found.public)), "page"),
    ]


def writing(found: Found) -> list[Target]:
    """Return what writes: saving while typing, and handing in."""
    rng = Random("drafts")
    account = Account.objects.get(pk=found.member.account_id)

    def draft() -> str:
        text = proposal_text(rng)
        typed = {name: getattr(text, name) for name in ("title", "situation", "analysis", "suggestions")}
        made = actions.draft(found.committee, actor=account, at=timezone.now(), first=found.member, text=typed)
        return str(made.uid)

    edited = [draft() for _n in range(CLIENTS + 1)]
    ready = [[draft() for _m in range(DRAFTS_PER_CLIENT)] for _n in range(CLIENTS + 1)]

    def autosave(client: int) -> Iterator[Request]:
        uid, text = edited[client], proposal_text(rng)
        for version in count(1):
            typed = {
                "title": text.title,
                "situation": f"{text.situation}{version}",
                "analysis": text.analysis,
                "suggestions": text.suggestions,
            }
            yield Request(f"/drafts/proposals.text/{uid}/", typed | {"version": str(version)})

    def submit(client: int) -> Iterator[Request]:
        for uid in ready[client]:
            yield Request(f"/proposals/{uid}/submit/", {"version": "1"}, 302, f"/proposals/{uid}/")

    return [
        Target("autosave", "写提案时自动保存", "member", autosave, "write"),
        Target("submit", "提交提案（整个流转，含通知）", "member", submit, "write"),
    ]
