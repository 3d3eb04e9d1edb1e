"""A list of members from the upload to the undoing, as the office does it on the page."""

from datetime import timedelta
from importlib import import_module
from io import BytesIO

import pytest
import xlsxwriter
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import NOW, Cast
from tongxin.accounts.models import Invitation
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.committees.models import Sector, SpecialCommittee
from tongxin.imports import tasks
from tongxin.imports.choices import Stage
from tongxin.imports.models import Finding, Import, Listed
from tongxin.imports.tests.conftest import MEMBERS, brought, step, worked
from tongxin.members import actions as members_of
from tongxin.members.models import Member, Post, Seat

pytestmark = pytest.mark.django_db
ONE = "曾贤,1975-03,农业界,,,\n"
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
    found = [(f.row, f.who, f.column, f.value) for f in Finding.objects.filter(imported=run, is_warning=False)]
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
    members_of.change_contact(
        Member.objects.get(name="曾贤"), fields={"workplace_post": "社员"}, actor=cast.office, at=timezone.now()
    )
    address = reverse("import-undo", args=[run.uid])
    said = office.get(address).content.decode()
    assert f"{cast.office.name}修改委员苏闻的资料（工作单位）" in said
    assert "…" not in said
    assert "没有可以撤回的" in said
    assert "<textarea" not in said
    assert step(office, "undo", run, reason="传错了").stage == Stage.IMPORTED
    assert Member.objects.filter(pk=member.pk).exists()
    assert not Event.objects.filter(kind="imports.undo").exists()


def test_what_was_worked_with_stays_and_the_rest_is_taken_back_when_that_is_agreed_to(cast: Cast, office: Client, members):
    run = step(office, "take", members(TWO))
    member = Member.objects.get(name="苏闻")
    members_of.change_contact(member, fields={"workplace": "县农科所"}, actor=cast.office, at=timezone.now())
    address = reverse("import-undo", args=[run.uid])
    page_ = office.get(address)
    said = page_.content.decode()
    assert [one["shown"].name for one in page_.context["stays"]] == ["苏闻"]
    assert [one.name for one in page_.context["goes"]] == ["曾贤"]
    assert f"{cast.office.name}修改委员苏闻的资料（工作单位）" in said
    seen = page_.context["resting"].figures
    assert step(office, "undo", run, reason="传错了", seen=seen).stage == Stage.IMPORTED  # not agreed to
    assert (
        step(office, "undo", run, reason="传错了", agrees="on", seen="1-1-000000000000").stage == Stage.IMPORTED
    )  # something else
    assert Member.objects.filter(name__in=["曾贤", "苏闻"]).count() == 2
    run = step(office, "undo", run, reason="传错了", agrees="on", seen=seen)
    assert (run.stage, run.left) == (Stage.UNDONE, 1)
    assert list(Member.objects.filter(name__in=["曾贤", "苏闻"]).values_list("name", flat=True)) == ["苏闻"]
    assert Seat.objects.filter(member=member).count() == 1
    assert Sector.objects.filter(name="农业界").exists()  # his seat is there
    assert not SpecialCommittee.objects.filter(name="提案委员会").exists()
    event = Event.objects.get(kind="imports.undo")
    assert (event.data["rows"], event.data["left"]) == (1, 1)
    result = page(office, run)
    assert "撤回 1 名，留下后来办理过的 1 名" in result
    assert reverse("member", args=[member.uid]) in result
    assert verifying.verify().ok


def test_what_is_worked_with_after_it_was_agreed_to_keeps_all(cast: Cast, office: Client, members):
    run = step(office, "take", members(f"{TWO}岑远,,农业界,,,\n"))
    for name in ("苏闻", "曾贤"):
        seen = office.get(reverse("import-undo", args=[run.uid])).context["resting"].figures
        if name == "曾贤":
            office.post(reverse("import-undo", args=[run.uid]), {"reason": "传错了", "agrees": "on", "seen": seen})
        member = Member.objects.get(name=name)
        members_of.change_contact(member, fields={"workplace": "县农科所"}, actor=cast.office, at=timezone.now())
    run = worked(run)
    assert (run.stage, "没有撤销" in run.word) == (Stage.IMPORTED, True)
    assert Member.objects.filter(name__in=["曾贤", "苏闻", "岑远"]).count() == 3


def test_who_comes_in_is_named_before_and_after(office: Client, members, settings):
    run = members("".join(f"苏{n:02},,农业界,,,YX{300 + n}\n" for n in range(130)))
    said = page(office, run)
    assert ("苏00" in said, "苏19" in said, "苏20" in said, "YX300" in said) == (True, True, False, True)
    address = reverse("import-rows", args=[run.uid])
    first = office.get(address)
    assert ("苏99" in first.text, "苏100" in first.text) == (True, False)
    assert "苏129" in office.get(f"{address}?after={first.context['more']}").text
    run = step(office, "take", run)
    made = Member.objects.get(name="苏00")
    assert reverse("member", args=[made.uid]) in page(office, run)
    assert "苏129" in office.get(f"{address}?after=100").text
    assert [one.name for one in office.get(reverse("import-undo", args=[run.uid])).context["goes"]][:2] == ["苏00", "苏01"]


def test_the_names_of_a_sheet_are_kept_encrypted_and_go_with_it(office: Client, members, settings):
    run = members(TWO)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rows FROM imports_listed WHERE imported_id = %s", [run.pk])
        assert "曾贤" not in str(cursor.fetchall())
    step(office, "drop", run)
    assert not Listed.objects.exists()
    run = step(office, "take", members(TWO))
    tasks.clear_files(timezone.now() + timedelta(days=settings.IMPORT_KEEP_DAYS + 1))
    assert not Listed.objects.exists()
    assert "曾贤" in page(office, run)  # the member himself


def test_a_row_of_totals_is_said_to_be_passed_over(office: Client, members):
    run = members(f"{ONE}合计,1,,,,\n制表人：岑远,,,,,\n")
    said = page(office, run)
    assert "2 行（第 3 行合计、第 4 行制表人）" in said
    assert "跳过（合计），没有读取" in said
    assert "岑远" not in said


def test_rows_passed_over_are_told_apart_and_counted_to_the_last(office: Client):
    brought(office, "members", f"{MEMBERS}{ONE}合计,1,,,,\n", f"{MEMBERS}苏闻,,农业界,,,\n合计,1,,,,\n")
    assert "2 行（名单.csv 第 3 行合计、名单.csv（2） 第 3 行合计）" in page(office, worked())
    brought(office, "members", MEMBERS + ONE + "合计,1,,,,\n" * 230)
    run = worked()
    assert "230 行（第 3 行合计、第 4 行合计、第 5 行合计、第 6 行合计、第 7 行合计等）" in page(office, run)
    assert (len(run.passed), run.passed_rows) == (200, 230)


def test_what_was_kept_before_is_given_places(cast: Cast, office: Client, members):
    run = members(ONE)
    Import.objects.filter(pk=run.pk).update(passed=[[62, "合计"]])
    Listed.objects.update(rows=[[2, "名单.csv", "曾贤", ""]])
    import_module("tongxin.imports.migrations.0003_rows_passed_over_keep_their_place").give_places(apps, None)
    assert "1 行（第 62 行合计）" in page(office, run)
    assert Listed.objects.get().rows == [[2, "名单.csv", "", "曾贤", ""]]


def test_of_several_files_a_row_says_in_which_sheet_it_stands(office: Client):
    book = BytesIO()
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet("委员名单")
        sheet.write_row(0, 0, ["姓名", "界别"])
        sheet.write_row(1, 0, ["曾贤", "农业界"])
    text = SimpleUploadedFile("补.csv", (MEMBERS + "苏闻,,农业界,,,\n").encode())
    office.post(reverse("imports"), {"kind": "members", "uploads": [SimpleUploadedFile("名单.xlsx", book.getvalue()), text]})
    run = worked()
    shown = office.get(reverse("import-rows", args=[run.uid])).context["shown"]
    assert [(one.name, one.row, one.file) for one in shown] == [
        ("曾贤", 2, "名单.xlsx　工作表“委员名单”"),
        ("苏闻", 2, "补.csv"),
    ]


def test_the_records_of_another_committee_are_not_shown_whatever_an_import_says(cast: Cast, office: Client, members):
    run = step(office, "take", members(ONE))
    theirs = Member.objects.get(account=cast.member_of_other_county)
    made = run.records.get(label="members.member")
    made.uids = [*made.uids, theirs.uid]
    made.save()
    shown = office.get(reverse("import-rows", args=[run.uid])).context["shown"]
    assert [one.name for one in shown] == ["曾贤"]


def test_two_of_one_number_are_named_and_follow_on_faults_are_not_said(office: Client, members):
    run = members("赵小满,,农业界,,,YX300\n钱多,1985-13,农业界,,,YX300\n")
    found = [(f.row, f.column, f.reason) for f in Finding.objects.filter(imported=run, is_warning=False)]
    assert found == [
        (2, "编号", "与钱多（原表第 3 行）的编号相同；是同一个人的只留一行，不是的请改正编号"),
        (3, "出生年月", "没有“1985-13”这个月，请核对"),
        (3, "编号", "与赵小满（原表第 2 行）的编号相同；是同一个人的只留一行，不是的请改正编号"),
    ]


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
