"""Counts that are kept: right after every act, read once between acts, never another's."""

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone

from tests.cast import Cast, moment
from tests.signed_in import as_
from tongxin.audit.queries import remembered
from tongxin.desks.queues import at_addresses
from tongxin.desks.shown import shown
from tongxin.handling.lists.desk import DESK
from tongxin.handling.pages.figures import figures
from tongxin.proposals.models import Proposal
from tongxin.site.queries.home import member_waiting
from tongxin.workflow.engine import perform


def tab(cast: Cast, key: str) -> int:
    """Return a tab's count on the county's desk."""
    return next(f.number for f in figures(cast.county, cast.session).tabs if f.key == key)


def test_a_count_follows_every_act_at_once(cast: Cast) -> None:
    seen = []
    proposal = cast.submitted()
    seen.append((tab(cast, "examine"), tab(cast, "decide"), at_addresses(cast.office)["/desk/proposals/"]))
    cast.submitted()
    seen.append((tab(cast, "examine"), tab(cast, "decide"), at_addresses(cast.office)["/desk/proposals/"]))
    perform(proposal, "withdraw", actor=cast.proposer, at=moment("2026-03-01"))
    seen.append((tab(cast, "examine"), tab(cast, "decide"), at_addresses(cast.office)["/desk/proposals/"]))
    assert seen == [(1, 0, 1), (2, 0, 2), (1, 0, 1)]


def test_between_two_acts_nothing_is_counted_again(cast: Cast, django_assert_num_queries: Any) -> None:
    cast.submitted()
    figures(cast.county, cast.session)
    with django_assert_num_queries(1):  # which event is the newest
        figures(cast.county, cast.session)


def test_without_any_event_nothing_is_kept(cast: Cast) -> None:
    numbers = iter(({"n": 1}, {"n": 2}))
    cast.submitted()
    assert [remembered(["YX", "XX"], ("x",), lambda: next(numbers))["n"] for _time in range(2)] == [1, 2]


def test_two_questions_and_two_committees_are_kept_apart(cast: Cast) -> None:
    cast.submitted()
    assert remembered(["YX"], ("a",), lambda: {"n": 1}) == {"n": 1}
    assert remembered(["YX"], ("b",), lambda: {"n": 2}) == {"n": 2}
    assert remembered(["YX", "WC"], ("a",), lambda: {"n": 3}) == {"n": 3}
    assert remembered(["YX"], ("a",), lambda: {"n": 4}) == {"n": 1}


def test_what_waits_for_one_is_not_shown_to_another(cast: Cast) -> None:
    proposal = cast.submitted()
    assert (member_waiting(cast.proposer), member_waiting(cast.cosigner)) == (0, 0)
    cast.submitted()
    assert "/handling/" in at_addresses(cast.clerk)
    assert at_addresses(cast.clerk)["/handling/"] == 0
    assert at_addresses(cast.office_of_other_county).get("/desk/proposals/", 0) == 0
    assert Proposal.objects.get(pk=proposal.pk).committee == cast.county


def test_the_links_of_the_home_page_open_the_rows_they_count(cast: Cast) -> None:
    cast.submitted(title="待预审的")
    cast.in_decision(title="待审定的")
    client = as_(cast.office)
    links = {q.label: q.url for q in client.get("/home/").context["queues"]}
    opened = {label: [r.proposal.title for r in client.get(url).context["list"].lines] for label, url in links.items()}
    assert opened == {"待预审": ["待预审的"], "待审定": ["待审定的"]}


def test_a_number_that_was_given_is_looked_for_alone(cast: Cast) -> None:
    case = cast.assigned(title="第二季度 2026 年")
    cast.submitted(title=f"含有数字 {case.proposal.number} 的案由")
    asked = {
        text: len(shown(DESK, QueryDict(urlencode({"q": text})), cast.office, at=timezone.now()).lines)
        for text in (f"第{case.proposal.number:04d}号", f"{case.proposal.number}", "2026")
    }
    assert asked == {f"第{case.proposal.number:04d}号": 1, f"{case.proposal.number}": 1, "2026": 1}
