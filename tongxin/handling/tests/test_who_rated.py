"""Who is asked for a rating, who has given one, and who left in between.

The two numbers, the rows, the page that asks.
"""

import re
from datetime import timedelta

import pytest

from tests.cast import Cast, merged_late
from tongxin.handling import actions, queries
from tongxin.handling.models import Case, Reply
from tongxin.members import actions as members
from tongxin.members.choices import Ending
from tongxin.proposals.choices import Role
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.queries import raters


def _rate(case: Case, place: int, at) -> None:
    signature, reply = raters(case.proposal)[place], Reply.objects.get(task__case=case, round=case.round)
    said = {"attitude": "satisfied", "result": "satisfied", "comment": ""}
    actions.rate(reply, signature=signature, actor=signature.member.account, at=at, **said)


def test_who_has_rated_is_not_asked_again_on_the_page(cast: Cast, as_, today) -> None:
    case, proposer = cast.answered(today), as_(cast.proposer)
    url, chip = f"/handling/rate/{case.uid}/", re.compile(r'<span class="due [^"]*"[^>]*>评价')
    page = proposer.get(url).content.decode()
    assert ("请您评价" in page, len(chip.findall(page))) == (True, 1)
    _rate(case, 0, today)
    page = proposer.get(url).content.decode()
    assert ("请您评价" in page, "您的评价" in page, chip.findall(page)) == (False, True, [])
    assert "请您评价" in as_(cast.cosigner).get(url).content.decode()


def test_who_rated_and_left_is_counted_as_the_rows_below_show(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    _rate(case, 0, today)
    member = cast.member(cast.proposer)
    members.end_seat(member, ending=Ending.DIED, on=today.date(), reason="病故", actor=cast.office, at=today)
    office, url = as_(cast.office), f"/handling/cases/{case.uid}/ratings/"
    assert "应评 2 人，已评 1 人" in office.get(case.get_absolute_url()).content.decode()
    _rate(case, 0, today)  # the one who is left
    page = office.get(case.get_absolute_url()).content.decode()
    assert "应评 2 人，已评 2 人" in page
    [reply] = office.post(url).context["named"]
    assert [(line.name, line.done) for line in reply.lines] == [("何青禾", True), ("林知远", True)]


def test_who_left_without_a_rating_is_waited_for_no_more(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    member = cast.member(cast.proposer)
    members.end_seat(member, ending=Ending.RESIGNED, on=today.date(), reason="调离", actor=cast.office, at=today)
    assert "应评 1 人，已评 0 人" in as_(cast.office).get(case.get_absolute_url()).content.decode()


def test_who_signed_several_merged_proposals_judges_a_reply_once(cast: Cast, as_, today) -> None:
    """A later merger brings another signature of the same person to the front: it is still the one judgement."""
    earlier, later = cast.in_decision(today, title="关于早先一件事的建议"), cast.in_decision(today, title="关于后来一件事的建议")
    Signature.objects.filter(proposal__in=[earlier, later], role=Role.CO).delete()
    Signature.objects.filter(proposal__in=[earlier, later]).update(member=cast.member(cast.bystander))
    case = cast.answered(today)
    [reply] = queries.replies_to_rate(case)

    def merge(proposal: Proposal) -> Signature:
        merged_late(proposal, case.proposal, cast, at=today)
        mine = queries.signature_to_rate(case, cast.member(cast.bystander))
        assert mine is not None
        return mine

    said = {"attitude": "dissatisfied", "result": "dissatisfied", "comment": "没有答到点上。"}
    first = merge(later)
    actions.rate(reply, signature=first, actor=cast.bystander, at=today, **said)
    second = merge(earlier)
    assert second != first
    with pytest.raises(actions.HandlingError, match="已经评价过"):
        actions.rate(reply, signature=second, actor=cast.bystander, at=today, **said)
    assert reply.ratings.count() == 1
    assert "应评 3 人，已评 1 人" in as_(cast.office).get(case.get_absolute_url()).text
    [named] = queries.by_name(case)
    assert sorted((line.name, line.done) for line in named.lines) == sorted(
        [(cast.member(cast.proposer).name, False), (cast.member(cast.cosigner).name, False), (second.name, True)]
    )
    assert "请您评价" not in as_(cast.bystander).get(f"/handling/rate/{case.uid}/").text
    assert second not in [signature for _reply, signature in queries.ratings_awaited(case)]
    for place in (0, 1):
        actions.rate(reply, signature=raters(case.proposal)[place], actor=cast.office, at=today, **said | {"result": "satisfied"})
    assert queries.closes_early(case, before=today + timedelta(days=1))
