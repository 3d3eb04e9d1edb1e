"""A list of members from the upload to the undoing, as the office does it on the page."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import NOW, Cast
from tongxin.accounts.models import Invitation
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees.models import Sector, SpecialCommittee
from tongxin.imports.choices import Stage
from tongxin.imports.models import Finding, Import
from tongxin.imports.tests.conftest import step, worked
from tongxin.members import actions as members_of
from tongxin.members.models import Member, Post, Seat

pytestmark = pytest.mark.django_db
TWO = "曾贤,1975-03,农业界,提案委员会,13800000001,\n苏闻,,农业界,,,YX300\n"


def page(client: Client, run: Import, query: str = "") -> str:
    return client.get(reverse("import", args=[run.uid]) + query).content.decode()


def test_a_list_is_looked_through_then_imported_then_undone(cast: Cast, office: Client, members):
    before = (Member.objects.count(), Seat.objects.count(), Post.objects.count(), Sector.objects.count())
    run = members(TWO)
    assert (run.stage, run.rows, run.created, run.unchanged, run.wrong) == (Stage.CHECKED, 2, 2, 0, 0)
    assert Member.objects.count() == before[0]
    said = page(office, run)
    assert "全部导入" in said
    assert "农业界" in said
    run = step(office, "take", run)
    assert (run.stage, run.created) == (Stage.IMPORTED, 2)
    assert Member.objects.filter(name__in=["曾贤", "苏闻"]).count() == 2
    assert Event.objects.get(kind="members.import").actor == cast.office
    assert "撤销导入" in page(office, run)
    run = step(office, "undo", run, reason="传错了名单")
    assert (run.stage, run.undone_by) == (Stage.UNDONE, cast.office)
    assert (Member.objects.count(), Seat.objects.count(), Post.objects.count(), Sector.objects.count()) == before
    assert not SpecialCommittee.objects.filter(name="提案委员会").exists()
    event = Event.objects.get(kind="imports.undo")
    assert (event.actor, event.data["rows"], event.data["reason"]) == (cast.office, 2, "传错了名单")
    assert verifying.verify().ok


def test_what_is_wrong_stands_beside_the_cell_and_the_rest_can_be_imported(office: Client, members):
    run = members("曾贤,1975-13,农业界,,,\n苏闻,,农业界,,,\n,,农业界,,,\n")
    assert (run.stage, run.rows, run.created, run.wrong) == (Stage.CHECKED, 3, 1, 2)
    found = [(f.row, f.who, f.column, f.value) for f in Finding.objects.filter(imported=run)]
    assert found == [(2, "曾贤", "出生年月", "1975-13"), (4, "", "姓名", "")]
    said = page(office, run)
    assert "跳过有错的 2 行导入" in said
    assert "全部导入" not in said
    assert run.rejects is not None
    sheet = office.get(page_link(said))
    assert sheet.status_code == 200
    assert sheet["Content-Disposition"].startswith("attachment")
    assert step(office, "take", run).stage == Stage.CHECKED  # not all of it
    run = step(office, "take", run, skip="1")
    assert (run.stage, run.created, run.wrong) == (Stage.IMPORTED, 1, 2)
    assert Member.objects.filter(name="苏闻").exists()


def page_link(said: str) -> str:
    start = said.index('href="/files/') + len('href="')
    return said[start : said.index('"', start)].replace("&amp;", "&")


def test_what_is_dropped_writes_nothing(office: Client, members):
    count = Member.objects.count()
    run = members(TWO)
    assert step(office, "drop", run).stage == Stage.DROPPED
    assert step(office, "take", run).stage == Stage.DROPPED
    assert Member.objects.count() == count


def test_an_import_on_which_something_rests_is_not_undone(cast: Cast, office: Client, members):
    run = step(office, "take", members(TWO))
    member = Member.objects.get(name="苏闻")
    members_of.change_contact(member, fields={"workplace": "县农科所"}, actor=cast.office, at=timezone.now())
    address = reverse("import-undo", args=[run.uid])
    said = office.get(address).content.decode()
    assert "苏闻：又办理过" in said
    assert "<textarea" not in said
    assert step(office, "undo", run, reason="传错了").stage == Stage.IMPORTED
    assert Member.objects.filter(pk=member.pk).exists()
    assert not Event.objects.filter(kind="imports.undo").exists()


def test_what_comes_to_rest_on_it_while_the_worker_waits_keeps_it(cast: Cast, office: Client, members):
    run = step(office, "take", members(TWO))
    office.post(reverse("import-undo", args=[run.uid]), {"reason": "传错了"})
    draft = cast.draft()
    draft.signatures.update(member=Member.objects.get(name="曾贤"))
    run = worked(run)
    assert run.stage == Stage.IMPORTED
    assert "没有撤销" in run.word
    assert "有相关的" in office.get(reverse("import-undo", args=[run.uid])).content.decode()
    assert Member.objects.filter(name="曾贤").exists()


def test_a_code_that_nobody_used_goes_with_the_member(cast: Cast, office: Client, members):

    run = step(office, "take", members(TWO))
    members_of.invite(Member.objects.get(name="苏闻"), actor=cast.office, at=NOW)
    assert step(office, "undo", run, reason="传错了").stage == Stage.UNDONE
    assert Invitation.objects.count() == 0
    assert verifying.verify().ok


def test_a_sector_that_others_need_by_now_stays(cast: Cast, office: Client, members):
    first = step(office, "take", members(TWO))
    step(office, "take", members("岑远,,农业界,,,\n"))
    run = step(office, "undo", first, reason="传错了")
    assert run.stage == Stage.UNDONE
    assert "农业界" in run.word
    assert Sector.objects.filter(name="农业界").exists()
    assert Member.objects.filter(name="岑远").exists()
