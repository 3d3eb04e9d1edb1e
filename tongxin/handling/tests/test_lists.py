"""The lists: as many queries for three rows as for one, pages by key, and the same rows as the permission allows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast
from tongxin.access.permissions import allowed
from tongxin.audit.tests.forging import raw
from tongxin.committees.choices import Duty
from tongxin.committees.queries import forget_appointments
from tongxin.desks.declared import declared
from tongxin.desks.levels import WORDS
from tongxin.desks.shown import Shown, shown
from tongxin.handling import actions, queries
from tongxin.handling.choices import TaskState
from tongxin.handling.lists import ASSIGN
from tongxin.handling.models import Case, Task
from tongxin.handling.workflow import SignFor
from tongxin.workflow.engine import perform


def _queries_of(client, url: str) -> int:
    client.get(url)  # rules and the session are read once
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("clerk", "/handling/"),
        ("clerk", "/handling/?part=sign"),
        ("assigner", "/handling/supervise/"),
        ("assigner", "/handling/assign/?part=done"),
        ("clerk", "/handling/?part=hand&level=ok"),
    ],
)
def test_a_list_of_three_cases_asks_as_often_as_a_list_of_one(cast: Cast, as_, today, one_minute, who: str, url: str) -> None:
    client = as_(getattr(cast, who))
    cast.assigned(today)
    perform(cast.task(cast.assigned(today)), "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    client.get(url)
    few = _queries_of(client, url)
    for _n in range(2):
        cast.assigned(today)
        perform(cast.task(cast.assigned(today)), "sign_for", actor=cast.clerk, at=today, payload=SignFor("孟时雨"))
    assert _queries_of(client, url) == few


def test_the_desk_that_assigns_asks_as_often_for_three_as_for_one(cast: Cast, as_, today, one_minute) -> None:
    client = as_(cast.assigner)
    for url, more in (
        ("/handling/assign/", cast.filed),
        ("/handling/assign/?part=returns", lambda at: _asked_back(cast, at)),
        ("/handling/assign/?part=again", lambda at: _given_back(cast, at)),
    ):
        more(today)
        client.get(url)
        few = _queries_of(client, url)
        more(today)
        more(today)
        assert _queries_of(client, url) == few, url


def _asked_back(cast: Cast, at) -> Task:
    from tongxin.handling.workflow import Why

    task = cast.task(actions.assign(cast.filed(at), parts=[(cast.unit, "sole")], actor=cast.assigner, at=at))
    perform(task, "ask_return", actor=cast.clerk, at=at, payload=Why("不属于本单位职责。"))
    return task


def _given_back(cast: Cast, at) -> Task:
    from tongxin.handling.workflow import Why

    task = _asked_back(cast, at)
    perform(task, "grant_return", actor=cast.assigner, at=at, payload=Why("同意。"))
    return task


@pytest.mark.parametrize("cases", [1, 3])
def test_the_rows_of_an_inbox_take_three_queries(cast: Cast, today, django_assert_num_queries, cases: int) -> None:
    for _n in range(cases):
        cast.assigned(today)
    on = timezone.localdate()
    rows = queries.for_rows(queries.inbox(cast.clerk))
    [queries.row_of(t, on) for t in queries.with_others(rows)]
    with django_assert_num_queries(3):  # the rows, the signatures, the other parts of each case
        found = [queries.row_of(t, on) for t in queries.with_others(queries.for_rows(queries.inbox(cast.clerk)))]
    assert len(found) == cases


@pytest.mark.parametrize("cosigners", [1, 2])
def test_the_sections_of_a_page_take_the_same_few_queries_whatever_the_history(
    cast: Cast, today, django_assert_num_queries, cosigners: int
) -> None:
    case = cast.answered(today)
    lead = cast.task(case)
    for n in range(cosigners * 2):
        actions.record_contact(
            lead,
            stage="after",
            way="phone",
            on=today.date(),
            who="孟时雨",
            with_whom="林知远",
            note=f"第 {n} 次。",
            actor=cast.clerk,
            at=today,
        )
    case = Case.objects.select_related("proposal__session__term", "committee__parent__parent").get(pk=case.pk)
    queries.sections(case, cast.office)
    case = Case.objects.select_related("proposal__session__term", "committee__parent__parent").get(pk=case.pk)
    case.proposal.committee = case.committee
    # parts, their advice, replies, their files, ratings, raters, talks, who was there
    with django_assert_num_queries(8):
        shown = queries.sections(case, cast.office)
    assert len(shown.contacts) == cosigners * 2 + 1


def test_lanes_count_what_the_colours_say(cast: Cast, as_, today) -> None:
    for left in (-3, 0, 3, 4, 15, 16):
        task = cast.task(actions.assign(cast.filed(today), parts=[(cast.unit, "sole")], actor=cast.assigner, at=today))
        Task.objects.filter(pk=task.pk).update(sign_due_on=timezone.localdate() + timedelta(days=left))
    on, rows = timezone.localdate(), queries.inbox(cast.clerk)
    counted = {name: rows.filter(queries.level([cast.county], on, name)).count() for name in WORDS}
    chips: dict[str, int] = {}
    for task in rows:
        chip = queries.task_chip(task, on=on)
        chips[chip.level] = chips.get(chip.level, 0) + 1
    assert counted == chips == {"red": 1, "yellow": 2, "soon": 2, "ok": 1}


@pytest.mark.parametrize("state", ["assigned", "answered", "returned"])
def test_lists_and_permissions_agree_for_everybody(cast: Cast, today, state: str) -> None:
    case = {"assigned": cast.assigned, "answered": cast.answered, "returned": lambda at: _given_back(cast, at).case}[state](today)
    for name, who in cast.everyone().items():
        forget_appointments(who)
        seen = queries.cases_visible_to(who).filter(pk=case.pk).exists()
        assert seen == allowed(who, "handling.view_case", Case.objects.get(pk=case.pk)), name
        for task in Task.objects.filter(case=case).select_related("case"):
            assert queries.visible_to(who).filter(pk=task.pk).exists() == allowed(who, "handling.view", task), f"{name} {task}"


def test_nobody_from_elsewhere_opens_a_page_of_a_case(cast: Cast, as_, today) -> None:
    case = cast.assigned(today)
    task = cast.task(case)
    urls = [
        f"/handling/{task.uid}/",
        f"/handling/{task.uid}/reply/",
        f"/handling/cases/{case.uid}/units/",
        f"/handling/rate/{case.uid}/",
    ]
    strangers = (
        "bystander",
        "party_assigner",
        "other_clerk",
        "member_of_other_county",
        "office_of_other_county",
        "security_admin",
        "audit_admin",
    )
    for name in strangers:
        got = [as_(getattr(cast, name)).get(url).status_code for url in urls]
        assert got == [404] * 4, name


def test_the_inbox_of_another_unit_shows_nothing_of_the_case(cast: Cast, as_, today) -> None:
    case = cast.assigned(today)
    assert case.proposal.title in as_(cast.clerk).get("/handling/").content.decode()
    assert case.proposal.title not in as_(cast.other_clerk).get("/handling/").content.decode()
    assert as_(cast.proposer).get("/handling/").status_code == 403


def _found(client, **said: str) -> list[str]:
    return _titles(client.get("/handling/assign/", said).context["list"])


def _titles(found: Shown) -> list[str]:
    return [line.title for line in found.table]


def test_what_was_assigned_is_found_by_number_title_proposer_and_unit(cast: Cast, as_, today) -> None:
    client, case = as_(cast.assigner), cast.assigned(today, title="夜间药房")
    cast.filed(today, title="药房之二")
    for word in ("药房", f"{case.proposal.number:04d}", "何青禾", "YX002", "财政局"):
        assert _found(client, q=word) == ["夜间药房"], word
    page = client.get("/handling/assign/", {"q": "药房"}).text
    assert "待交办里有 1 件" in page
    assert _found(client, part="done", q="水务局") == []
    assert _found(as_(cast.party_assigner), q="药房") == []
    assert 'action="/handling/assign/"' in page  # the search of the head leads here too


def test_what_is_in_hand_stands_before_what_is_closed_the_newest_assigned_first(cast: Cast, as_, today) -> None:
    made = [cast.assigned(today - timedelta(days=n), title=f"{n} 天前") for n in (5, 1, 3)]
    raw(Case).filter(pk=made[1].pk).update(state="closed", closed_at=today)
    once_more = cast.assigned(today - timedelta(days=9), title="撤回后再交办")
    Case.objects.filter(pk=once_more.pk).update(assigned_at=today)
    client = as_(cast.assigner)
    order = ["撤回后再交办", "3 天前", "5 天前", "1 天前"]
    assert _found(client, part="done") == order
    two = replace(ASSIGN, sizes=(2,))
    first = shown(two, QueryDict("part=done&q=天前"), cast.assigner, at=today)
    second = shown(two, QueryDict(first.next_url[1:]), cast.assigner, at=today)
    back = shown(two, QueryDict(second.previous_url[1:]), cast.assigner, at=today)
    assert [_titles(page) for page in (first, second, back)] == [["3 天前", "5 天前"], ["1 天前"], ["3 天前", "5 天前"]]


def test_a_supervised_case_stands_once_however_many_units_have_it(cast: Cast, as_, today) -> None:
    case = cast.assigned(today)
    assert case.tasks.filter(state=TaskState.AWAITING).count() == 2
    desk = as_(cast.assigner).get("/handling/supervise/").text
    assert desk.count(case.proposal.title) == 1
    parts = queries.supervision_parts()
    for part in ("open", "sign"):
        assert queries.supervised(*queries.scope_of(cast.assigner, Duty.SUPERVISE)).filter(parts[part], case=case).count() == 1
    long_ago = today.date() - timedelta(days=90)
    raw(Task).filter(case=case).update(sign_due_on=long_ago)
    [late] = [queue for queue in declared("QUEUES") if queue.label == "超期未办"]
    assert late.rows(cast.assigner, today.date()).count() == 1
