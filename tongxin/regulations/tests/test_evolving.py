"""Rules evolve: a version states what changes, a new key reaches what is installed, what was decided stays as it was decided."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import Cast, moment
from tongxin.audit.models import Event
from tongxin.cli import start
from tongxin.cli.checking import _regulations
from tongxin.committees.models import Committee
from tongxin.handling.models import Task
from tongxin.handling.regulations import Deadlines, Review
from tongxin.handling.workflow import leader_signs
from tongxin.regulations import actions, queries
from tongxin.regulations.models import Regulation
from tongxin.regulations.queries import as_pinned, in_force, look_up
from tongxin.regulations.schema import SchemaError

NATIONAL = Path(settings.LIBRARY_DIR) / "national"
AT = moment("2026-06-01")
REFERENCE = {"title": "政协云溪县委员会提案办理协商办法（修订）", "article": "第十二条"}


def _adopt(committee: Committee | None, kind: str, on: date, body: dict[str, Any], gives_up: tuple[str, ...] = ()) -> Regulation:
    return actions.adopt(committee, kind, effective_from=on, body=body, gives_up=gives_up, reference=REFERENCE, actor=None, at=AT)


def _as_before(kind: str, *keys: str) -> None:
    """Take keys out of the national version, as a program had it to which they were unknown."""
    row = Regulation.objects.get(committee=None, kind=kind)
    Regulation.objects.filter(pk=row.pk).update(body={k: v for k, v in row.body.items() if k not in keys})
    queries.forget()


def test_a_version_states_only_what_changes(cast: Cast) -> None:
    _adopt(cast.county, "handling.deadlines", date(2026, 7, 1), {"reply_months": 2})
    found = look_up(cast.county, Deadlines, date(2026, 7, 1))
    assert (found.values.reply_months, found.values.return_working_days, found.values.sign_working_days) == (2, 5, 5)
    # the county's own, three years before
    assert found.sources["return_working_days"].effective_from == date(2022, 1, 1)
    assert found.version == "YX:handling.deadlines:2026-07-01,2022-01-01 *:handling.deadlines:2012-07-01"


def test_a_national_version_states_only_what_changes(cast: Cast) -> None:
    _adopt(None, "handling.deadlines", date(2026, 7, 1), {"reply_months": 4, "return_working_days": 20})
    found = look_up(cast.county, Deadlines, date(2026, 7, 1)).values
    assert (found.reply_months, found.rating_working_days) == (4, 15)
    assert found.return_working_days == 5  # what the county rules itself stays
    assert in_force(cast.county, Deadlines, date(2026, 6, 30)).reply_months == 3


def test_a_version_may_give_a_key_back_to_the_committee_above(cast: Cast) -> None:
    _adopt(cast.county, "handling.deadlines", date(2026, 7, 1), {"soon_days": 10}, gives_up=("return_working_days",))
    found = look_up(cast.county, Deadlines, date(2026, 7, 1))
    assert (found.values.return_working_days, found.sources["return_working_days"].committee) == (7, cast.city)
    assert found.values.co_opinion_months == 1
    assert in_force(cast.county, Deadlines, date(2026, 6, 30)).return_working_days == 5
    assert as_pinned(Deadlines, found.version, date(2026, 7, 1)).values == found.values
    _adopt(cast.county, "handling.deadlines", date(2026, 8, 1), {"return_working_days": 6})
    assert in_force(cast.county, Deadlines, date(2026, 8, 1)).return_working_days == 6


@pytest.mark.parametrize(
    ("whose", "body", "gives_up", "message"),
    [
        ("county", {}, ("reply_weeks",), "有未知的项：reply_weeks"),
        ("county", {"reply_months": 2}, ("reply_months",), "答复期限不能既作规定又不再另定"),
        ("national", {}, ("reply_months",), "全国性规定上面没有别的规定"),
    ],
)
def test_what_cannot_be_given_up_is_refused_in_words(
    cast: Cast, whose: str, body: dict[str, Any], gives_up: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SchemaError, match=message):
        _adopt(None if whose == "national" else cast.county, "handling.deadlines", date(2026, 7, 1), body, gives_up)


def test_a_new_key_reaches_what_is_installed_by_a_recorded_act(cast: Cast, client: Client) -> None:
    _as_before("handling.review", "reply_max")
    with pytest.raises(SchemaError, match="答复字数上限没有规定"):
        in_force(cast.county, Review, AT.date())
    with pytest.raises(start.BadInput, match="请先运行 tongxin migrate"):
        start.demand_current_schema()
    told = Event.objects.filter(kind="regulations.adopt").count()
    assert actions.load_library(NATIONAL, None, actor=None, at=AT) == 1
    assert actions.load_library(NATIONAL, None, actor=None, at=AT) == 0
    start.demand_current_schema()
    assert Event.objects.filter(kind="regulations.adopt").count() == told + 1
    adopted = Event.objects.filter(kind="regulations.adopt").latest("id")
    assert (adopted.at, adopted.data["from"], adopted.data["kind"]) == (AT, "2026-06-01", "答复审核")
    before = look_up(cast.county, Review, date(2025, 3, 1))  # what did not exist then has the value of its introduction
    assert (before.values.reply_max, before.was_introduced_later("reply_max")) == (5000, True)
    assert not before.was_introduced_later("contact_required")
    client.force_login(cast.proposer)
    assert client.get("/regulations/handling.review/?on=2025-03-01").text.count("还没有这一项") == 1
    assert "还没有这一项" not in client.get("/regulations/handling.review/?on=2026-06-02").text


def test_a_later_change_of_a_new_key_does_not_reach_back(cast: Cast) -> None:
    _as_before("handling.review", "reply_max")
    actions.load_library(NATIONAL, None, actor=None, at=AT)
    _adopt(None, "handling.review", date(2026, 9, 1), {"reply_max": 8000})
    assert in_force(cast.county, Review, date(2026, 9, 1)).reply_max == 8000
    assert in_force(cast.county, Review, date(2025, 3, 1)).reply_max == 5000


def test_what_was_pinned_is_computed_the_same_whatever_comes(cast: Cast) -> None:
    _as_before("handling.deadlines", "yellow_days")
    pinned = "YX:handling.deadlines:2022-01-01 *:handling.deadlines:2012-07-01"  # as an event of last year has it
    actions.load_library(NATIONAL, None, actor=None, at=AT)
    _adopt(cast.county, "handling.deadlines", date(2025, 1, 1), {"return_working_days": 9, "reply_months": 1})
    _adopt(None, "handling.deadlines", date(2026, 9, 1), {"yellow_days": 9})
    found = as_pinned(Deadlines, pinned, date(2024, 3, 1))
    assert (found.values.return_working_days, found.values.reply_months) == (5, 3)
    assert (found.values.yellow_days, found.was_introduced_later("yellow_days")) == (3, True)


def test_what_a_committee_adopted_under_an_earlier_program_is_read_as_it_was_meant(cast: Cast) -> None:
    Regulation(
        committee=cast.county,
        kind="handling.deadlines",
        effective_from=date(2026, 1, 1),
        body={"reply_months": 24, "fax_days": 3},  # beyond today's limit; a key that is no more
        title="旧办法",
        adopted_at=moment("2026-01-01"),
    ).save()
    queries.forget()
    assert in_force(cast.county, Deadlines, date(2026, 3, 2)).reply_months == 24
    assert _regulations() == ["中国人民政治协商会议云溪县委员会：答复期限应在 1 与 12 之间，现为 24，请重新规定"]


def test_what_an_import_added_is_not_lost_by_the_next(cast: Cast) -> None:
    rules = "proposals.taxonomies"
    day = actions.first_free_day(cast.county, rules, at=AT)
    _adopt(cast.county, rules, day, {"topics": [{"code": "sea", "name": "海洋", "short": "海洋"}]})
    assert actions.first_free_day(cast.county, rules, at=AT) == date(2026, 6, 2)
    _adopt(cast.county, rules, date(2026, 6, 2), {"constructions": [{"code": "party", "name": "党的建设", "short": "党建"}]})
    found = queries.overview(cast.county, date(2026, 6, 2))
    [taxonomies] = [one.values for one in found if one.kind.name == rules]
    assert ([c.code for c in taxonomies.topics], [c.code for c in taxonomies.constructions]) == (["sea"], ["party"])


def test_a_switch_is_read_at_the_time_of_the_act(cast: Cast) -> None:
    """A reply that is entered with an earlier day goes the way that the rules of that day prescribe."""
    _adopt(cast.county, "handling.review", date(2026, 7, 1), {"unit_leader_signs": False})
    task = Task(committee=cast.county)
    assert leader_signs.test_at(cast.clerk, task, moment("2026-06-30"))
    assert not leader_signs.test_at(cast.clerk, task, moment("2026-07-02"))


def test_the_page_says_what_each_version_changes(cast: Cast, client: Client) -> None:
    _adopt(cast.county, "handling.deadlines", date(2026, 7, 1), {"reply_months": 2}, gives_up=("soon_days",))
    client.force_login(cast.proposer)
    page = client.get("/regulations/handling.deadlines/").text
    assert "规定：答复期限 2 个月" in page
    assert "不再另定，沿用上级规定：提前几天提示临期" in page
