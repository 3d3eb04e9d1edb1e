"""No address gives the public, or a neighbour, what was covered.

Not by a page, a piece of one, a search, a likeness.
"""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.walking import THOROUGH, Headers, ours, quiet  # noqa: F401 -- quiet is a fixture
from tests.cast import NOW, Cast, merged_late
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.files import actions as files
from tongxin.handling import actions as handling
from tongxin.handling.models import PublicReply, Reply, Task
from tongxin.handling.pages import front
from tongxin.handling.pages import public as portal
from tongxin.handling.pages.public_timeline import entries, public_events
from tongxin.proposals import actions as proposals
from tongxin.proposals import queries
from tongxin.proposals.models import Attachment, Proposal, PublicCopy
from tongxin.proposals.workflow import MergeInto
from tongxin.texts.redaction import find
from tongxin.workflow.engine import perform

SECRETS = {
    "title": "13812345678",
    "situation": "11010519491231002X",
    "analysis": "人民路12号3栋2单元501室",
    "suggestions": "wang.li@163.com",
    "suggested_units": "0990-7654321",
    "reply": "浙A12345",
    "phone": "0990-1112223",
    "merged": "从案案由云溪秘闻",
    "file": "不公开的附件.txt",
}


@pytest.fixture
def world(cast: Cast) -> dict[str, Any]:
    """A published, answered proposal full of secrets, with an attachment, and one merged into it that nobody published."""
    secret = SECRETS
    case = cast.answered(
        title=f"关于夜间药房（{secret['title']}）的建议",
        situation=f"入冬以来夜间发热买药难，{secret['situation']}。" + "夜间药房少，群众往返四十公里买药。" * 6,
        analysis=f"药店晚上八点关门，老人住{secret['analysis']}。",
        suggestions=f"建议排班值守，来信{secret['suggestions']}。",
        suggested_units=f"县卫生健康局（{secret['suggested_units']}）",
    )
    Reply.objects.filter(task__case=case).update(
        text=f"值守车辆{secret['reply']}。六月底前建成。", phone=secret["phone"], contact="孟时雨"
    )
    proposal = Proposal.objects.get(pk=case.proposal_id)
    upload = SimpleUploadedFile(secret["file"], "现场情况".encode())
    with files.received([upload], limit_mb=1) as [ready]:
        file = files.store(ready, committee=cast.county, owner=cast.proposer, at=NOW)
    attachment = Attachment.objects.create(committee=cast.county, proposal=proposal, file=file)
    merged = cast.in_decision(title=f"{secret['merged']}的建议")
    merged_late(merged, proposal, cast, at=NOW)
    proposals.release(proposal, actor=cast.office, at=NOW)
    copy = PublicReply.objects.get()
    handling.confirm_public_reply(copy, shown=True, marks=handling_marks(copy), actor=cast.office, at=NOW)
    uids = [
        proposal.uid,
        merged.uid,
        case.uid,
        Task.objects.filter(case=case).order_by("id")[0].uid,
        copy.uid,
        attachment.uid,
        file.uid,
    ]
    return {"proposal": proposal, "merged": merged, "uids": uids}


def handling_marks(copy: PublicReply) -> Any:
    return find(copy.reply.text)


def patterns(resolver: URLResolver | None = None, prefix: str = "/") -> list[str]:
    """Return every address of the table, with its places as <kind:name>."""
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            found += patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            found.append(prefix + str(entry.pattern))
    return found


def addresses(uids: list[str]) -> list[str]:
    """Fill the first place of every address with each uid, further places with each again."""
    found: list[str] = []
    for pattern in patterns():
        if "^" in pattern or "\\" in pattern:
            continue  # a library's own
        places = pattern.count("<")
        kinds = ["proposals", "cases", "tasks"] if "<str:workflow" in pattern or "<str:name>" in pattern else []
        filled = [pattern]
        for _place in range(places):
            filled = [
                head + value + tail
                for address in filled
                for head, tail in [(address.partition("<")[0], address.partition(">")[2])]
                for value in ([*kinds, *uids[:2], "file", "withdraw"] if places > 1 else uids)
            ]
        found += filled
    return sorted(set(found))


def readers(cast: Cast) -> dict[str, Account | None]:
    return {
        "anonymous": None,
        "member_of_other_county": cast.member_of_other_county,
        "office_of_other_county": cast.office_of_other_county,
        "other_clerk": cast.other_clerk,
    }


def client_of(account: Account | None) -> Client:
    client = Client()
    if account is not None:
        client.force_login(account)
    return client


def answers_to(client: Client, url: str, *, fragment: bool = False) -> str:
    answer = client.get(url, headers={"HX-Request": "true"} if fragment else {})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return body.decode("utf-8", "replace") if answer.status_code == 200 else ""


@pytest.mark.thorough
@pytest.mark.usefixtures("quiet")
def test_no_address_gives_away_what_was_covered(cast: Cast, world: dict[str, Any]) -> None:
    told, compared = [], 0
    for place, (name, account) in enumerate(readers(cast).items()):
        client = client_of(account)
        for number, url in enumerate(addresses(world["uids"])):
            if not (THOROUGH or (ours(number) and number // 2 % 2 == place % 2)):
                continue
            Headers.asked_for_piece = False
            pages = [answers_to(client, url)]
            if Headers.asked_for_piece:
                pages.append(answers_to(client, url, fragment=True))
            compared += len(pages)
            told += [f"{name} {url}: {what}" for what, secret in SECRETS.items() for page in pages if secret in page]
    assert told == []
    assert compared > (4000 if THOROUGH else 500)  # the walk went through the table


def test_the_walk_would_find_a_secret(cast: Cast, world: dict[str, Any]) -> None:
    page = answers_to(client_of(cast.office), world["proposal"].get_absolute_url())
    assert [what for what, secret in SECRETS.items() if secret not in page] == []


def test_a_search_finds_nothing_by_what_is_covered(cast: Cast, world: dict[str, Any]) -> None:
    def found(text: str) -> int:
        return len(portal.listing(portal.Asked(cast.county, text=text)).lines)

    assert {what: found(secret) for what, secret in SECRETS.items()} == dict.fromkeys(SECRETS, 0)
    assert (found("夜间药房"), found("电话已隐去")) == (1, 1)
    assert [line.title for line in front.latest(cast.county)] == ["关于夜间药房（〔电话已隐去〕）的建议"]
    assert world["proposal"].title not in [line.title for line in front.latest(cast.county)]


def test_likeness_for_the_public_compares_the_copies_alone(cast: Cast, world: dict[str, Any]) -> None:
    def like(who: Account | None, text: str, title: str = "") -> list[str]:
        return [s.title for s in queries.similar_for(who, cast.county, text, title=title, on=NOW.date())]

    public = "关于夜间药房（〔电话已隐去〕）的建议"
    assert like(None, "夜间发热买药难，药店晚上关门", "夜间药房") == [public]
    assert like(cast.other_clerk, "夜间发热买药难，药店晚上关门", "夜间药房") == [public]
    assert like(None, f"{SECRETS['merged']} {SECRETS['suggestions']}") == []
    assert world["proposal"].title in like(cast.bystander, "夜间发热买药难，药店晚上关门", "夜间药房")


def test_of_a_merged_one_who_may_not_read_it_sees_the_lead_alone(cast: Cast) -> None:
    lead = cast.filed(
        title="关于完善公路养护的建议",
        situation="农村公路坑洼。" * 12,
        analysis="养护经费没有着落。" * 12,
        suggestions="建议按里程安排经费。" * 12,
    )
    merged = cast.in_decision()
    perform(merged, "merge", actor=cast.office, at=NOW, payload=MergeInto(lead.uid, "同一件事。"))
    [row] = queries.similar_for(cast.bystander, cast.county, merged.body, title=merged.title, on=NOW.date())
    assert (row.title, row.because, row.url, row.line) == (
        lead.title,
        (),
        lead.get_absolute_url(),
        "十一届五次会议第 0001 号　有提案并入、待交办",
    )
    known = queries.similar_for(cast.office, cast.county, merged.body, title=merged.title, on=NOW.date())
    assert merged.title in [s.title for s in known]


def test_the_public_timeline_names_no_title_that_is_not_public(cast: Cast, world: dict[str, Any]) -> None:
    said = [e.what for e in portal.page(portal.load(world["proposal"].uid)).entries]  # type: ignore[arg-type]
    assert said == [
        "向社会公开",
        "另有 1 件提案并入本案",
        "县卫生健康局的答复送达提案人",
        "交办　县卫生健康局（主办）、县财政局（会办）",
        "立案，编为第 0001 号",
        "收到提案",
    ]


def test_what_was_corrected_and_sent_twice_is_told_once(cast: Cast) -> None:
    from tests.architecture.world import World
    from tongxin.handling.choices import CaseState
    from tongxin.regulations.actions import adopt

    case = World(cast).row("cases", CaseState.WITH_OFFICE)  # answered twice
    proposal = Proposal.objects.get(pk=case.proposal_id)
    proposals.release(proposal, actor=cast.office, at=NOW)
    proposals.unrelease(proposal, reason="核实", actor=cast.office, at=NOW)
    proposals.release(proposal, actor=cast.office, at=NOW)

    def said() -> list[str]:
        return [e.what for e in portal.page(portal.load(proposal.uid)).entries]  # type: ignore[arg-type]

    told = said()
    assert [told.count(w) for w in ("收到提案", "向社会公开", "重新办理", "县卫生健康局的答复送达提案人")] == [1, 1, 1, 1]
    assert told.count("县卫生健康局重新办理后的答复送达提案人") == 1
    adopt(
        cast.county,
        "proposals.publication",
        body={"tells_second_handling": False},
        effective_from=NOW.date(),
        reference={"title": "县政协提案公开办法"},
        actor=None,
        at=NOW,
    )
    told = said()
    assert [sum(w in line for line in told) for w in ("收到提案", "重新办理", "送达提案人")] == [1, 0, 1]


def test_separate_answers_are_told_with_their_units(cast: Cast) -> None:
    proposal = cast.filed()
    sent = [
        Event(pk=n, kind="tasks.send", subject_type="handling.task", subject_id=n, at=NOW, data={"unit": unit, "round": 1})
        for n, unit in ((2, "县财政局"), (1, "县水务局"))
    ]
    told = [e.what for e in entries(public_events(sent, proposal, on=NOW.date()))]
    assert told == ["县财政局的答复送达提案人", "县水务局的答复送达提案人"]


def test_the_desk_of_publication_asks_no_more_for_three_than_for_one(cast: Cast, one_minute: None) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(cast.office)

    def asked(expected: int) -> int:
        proposals.release(Proposal.objects.get(pk=cast.answered().proposal_id), actor=cast.office, at=NOW)
        PublicCopy.objects.update(confirmed_at=None, confirmed_by=None)
        client.get("/desk/publication/")
        client.get("/desk/publication/")
        with CaptureQueriesContext(connection) as captured:
            page = client.get("/desk/publication/")
        waiting = page.context["waiting"]
        assert (len(waiting.proposals), len(waiting.replies)) == (expected, expected)
        return len(captured)

    one = asked(1)
    asked(2)
    assert asked(3) == one
