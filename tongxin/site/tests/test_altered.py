"""An act that the database turned into something else is taken back, and says so on a page of its own, not as a failure."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, second_seat
from tests.signed_in import as_
from tongxin.audit.models import Event
from tongxin.audit.tests.test_strangers import TRIGGER, run
from tongxin.handling.models import Case, Rating, Reply
from tongxin.proposals.models import Signature

SAID = ("这一步没有办理，没有改动任何内容", "告诉系统管理员", "您填写的内容请先自行留存")


@pytest.fixture
def case(cast: Cast) -> Case:
    """A case to be rated, in a database that writes something else than what the rater says."""
    found = cast.answered(timezone.now() - timedelta(hours=1))
    run(TRIGGER[connection.vendor])
    return found


def rate(client: Client, case: Case, **headers: str) -> Any:
    reply = Reply.objects.get(task__case=case)
    said = {
        f"{reply.uid}-attitude": "satisfied",
        f"{reply.uid}-result": "dissatisfied",
        f"{reply.uid}-comment": "没有落实。",
        "final": "1",
    }
    return client.post(f"/handling/rate/{case.uid}/", said, headers=headers)


def assert_nothing_changed(events: int) -> None:
    assert (Rating.objects.count(), Event.objects.count()) == (0, events)


def test_who_acts_reads_what_happened_that_nothing_changed_and_whom_to_tell(
    cast: Cast, case: Case, caplog: pytest.LogCaptureFixture
) -> None:
    client = as_(cast.proposer)
    events = Event.objects.count()
    with caplog.at_level(logging.ERROR):
        answer = rate(client, case)
    assert (answer.status_code, [words in answer.text for words in SAID], "<html" in answer.text) == (409, [True] * 3, True)
    assert [(r.name, "handling.rating" in str(r.exc_info[1])) for r in caplog.records if r.exc_info] == [
        ("tongxin.site.views.altered", True)
    ]
    assert "handling.rating" not in answer.text  # the row is the administrator's business
    assert_nothing_changed(events)


def test_a_piece_of_a_page_says_it_where_it_was_asked(cast: Cast, case: Case) -> None:
    client = as_(cast.proposer)
    events = Event.objects.count()
    answer = rate(client, case, **{"HX-Request": "true"})
    assert (answer.status_code, [words in answer.text for words in SAID], "<html" in answer.text) == (409, [True] * 3, False)
    assert_nothing_changed(events)


def test_a_script_is_told_in_its_own_form(cast: Cast, case: Case) -> None:
    client = as_(cast.proposer)
    events = Event.objects.count()
    answer = rate(client, case, **{"X-Requested-With": "fetch"})
    said = {"message": "数据库保存的与提交的不一致，这一步没有办理。请告诉系统管理员。"}
    assert (answer.status_code, answer.json()) == (422, said)
    assert_nothing_changed(events)


def test_what_was_sent_from_another_seats_page_is_answered_alike(cast: Cast, case: Case) -> None:
    """What goes wrong while it is done in the other seat is not heard of by the middlewares around the view."""
    here = cast.member(cast.bystander)
    there = second_seat(cast.bystander, cast.other_county, "WC050")
    Signature.objects.filter(proposal=case.proposal, role="first").update(member=here)
    client = as_(cast.bystander)
    client.post("/account/seat/choose/", {"seat": there.uid})
    events = Event.objects.count()
    answer = rate(client, case)
    assert (answer.status_code, SAID[0] in answer.text, client.session["seat"]) == (409, True, there.uid)
    assert_nothing_changed(events)
