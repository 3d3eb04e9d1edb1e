"""Personal values go when their time is over; the proof stays, and says what went under which rule."""

from typing import Any

import pytest
from django.db import models

from tests.cast import Cast, moment
from tongxin.audit import actions, digests, erasing, kinds, sealing, verifying
from tongxin.audit.models import Event
from tongxin.audit.templatetags.timeline import entry
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.models import Rating

AT = moment("2026-03-05")
RULE = "*:privacy.retention:2021-11-01"


@pytest.fixture
def rated(cast: Cast) -> Cast:
    case = cast.answered()
    for reply, signature in cases.ratings_awaited(case):
        handling.rate(
            reply,
            signature=signature,
            attitude="satisfied",
            result="satisfied",
            comment="办得很好。",
            actor=signature.member.account,
            at=moment("2026-03-04"),
        )
    sealing.seal(at=AT)
    return cast


def whole(event: Event) -> str:
    """Return everything that a row of the stream holds."""
    return repr([getattr(event, f.attname) for f in Event._meta.concrete_fields])


def test_an_erased_name_is_nowhere_in_its_event_and_the_proof_holds(rated: Cast) -> None:
    name, events = rated.cosigner.name, Event.objects.filter(kind="handling.rate", actor=rated.cosigner)
    [before] = events
    assert name in whole(before)
    gone = erasing.erase(rated.county, what="评价人姓名", rule=RULE, events=events, actor=rated.office, at=AT)
    [after] = events.all()
    assert gone == 2  # who acted, and the name in the data
    assert name not in whole(after)
    salts = [kept.partition(":")[0] for kept in before.veils.values()]
    assert not any(salt in whole(after) for salt in salts)
    verdict = verifying.verify()
    assert (verdict.ok, verdict.erased) == (True, 2)
    assert entry(after).what == "评价"
    erasure = Event.objects.get(kind=erasing.KIND)
    assert erasure.data["veils"] == {after.uid: ["actor_name", "data.name"]}
    assert (erasure.data["rule"], entry(erasure).what) == (RULE, "秦若水按保管期限删除评价人姓名")
    sealing.seal(at=AT)
    assert verifying.verify().ok


def test_erasing_twice_erases_nothing_more(rated: Cast) -> None:
    events = Event.objects.filter(kind="handling.rate")
    assert erasing.erase(rated.county, what="姓名", rule=RULE, events=events, actor=rated.office, at=AT) == 4
    assert erasing.erase(rated.county, what="姓名", rule=RULE, events=events, actor=rated.office, at=AT) == 0
    assert Event.objects.filter(kind=erasing.KIND).count() == 1


def test_only_the_fields_asked_for_go(rated: Cast) -> None:
    events = Event.objects.filter(kind="handling.rate")
    erasing.erase(rated.county, what="姓名", rule=RULE, events=events, fields={"data.name"}, actor=rated.office, at=AT)
    assert {(e.actor_name != "", "name" in e.data) for e in events.all()} == {(True, False)}
    assert verifying.verify().ok


def test_a_value_deleted_without_an_erasure_is_found(rated: Cast) -> None:
    """Done as an erasure does it, but past the house: no event says under which rule."""
    event = Event.objects.filter(kind="handling.rate").first()
    assert event is not None
    assert erasing._erase(event, None)
    verdict = verifying.verify()
    assert (verdict.ok, verdict.first_bad) == (False, event.uid)
    assert verdict.reason == "个人信息被删去，却没有按保管期限删除的记录"


@pytest.mark.parametrize("value", ["", "别人"])
def test_a_value_changed_under_its_veil_is_found(rated: Cast, value: str) -> None:
    event = Event.objects.filter(kind="handling.rate").first()
    assert event is not None
    models.QuerySet(Event).filter(pk=event.pk).update(actor_name=value)
    assert verifying.verify().first_bad == event.uid


def test_rows_shortened_under_a_rule_are_vouched_for_anew(rated: Cast) -> None:
    models.QuerySet(Rating).update(comment="")
    assert not verifying.verify().ok
    erasing.erase(rated.county, what="评价留言", rule=RULE, shortened=Rating.objects.all(), rows=2, actor=rated.office, at=AT)
    verdict = verifying.verify()
    assert (verdict.ok, verdict.erased) == (True, 0)
    erasure = Event.objects.get(kind=erasing.KIND)
    assert erasure.data == {"what": "评价留言", "rule": RULE, "rows": 2, "values": 0}
    assert kinds.detail(erasure) == "资料 2 份，记录里的个人信息 0 项，重新存证 2 份"


def test_of_rows_that_were_vouched_for_anew_no_value_is_counted_in_events_of_former_versions_either(rated: Cast) -> None:
    said = {"what": "评价留言", "rule": RULE, "rows": 2, "values": 2}  # as it was written then
    former = actions.record(erasing.KIND, rated.county, actor=rated.office, at=AT, data=said, proves=Rating.objects.all())
    assert kinds.detail(former) == "资料 2 份，记录里的个人信息 0 项，重新存证 2 份"


def test_an_erasure_of_rows_and_of_events_counts_each_where_it_went(rated: Cast) -> None:
    events = Event.objects.filter(kind="handling.rate")
    went = erasing.erase(
        rated.county, what="评价", rule=RULE, events=events, shortened=Rating.objects.all(), rows=2, actor=rated.office, at=AT
    )
    told = [kinds.detail(event) for event in Event.objects.filter(kind=erasing.KIND).order_by("id")]
    assert (went, told) == (4, ["资料 2 份，记录里的个人信息 4 项", "资料 0 份，记录里的个人信息 0 项，重新存证 2 份"])


def test_a_salt_is_never_used_twice() -> None:
    salts: list[Any] = [digests.veil("林知远").partition(":") for _time in range(100)]
    assert len({salt for salt, _sep, _rest in salts}) == 100
    assert len({rest for _salt, _sep, rest in salts}) == 100
