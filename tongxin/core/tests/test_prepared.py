"""A question that is put together once answers as a QuerySet does."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tongxin.audit import truth
from tongxin.audit.models import Event
from tongxin.core.prepared import SIZES, Prepared

pytestmark = pytest.mark.django_db


def test_whatever_is_vouched_for_is_answered_as_by_a_queryset(cast: Cast) -> None:
    cast.answered()
    compared = 0
    for kind in truth.declared():
        uids = list(kind.model._base_manager.values_list("uid", flat=True))
        for some in (uids[:1], uids[:3], uids, [*uids, "nobody"]):
            asked = list(kind.asked.rows(some))
            assert asked == list(kind.rows().filter(uid__in=some)), kind.label
            compared += len(asked)
    assert compared > 60


def test_objects_are_those_of_the_model_with_all_their_fields(cast: Cast) -> None:
    cast.filed()
    asked = Prepared(lambda labels, keys: Event.objects.filter(subject_type__in=labels, subject_id__in=keys).order_by("-id"))
    keys = set(Event.objects.values_list("subject_id", flat=True))
    labels = ["proposals.proposal", "committees.committee"]
    plain = list(Event.objects.filter(subject_type__in=labels, subject_id__in=keys).order_by("-id"))
    found = list(asked.objects(labels, keys))
    assert found == plain
    assert [event.__dict__ | {"_state": 0} for event in found] == [event.__dict__ | {"_state": 0} for event in plain]
    assert (found[0]._state.adding, found[0]._state.db) == (False, "default")


def test_many_keys_are_asked_in_one_statement_and_none_in_no_statement(cast: Cast) -> None:
    asked = Prepared(lambda keys: Event.objects.filter(pk__in=keys).order_by("id").values("id", said=F("kind")))
    known = list(Event.objects.order_by("id").values_list("id", flat=True))
    for some in (known, [*known, *range(10**6, 10**6 + SIZES[-1])]):
        with CaptureQueriesContext(connection) as context:
            assert [row["id"] for row in asked.rows(some)] == known
        assert len(context) == 1
    with CaptureQueriesContext(connection) as context:
        assert (list(asked.rows([])), len(context)) == ([], 0)


def test_what_does_not_take_its_keys_as_they_are_given_is_an_error(cast: Cast) -> None:
    def build(keys: Any) -> Any:
        return Event.objects.filter(kind__contains=keys[0])

    with pytest.raises(ValueError, match="as it was given"):
        list(Prepared(build).objects(["x"]))
