"""Deadlines that end on a day off, and deadlines that rest on a year whose holiday notice is not out."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django.test import Client
from holidays.countries import china

from tests.at_once import both
from tests.cast import Cast, moment, who_keeps_the_system
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.cli import in_order
from tongxin.core import calendar
from tongxin.core.templatetags.chinese import day, why_tentative
from tongxin.handling import actions, queries, tasks
from tongxin.handling.models import Case, TentativeDate
from tongxin.handling.workflow import SignFor, Why
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.regulations.actions import adopt
from tongxin.workflow.engine import perform

NOTICES = china.ChinaStaticHolidays.special_public_holidays
OUT = moment("2026-12-05")


@pytest.fixture(autouse=True)
def _known_until_2026(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the library know the notices until 2026, whatever it learns later."""
    for year in [year for year in NOTICES if year > 2026]:
        monkeypatch.delitem(NOTICES, year)
    calendar.forget()
    yield
    monkeypatch.undo()
    calendar.forget()


@pytest.fixture
def notice_is_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library know 2027: 22 February is off in the place of 20 February."""
    monkeypatch.setitem(NOTICES, 2027, ((2, 22, 2, 20),))
    calendar.forget()


def assigned(cast: Cast, at: datetime) -> Case:
    return actions.assign(cast.filed(at), parts=[(cast.unit, "sole")], actor=cast.assigner, at=at)


def three_months_before(day: date) -> datetime:
    return moment(calendar.add_months(day, -3).isoformat())


def test_a_deadline_on_a_day_off_ends_on_the_next_working_day(cast: Cast) -> None:
    at = moment("2026-07-01")  # three months later is National Day
    assert cast.task(assigned(cast, at)).due_on == date(2026, 10, 8)
    assert [limit.due_on for limit in queries.limits_for(cast.county, at.date())][-1] == date(2026, 10, 8)


def test_where_the_rule_says_so_a_deadline_ends_on_its_day(cast: Cast) -> None:
    reference = {"title": "提案办理协商办法"}
    adopt(
        cast.county,
        "handling.days_off",
        effective_from=date(2026, 1, 1),
        body={"end_later": False},
        reference=reference,
        actor=None,
        at=moment("2026-01-01"),
    )
    assert cast.task(assigned(cast, moment("2026-07-01"))).due_on == date(2026, 10, 1)


def test_days_to_answer_a_return_end_on_a_working_day_too(cast: Cast) -> None:
    task = cast.task(assigned(cast, moment("2026-09-21")))
    perform(task, "ask_return", actor=cast.clerk, at=moment("2026-09-24"), payload=Why("不属本单位职责"))
    task.refresh_from_db()
    assert task.return_answer_due_on == date(2026, 10, 8)


def test_of_a_date_that_was_imported_or_set_before_there_were_tentative_ones_it_is_kept_later(cast: Cast) -> None:
    case = cast.answered(moment("2026-12-29"))
    [kept] = TentativeDate.objects.filter(case=case, field="rating_due_on").values("began_on", "count", "counted", "due_on")
    TentativeDate.objects.filter(case=case).delete()
    for _round in range(2):
        tasks.set_dates_again(OUT)
        said = TentativeDate.objects.filter(case=case).values("began_on", "count", "counted", "due_on")
        assert list(said) == [kept]
    TentativeDate.objects.filter(case=case).delete()
    Case.objects.filter(pk=case.pk).update(rating_due_on=date(2027, 3, 1))  # by another rule than is known here
    tasks.set_dates_again(OUT)
    assert not TentativeDate.objects.exists()


def test_a_date_of_a_year_whose_notice_is_not_out_is_tentative_and_says_so(cast: Cast) -> None:
    at = three_months_before(date(2027, 2, 22))
    case = assigned(cast, at)
    task = cast.task(case)
    assert not calendar.is_settled(task.due_on)
    assert calendar.is_settled(task.sign_due_on)
    assert list(TentativeDate.objects.values_list("task", "field", "due_on")) == [(task.pk, "due_on", task.due_on)]
    chip = queries.task_chip(task, on=at.date())
    assert chip is not None
    assert chip.full.endswith("（暂定）") == (task.state != "awaiting")
    perform(task, "sign_for", actor=cast.clerk, at=at, payload=SignFor("孟时雨"))
    signed = queries.task_chip(cast.task(case), on=at.date())
    assert signed is not None
    assert signed.full.endswith("（暂定）")
    told = Event.objects.get(kind="cases.assign")
    assert (told.data["due"], told.data["tentative"]) == (task.due_on.isoformat(), True)
    assert tasks.set_dates_again(OUT) == 0  # the notice is still not out
    assert TentativeDate.objects.count() == 1


@pytest.mark.parametrize(
    ("on", "moves"),
    [((2, 22), True), ((3, 16), False)],
    ids=["a day that the notice makes a day off", "a day that stays as it is"],
)
def test_a_tentative_date_is_set_again_when_the_notice_is_out(
    request: pytest.FixtureRequest, cast: Cast, on: tuple[int, int], *, moves: bool
) -> None:
    before = calendar.working_day_from(date(2027, *on))
    case = assigned(cast, three_months_before(before))
    assert cast.task(case).due_on == before
    request.getfixturevalue("notice_is_out")
    after = date(2027, 2, 23) if moves else before
    assert tasks.set_dates_again(OUT) == moves
    assert cast.task(case).due_on == after
    event = Event.objects.get(kind="handling.set_date")
    assert (event.data["before"], event.data["due"]) == (before.isoformat(), after.isoformat())
    notices.deliver()
    assert [n.account for n in Notice.objects.filter(event=event)] == ([cast.clerk] if moves else [])
    assert (TentativeDate.objects.count(), tasks.set_dates_again(OUT)) == (0, 0)
    assert verifying.verify().problems == ()


def test_what_nobody_waits_for_any_more_is_not_set_again(request: pytest.FixtureRequest, cast: Cast) -> None:
    case = assigned(cast, three_months_before(date(2027, 2, 22)))
    task = cast.task(case)
    at = moment("2026-11-24")
    perform(task, "ask_return", actor=cast.clerk, at=at, payload=Why("不属本单位职责"))
    perform(task, "grant_return", actor=cast.assigner, at=at, payload=Why("同意"))
    request.getfixturevalue("notice_is_out")
    assert tasks.set_dates_again(OUT) == 0
    assert not Event.objects.filter(kind="handling.set_date").exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_set_a_date_once(request: pytest.FixtureRequest, cast: Cast) -> None:
    assigned(cast, three_months_before(date(2027, 2, 22)))
    request.getfixturevalue("notice_is_out")
    [tentative] = queries.tentative_dates()
    assert both(*[lambda: actions.set_again(tentative, at=OUT)] * 2) == []
    assert Event.objects.filter(kind="handling.set_date").count() == 1


def test_a_limit_whose_end_was_moved_names_the_day_off(cast: Cast, client: Client) -> None:
    at = moment("2026-11-27")
    case = assigned(cast, at)
    task = cast.task(case)
    assert task.due_on == date(2027, 3, 1)
    off = f"{day(date(2027, 2, 27))}为休息日，顺延"
    [answer] = [limit for limit in queries.limits_of(task) if limit.label == "答复"]
    assert answer.length == f"3 个月，{off}"
    assert [limit.length.count("顺延") for limit in queries.limits_of(task) if limit.label != "答复"] == [0, 0, 0]
    perform(task, "sign_for", actor=cast.clerk, at=at, payload=SignFor("孟时雨"))
    client.force_login(cast.clerk)
    for url in (task.get_absolute_url(), case.proposal.get_absolute_url()):
        assert off in client.get(url).text, url


def test_what_is_tentative_is_explained_wherever_it_stands(cast: Cast, client: Client) -> None:
    case, filed = assigned(cast, moment("2026-11-27")), cast.filed(title="待交办")
    task = cast.task(case)
    perform(task, "sign_for", actor=cast.clerk, at=moment("2026-11-27"), payload=SignFor("孟时雨"))
    client.force_login(cast.clerk)
    for url in (task.get_absolute_url(), case.proposal.get_absolute_url()):
        assert client.get(url).text.count(why_tentative()) == 1, url
    client.force_login(cast.assigner)
    assert why_tentative() in client.get(f"/go/tasks/{task.uid}/move/").text
    assert why_tentative() in client.get(f"/handling/assign/{filed.uid}/").text
    assert (
        "次年元旦的调休安排公布前为暂定" in why_tentative()
    )  # so it is late in December, when the year's own notice is long out
    assert (calendar.is_settled(date(2026, 12, 24)), calendar.is_settled(date(2026, 12, 25))) == (True, False)


def test_whoever_keeps_the_system_reads_what_tentative_dates_wait_for(cast: Cast, client: Client) -> None:
    client.force_login(who_keeps_the_system(cast))
    said = "有 1 个期限为暂定：2027 年的放假调休安排还没有收入程序"
    assert (in_order.words("放假安排"), said in client.get("/notices/delivery/").text) == ("正常", False)
    assigned(cast, moment("2026-11-27"))
    assert in_order.words("放假安排").startswith(said)
    assert said in client.get("/notices/delivery/").text
