"""What a form says before an answer or a closing is taken back: what follows, and who reads the reason.

And who is told of it.
"""

import pytest

from tests.cast import Cast, moment
from tests.signed_in import as_
from tongxin.handling import actions, queries
from tongxin.handling.models import Case
from tongxin.handling.workflow import Recall, Reopening, Settlement
from tongxin.notices.actions import deliver
from tongxin.notices.models import Notice
from tongxin.workflow.engine import perform

AT, LATER = moment("2026-03-02"), moment("2026-04-20")
WHY = "办结有误。"


def rated(case: Case, n: int) -> None:
    for reply, signature in queries.ratings_awaited(case)[:n]:
        said = {"attitude": "satisfied", "result": "satisfied", "comment": ""}
        actions.rate(reply, signature=signature, **said, actor=signature.member.account, at=AT)


def closed(cast: Cast) -> Case:
    case = cast.answered(AT)
    rated(case, 2)
    return actions.close_round(case, at=LATER)


def told(kind: str) -> dict[str, str]:
    deliver()
    return {notice.account.username: notice.text for notice in Notice.objects.filter(event__kind=kind)}


@pytest.mark.parametrize("n", [0, 1])
def test_a_recall_says_what_becomes_of_ratings_in_words_that_do_not_tell_whether_there_are_any(cast: Cast, n: int) -> None:
    case = cast.answered(AT)
    rated(case, n)
    page = as_(cast.assigner).get(f"/go/tasks/{cast.task(case).uid}/recall/").text
    said = "撤回以后，对这份答复已有的评价不再计入；新的答复送达后，请全体提案人重新评价，评价期限另定。"
    assert f"{said}承办单位、督办部门和提案人会看到这段话。" in page


@pytest.mark.parametrize("n", [0, 1])
def test_all_who_rate_are_told_the_same_of_a_recall(cast: Cast, n: int) -> None:
    case = cast.answered(AT)
    rated(case, n)
    perform(cast.task(case), "recall", actor=cast.assigner, at=AT, payload=Recall("数字有误。"))
    found = told("tasks.recall")
    assert found["YX001"] == found["YX002"]
    assert "的答复已撤回，已有的评价不再计入，新的答复送达以后请您评价：数字有误。" in found["YX001"]


def test_a_closing_that_is_taken_back_says_where_it_goes_and_is_told_to_every_unit(cast: Cast) -> None:
    case = closed(cast)
    page = as_(cast.office).get(f"/go/cases/{case.uid}/reopen/").text
    assert "撤销后转政协协调，由提案日常工作人员决定重新办理，或者协调后办结。" in page
    assert "提案人、主办和会办单位、督办部门会看到这段话。" in page
    perform(case, "reopen", actor=cast.office, at=LATER, payload=Reopening(WHY))
    name = f"第 0001 号提案《{case.proposal.title}》"
    everybody = ("YX001", "YX002", "clerk", "coclerk", "assigner")
    assert told("cases.reopen") == dict.fromkeys(everybody, f"{name}已撤销办结，由政协协调处理：{WHY}")


def test_co_handlers_are_told_the_end_of_what_they_were_told_is_open_again(cast: Cast) -> None:
    case = closed(cast)
    assert "coclerk" in told("cases.close")
    perform(case, "reopen", actor=cast.office, at=LATER, payload=Reopening(WHY))
    perform(case, "settle", actor=cast.office, at=LATER, payload=Settlement("已另行说明。"))
    assert {"clerk", "coclerk"} <= told("cases.settle").keys()
