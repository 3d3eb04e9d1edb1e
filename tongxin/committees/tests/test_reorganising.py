"""Units are renamed, ended, merged, split and restored: on their day, by one hand, with a word to all."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from tests.at_once import both
from tests.cast import Cast
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees import actions, queries, reorganising, successions, tasks
from tongxin.committees.choices import Change, Duty
from tongxin.committees.models import Appointment, Succession, Unit
from tongxin.committees.reorganising import Ending, UnitError
from tongxin.committees.tests import changing
from tongxin.committees.tests.changing import NOW, TODAY, WHY
from tongxin.handling.choices import TaskState
from tongxin.handling.models import Task
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice


def test_a_unit_is_known_by_its_former_names(cast: Cast, client: Client) -> None:
    changing.rename(cast, "县健康委员会")
    changing.rename(cast, "县健康局")
    unit = Unit.objects.get(pk=cast.unit.pk)
    for name in ("县卫生健康局", "县健康委员会", "县健康局", " 县健康局 "):
        assert successions.unit_named(cast.county, name) == unit, name
    assert successions.unit_named(cast.county, "县卫生局") is None
    assert successions.unit_named(cast.other_county, "县健康局") is None
    assert successions.name_on(unit, TODAY - timedelta(days=1)) == "县卫生健康局"
    assert successions.name_on(unit, TODAY) == "县健康局"
    namesake = Unit.objects.create(committee=cast.county, name="县卫生健康局")
    assert successions.unit_named(cast.county, "县卫生健康局") == namesake  # who has the name now goes before who had it
    client.force_login(cast.office)
    assert "县健康局" in client.get("/units/?q=健康委员").text
    assert {"clerk", "unitlead", "assigner"} <= changing.told("committees.rename_unit")


def test_a_change_of_a_later_day_waits_for_it_and_is_called_off_before(cast: Cast) -> None:
    changing.rename(cast, "县健康委员会", days=3)
    assert Unit.objects.get(pk=cast.unit.pk).name == "县卫生健康局"
    with pytest.raises(UnitError, match="请先取消再办理"):
        changing.end(cast, Change.END)
    assert tasks.carry_out_changes(NOW) == 0
    changing.undo(cast, reason="方案未批准")
    assert tasks.carry_out_changes(NOW + timedelta(days=3)) == 0
    changing.end(cast, Change.END, days=3)
    unit = Unit.objects.get(pk=cast.unit.pk)
    assert (queries.is_running(unit, TODAY), queries.is_running(unit, TODAY + timedelta(days=3))) == (True, False)
    assert (tasks.carry_out_changes(NOW + timedelta(days=3)), tasks.carry_out_changes(NOW + timedelta(days=4))) == (1, 0)
    assert verifying.verify().problems == ()


@pytest.mark.parametrize(
    ("kind", "successors", "made", "days", "sentence"),
    [
        (Change.MERGE, (), (), 0, "并入的，请选一个承接的单位"),
        (Change.SPLIT, (), ("县一局",), 0, "拆分的，请写明两个以上承接的单位"),
        (Change.SPLIT, (), ("县一局", "县一局"), 0, "重复"),
        (Change.SPLIT, (), ("县一局", "县财政局"), 0, "已经有“县财政局”"),
        (Change.END, (), (), -1, "不能早于今天"),
        (Change.MERGE, ("unit",), (), 0, "其他承办单位"),
    ],
)
def test_an_end_that_makes_no_sense_changes_nothing(cast: Cast, kind, successors, made, days: int, sentence: str) -> None:
    before = Event.objects.count()
    with pytest.raises(UnitError, match=sentence):
        changing.end(cast, kind, *(getattr(cast, name) for name in successors), made=made, days=days)
    assert (Event.objects.count(), Unit.objects.get(pk=cast.unit.pk).active_until) == (before, None)


def test_a_split_unit_hands_each_open_matter_to_the_unit_that_was_chosen(cast: Cast) -> None:
    first, second, third = (cast.task(cast.assigned(NOW)) for _n in range(3))
    plan = {first.uid: "县医疗局", second.uid: cast.other_unit.uid}
    changing.end(cast, Change.SPLIT, cast.other_unit, made=("县医疗局",), plan=plan)
    made = Unit.objects.get(name="县医疗局")
    assert Task.objects.get(moved_from=first).unit == made
    assert Task.objects.get(moved_from=second).unit == cast.other_unit
    third.refresh_from_db()
    assert third.state == TaskState.AWAITING  # nobody said whose it is: it waits for the office that assigns
    assert set(Succession.objects.values_list("successor__name", flat=True)) == {"县医疗局", "县水务局"}
    assert not Appointment.objects.filter(queries.running(TODAY), unit=cast.unit).exists()
    told = changing.told("committees.split_unit")
    assert {"clerk", "unitlead", "otherclerk", "assigner", "YX001"} <= told
    assert verifying.verify().problems == ()


def test_an_ended_unit_gets_nothing_more_but_stays_in_lists(cast: Cast, client: Client) -> None:
    changing.end(cast, Change.END)
    unit = Unit.objects.get(pk=cast.unit.pk)
    with pytest.raises(actions.AppointmentError, match="起撤销，不能再任命"):
        actions.appoint(cast.leader, committee=cast.county, duty=Duty.UNIT_CLERK, unit=unit, starts_on=TODAY, actor=None, at=NOW)
    client.force_login(cast.security_admin)
    assert unit.uid not in client.get("/appointments/new/").text
    client.force_login(cast.office)
    assert unit.name not in client.get("/units/").text
    assert unit.name in client.get("/units/?state=ended").text
    shown = changing.shown(cast)
    changing.undo(cast, shown)
    unit.refresh_from_db()
    assert (unit.active_until, Succession.objects.count()) == (None, 0)
    assert Event.objects.filter(kind="committees.end_unit", subject_id=unit.pk).exists()
    actions.appoint(cast.leader, committee=cast.county, duty=Duty.UNIT_CLERK, unit=unit, starts_on=TODAY, actor=None, at=NOW)
    with pytest.raises(UnitError, match="这次没有办理"):
        changing.undo(cast, shown)
    assert verifying.verify().problems == ()


def test_when_a_units_last_clerk_leaves_with_open_matters_its_leader_is_told_else_who_assigns(cast: Cast) -> None:
    cast.assigned(NOW)
    actions.end_appointment(Appointment.objects.get(account=cast.clerk), actor=cast.security_admin, at=NOW)
    text = "没有承办人，请与机关联系任命"
    notices.deliver()
    assert set(Notice.objects.filter(text__contains=text).values_list("account__username", flat=True)) == {"unitlead"}
    actions.end_appointment(Appointment.objects.get(account=cast.co_clerk), actor=cast.security_admin, at=NOW)
    notices.deliver()
    assert set(Notice.objects.filter(text__contains=text).values_list("account__username", flat=True)) == {"unitlead", "assigner"}


def test_the_pages_show_what_would_happen_before_it_does(cast: Cast, client: Client) -> None:
    task = cast.task(cast.assigned(NOW))
    client.force_login(cast.office)
    base = f"/units/{cast.unit.uid}"
    assert task.case.proposal.title in client.get(f"{base}/course/").text
    said = {"kind": "split", "successors": [cast.other_unit.uid], "made": "县医疗局", "on": TODAY.isoformat(), "reason": WHY}
    page = client.post(f"{base}/end/", said)
    assert ("在办事项由谁承接" in page.text, f"to_{task.uid}" in page.text) == (True, True)
    assert ("先不定，留给交办部门移交" in page.text, "不选" in page.text) == (True, False)  # the choice of which the page speaks
    plan = page.text.split("在办事项由谁承接")[1]
    assert plan.count(task.case.proposal.title) == 1
    assert Unit.objects.get(pk=cast.unit.pk).active_until is None
    done = client.post(f"{base}/end/", said | {"confirmed": "1", f"to_{task.uid}": "县医疗局"})
    assert done["Location"] == f"{base}/course/"
    assert Task.objects.get(moved_from=task).unit.name == "县医疗局"
    assert "恢复" in client.get(f"{base}/course/").text
    assert client.post(f"{base}/restore/", {"reason": "撤销有误", "shown": changing.shown(cast)}).status_code == 302
    assert client.post(f"{base}/rename/", {"name": "县健康局", "on": TODAY.isoformat(), "reason": WHY}).status_code == 302
    for who, status in ((cast.clerk, 404), (cast.assigner, 404), (cast.office_of_other_county, 404), (cast.proposer, 404)):
        client.force_login(who)
        for name in ("course", "rename", "end", "restore"):
            assert client.get(f"{base}/{name}/").status_code == status, (who, name)


def test_the_short_name_of_before_is_not_offered_for_the_new_name(cast: Cast, client: Client) -> None:
    Unit.objects.filter(pk=cast.unit.pk).update(short_name="县卫健局")
    client.force_login(cast.office)
    url = f"/units/{cast.unit.uid}/rename/"
    page = client.get(url)
    assert (page.context["form"]["short_name"].value(), "现在的简称是“县卫健局”" in page.text) == (None, True)
    client.post(url, {"name": "县疾病预防控制局", "on": TODAY.isoformat(), "reason": WHY})
    assert Unit.objects.get(pk=cast.unit.pk).short_name == ""


def test_a_wrong_name_is_taken_back(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    base = f"/units/{cast.unit.uid}"
    assert "撤销更名" not in client.get(f"{base}/course/").text
    changing.rename(cast, "县卫生健糠局")
    page = client.get(f"{base}/course/").text
    last = TODAY - timedelta(days=1)
    assert f"县卫生健康局（用至 {last.year} 年 {last.month} 月 {last.day} 日）" in page
    assert "撤销更名" in page
    assert "单位恢复原名称县卫生健康局" in client.get(f"{base}/restore/").text
    done = client.post(f"{base}/restore/", {"reason": "写错一字", "shown": changing.shown(cast)}, follow=True).text
    unit = Unit.objects.get(pk=cast.unit.pk)
    assert (unit.name, unit.former_names.count()) == ("县卫生健康局", 0)
    assert "已撤销更名，恢复原名称县卫生健康局" in done
    assert "撤销县卫生健糠局的更名，恢复原名称县卫生健康局" in done
    assert successions.unit_named(cast.county, "县卫生健糠局") is None
    assert {"clerk", "unitlead", "assigner"} <= changing.told("committees.restore_unit_name")
    changing.rename(cast, "县健康局")
    Unit.objects.create(committee=cast.county, name="县卫生健康局")
    with pytest.raises(UnitError, match="已经有“县卫生健康局”"):
        changing.undo(cast)


NOT_DONE = "县健康局的情况在您打开页面以后有变化，这次没有办理，请核对现在的情况。"


def _ended_now(cast: Cast) -> None:
    changing.end(cast, Change.MERGE, cast.other_unit)


def _ends_later(cast: Cast) -> None:
    changing.end(cast, Change.END, days=3)


def _renamed_later(cast: Cast) -> None:
    changing.rename(cast, "县健康管理局", days=3)


@pytest.mark.parametrize("happened", [_ended_now, _ends_later, _renamed_later])
def test_who_undoes_second_undoes_nothing_else(cast: Cast, client: Client, happened) -> None:
    """Two clerks have the page open, or one clicks twice: the name of years ago is not taken back."""
    changing.rename(cast, "县健康局")
    happened(cast)
    client.force_login(cast.office)
    said = {"reason": "办理有误", "shown": changing.shown(cast)}
    url = f"/units/{cast.unit.uid}/restore/"
    first, second = (client.post(url, said, follow=True).text for _n in range(2))
    unit = Unit.objects.get(pk=cast.unit.pk)
    assert (unit.name, unit.active_until, unit.former_names.count()) == ("县健康局", None, 1)
    assert (NOT_DONE in first, NOT_DONE in second) == (False, True)
    assert not Event.objects.filter(kind="committees.restore_unit_name").exists()
    assert verifying.verify().problems == ()


def test_a_name_is_taken_back_once_for_two_clicks(cast: Cast) -> None:
    changing.rename(cast, "县健康委员会")
    changing.rename(cast, "县健康局")
    shown = changing.shown(cast)
    changing.undo(cast, shown)
    with pytest.raises(UnitError, match="这次没有办理"):
        changing.undo(cast, shown)
    unit = Unit.objects.get(pk=cast.unit.pk)
    assert (unit.name, unit.former_names.get().name) == ("县健康委员会", "县卫生健康局")


def test_an_end_is_not_undone_by_who_read_of_an_earlier_one(cast: Cast) -> None:
    changing.end(cast, Change.END)
    shown = changing.shown(cast)
    changing.undo(cast, shown)
    _ended_now(cast)
    with pytest.raises(UnitError, match="这次没有办理"):
        changing.undo(cast, shown)
    assert Succession.objects.count() == 1


def test_each_act_says_what_it_did(cast: Cast, client: Client) -> None:
    _ends_later(cast)
    client.force_login(cast.office)
    url = f"/units/{cast.unit.uid}/restore/"
    assert "<h1>取消待生效的变动</h1>" in client.get(url).text
    done = client.post(url, {"reason": "方案未批准", "shown": changing.shown(cast)}, follow=True).text
    assert "已取消待生效的变动，县卫生健康局照常承办" in done
    page = client.get(url).text
    assert ("没有可以恢复的" in page, 'name="shown"' in page) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_restore_a_unit_one_is_refused(cast: Cast) -> None:
    changing.rename(cast, "县健康局")
    _ended_now(cast)
    shown = changing.shown(cast)
    assert both(lambda: changing.undo(cast, shown), lambda: changing.undo(cast, shown), refusals=(UnitError,)) == [
        "OvertakenError"
    ]
    assert Unit.objects.get(pk=cast.unit.pk).name == "县健康局"


def test_a_page_of_a_unit_shows_who_serves_there_now_and_what_became_of_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    base = f"/units/{cast.unit.uid}"
    said = {"kind": "merge", "successors": [cast.other_unit.uid], "on": TODAY.isoformat(), "reason": WHY}
    page = client.post(f"{base}/end/", said).text
    assert "以下任职到这一天终止：孟时雨（承办人）、齐望山（单位负责人）。" in page
    done = client.post(f"{base}/end/", said | {"confirmed": "1"}, follow=True).text
    assert "县卫生健康局已并入县水务局" in done
    assert "没有人任职" in done
    assert "孟时雨（承办人）" not in done
    assert "已并入县水务局，承办到" in done
    page = client.get(f"{base}/restore/")
    assert f'value="{changing.shown(cast)}"' in page.text
    restored = client.post(f"{base}/restore/", {"reason": "并入有误", "shown": changing.shown(cast)}, follow=True).text
    assert "已恢复承办单位县卫生健康局，承办人员需要重新任命" in restored
    assert "没有人任职" in client.get(f"{base}/course/").text


def test_a_long_list_of_units_is_narrowed_and_who_keeps_units_is_said(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    page = client.get(f"/units/{cast.unit.uid}/end/").text
    assert ("data-narrow" in page, "ui/narrow" in page) == (True, True)
    hint = "由提案日常工作人员办理"
    assert hint not in client.get("/units/").text
    client.force_login(cast.assigner)
    assert hint in client.get("/units/").text


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_end_a_unit_one_is_refused(cast: Cast) -> None:
    unit = Unit.objects.get(pk=cast.unit.pk)

    def end(to: Unit):
        how = Ending(Change.MERGE, [to])
        return lambda: reorganising.end(unit, how=how, on=TODAY, reason=WHY, actor=cast.office, at=NOW)

    assert both(end(cast.other_unit), end(cast.co_unit), refusals=(UnitError,)) == ["UnitError"]
    assert Succession.objects.count() == 1


def test_of_a_unit_that_goes_on_again_who_appoints_is_told_and_its_page_names_who_served_last(cast: Cast, client: Client) -> None:
    changing.end(cast, Change.END)
    changing.undo(cast)
    notices.deliver()
    told = Notice.objects.get(event__kind="committees.restore_unit", account=cast.security_admin)
    assert (told.text, told.urgent) == (
        "县卫生健康局已恢复承办，原来的任职已经终止，现在没有人任职，请重新任命承办人、单位负责人",
        True,
    )
    client.force_login(cast.security_admin)
    page = client.get(told.url).text
    assert ("孟时雨" in page, "齐望山" in page, "陆知行" in page) == (True, True, False)
    client.force_login(cast.office)
    url = f"/units/{cast.unit.uid}/course/"
    assert "起终止任职的：孟时雨（承办人）、齐望山（单位负责人）" in " ".join(client.get(url).text.split())
    unit = Unit.objects.get(pk=cast.unit.pk)
    actions.appoint(cast.leader, committee=cast.county, duty=Duty.UNIT_CLERK, unit=unit, starts_on=TODAY, actor=None, at=NOW)
    assert "终止任职的" not in client.get(url).text


def test_what_waits_to_change_is_said_in_whole_words(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    changing.rename(cast, "县生态环境和林业局", days=30)
    assert "更名为县生态环境和林业局，到那一天自动生效" in client.get(f"/units/{cast.unit.uid}/course/").text
    how = Ending(Change.MERGE, (cast.unit,))
    reorganising.end(cast.other_unit, how=how, on=TODAY + timedelta(days=30), reason=WHY, actor=cast.office, at=NOW)
    assert "并入县卫生健康局，到那一天自动生效" in client.get(f"/units/{cast.other_unit.uid}/course/").text


def test_a_unit_that_is_looked_for_among_the_wrong_ones_is_pointed_to(cast: Cast, client: Client) -> None:
    client.force_login(cast.office)
    changing.end(cast, Change.END)
    page = client.get("/units/", {"q": "卫生健康"}).text
    assert "这里没有符合条件的，“已撤销”里有 1 条。" in page
    assert unescape(page.split("看“已撤销”的")[0]).rpartition('href="')[2].startswith("?state=ended&q=")
    assert "“在用”里有 1 条" in client.get("/units/", {"q": "水务", "state": "ended"}).text
    assert "请更换关键词再查" in client.get("/units/", {"q": "没有这个"}).text
