"""Whatever pages ask by a prepared question is answered as its QuerySet answers.

Of everybody, in a world in every state.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import models
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from tests.architecture.world import World
from tests.cast import Cast
from tongxin.access.permissions import allowed
from tongxin.core.prepared import Prepared
from tongxin.desks.asking import question_of
from tongxin.desks.declared import declared
from tongxin.desks.levels import WORDS
from tongxin.desks.reading import Rows
from tongxin.desks.shown import shown
from tongxin.handling.pages.stages import STAGES
from tongxin.proposals.models import Proposal

LISTS = (
    "/home/",
    "/notices/",
    "/notices/?unread=1",
    "/proposals/",
    "/proposals/?tab=filed",
    "/handling/",
    "/handling/?part=done",
    "/handling/assign/",
    "/handling/supervise/",
    "/members/",
    "/units/",
    *(f"/desk/proposals/?stage={stage}" for stage in STAGES),
    *(f"/desk/proposals/?level={level}" for level in WORDS),
    "/desk/proposals/?stage=filed&topic=urban&form=joint&season=regular&sort=id",
    "/desk/proposals/?stage=open&sort=-due",
)
PUBLIC = ("", "&progress=handling", "&progress=answered", "&progress=closed", "&topic=urban", "&q=停车")


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Prepared]]:
    """Compare every answer; the questions that were asked are given."""
    asked: set[Prepared] = set()
    answered = Prepared._answered

    def compare(self: Prepared, kind: str, given: Sequence[Any], worded: dict[str, Any]) -> list[Any]:
        given = [one if isinstance(one, str) or not hasattr(one, "__iter__") else list(one) for one in given]
        found, rows = answered(self, kind, given, worded), self._build(*given, **worded)
        if kind == "count":
            assert sum(found) == rows.count()
        elif kind == "exists":
            assert bool(found) == rows.exists()
        else:
            plain = list(rows[:1] if kind == "first" else rows)
            if not rows.ordered:  # in whichever order
                found, plain = sorted(found, key=_key), sorted(plain, key=_key)
            assert found == plain
            assert [_differing(*pair) for pair in zip(found, plain, strict=True)] == [[]] * len(found)
        asked.add(self)
        return found

    monkeypatch.setattr(Prepared, "_answered", compare)
    return asked


def _key(one: Any) -> str:
    return repr(getattr(one, "pk", one))


def _differing(one: Any, other: Any) -> list[str]:
    """Name what two objects hold that is not the same, and their related ones too."""
    if not isinstance(one, models.Model):
        return [] if one == other else ["value"]
    held, expected = ({k: v for k, v in row.__dict__.items() if k != "_state"} | row._state.fields_cache for row in (one, other))
    names = [name for name in held.keys() | expected.keys() if held.get(name, ...) != expected.get(name, ...)]
    related = one._state.fields_cache.keys() & other._state.fields_cache.keys() - {"proposal"}
    return names + [
        f"{name}.{more}"
        for name in related
        for more in _differing(one._state.fields_cache[name], other._state.fields_cache[name])
    ]


def test_every_answer_of_every_page_is_the_same(cast: Cast, compared: set[Prepared]) -> None:
    World(cast).everything()
    of_state = {row.state: row.uid for row in Proposal.objects.order_by("id")}
    uids = list(of_state.values())
    pages = [*LISTS, *(f"/proposals/{uid}/" for uid in uids)]
    opened = 0
    for account in cast.everyone().values():
        client = Client()
        client.force_login(account)
        opened += sum(client.get(page).status_code == 200 for page in pages)
    anybody = [f"/public/proposals/?in={cast.county.code}{more}" for more in PUBLIC]
    for page in ["/", *anybody, *(f"/public/proposals/{uid}/" for uid in uids)]:
        Client().get(page)
    assert opened > 100
    assert len(compared) > 35


def test_every_declared_list_answers_by_its_statements_as_by_its_rows(cast: Cast, compared: set[Prepared]) -> None:
    World(cast).everything()
    seen: set[Rows] = set()
    for listing in declared("LISTS"):
        for account in cast.everyone().values():
            if not allowed(account, listing.permission):
                continue
            question = question_of(listing, QueryDict(), account, at=timezone.now())
            chosen = [
                f"&{one.name}={value}"
                for one in listing.filters
                for value, _label in list(question.choices[one.name])[:3]
                if value
            ]
            for tab in (tab for tab in listing.tabs if tab.offered(question)):
                for more in ("", *chosen, *(f"&sort={name}" for name in tab.orders)):
                    asked = f"{listing.tab_name}={tab.key}{more}"
                    page = shown(listing, QueryDict(asked), account, at=timezone.now())
                    if page.rows:
                        for way in ("after", "before"):
                            shown(
                                listing,
                                QueryDict(f"{asked}&{way}={page.rows[len(page.rows) // 2].uid}"),
                                account,
                                at=timezone.now(),
                            )
                if isinstance(tab.rows, Rows):
                    seen.add(tab.rows)
    parts = {tab.rows for listing in declared("LISTS") for tab in listing.tabs if isinstance(tab.rows, Rows)}
    assert seen == parts
    assert {rows._pages for rows in parts} <= compared
