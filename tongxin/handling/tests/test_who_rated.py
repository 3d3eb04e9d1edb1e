"""Who is asked for a rating, who has given one, and who left in between: the two numbers, the rows, the page that asks."""

import re

from tests.cast import Cast
from tongxin.handling import actions
from tongxin.handling.models import Case, Reply
from tongxin.members import actions as members
from tongxin.members.choices import Ending
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
