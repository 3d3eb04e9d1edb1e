"""A case that lost the unit that answers waits on its office's desk, and says so wherever it stands."""

import pytest
from django.http import QueryDict
from django.utils import timezone

from tests.cast import Cast, moment
from tests.signed_in import as_
from tongxin.committees.choices import Duty
from tongxin.desks import objects
from tongxin.desks.object_pages import opened
from tongxin.desks.queues import at_addresses
from tongxin.desks.shown import shown
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.lists.desk import DESK
from tongxin.handling.models import Case
from tongxin.handling.pages import proposal as queries
from tongxin.handling.pages.objects import PROPOSAL
from tongxin.handling.workflow import Why
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries import likeness
from tongxin.workflow.engine import perform


def _now():
    return moment(timezone.localdate().isoformat(), 1)


def _returned(cast: Cast, case: Case) -> None:
    perform(cast.task(case), "ask_return", actor=cast.clerk, at=_now(), payload=Why("不属我局。"))
    perform(cast.task(case), "grant_return", actor=cast.assigner, at=_now(), payload=Why("同意。"))


def test_a_lead_that_was_returned_leaves_work_for_its_office(cast: Cast) -> None:
    case = cast.assigned(_now())
    before = at_addresses(cast.assigner).get("/handling/assign/", 0)
    _returned(cast, case)
    assert at_addresses(cast.assigner)["/handling/assign/"] == before + 1
    home = as_(cast.assigner).get("/home/").text
    assert "待改派" in home
    assert f"/handling/cases/{case.uid}/units/" in home
    assert "待改派" not in as_(cast.party_assigner).get("/home/").text
    page = objects.shown(opened(PROPOSAL, cast.assigner, case.proposal.uid, at=timezone.now()))
    assert [mark.word for mark in page.head.badges] == ["待改派"]
    assert "改派承办单位" in [button.label for button in page.actions]


@pytest.mark.parametrize("way", ["lead", "separate"])
def test_the_button_stands_where_the_list_has_the_case(cast: Cast, way: str) -> None:
    other = (cast.co_unit, "co") if way == "lead" else (cast.other_unit, "separate")
    case = handling.assign(cast.filed(_now()), parts=[(cast.unit, way), other], actor=cast.assigner, at=_now())
    for lost in (False, True):
        now = Case.objects.get(pk=case.pk)
        assert (
            cases.waits_for_units(now)
            == cases.to_reassign(*cases.scope_of(cast.assigner, Duty.ASSIGN)).filter(pk=case.pk).exists()
            == lost
        )
        page = queries.page(cast.assigner, queries.load(cast.assigner, case.proposal.uid))
        assert (page.standing.word == "待改派") == lost
        [row] = shown(DESK, QueryDict("stage=open"), cast.office, at=_now()).lines
        assert (row.badge.word == "待改派") == lost
        if not lost:
            _returned(cast, now)


def test_a_proposal_like_another_stands_as_its_own_page_says(cast: Cast, monkeypatch) -> None:
    at, later = moment("2026-03-02"), moment("2026-04-20")
    case = cast.all_satisfied(at)
    handling.close_round(case, at=later)
    found = proposals.Similar(Proposal.objects.select_related("session__term").get(pk=case.proposal_id), "题目", 0.9)
    monkeypatch.setattr(likeness, "similar", lambda *_args, **_said: [])
    monkeypatch.setattr(likeness, "_inside", lambda *_args: {case.proposal_id: found})
    asked = cast.filed(_now())
    [like] = queries.similar_to(cast.office, asked)
    assert like.line.endswith("已办结")
    assert "已交办" not in as_(cast.office).get(f"/proposals/{asked.uid}/similar/").text
