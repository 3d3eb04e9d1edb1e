"""What an auditor is told of ratings cannot be laid beside who signed in on that day.

Few raters are told together with more days.
"""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import models
from django.test import Client

from tests.cast import Cast, moment
from tongxin.audit import actions, queries
from tongxin.audit.models import Event
from tongxin.audit.queries import Daily
from tongxin.handling.models import Case
from tongxin.regulations.actions import adopt

FIRST = date(2026, 3, 4)


@pytest.fixture
def case(cast: Cast) -> Case:
    return cast.answered()


def rated(cast: Cast, case: Case, *people: str, day: int, hour: int = 9) -> None:
    """Write the events of ratings as they are written, for the words alone."""
    for name in people:
        at = moment((FIRST + timedelta(days=day)).isoformat(), hour)
        actions.record("handling.rate", case, actor=getattr(cast, name), at=at, data={"name": "某"})


def told(*, before: int = 30) -> list[Daily]:
    return queries.by_day({"YX"}, before=FIRST + timedelta(days=before))


def test_a_day_with_enough_raters_stands_alone(cast: Cast, case: Case) -> None:
    rated(cast, case, "proposer", "cosigner", "bystander", day=0)
    assert told() == [Daily(FIRST, FIRST, "handling.rate", 3)]


def test_few_raters_are_told_with_the_days_that_follow_and_not_before(cast: Cast, case: Case) -> None:
    rated(cast, case, "proposer", day=0)
    rated(cast, case, "cosigner", day=2)
    assert told() == []
    rated(cast, case, "bystander", day=5)
    assert told() == [Daily(FIRST, FIRST + timedelta(days=5), "handling.rate", 3)]


def test_one_who_rates_three_answers_is_still_one(cast: Cast, case: Case) -> None:
    rated(cast, case, "proposer", "proposer", "proposer", day=0)
    assert told() == []


def test_what_was_told_stays_as_it_was_when_days_are_added(cast: Cast, case: Case) -> None:
    rated(cast, case, "proposer", "cosigner", day=0)
    rated(cast, case, "bystander", day=1)
    before = told()
    rated(cast, case, "second_cosigner", day=2)
    assert told() == before
    rated(cast, case, "proposer", "cosigner", day=3)
    assert told() == [Daily(FIRST + timedelta(days=2), FIRST + timedelta(days=3), "handling.rate", 3), *before]


def test_what_was_told_stays_when_the_committee_raises_its_minimum(cast: Cast, case: Case) -> None:
    rated(cast, case, "proposer", "cosigner", "bystander", day=0)
    before = told()
    rated(cast, case, "proposer", "cosigner", "bystander", day=12)
    adopt(
        cast.county,
        "handling.ratings",
        effective_from=FIRST + timedelta(days=10),
        body={"minimum": 4},
        reference={"title": "云溪县政协提案工作条例"},
        actor=cast.office,
        at=moment("2026-03-14"),
    )
    cache.clear()  # another process, which told nothing yet
    assert told() == before == [Daily(FIRST, FIRST, "handling.rate", 3)]
    rated(cast, case, "second_cosigner", day=13)
    assert told() == [Daily(FIRST + timedelta(days=12), FIRST + timedelta(days=13), "handling.rate", 4), *before]


def test_days_that_were_told_are_not_counted_again(cast: Cast, case: Case) -> None:
    rated(cast, case, "proposer", "cosigner", "bystander", day=0)
    rated(cast, case, "proposer", "cosigner", "bystander", day=1)
    before = told()
    models.QuerySet(Event).filter(kind="handling.rate", at=moment("2026-03-05", 9)).update(kind="handling.read_ratings")
    assert told() == before
    rated(cast, case, "proposer", "cosigner", "second_cosigner", day=2)
    assert told() == [Daily(FIRST + timedelta(days=2), FIRST + timedelta(days=2), "handling.rate", 3), *before]
    assert told(before=1) == [Daily(FIRST, FIRST, "handling.rate", 3)]


def test_the_page_names_both_days(cast: Cast, case: Case, client: Client) -> None:
    rated(cast, case, "proposer", "cosigner", day=0)
    client.force_login(cast.audit_admin)
    assert "2026-03-04" not in _section(client)
    rated(cast, case, "bystander", day=1)
    assert "2026-03-04 — 2026-03-05" in _section(client)


def _section(client: Client) -> str:
    return client.get("/audit/").content.decode().partition('id="daily-title"')[2]
