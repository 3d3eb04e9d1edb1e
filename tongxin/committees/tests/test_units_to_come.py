"""Changes of units that wait for their day: the names they promise, what is founded for them, what comes in between."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from tests.at_once import another_hand
from tests.cast import Cast
from tongxin.audit import verifying
from tongxin.audit.kinds import sentence
from tongxin.audit.models import Event
from tongxin.committees import actions, queries, reorganising, successions, tasks
from tongxin.committees.choices import Change, Duty
from tongxin.committees.models import Appointment, Unit, UnitChange
from tongxin.committees.reorganising import Ending, UnitError
from tongxin.committees.tests import changing
from tongxin.committees.tests.changing import NOW, TODAY, WHY
from tongxin.handling.choices import TaskState
from tongxin.handling.models import Task
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice


def _rename_other(cast: Cast, name: str, *, days: int) -> None:
    other = Unit.objects.get(pk=cast.other_unit.pk)
    reorganising.rename(other, name=name, short_name="", on=TODAY + timedelta(days=days), reason=WHY, actor=cast.office, at=NOW)


def test_a_change_that_cannot_be_carried_out_holds_up_no_other_and_waits_for_the_office(cast: Cast, client: Client) -> None:
    """Somebody took the name meanwhile: the office is told once, and the other unit has its new name."""
    changing.rename(cast, "县健康局", days=1)
    _rename_other(cast, "县水利局", days=1)
    namesake = Unit.objects.create(committee=cast.county, name="县健康局")
    assert [tasks.carry_out_changes(NOW + timedelta(days=days)) for days in (1, 2)] == [1, 0]
    names = Unit.objects.filter(pk__in=(cast.unit.pk, cast.other_unit.pk)).values_list("name", flat=True)
    assert set(names) == {"县卫生健康局", "县水利局"}
    told = Event.objects.get(kind="committees.hold_up_unit_change")
    assert {"office", "clerk", "assigner"} <= changing.told(told.kind)
    held_up = "起将县卫生健康局更名为县健康局，没有生效：已有另一个单位叫“县健康局”"
    (notice,) = Notice.objects.filter(event=told, account=cast.office)
    assert notice.text.endswith(f"{held_up}，请取消这次变动，另定名称")
    for account in (cast.clerk, cast.unit_leader, cast.assigner):  # who can do nothing about it is asked for nothing
        assert Notice.objects.get(event=told, account=account).text.endswith(held_up)
    client.force_login(cast.office)
    UnitChange.objects.filter(unit=cast.unit).update(starts_on=TODAY)
    assert "没有生效：已有另一个单位叫这个名称" in client.get(f"/units/{cast.unit.uid}/course/").text
    UnitChange.objects.filter(unit=cast.unit).update(starts_on=TODAY + timedelta(days=1))
    Unit.objects.filter(pk=namesake.pk).update(name="县健康中心")
    assert tasks.carry_out_changes(NOW + timedelta(days=3)) == 1  # the name is free again
    assert Unit.objects.get(pk=cast.unit.pk).name == "县健康局"


def test_who_has_to_act_on_a_name_that_is_taken_is_told_so_also_where_he_assigns(cast: Cast) -> None:
    """Small offices: one person keeps the units and assigns. Of two lines the one that asks something is his."""
    actions.appoint(
        cast.office, committee=cast.county, duty=Duty.ASSIGN, affiliation=cast.unit.system, starts_on=TODAY, actor=None, at=NOW
    )
    changing.rename(cast, "县健康局", days=1)
    Unit.objects.create(committee=cast.county, name="县健康局")
    tasks.carry_out_changes(NOW + timedelta(days=1))
    notices.deliver()
    notice = Notice.objects.get(event__kind="committees.hold_up_unit_change", account=cast.office)
    assert (notice.urgent, notice.url) == (True, f"/units/{cast.unit.uid}/course/")
    assert notice.text.endswith("请取消这次变动，另定名称")


def test_a_name_that_is_promised_is_taken(cast: Cast, client: Client) -> None:
    changing.rename(cast, "县健康局", days=5)
    promised = "“县健康局”已定为县卫生健康局自"
    with pytest.raises(UnitError, match=promised):
        _rename_other(cast, "县健康局", days=6)
    how = Ending(Change.SPLIT, made=("县健康局", "县医疗局"))
    with pytest.raises(UnitError, match=promised):
        reorganising.end(cast.other_unit, how=how, on=TODAY, reason=WHY, actor=cast.office, at=NOW)
    fields = {"name": "县健康局", "system": "government"}
    with pytest.raises(ValidationError, match=promised):
        actions.save_unit(cast.county, None, fields=fields, actor=cast.office, at=NOW)
    client.force_login(cast.office)
    assert promised in client.post("/units/new/", fields).text
    assert successions.unit_named(cast.county, "县健康局") == cast.unit  # a sheet that names it means this unit
    changing.undo(cast)
    _rename_other(cast, "县健康局", days=6)


def test_the_namesake_that_holds_a_change_of_name_up_is_still_given_a_telephone_number(cast: Cast, client: Client) -> None:
    """It has the name; only who wants one of the two, a new unit or a change of name, is refused, everywhere in the same words."""
    changing.rename(cast, "县健康局", days=5)
    Unit.objects.filter(pk=cast.other_unit.pk).update(name="县健康局")
    client.force_login(cast.office)
    fields = {"short_name": "", "system": "government", "contact": "孟时雨", "phone": "0000-1234567"}
    done = client.post(f"/units/{cast.other_unit.uid}/", fields, follow=True)
    cast.other_unit.refresh_from_db()
    assert (cast.other_unit.phone, "已保存县健康局" in done.text) == ("0000-1234567", True)
    taken = "已经有“县健康局”，不能再用这个名称"
    assert taken in client.post("/units/new/", fields | {"name": "县健康局"}).text
    renaming = {"name": "县健康局", "on": TODAY.isoformat(), "reason": WHY}
    assert taken in client.post(f"/units/{cast.co_unit.uid}/rename/", renaming).text
    with pytest.raises(ValidationError, match=taken):
        actions.save_unit(cast.county, cast.co_unit, fields={"name": "县健康局"}, actor=cast.office, at=NOW)
    with pytest.raises(ValidationError, match=taken):
        actions.save_unit(cast.county, None, fields={"name": "县健康局"}, actor=cast.office, at=NOW)


def test_what_was_founded_for_a_change_goes_when_it_is_called_off(cast: Cast, client: Client) -> None:
    made = ("县一局", "县二局")
    changing.end(cast, Change.SPLIT, made=made, days=5)
    staffed = Unit.objects.get(name="县二局")
    client.force_login(cast.office)
    page = f"/units/{cast.unit.uid}/restore/"
    assert "为这次变动新设的县一局、县二局还没有承办，一并取消" in client.get(page).text
    changing.undo(cast)
    assert not Unit.objects.filter(name__in=made, dropped_at=None).exists()
    assert not any("县一局" in client.get(listed).text for listed in ("/units/", "/units/?state=ended"))
    with pytest.raises(actions.AppointmentError, match=r"^县二局因变动取消，没有成立，不能任命$"):
        actions.appoint(
            cast.leader, committee=cast.county, duty=Duty.UNIT_CLERK, unit=staffed, starts_on=TODAY, actor=None, at=NOW
        )
    assert successions.what_may_be_undone(Unit.objects.get(pk=staffed.pk)) is None
    assert sentence(Event.objects.get(kind="committees.call_off_unit_change")).endswith(
        "的拆分，为此新设的县一局、县二局一并取消"
    )
    assert Event.objects.filter(kind="committees.drop_unit", subject_id=staffed.pk).exists()
    assert verifying.verify().problems == ()
    changing.end(cast, Change.SPLIT, made=made, days=5)
    first, second = (Unit.objects.get(name=name, dropped_at=None) for name in made)
    starts_on = TODAY + timedelta(days=5)
    actions.appoint(
        cast.leader, committee=cast.county, duty=Duty.UNIT_CLERK, unit=second, starts_on=starts_on, actor=None, at=NOW
    )
    how = Ending(Change.MERGE, (first,))
    reorganising.end(cast.other_unit, how=how, on=starts_on, reason=WHY, actor=cast.office, at=NOW)
    assert "还没有承办，一并取消" not in client.get(page).text
    changing.undo(cast)
    # somebody waits for the one, somebody serves in the other
    kept = Unit.objects.filter(name__in=made, dropped_at=None)
    assert set(kept) == {first, second}
    assert first.uid in client.get(f"/units/{cast.unit.uid}/end/").text
    assert verifying.verify().problems == ()


@pytest.mark.parametrize(("first", "second"), [(10, 5), (5, 10), (5, 5), (10, 0)])
def test_two_units_do_not_go_into_each_other(cast: Cast, first: int, second: int) -> None:
    changing.end(cast, Change.MERGE, cast.other_unit, days=first)
    before, how = Event.objects.count(), Ending(Change.MERGE, (cast.unit,))
    with pytest.raises(UnitError, match=r"到那一天县水务局已经不在|县卫生健康局到那一天不在承办"):
        reorganising.end(cast.other_unit, how=how, on=TODAY + timedelta(days=second), reason=WHY, actor=cast.office, at=NOW)
    assert Event.objects.count() == before


def test_who_follows_goes_on_into_a_third_only_later(cast: Cast) -> None:
    changing.end(cast, Change.MERGE, cast.other_unit, days=5)
    how = Ending(Change.MERGE, (cast.co_unit,))

    def end_other(days: int) -> None:
        reorganising.end(cast.other_unit, how=how, on=TODAY + timedelta(days=days), reason=WHY, actor=cast.office, at=NOW)

    with pytest.raises(UnitError, match="请先取消那项变动"):
        end_other(5)
    end_other(6)
    task = cast.task(cast.assigned(NOW))
    tasks.carry_out_changes(NOW + timedelta(days=5))
    tasks.carry_out_changes(NOW + timedelta(days=6))
    moved = Task.objects.get(moved_from__moved_from=task)
    assert (moved.unit, moved.state) == (cast.co_unit, TaskState.AWAITING)


@pytest.mark.django_db(transaction=True)
def test_nobody_is_appointed_to_a_unit_that_ends_in_the_same_moment(cast: Cast) -> None:
    unit = Unit.objects.get(pk=cast.unit.pk)

    def appoint() -> None:
        actions.appoint(cast.leader, committee=cast.county, duty=Duty.UNIT_CLERK, unit=unit, starts_on=TODAY, actor=None, at=NOW)

    def end() -> None:
        reorganising.end(unit, how=Ending(Change.END), on=TODAY, reason=WHY, actor=cast.office, at=NOW)

    with another_hand('INSERT INTO "committees_appointment"', end):
        try:
            appoint()
        except actions.AppointmentError:
            assert connection.vendor == "sqlite"  # where who ends it has been before
    assert not Appointment.objects.filter(queries.running(TODAY), unit=unit).exists()


@pytest.mark.django_db(transaction=True)
def test_a_unit_to_come_to_which_somebody_is_appointed_in_the_same_moment_is_not_dropped(cast: Cast) -> None:
    changing.end(cast, Change.SPLIT, made=("县一局", "县二局"), days=5)
    first, second = (Unit.objects.get(name=name) for name in ("县一局", "县二局"))
    starts_on, refused = TODAY + timedelta(days=5), []

    def appoint() -> None:
        actions.appoint(
            cast.leader, committee=cast.county, duty=Duty.UNIT_CLERK, unit=second, starts_on=starts_on, actor=None, at=NOW
        )

    with another_hand('INSERT INTO "committees_appointment"', lambda: changing.undo(cast)):
        try:
            appoint()
        except actions.AppointmentError:
            refused.append(second)
    first.refresh_from_db()
    second.refresh_from_db()
    serves = Appointment.objects.filter(unit=second).exists()
    assert (first.dropped_at is None, second.dropped_at is None) == (False, serves)
    assert serves is not bool(refused)
    gone = "县一局" if serves else "县一局、县二局"
    assert Event.objects.get(kind="committees.call_off_unit_change").data["gone"] == gone
    assert verifying.verify().problems == ()


NEVER = "因变动取消，没有成立"


def test_a_unit_that_never_began_says_so_and_is_changed_no_more(cast: Cast, client: Client) -> None:
    """It is no unit that ended: nobody is sent to restore it, where that cannot be."""
    changing.end(cast, Change.SPLIT, made=("县一局", "县二局"), days=5)
    dropped = Unit.objects.get(name="县一局")
    changing.undo(cast)
    client.force_login(cast.office)
    base = f"/units/{dropped.uid}"
    page = client.get(f"{base}/course/").text
    assert (NEVER in page, "承办到" in page) == (True, False)
    assert [f"{base}/{act}" in page for act in ("rename", "end", "restore")] == [False] * 3
    before = Event.objects.count()
    said = {"name": "县三局", "kind": "end", "on": TODAY.isoformat(), "reason": WHY, "system": "government", "confirmed": "1"}
    for act in ("rename/", "end/", "restore/", ""):
        for answer in (client.get(f"{base}/{act}", follow=True), client.post(f"{base}/{act}", said, follow=True)):
            assert answer.redirect_chain == [(f"{base}/course/", 302)], act
            assert f"县一局{NEVER}。" in answer.text, act
    dropped.refresh_from_db()
    with pytest.raises(UnitError, match=f"^县一局{NEVER}$"):
        reorganising.rename(dropped, name="县三局", short_name="", on=TODAY, reason=WHY, actor=cast.office, at=NOW)
    with pytest.raises(ValidationError, match=f"县一局{NEVER}"):
        actions.save_unit(cast.county, dropped, fields={"contact": "孟时雨"}, actor=cast.office, at=NOW)
    assert Event.objects.count() == before
