"""The office's desk: counts that equal their rows, acts on many rows, files, and who gets none of it."""

import csv
import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from tests.cast import Cast, moment
from tests.signed_in import as_
from tongxin.audit.models import Event
from tongxin.committees import reorganising
from tongxin.desks.shown import Shown, shown
from tongxin.handling.lists import ledger
from tongxin.handling.lists.desk import DESK as DESK_LIST
from tongxin.handling.models import Task
from tongxin.handling.pages.figures import figures
from tongxin.handling.workflow import SignFor
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.workflow.engine import perform

DESK = "/desk/proposals/"


def today() -> datetime:
    """Return this morning."""
    return moment(timezone.localdate().isoformat(), 1)


def page(cast: Cast, asked: str) -> Shown:
    """Return a page of the county's desk, two rows long."""
    return shown(replace(DESK_LIST, sizes=(2,)), QueryDict(asked.lstrip("?")), cast.office, at=timezone.now())


def titles(cast: Cast, stage: str = "open", **more: Any) -> list[str]:
    """Return the titles of a page of the desk."""
    asked = urlencode({"stage": stage, "size": 50} | more)
    return [row.proposal.title for row in shown(DESK_LIST, QueryDict(asked), cast.office, at=timezone.now()).lines]


def at_level(cast: Cast, title: str, days: int) -> None:
    """Make a case in hand whose reply is due in `days` days."""
    case = cast.assigned(at=today(), title=title)
    for task, clerk in ((cast.task(case), cast.clerk), (cast.task(case, cast.co_unit), cast.co_clerk)):
        perform(task, "sign_for", actor=clerk, at=today(), payload=SignFor("某人"))
    Task.objects.filter(case=case).update(due_on=timezone.localdate() + timedelta(days=60))
    Task.objects.filter(pk=cast.task(case).pk).update(due_on=timezone.localdate() + timedelta(days=days))


def test_the_database_keeps_the_clock_that_the_rules_name(cast: Cast) -> None:
    from tongxin.handling.queries import clock_of

    cast.answered()
    cast.assigned()
    at_level(cast, "甲", 3)
    for task in Task.objects.all():
        assert task.clock_on == clock_of(task)[0]


def test_lanes_count_the_rows_they_open(cast: Cast) -> None:
    for title, days in (("超期", -2), ("今天", 0), ("黄牌", 3), ("临期", 10), ("正常", 40), ("也正常", 30)):
        at_level(cast, title, days)
    found = {f.key: f.number for f in figures(cast.county, cast.session).lanes}
    assert found == {"red": 1, "yellow": 2, "soon": 1, "ok": 2}
    assert {level: titles(cast, level=level) for level in found} == {
        "red": ["超期"],
        "yellow": ["今天", "黄牌"],
        "soon": ["临期"],
        "ok": ["也正常", "正常"],
    }
    tabs = {f.key: f.number for f in figures(cast.county, cast.session).tabs}
    assert tabs["open"] == sum(found.values())


def test_every_tab_counts_the_rows_it_opens(cast: Cast) -> None:
    cast.submitted(title="待审查")
    cast.in_decision(title="待审定")
    cast.filed(title="待交办")
    cast.assigned(title="待签收")
    cast.answered(title="待评价")
    found = {f.key: f.number for f in figures(cast.county, cast.session).tabs}
    assert {key: len(titles(cast, key)) for key in found} == found
    for figure in figures(cast.county, cast.session).header:
        assert len(titles(cast, figure.key, session=cast.session.uid)) == figure.number


def test_a_case_whose_units_were_all_returned_waits_for_assignment(cast: Cast) -> None:
    from tongxin.handling.workflow import Why

    case = cast.assigned(title="退办")
    for unit, clerk in ((cast.unit, cast.clerk), (cast.co_unit, cast.co_clerk)):
        perform(cast.task(case, unit), "ask_return", actor=clerk, at=moment("2026-03-02", 10), payload=Why("不属我局"))
        perform(cast.task(case, unit), "grant_return", actor=cast.assigner, at=moment("2026-03-02", 11), payload=Why("同意"))
    assert (titles(cast, "open"), titles(cast, "assign")) == ([], ["退办"])
    [row] = page(cast, "stage=assign").lines
    assert row.badge.word == "待改派"


@pytest.mark.parametrize("sort", ["due", "-due", "id", "-id"])
def test_pages_by_key_join_without_gap_or_repetition(cast: Cast, sort: str) -> None:
    for n, days in enumerate((5, 5, 9, 1, 5)):
        at_level(cast, f"件{n}", days)
    whole, asked, seen = titles(cast, sort=sort), f"stage=open&sort={sort}", []
    while asked:
        found = page(cast, asked)
        seen += [row.proposal.title for row in found.lines]
        asked = found.next_url
    assert (seen, len(set(seen))) == (whole, 5)
    before = page(cast, found.previous_url)
    assert ([row.proposal.title for row in before.lines], bool(before.previous_url), bool(before.next_url)) == (
        whole[2:4],
        True,
        True,
    )


def test_filters_narrow_by_number_title_proposer_and_unit(cast: Cast) -> None:
    case = cast.assigned(title="夜间药房")
    cast.assigned(title="农村公路")
    assert titles(cast, q="药房") == ["夜间药房"]
    assert titles(cast, q=f"第{case.proposal.number:04d}号") == ["夜间药房"]
    assert sorted(titles(cast, q="何青禾")) == sorted(["夜间药房", "农村公路"])
    assert titles(cast, unit=cast.other_unit.uid) == []
    assert len(titles(cast, unit=cast.co_unit.uid)) == 2
    assert len(titles(cast, session=cast.session.uid, season="regular", topic="learning")) == 2


def test_the_search_of_the_top_bar_looks_through_everything_received(cast: Cast) -> None:
    cast.submitted(title="夜间药房")
    found = as_(cast.office).get(DESK, {"q": "药房"}).context["list"]
    assert [row.proposal.title for row in found.lines] == ["夜间药房"]


def test_the_search_finds_by_a_members_number_and_by_any_name_of_a_unit(cast: Cast, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    at = timezone.now()
    cast.assigned(title="夜间药房")
    cast.submitted(title="农村公路")
    reorganising.rename(
        cast.unit,
        name="县健康局",
        short_name="健康局",
        on=timezone.localdate(at),
        reason="云发〔2026〕3 号",
        actor=cast.office,
        at=at,
    )
    for word in ("县健康局", "健康局", "卫生健康", "财政局"):
        assert titles(cast, "received", q=word) == ["夜间药房"], word
    assert sorted(titles(cast, "received", q="yx002")) == sorted(["夜间药房", "农村公路"])
    assert titles(cast, "received", q="水务局") == []
    with CaptureQueriesContext(connection) as once:
        titles(cast, "received", q="财政局")
    cast.assigned(title="又一件")
    titles(cast, "received", q="财政局")
    with django_assert_num_queries(len(once)):
        assert len(titles(cast, "received", q="财政局")) == 2


@pytest.mark.parametrize("query", ["", "?stage=examine", "?stage=rating", "?level=red&stage=open", "?stage=received&sort=-id"])
def test_the_list_takes_the_same_queries_for_one_and_three(
    cast: Cast, django_assert_num_queries: Any, one_minute: None, query: str
) -> None:
    def rows(n: int) -> None:
        cast.submitted(title=f"审{n}")
        at_level(cast, f"红{n}", -3)
        cast.answered(title=f"答{n}")

    rows(1)
    client = as_(cast.office)
    client.get(DESK + query)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(DESK + query)
    with CaptureQueriesContext(connection) as captured:
        client.get(DESK + query)
    one = len(captured)
    rows(2)
    rows(3)
    client.get(DESK + query)  # the kept counts were dropped by what happened
    with django_assert_num_queries(one):
        client.get(DESK + query)
    assert one <= 42


@pytest.mark.parametrize("who", ["proposer", "clerk", "assigner", "audit_admin", "security_admin"])
def test_others_have_no_desk(cast: Cast, who: str) -> None:
    client = as_(getattr(cast, who))
    assert client.get(DESK).status_code == 403
    assert client.post(f"{DESK}sheet/").status_code == 403
    assert client.get("/desk/passing-on/").status_code == 403


def test_the_signed_out_are_led_to_sign_in(client: Client, cast: Cast) -> None:
    assert client.get(DESK).status_code == 302


def test_the_other_county_sees_nothing_of_this_one(cast: Cast) -> None:
    cast.assigned(title="夜间药房")
    cast.submitted(title="农村公路")
    client = as_(cast.office_of_other_county)
    for query in ("", "?stage=received", "?q=药房", "?stage=examine"):
        assert client.get(DESK + query).context["list"].lines == []
    assert client.get(DESK, {"in": "YX"}).status_code == 403
    assert client.post(f"{DESK}sheet/", {"query": "in=YX"}).status_code == 403


def test_a_leader_reads_the_desk_and_changes_nothing(cast: Cast) -> None:
    proposal = cast.assigned().proposal
    client = as_(cast.leader)
    answer = client.get(DESK)
    assert ("催办" in answer.content.decode(), len(answer.context["list"].lines)) == (False, 1)
    assert client.post(f"{DESK}acts/", {"act": "remind", "pick": proposal.uid, "confirmed": "1"}).status_code == 403
    assert not Event.objects.filter(kind="handling.remind").exists()


# ── several rows at once ─────────────────────────────────────────────────────────────────────────
def confirmed(client: Client, said: dict[str, Any]) -> dict[str, Any]:
    """Return what the page of an act sends when it is confirmed."""
    return said | {"pick": client.post(f"{DESK}acts/", said).context["picked"], "confirmed": "1"}


def test_chasing_several_units_reports_what_was_left(cast: Cast) -> None:
    case, other = cast.assigned(title="在办"), cast.submitted(title="在审")
    client = as_(cast.office)
    picks = {"act": "remind", "pick": [case.proposal.uid, other.uid]}
    asked = client.post(f"{DESK}acts/", picks)
    assert ([c.text for c in asked.context["open"]], [c.text for c, _why in asked.context["shut"]]) == (["在办"], ["在审"])
    assert not Event.objects.filter(kind="handling.remind").exists()
    done = client.post(f"{DESK}acts/", confirmed(client, picks) | {"reason": "请抓紧"}, follow=True)
    outcome = done.context["outcome"]
    assert (outcome.sentence, outcome.left) == ("1 件完成，1 件未办。", [("在审", "没有正在办理的单位")])
    assert Event.objects.filter(kind="handling.remind", data__reason="请抓紧").count() == 2


def test_several_proposals_are_filed_with_their_own_categories(cast: Cast) -> None:
    first, second = cast.in_decision(title="甲"), cast.in_decision(title="乙")
    client = as_(cast.office)
    picks = confirmed(client, {"act": "file", "pick": [first.uid, second.uid]})
    assert "2 件完成。" in client.post(f"{DESK}acts/", picks, follow=True).content.decode()
    assert list(Proposal.objects.order_by("number").values_list("state", "number")) == [(State.FILED, 1), (State.FILED, 2)]
    again = client.post(f"{DESK}acts/", picks, follow=True).content.decode()
    assert "0 件完成，2 件未办" in again
    assert Event.objects.filter(kind="proposals.file").count() == 2


def test_releasing_several_leaves_those_without_consent(cast: Cast) -> None:
    willing, unwilling = cast.filed(title="愿意"), cast.filed(title="不愿", consents_to_publication=False)
    client = as_(cast.office)
    picks = confirmed(client, {"act": "release", "pick": [willing.uid, unwilling.uid]})
    outcome = client.post(f"{DESK}acts/", picks).context["outcome"]
    assert (outcome.done, [name for name, _why in outcome.left]) == (1, ["不愿"])
    assert list(Proposal.objects.filter(released_at__isnull=False).values_list("title", flat=True)) == ["愿意"]


def test_what_no_unit_has_in_hand_is_counted_beside_what_units_have(cast: Cast) -> None:
    cast.assigned(title="关于单位在办的事的建议")
    cast.filed(title="关于待交办的事的建议")
    cast.answered(title="关于待评价的事的建议")
    page = as_(cast.office).get(f"{DESK}?stage=open").content.decode()
    assert "另有待交办 1 件，待评价 1 件，待政协协调 0 件，见各栏。" in page
    assert [title in page for title in ("关于单位在办的事的建议", "关于待交办的事的建议")] == [True, False]


def test_what_others_changed_after_the_confirmation_was_shown_is_not_filed(cast: Cast) -> None:
    proposal, client = cast.in_decision(title="甲"), as_(cast.office)
    picks = confirmed(client, {"act": "file", "pick": [proposal.uid]})
    Proposal.objects.filter(pk=proposal.pk).update(topic="farming", routed_to="party")
    outcome = client.post(f"{DESK}acts/", picks).context["outcome"]
    assert (outcome.done, outcome.left) == (0, [("甲", "已由他人办理")])
    assert Proposal.objects.get(pk=proposal.pk).state == State.IN_DECISION


def test_rows_that_are_not_in_the_list_are_said_to_be_not_there(cast: Cast) -> None:
    own, foreign = cast.in_decision(title="甲"), "elsewhere"
    page = as_(cast.office).post(f"{DESK}acts/", {"act": "file", "pick": [own.uid, foreign]}).text
    assert "有 1 件不在这个列表里，没有办理。" in page
    assert "已由他人办理" not in page


# ── files ────────────────────────────────────────────────────────────────────────────────────────
def test_the_export_has_the_rows_of_the_filter_and_says_so(cast: Cast) -> None:
    cast.assigned(title='=HYPERLINK("http://x")')
    cast.submitted(title="不在办")
    answer = as_(cast.office).post(f"{DESK}sheet/", {"format": "xlsx", "query": "stage=open&q=HYPER"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[arg-type]
    rows = book.get_sheet_by_name("云溪县政协提案台账").to_python()
    assert rows[0] == [str(column.label) for column in ledger.COLUMNS]
    assert [row[3] for row in rows[1:]] == ['=HYPERLINK("http://x")']  # a cell of text: no formula
    about = dict(book.get_sheet_by_name("说明").to_python())
    assert (about["内容"], about["导出人"], about["行数"]) == ("单位在办：案号、案由、委员、单位　HYPER", "秦若水", "1")
    event = Event.objects.get(kind="proposals.export")
    assert (event.actor, event.data["rows"], event.committee_code) == (cast.office, 1, "YX")


def test_the_ticked_rows_alone_can_be_exported(cast: Cast) -> None:
    picked, _other = cast.assigned(title="甲").proposal, cast.assigned(title="乙")
    answer = as_(cast.office).post(f"{DESK}acts/", {"act": "export", "pick": picked.uid, "query": "stage=open"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[arg-type]
    assert [row[3] for row in book.get_sheet_by_index(0).to_python()] == ["案由", "甲"]


def test_an_export_of_ticked_rows_says_how_many_it_holds(cast: Cast) -> None:
    picked = cast.assigned(title="甲").proposal
    said = {"act": "export", "pick": [picked.uid, "gone", "elsewhere"], "query": "stage=open"}
    assert b"".join(as_(cast.office).post(f"{DESK}acts/", said).streaming_content)  # type: ignore[arg-type]
    data = Event.objects.get(kind="proposals.export").data
    assert (data["rows"], data["filter"]) == (1, "单位在办：所选 1 件")


def test_a_level_counts_as_not_asked_where_nothing_is_handled(cast: Cast) -> None:
    cast.submitted()
    client = as_(cast.office)
    page = client.get(f"{DESK}?stage=received&level=red").context["list"]
    assert (len(page.lines), page.chips[1:], "level" in page.next_url + page.query) == (1, [], False)
    assert b"".join(client.post(f"{DESK}sheet/", {"query": "stage=received&level=red"}).streaming_content)  # type: ignore[arg-type]
    assert Event.objects.get(kind="proposals.export").data["filter"] == "收到：收到"


def test_nothing_that_no_database_holds_comes_in_with_a_nested_address(cast: Cast) -> None:
    cast.assigned(title="甲")
    client = as_(cast.office)
    for sent in ("q=%00", "q=%E7%94%B2%00", "q=%E7%94%B2%E2%80%8B"):
        answer = client.post(f"{DESK}sheet/", {"query": f"stage=open&{sent}"})
        assert answer.status_code == 200, sent
        assert b"".join(answer.streaming_content)  # type: ignore[arg-type]
    said = list(Event.objects.filter(kind="proposals.export").order_by("pk").values_list("data__filter", flat=True))
    assert said == ["单位在办：没有另加条件", *["单位在办：案号、案由、委员、单位　甲"] * 2]


def test_no_address_of_the_desk_names_a_row_by_its_key(cast: Cast) -> None:
    cast.assigned()
    shown_ = page(cast, "stage=open")
    values = {value for _filter, _chosen, choices in [*shown_.filters, *shown_.more_filters] for value, _words in choices}
    assert {cast.unit.uid, cast.session.uid} <= values
    assert [value for value in values if value.isdecimal()] == []
    assert all(f"session={cast.session.uid}" in url for _label, _count, url in shown_.head.figures)
    assert page(cast, f"stage=open&unit={cast.unit.pk}").chips == page(cast, "stage=open").chips  # a bookmark of before


def test_a_formula_is_quoted_in_a_list_that_leaves_as_csv(cast: Cast) -> None:
    cast.assigned(title='=HYPERLINK("http://x")')
    answer = as_(cast.office).post(f"{DESK}sheet/", {"format": "csv", "query": "stage=open"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[arg-type]
    assert [row[3] for row in rows] == ["案由", '\'=HYPERLINK("http://x")']


@pytest.mark.parametrize(
    "query", ["stage=zzz", "unit=abc", "after=2026-99-99.x", "after=x", "level=blue", "size=999999", "session=0", "sort=title"]
)
def test_nonsense_in_the_address_shows_a_list_not_an_error(cast: Cast, query: str) -> None:
    cast.assigned()
    assert as_(cast.office).get(f"{DESK}?{query}").status_code == 200
