"""What somebody says of the replies is shown once more before it counts, with what follows from it.

It works without scripts.
"""

import re
from datetime import timedelta
from html import unescape
from typing import Any

from django.utils import timezone

from tests.cast import Cast
from tongxin.audit.models import Event
from tongxin.handling.models import Rating, Reply
from tongxin.proposals.queries import raters

WORDS = "只说试点，没有说什么时候推开。"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


def _said(reply: Reply, **more: str) -> dict[str, str]:
    named = {"attitude": "fairly", "result": "dissatisfied", "comment": WORDS, "passes_on": "on"}
    return {f"{reply.uid}-{name}": value for name, value in named.items()} | {"closes_early": "on"} | more


def _hidden(page: str) -> dict[str, Any]:
    """Return what the summary's form sends back, as a browser would."""
    return {name: unescape(value) for name, value in HIDDEN.findall(page) if name != "csrfmiddlewaretoken"}


def test_it_is_shown_in_words_and_counts_when_it_is_confirmed_as_it_was_shown(cast: Cast, as_, today) -> None:
    case, client = cast.answered(today), as_(cast.proposer)
    reply, events = Reply.objects.get(task=cast.task(case)), Event.objects.count()
    answer = client.post(f"/handling/rate/{case.uid}/", _said(reply))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert [words in page for words in ("基本满意", "不满意", WORDS, "不署名转告承办单位", "同意全部委员评价后提前办结")] == [
        True
    ] * 5
    assert [words in page for words in ("确认提交以后不能更改。", "您的评价，谁会知道什么", "谁看得到")] == [True] * 3
    assert (Rating.objects.count(), Event.objects.count()) == (0, events)
    assert client.post(f"/handling/rate/{case.uid}/", _hidden(page) | {"final": "1"}).status_code == 302
    [rating] = Rating.objects.all()
    assert (rating.attitude, rating.result, rating.comment) == ("fairly", "dissatisfied", WORDS)
    assert (rating.passes_on, rating.closes_early) == (True, True)


def test_one_goes_back_with_everything_as_it_was(cast: Cast, as_, today) -> None:
    case, client = cast.answered(today), as_(cast.proposer)
    reply = Reply.objects.get(task=cast.task(case))
    page = client.post(f"/handling/rate/{case.uid}/", _said(reply)).content.decode()
    answer = client.post(f"/handling/rate/{case.uid}/", _hidden(page) | {"back": "1"})
    page = answer.content.decode()
    assert (answer.status_code, WORDS in page, Rating.objects.count()) == (200, True, 0)
    assert len(re.findall(r"<input[^>]* checked", page)) == 4


def test_what_is_confirmed_too_late_is_not_taken_and_says_so(cast: Cast, as_, today) -> None:
    case, client = cast.answered(today), as_(cast.proposer)
    reply = Reply.objects.get(task=cast.task(case))
    page = client.post(f"/handling/rate/{case.uid}/", _said(reply)).content.decode()
    type(case).objects.filter(pk=case.pk).update(rating_due_on=timezone.localdate(today) - timedelta(days=2))
    answer = client.post(f"/handling/rate/{case.uid}/", _hidden(page) | {"final": "1"})
    assert (answer.status_code, "这次没有记下" in answer.content.decode(), Rating.objects.count()) == (409, True, 0)


def test_what_the_office_enters_for_somebody_is_shown_under_his_name(cast: Cast, as_, today) -> None:
    case = cast.answered(today)
    first, reply = raters(case.proposal)[0], Reply.objects.get(task=cast.task(case))
    url, client = f"/handling/rate/{case.uid}/for/{first.uid}/", as_(cast.office)
    page = client.post(url, _said(reply)).content.decode()
    assert (f"请核对{first.name}的评价" in page, Rating.objects.count()) == (True, 0)
    assert client.post(url, _hidden(page) | {"final": "1"}).status_code == 302
    assert Rating.objects.get().entered_by == cast.office
