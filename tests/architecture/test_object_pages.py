"""The page of every object that an app declares.

Opens in each state to who may see it and to nobody else, and costs no more with a long history.
"""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.http import Http404
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from tests.architecture.world import World
from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.queries import events_of
from tongxin.desks.declared import declared
from tongxin.desks.object_pages import opened, page_of_object
from tongxin.desks.objects import PLACES, ObjectPage, Shown, shown
from tongxin.handling.models import Case
from tongxin.workflow.engine import workflows
from tongxin.workflow.table import BY_MODEL
from tongxin.workflow.templatetags.steps import buttons

STRANGERS = ("office_of_other_county", "member_of_other_county")
MINIMAL = ObjectPage("a-case", Case, "handling.view_case", fields=(("交办时间", "assigned_at"), ("第几次办理", "round")))


def _pages() -> dict[type[Model], ObjectPage]:
    return {page.model: page for page in declared("OBJECTS")}


def _rows(page: ObjectPage, world: World) -> list[Any]:
    workflow = BY_MODEL[page.model._meta.label_lower]
    return [row for state in workflow.states.values for row in world.rows(workflow.name, state)]


def _shown(page: ObjectPage, user: Account, row: Any) -> Shown:
    return shown(opened(page, Account.objects.get(pk=user.pk), row.uid, at=timezone.now()))


def _reader(page: ObjectPage, cast: Cast, row: Any) -> Account:
    """Return somebody of the county who sees a row and is not led away from its page."""
    for who in (cast.office, cast.proposer, cast.clerk, cast.assigner):
        if (found := page.one(who, row.uid)) is not None:
            assert found.pk == row.pk
            return who
    raise AssertionError((page.name, row.state, "nobody of the cast sees it"))


def test_every_row_with_a_life_has_a_page(cast: Cast) -> None:
    world, names = World(cast), {page.name for page in declared("OBJECTS")}
    for workflow in workflows():
        row = world.row(workflow.name, workflow.initial)
        assert resolve(row.get_absolute_url()).url_name in names, workflow.name


def test_every_section_and_act_stands_on_a_page_that_is_declared() -> None:
    pages = _pages()
    assert [s.template for s in declared("SECTIONS") if s.of not in pages or s.place not in PLACES] == []
    assert [a.of for a in declared("ACTS") if a.of not in pages] == []


def test_a_page_opens_in_every_state_with_its_course_and_to_no_other_committee(cast: Cast) -> None:
    world = World(cast)
    for page in declared("OBJECTS"):
        for row in _rows(page, world):
            reader, address = _reader(page, cast, row), reverse(page.name, args=[row.uid])
            answer = as_(reader).get(address)
            assert answer.status_code == 200, (page.name, row.state)
            assert answer.context["shown"].course, (page.name, row.state, "tells nothing of its course")
            assert answer.context["shown"].head.badges, (page.name, row.state)
            for stranger in STRANGERS:
                assert as_(getattr(cast, stranger)).get(address).status_code == 404, (page.name, row.state, stranger)


@pytest.mark.parametrize("name", [page.name for page in declared("OBJECTS")])
def test_a_page_costs_the_same_after_a_longer_history(cast: Cast, name: str) -> None:
    page = next(p for p in declared("OBJECTS") if p.name == name)
    row = _rows(page, World(cast))[-1]
    reader = _reader(page, cast, row)
    costs, lengths = [], []
    _cost(page, reader, row)  # what is read once a process is known by now
    for _more in range(2):
        costs.append(_cost(page, reader, row))
        lengths.append(len(_shown(page, reader, row).course))
        _happens_twice_more(row, reader)
    assert lengths[0] < lengths[1]
    assert costs[0] == costs[1]


def _cost(page: ObjectPage, reader: Account, row: Any) -> int:
    with CaptureQueriesContext(connection) as asked:
        found = _shown(page, reader, row)
        for place in PLACES:
            for one in found.sections[place]:
                render_to_string(one.section.template, {"facts": one.facts})
    return len(asked)


def _happens_twice_more(row: Any, reader: Account) -> None:
    """Record twice more what the reader was told last of a row.

    Kinds in a row that are told in one line are no help.
    """
    last = next(event for event in events_of(row) if event.to_state)
    for _n in range(2):
        audit.record(last.kind, row, actor=reader, at=timezone.now(), data=last.data)


def test_a_matter_that_says_little_gets_a_whole_page(cast: Cast) -> None:
    case = cast.answered()
    found = _shown(MINIMAL, cast.office, case)
    stages = [(stage.label, stage.status) for stage in found.steps]
    assert (stages[:2], stages[-1]) == ([("办理中", "done"), ("待评价", "now")], ("已办结", "todo"))
    assert [mark.word for mark in found.head.badges] == ["待评价"]
    assert [button.label for button in found.actions] == [button.label for button in buttons(case, cast.office)]
    assert [entry.what for entry in found.course][-1].startswith("交办")
    request = RequestFactory().get(f"/cases/{case.uid}/")
    request.user = Account.objects.get(pk=cast.office.pk)
    drawn = page_of_object(MINIMAL)(request, uid=case.uid).content.decode()
    for said in ("办理经过", "待评价", "交办时间", 'aria-label="办理进度"', "data-print"):
        assert said in drawn, said
    request.user = Account.objects.get(pk=cast.office_of_other_county.pk)
    with pytest.raises(Http404):
        page_of_object(MINIMAL)(request, uid=case.uid)
