"""Where a proposal stands is said in one word on every page, to each as far as he may know it, all its life long."""

import re
from collections.abc import Iterator
from dataclasses import replace

from django.http import QueryDict
from django.utils import timezone

from tests.architecture.world import World
from tests.cast import Cast
from tests.signed_in import as_
from tongxin.accounts.models import Account
from tongxin.desks.object_pages import opened
from tongxin.desks.objects import shown
from tongxin.desks.shown import shown as listed
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.lists.desk import DESK
from tongxin.handling.lists.ledger import COLUMNS
from tongxin.handling.models import Task
from tongxin.handling.pages import own
from tongxin.handling.pages import public as portal
from tongxin.handling.pages.objects import PROPOSAL
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries.likeness import Similar, _standing

BADGE = re.compile(r'<span class="badge [\w-]+">([^<]+)</span>')
DONE_OF_ALL = re.compile(r" \d+/\d+$")  # how many have rated, which who keeps the ratings reads beside the word


def _page(user: Account, proposal: Proposal) -> str:
    reading = opened(PROPOSAL, Account.objects.get(pk=user.pk), proposal.uid, at=timezone.now())
    return DONE_OF_ALL.sub("", shown(reading).head.badges[0].word)


def _of_the_office(cast: Cast, proposal: Proposal) -> Iterator[tuple[str, str]]:
    desk = replace(DESK, sizes=(500,))
    [row] = [
        one for one in listed(desk, QueryDict("stage=received"), cast.office, at=timezone.now()).lines if one.proposal == proposal
    ]
    yield "the desk", row.badge.word
    yield "its file", next(column.cell(row).text for column in COLUMNS if column.label == "状态")
    yield from _of_its_likeness(cast.office, proposal)


def _of_the_proposer(cast: Cast, proposal: Proposal) -> Iterator[tuple[str, str]]:
    proposer = Account.objects.get(pk=cast.proposer.pk)
    home = {row.url: row.word for row in own.newest(proposer)["rows"]}
    yield "the own home", home[proposal.get_absolute_url()]
    yield "the own list", _badge_of(proposal, as_(proposer).get("/proposals/").text)
    yield from _of_its_likeness(proposer, proposal)


def _of_its_likeness(user: Account, proposal: Proposal) -> Iterator[tuple[str, str]]:
    if proposal.merged_into_id is None:  # what was merged is said to stand where its lead does
        yield "the likeness to another", _standing(user, [Similar(proposal, proposal.title, 0.9)])[0].standing


def _badge_of(proposal: Proposal, listed: str) -> str:
    """Return the badge of the line in which a proposal stands."""
    [line] = [one for one in re.split(r"<tr|<li", listed) if proposal.get_absolute_url() in one]
    return BADGE.findall(line)[0]


def _lives(world: World) -> Iterator[Proposal]:
    """Yield a proposal in each state of its life, and in each of its handling."""
    for state in State.values:
        if state not in (State.DISCARDED, State.HANDED_OVER):
            yield world.row("proposals", state)
    for state in TaskState.values:
        task: Task = world.row("tasks", state)
        yield task.case.proposal
    for state in CaseState.values:
        yield world.row("cases", state).proposal


def test_every_page_says_the_same_word(cast: Cast) -> None:
    said, wrong = set(), []
    for one in _lives(World(cast)):
        proposal = Proposal.objects.get(pk=one.pk)
        places = [(cast.proposer, _of_the_proposer)]
        if proposal.submitted_at:
            places.append((cast.office, _of_the_office))
        for reader, ways in places:
            page = _page(reader, proposal)
            said.add(page)
            wrong += [(reader.name, page, place, word) for place, word in ways(cast, proposal) if word != page]
    assert wrong == []
    assert said >= {"草稿", "待签收", "办理中", "待评价", "已办结", "待改派", "申请退办", "单位审签", "答复待审", "待政协协调"}
    assert "已交办" not in said


def test_who_reads_no_more_than_the_public_reads_the_public_word(cast: Cast) -> None:
    for case in (cast.assigned(), cast.answered()):
        proposals.release(case.proposal, actor=cast.office, at=timezone.now())
        proposal = Proposal.objects.get(pk=case.proposal_id)
        public = portal.page(portal.load(proposal.uid)).badge.word  # type: ignore[arg-type]
        [line] = portal.lines(cast.county, [proposal.pk])
        assert (line.badge.word, _page(cast.bystander, proposal)) == (public, public)
        [like] = _standing(cast.bystander, [Similar(proposal, proposal.title, 0.9)])
        assert like.standing == public
