"""The lists of a member, similar proposals, and how many queries each page asks."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import NOW, TEXT, Cast
from tongxin.accounts.models import Account
from tongxin.proposals import actions, queries
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries import above, likeness
from tongxin.proposals.workflow import MergeInto, NotFilingDecision
from tongxin.workflow.engine import perform


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="tongxin.accounts.backends.SignInName")
    return client


def listed(client: Client, **asked: str) -> list[str]:
    return [line.proposal.title for line in client.get("/proposals/", asked).context["list"].lines]


def test_every_tab_shows_its_own(cast: Cast) -> None:
    draft, submitted, filed = cast.draft(title="草稿"), cast.submitted(title="已交"), cast.filed(title="已立")
    at = timezone.now()
    actions.invite_cosigners(
        draft, members=[cast.member(cast.cosigner)], until=at + timedelta(days=1), actor=cast.proposer, at=at
    )
    mine, other = signed_in(cast.proposer), signed_in(cast.cosigner)
    assert {tab: listed(mine, tab=tab) for tab in ("mine", "cosigned", "invited", "filed")} == {
        "mine": ["已立", "已交", "草稿"],
        "cosigned": [],
        "invited": [],
        "filed": ["已立"],
    }
    assert {tab: listed(other, tab=tab) for tab in ("mine", "cosigned", "invited", "filed")} == {
        "mine": [],
        "cosigned": ["已立", "已交"],
        "invited": ["草稿"],
        "filed": ["已立"],
    }
    assert [(t.label, t.count) for t in other.get("/proposals/").context["list"].tabs] == [
        ("我提出的", "0"),
        ("我联名的", "2"),
        ("邀我联名的", "1"),
        ("本会已立案的", None),
    ]
    assert (submitted.state, filed.number) == ("submitted", 1)


def test_lists_stay_within_the_committee(cast: Cast) -> None:
    cast.filed(title="云溪的")
    cast.draft(title="云溪的草稿")
    client = signed_in(cast.member_of_other_county)
    assert [listed(client, tab=tab) for tab in ("mine", "cosigned", "invited", "filed")] == [[], [], [], []]


def test_a_list_is_searched_by_words_number_and_category(cast: Cast) -> None:
    cast.filed(title="关于夜间药房的建议")
    cast.filed(title="关于乡村公路的建议")
    client = signed_in(cast.bystander)
    asked = [
        {"q": "药房"},
        {"q": "2"},
        {"q": "第 0001 号"},
        {"q": "没有的"},
        {"topic": "learning"},
        {"topic": "law"},
        {"q": "9" * 30},
    ]
    assert [listed(client, tab="filed", **one) for one in asked] == [
        ["关于夜间药房的建议"],
        ["关于乡村公路的建议"],
        ["关于夜间药房的建议"],
        [],
        ["关于乡村公路的建议", "关于夜间药房的建议"],
        [],
        [],
    ]


def test_the_offices_own_entries_are_listed_for_it(cast: Cast) -> None:
    actions.draft(cast.county, actor=cast.office, at=NOW, first=cast.member(cast.bystander), text=TEXT | {"title": "代录的"})
    cast.draft(title="不是代录的")
    client = signed_in(cast.office)
    assert (listed(client, tab="entered"), [t.label for t in client.get("/proposals/").context["list"].tabs]) == (
        ["代录的"],
        ["我代录的", "本会已立案的"],
    )
    assert listed(signed_in(cast.bystander), tab="mine") == ["代录的"]


# ── how many queries ─────────────────────────────────────────────────────────────────────────────
def world_of(cast: Cast, count: int) -> tuple[Proposal, Proposal]:
    """Return a draft with open invitations and a filed proposal, in lists of `count` items."""
    at = timezone.now()
    for n in range(count):
        draft, filed = cast.draft(at, title=f"草稿{n}"), cast.filed(title=f"已立{n}")
        asked = [cast.member(cast.cosigner), cast.member(cast.second_cosigner)][: 1 + (count > 1)]
        actions.invite_cosigners(draft, members=asked, until=at + timedelta(days=2), actor=cast.proposer, at=at)
        actions.attach(
            draft, uploads=[SimpleUploadedFile(f"{m}.txt", f"说明{m}".encode()) for m in range(count)], actor=cast.proposer, at=at
        )
    return draft, filed


def queries_of(who: Account, url: str) -> int:
    client = signed_in(who)
    client.get(url)  # what is kept per process is read first
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


@pytest.mark.parametrize("count", [1, 3])
def test_no_page_asks_more_when_more_is_in_it(cast: Cast, one_minute: None, count: int) -> None:
    draft, _filed = world_of(cast, count)
    asked = {
        "mine": queries_of(cast.proposer, "/proposals/"),
        "cosigned": queries_of(cast.cosigner, "/proposals/?tab=cosigned"),
        "invited": queries_of(cast.cosigner, "/proposals/?tab=invited"),
        "filed": queries_of(cast.bystander, "/proposals/?tab=filed&q=已立"),
        "entered": queries_of(cast.office, "/proposals/?tab=filed"),
        "edit": queries_of(cast.proposer, f"/proposals/{draft.uid}/edit/"),
        "preview": queries_of(cast.proposer, f"/proposals/{draft.uid}/preview/"),
        "invite": queries_of(cast.proposer, f"/proposals/{draft.uid}/invite/"),
        "invitation": queries_of(cast.cosigner, f"/proposals/{draft.uid}/invitation/"),
        "similar": queries_of(cast.bystander, "/proposals/similar/?title=关于夜间药房的建议"),
    }
    assert asked == {
        "mine": 11,
        "cosigned": 11,
        "invited": 11,
        "filed": 11,
        "entered": 12,
        "edit": 13,
        "preview": 12,
        "invite": 11,
        "invitation": 14,
        "similar": 5,
    }


# ── similar ──────────────────────────────────────────────────────────────────────────────────────
def test_earlier_proposals_like_the_title_are_shown_with_why(cast: Cast) -> None:
    earlier = cast.filed()
    cast.filed(
        title="关于缓解春茶采摘用工短缺的建议",
        situation="茶场缺采茶工。" * 9,
        analysis="带工抽成高。" * 9,
        suggestions="建议集中招一次。" * 9,
    )
    answer = signed_in(cast.bystander).get("/proposals/similar/", {"title": "关于镇卫生院夜间药房值班的提案"})
    [row] = answer.context["rows"]
    assert (row.proposal, row.url, row.line) == (earlier, earlier.get_absolute_url(), "十一届五次会议第 0001 号　待交办")
    assert {"卫生院", "药房"} <= set(row.because)


def test_similar_shows_nothing_that_the_reader_may_not_open(cast: Cast) -> None:
    cast.draft()
    cast.submitted()
    turned = cast.in_decision()
    perform(turned, "not_file", actor=cast.office, at=NOW, payload=NotFilingDecision("empty", "letter", "没有具体建议。"))
    asked = {"title": TEXT["title"]}
    rows = {
        name: [r.proposal.pk for r in signed_in(who).get("/proposals/similar/", asked).context["rows"]]
        for name, who in {"bystander": cast.bystander, "proposer": cast.proposer, "other": cast.member_of_other_county}.items()
    }
    assert rows == {"bystander": [], "proposer": [turned.pk], "other": []}


def test_a_merged_proposal_opens_itself_and_says_what_it_went_into(cast: Cast) -> None:
    lead = cast.filed(title="关于完善乡镇公共卫生服务的建议")
    merged = cast.in_decision()
    perform(merged, "merge", actor=cast.office, at=NOW, payload=MergeInto(lead.uid, "同一件事。"))
    # who may read the merged one
    rows = queries.similar_for(cast.office, cast.county, "", title=TEXT["title"], on=NOW.date())
    [row] = [r for r in rows if r.proposal == merged]
    assert (row.url, row.line) == (merged.get_absolute_url(), "十一届五次会议　已并入第 0001 号、待交办")


def test_what_is_filed_or_withdrawn_later_is_seen_at_once(cast: Cast) -> None:
    from tongxin.proposals.workflow import Withdrawal

    client, asked = signed_in(cast.bystander), {"title": TEXT["title"]}
    assert client.get("/proposals/similar/", asked).context["rows"] == []
    filed = cast.filed()
    assert [r.proposal for r in client.get("/proposals/similar/", asked).context["rows"]] == [filed]
    perform(filed, "withdraw", actor=cast.proposer, at=NOW, payload=Withdrawal("另有安排。"))
    assert client.get("/proposals/similar/", asked).context["rows"] == []


def test_what_took_its_keys_before_what_was_seen_is_found_with_the_next_act(cast: Cast) -> None:
    cast.filed(title="关于缓解春茶采摘用工短缺的建议")
    filed = cast.filed()
    likeness.warm(cast.county)
    index = likeness._kept[cast.county.uid, False].index
    index.remove([filed.pk])  # as if its events had come after that look, with earlier keys
    cast.draft()
    assert filed.pk in {match.key for match in likeness.similar(cast.county, filed.body, title=filed.title)}


def test_the_app_above_says_what_became_of_a_proposal(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    filed = cast.filed()
    said = replace(above.above(), answered=lambda rows: {row.pk: "B 类，已答复" for row in rows})
    monkeypatch.setattr(above, "_registered", [said])
    [row] = queries.similar_for(cast.bystander, cast.county, "", title=TEXT["title"], on=NOW.date())
    assert (row.proposal, row.line) == (filed, "十一届五次会议第 0001 号　B 类，已答复、待交办")


def test_a_proposal_being_revised_is_not_like_itself(cast: Cast) -> None:
    filed = cast.filed()
    rows = queries.similar_for(cast.proposer, cast.county, filed.body, title=filed.title, exclude=filed, on=NOW.date())
    assert rows == []
    assert Proposal.objects.count() == 1


def test_a_name_in_a_title_is_text_not_markup(cast: Cast) -> None:
    cast.filed(title="关于<b>夜间药房</b>的建议")
    page = signed_in(cast.bystander).get("/proposals/similar/", {"title": "关于夜间药房的建议"}).content.decode()
    assert "关于&lt;b&gt;夜间药房&lt;/b&gt;的建议" in page
