"""What somebody typed is read as he typed it, whatever it looks like: an event cannot be taken back."""

from string import Formatter

import pytest
from django.test import Client

from tests.cast import NOW, Cast
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies

LIKE_A_DAY = ("2026-02-30", "2026-01-05", "2026-W10-1", "20260105")
A_DAY = "2026-01-05"


def told() -> list[tuple[str, str]]:
    """Return every kind whose sentence is a text, with each thing that it tells of."""
    texts = [(name, kind.sentence) for name, kind in kinds.KINDS.items() if isinstance(kind.sentence, str)]
    return [(name, key) for name, text in texts for _said, key, _form, _turn in Formatter().parse(text) if key]


def said(kind: str, key: str, typed: str) -> str:
    return kinds.sentence(Event(kind=kind, actor_name=typed if key == "actor" else "江晚舟", data={key: typed}))


@pytest.mark.parametrize("typed", LIKE_A_DAY)
def test_text_in_the_form_of_a_day_stands_in_every_sentence_as_it_was_typed(typed: str) -> None:
    days = {(name, key) for name, kind in kinds.KINDS.items() for key in kind.days}
    assert [(name, key) for name, key in told() if (name, key) not in days and typed not in said(name, key, typed)] == []
    assert days <= set(told())


def test_a_day_is_read_as_people_write_it_and_what_is_none_as_it_stands() -> None:
    for name, key in [(name, key) for name, kind in kinds.KINDS.items() for key in kind.days]:
        assert "2026 年 1 月 5 日起" in said(name, key, A_DAY)
        assert "2026-02-30起" in said(name, key, "2026-02-30")


@pytest.mark.parametrize("typed", LIKE_A_DAY)
def test_a_name_in_the_form_of_a_day_leaves_the_record_readable(cast: Cast, client: Client, typed: str) -> None:
    fields = {"name": typed, "credit_code": ""}
    bodies.save_unit(cast.county, None, fields=fields, actor=cast.office, at=NOW)
    client.force_login(cast.audit_admin)
    assert f"增加承办单位{typed}" in client.get("/audit/").text
