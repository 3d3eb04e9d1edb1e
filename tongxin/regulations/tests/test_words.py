"""What people read of a regulation: dates as the office writes them."""

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.handling.choices import Meaning
from tongxin.handling.regulations import ReplyCategories
from tongxin.proposals.choices import Destination
from tongxin.proposals.regulations import NotFiling
from tongxin.regulations.presenting import lines
from tongxin.regulations.queries import look_up


def test_the_record_writes_the_day_a_regulation_begins_as_people_do() -> None:
    said = kinds.sentence(
        Event(
            kind="regulations.adopt",
            actor_name="江晚舟",
            data={"kind": "办理时限", "from": "2026-03-01", "reference": "办理协商办法"},
        )
    )
    assert said == "江晚舟施行“办理时限”，2026 年 3 月 1 日起，依据《办理协商办法》"


def test_the_words_of_a_rules_rows_are_those_of_what_they_choose_from(cast: Cast) -> None:
    on = timezone.localdate()
    [categories] = lines(look_up(cast.county, ReplyCategories, on))
    assert categories.head[-1] == "含义"
    assert {row[-1] for row in categories.rows} <= {str(meaning.label) for meaning in Meaning}
    [reasons] = lines(look_up(cast.county, NotFiling, on))
    assert reasons.head[-1] == "内容可以转到"
    labels = {str(where.label) for where in Destination}
    assert {word for row in reasons.rows for word in row[-1].split("、")} <= labels


@pytest.mark.django_db
def test_the_rules_of_today_are_called_those_in_force_and_those_of_another_day_by_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.office, backend="tongxin.accounts.backends.SignInName")
    assert f"{cast.county.short_name}现行的规定。本会没有另定的" in client.get("/regulations/").text
    assert (
        f"{cast.county.short_name}在 2026 年 3 月 1 日施行的规定。本会没有另定的"
        in client.get("/regulations/?on=2026-03-01").text
    )
