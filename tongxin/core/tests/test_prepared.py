"""A question that is put together once answers as a QuerySet does."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast
from tongxin.accounts.models import Account
from tongxin.audit import truth
from tongxin.audit.models import Event
from tongxin.committees.models import Appointment, Unit
from tongxin.core.prepared import SIZES, Prepared


class Kind(StrEnum):
    ONE = "members.member"


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


# ── whatever a question is asked about ───────────────────────────────────────────────────────────
def _same(prepared: Prepared, build: Any, *asked: Any) -> Any:
    """Ask both; what they answer is the same, down to what objects carry."""
    rows = build(*asked)
    plain, found = list(rows), prepared.all(*asked)
    assert found == plain
    assert [_carried(one) for one in found] == [_carried(one) for one in plain]
    assert prepared.first(*asked) == rows.first()
    assert (prepared.count(*asked), prepared.exists(*asked)) == (len(plain), bool(plain))
    return found


def _carried(one: Any) -> Any:
    if not hasattr(one, "_meta"):
        return one
    related = {name: _carried(other) for name, other in one._state.fields_cache.items()}
    return one.__dict__ | {"_state": (one._state.adding, one._state.db, related)}


def _of_somebody(account: Any, on: Any) -> Any:
    rows = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on, account=account)
    return rows.select_related("committee", "unit").order_by("id")


def _kinds_since(at: Any, codes: Any, label: Any) -> Any:
    rows = Event.objects.filter(recorded_at__lte=at, committee_code__in=codes).order_by("id")
    return (rows if label is None else rows.filter(subject_type=label)).values_list("kind", flat=True)


def _told_by_day(at: Any) -> Any:
    return (
        Event.objects.filter(recorded_at__lte=at).values("kind").annotate(n=Count("id")).order_by("kind").values_list("kind", "n")
    )


def _with_what_follows(seat: Any) -> Any:
    later = Event.objects.filter(subject_uid=seat, id__gt=OuterRef("id"))
    return Event.objects.filter(subject_uid=seat).annotate(more=Exists(later)).order_by("-id")


def test_days_moments_texts_and_nothing_are_put_in_as_a_queryset_does(cast: Cast) -> None:
    proposal = cast.filed()
    at, today = timezone.now(), timezone.localdate()
    of_somebody, kinds, by_day, following = (Prepared(b) for b in (_of_somebody, _kinds_since, _told_by_day, _with_what_follows))
    found = [
        _same(of_somebody, _of_somebody, person.pk, on) for person in Account.objects.all() for on in (today, date(1999, 1, 1))
    ]
    assert sum(map(len, found)) > 5
    for codes in ([], ["nobody"], ["YX"], [proposal.committee.code, "YX", None]):
        for label in (None, "proposals.proposal", Kind.ONE):
            _same(kinds, _kinds_since, at, codes, label)
    assert kinds.count(at - timedelta(days=36500), [proposal.committee.code], None) == 0
    assert _same(by_day, _told_by_day, at)
    assert [event.more for event in _same(following, _with_what_follows, proposal.uid)][:2] == [False, True]


def test_what_is_reckoned_from_a_value_is_an_error_and_what_is_not_used_is_none(cast: Cast) -> None:
    def on_the_day(at: Any) -> Any:
        return Event.objects.filter(recorded_at__date=timezone.localdate(at))

    with pytest.raises(ValueError, match="as it was given"):
        Prepared(on_the_day).all(timezone.now())
    with pytest.raises(ValueError, match="as it was given"):
        Prepared(lambda key: Event.objects.filter(pk__gt=key + 1)).all(7)
    with pytest.raises(ValueError, match="as it was given"):
        Prepared(lambda keys: Event.objects.filter(pk=keys[0])).all([7, 8])
    assert Prepared(lambda key, _at: Event.objects.filter(pk=key)).all(0, timezone.now()) == []


def test_what_is_said_by_name_is_part_of_the_words(cast: Cast) -> None:
    cast.filed()

    def build(at: Any, *, most: int) -> Any:
        return Event.objects.filter(recorded_at__lte=at).order_by("id")[:most]

    prepared, at = Prepared(build), timezone.now()
    assert [len(prepared.all(at, most=most)) for most in (1, 3, 2)] == [1, 3, 2]
    assert prepared.count(at, most=3) == 3


def test_what_is_prefetched_is_not_left_out_silently(cast: Cast) -> None:
    with pytest.raises(ValueError, match="prefetched"):
        Prepared(lambda on: Unit.objects.filter(active_from=on).prefetch_related("appointments")).all(date(2026, 1, 1))
