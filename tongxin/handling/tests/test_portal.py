"""The public pages: what is released and nothing beside it."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.models import PublicReply, Reply
from tongxin.handling.pages import front
from tongxin.handling.pages import public as portal
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries import raters
from tongxin.proposals.workflow import MergeInto
from tongxin.workflow.engine import perform

LIST = "/public/proposals/"


def published(cast: Cast, **text: Any) -> Proposal:
    """An answered proposal that was released, with its answer confirmed for the public."""
    proposal = cast.answered(**text).proposal
    Reply.objects.filter(task__case__proposal=proposal).update(phone="0990-1234567", contact="孟时雨")
    proposals.release(proposal, actor=cast.office, at=timezone.now())
    for copy in PublicReply.objects.filter(reply__task__case__proposal=proposal):
        handling.confirm_public_reply(copy, shown=True, actor=cast.office, at=timezone.now())
    return Proposal.objects.get(pk=proposal.pk)


def test_only_what_was_released_is_listed(cast: Cast, client: Client) -> None:
    shown = published(cast, title="公开的")
    cast.answered(title="没有公开的")
    cast.submitted(title="还在审查的")
    page = client.get(LIST, {"in": "YX"})
    assert [line.proposal for line in page.context["listing"].lines] == [shown]
    for hidden in ("没有公开的", "还在审查的"):
        assert hidden not in page.content.decode()


def test_unreleased_ones_have_no_public_page(cast: Cast, client: Client) -> None:
    for proposal in (cast.answered().proposal, cast.filed(), cast.submitted(), cast.draft()):
        assert client.get(f"{LIST}{proposal.uid}/").status_code == 404


def test_withdrawn_consent_and_taking_off_end_the_public_page(cast: Cast, client: Client) -> None:
    first, second = published(cast), published(cast)
    Proposal.objects.filter(pk=first.pk).update(consents_to_publication=False)
    proposals.unrelease(second, reason="提案人要求", actor=cast.office, at=timezone.now())
    for proposal in (first, second):
        assert client.get(f"{LIST}{proposal.uid}/").status_code == 404


def test_a_released_proposal_that_was_merged_is_no_longer_public(cast: Cast, client: Client) -> None:
    lead, other = cast.filed(title="主案"), cast.filed(title="从案")
    proposals.release(other, actor=cast.office, at=timezone.now())
    perform(other, "merge", actor=cast.office, at=timezone.now(), payload=MergeInto(lead.uid, "内容相同"))
    assert client.get(f"{LIST}{other.uid}/").status_code == 404
    assert client.get(LIST, {"in": "YX"}).context["listing"].lines == []


def test_the_public_page_has_the_text_the_letter_and_no_private_thing(cast: Cast, client: Client) -> None:
    proposal = published(cast)
    page = client.get(f"{LIST}{proposal.uid}/").content.decode()
    for told in (proposal.title, "林知远、何青禾", "县卫生健康局", "六月底前在两个镇试点夜间药房", "柳河镇夜间发热的孩子"):
        assert told in page, told
    for private in (
        "0990-1234567",
        "孟时雨",
        "齐望山",
        "面商",
        "先在两个镇试点。",
        "会办意见",
        "同意联名",
        "预审",
        "审签",
        "催办",
        "满意",
    ):
        assert private not in page, private


def test_a_second_handling_is_told_in_public_without_its_reason(cast: Cast, client: Client) -> None:
    from tests.cast import moment

    proposal = published(cast)
    case = proposal.case  # type: ignore[attr-defined]
    [reply] = cases.current_replies(case)
    for signature in raters(proposal):
        handling.rate(
            reply,
            signature=signature,
            attitude="fairly",
            result="dissatisfied",
            comment="等于没有办。",
            actor=cast.proposer,
            passes_on=True,
            at=moment("2026-03-03"),
        )
    handling.close_round(case, at=moment("2026-03-04"))
    page = client.get(f"{LIST}{proposal.uid}/").content.decode()
    for private in ("不满意", "等于没有办", "重办", "退回", "评价截止"):
        assert private not in page, private
    assert "办理中" in page
    assert "重新办理" in page


def test_the_list_is_searched_and_filtered(cast: Cast, client: Client) -> None:
    first, second = published(cast, title="夜间药房"), published(cast, title="农村公路")

    def titles(**asked: Any) -> list[str]:
        return [line.proposal.title for line in client.get(LIST, {"in": "YX"} | asked).context["listing"].lines]

    assert titles() == ["农村公路", "夜间药房"]
    assert titles(q="药房") == ["夜间药房"]
    assert titles(q=f"{second.number:04d}") == ["农村公路"]
    assert titles(q="何青禾") == ["农村公路", "夜间药房"]
    assert (titles(progress="answered"), titles(progress="closed"), titles(progress="handling")) == (
        ["农村公路", "夜间药房"],
        [],
        [],
    )
    assert titles(topic="learning", session=str(first.session_id)) == ["农村公路", "夜间药房"]
    assert titles(topic="zzz") == ["农村公路", "夜间药房"]


def test_pages_by_key_join(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal, "SIZE", 2)
    for n in range(3):
        published(cast, title=f"件{n}")
    first = client.get(LIST, {"in": "YX"})
    second = client.get(first.context["page"]["next_url"])
    back = client.get(second.context["page"]["previous_url"])
    shown = [[line.proposal.title for line in page.context["listing"].lines] for page in (first, second, back)]
    assert shown == [["件2", "件1"], ["件0"], ["件2", "件1"]]


def test_a_border_that_was_never_public_begins_the_list(cast: Cast, client: Client) -> None:
    shown, hidden = published(cast, title="的公开"), cast.filed(title="的未公开")
    for asked in ({"q": "的"}, {}, {"progress": "handling"}):
        for uid in (hidden.uid, "nowhere"):
            page = client.get(LIST, {"in": "YX", "after": uid} | asked)
            first = client.get(LIST, {"in": "YX"} | asked)
            assert page.status_code == 200, asked
            assert page.context["listing"] == first.context["listing"], asked
    last = client.get(LIST, {"in": "YX", "after": shown.uid}).context["listing"]
    assert [line.proposal for line in last.lines] == [shown]


def test_figures_of_the_front_open_to_as_many_rows(cast: Cast, client: Client) -> None:
    published(cast, title="答")
    proposals.release(cast.filed(title="立"), actor=cast.office, at=timezone.now())
    for count, url in client.get("/public/YX/").context["panels"][0].facts["counts"]:
        assert len(client.get(url).context["listing"].lines) == int(count.number), count.label


def test_each_committee_has_its_own_front_and_one_chooses(cast: Cast, client: Client) -> None:
    published(cast, title="云溪的提案")
    assert "云溪县政协" in client.get("/public/").content.decode()
    assert "云溪的提案" in client.get("/public/YX/").content.decode()
    assert "云溪的提案" not in client.get("/public/WC/").content.decode()
    assert client.get(LIST, {"in": "WC"}).context["listing"].lines == []
    assert client.get(LIST).status_code == 302
    assert (client.get("/public/XX/").status_code, client.get(LIST, {"in": "XX"}).status_code) == (404, 404)
    assert cast.other_county.code == "WC"


@pytest.mark.parametrize("address", [f"{LIST}?in=YX", "/public/YX/"])
def test_lists_take_the_same_queries_for_one_and_three(
    cast: Cast, client: Client, django_assert_num_queries: Any, address: str
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    published(cast)
    client.get(address)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    one = len(captured)
    published(cast)
    published(cast)
    client.get(address)
    with django_assert_num_queries(one):
        client.get(address)


def test_the_front_says_how_the_session_stands_so_far_and_opens_only_what_is_published(cast: Cast, client: Client) -> None:
    now = timezone.now()
    cast.submitted(now, title="还在审查的")
    cast.assigned(now, title="正在办理的")
    cast.answered(now, title="已经答复的")
    found = front.front(cast.county)
    assert {figure.label: figure.number for figure in found["figures"]} == {"收到": 3, "立案": 2, "办理中": 1, "已答复": 1}
    assert found["counts"] == []  # nothing is published: no row of noughts
    page = client.get("/public/YX/").text
    assert f"{found['session']}，截至目前" in page
    for hidden in ("还在审查的", "正在办理的", "已经答复的"):
        assert hidden not in page
    published(cast, title="公开的")
    assert [(count.label, count.number) for count, _url in front.front(cast.county)["counts"]] == [
        ("公开提案", "1"),
        ("已答复", "1"),
    ]
