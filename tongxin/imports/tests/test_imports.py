"""Who imports what, what is refused, what happens when two do the same, and when a worker dies."""

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.cast import NOW, Cast
from tongxin.audit.models import Event
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.committees.sheets import UNITS
from tongxin.files import tasks as files
from tongxin.files.models import File
from tongxin.imports import actions, tasks
from tongxin.imports.actions import deciding, undoing, working
from tongxin.imports.choices import Stage
from tongxin.imports.models import Beat, Finding, Import, Source
from tongxin.imports.tests.conftest import MEMBERS, brought, step, worked
from tongxin.members.models import Member
from tongxin.sheets import engine

pytestmark = pytest.mark.django_db
ONE = "曾贤,1975-03,农业界,,,\n"
STEPS = ("take", "drop", "again", "undo")


def test_another_committee_finds_nothing_of_it(office: Client, neighbour: Client, members):
    run = members(ONE)
    assert neighbour.get(reverse("import", args=[run.uid])).status_code == 404
    assert run.uid not in neighbour.get(reverse("imports")).content.decode()
    for name in STEPS:
        assert neighbour.post(reverse(f"import-{name}", args=[run.uid]), {"reason": "不是我的"}).status_code == 404
    assert Import.objects.get(pk=run.pk).stage == Stage.CHECKED
    link = office.get(reverse("import", args=[run.uid]))
    assert link.status_code == 200


def test_nobody_takes_what_he_has_not_seen(cast: Cast, office: Client, members):
    run = members(ONE)
    for seen in ({"seen": "3-0-0"}, {}):  # of a page that was open before it was looked through again; of no page
        office.post(reverse("import-take", args=[run.uid]), seen)
    assert Import.objects.get(pk=run.pk).stage == Stage.CHECKED
    assert f'name="seen" value="{run.figures}"' in office.get(reverse("import", args=[run.uid])).content.decode()
    office.post(reverse("import-take", args=[run.uid]), {"seen": run.figures})
    run = Import.objects.get(pk=run.pk)
    assert (run.stage, run.confirmed_by) == (Stage.WRITING, cast.office)


def test_each_brings_only_what_he_keeps(cast: Cast, office: Client):
    Appointment.objects.filter(account=cast.office).exclude(duty=Duty.MEMBER_AFFAIRS).delete()
    said = office.get(reverse("imports")).content.decode()
    assert 'value="members"' in said
    assert 'value="proposals"' not in said
    assert office.get(reverse("import-template", args=["units"])).status_code == 404
    assert brought(office, "units", "单位名称\n县气象局\n").status_code == 200
    assert not Import.objects.exists()


@pytest.mark.parametrize("who", ["proposer", "clerk", "leader", "assigner", "security_admin"])
def test_nobody_else_has_the_page(cast: Cast, client: Client, who: str):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("imports")).status_code == 403
    assert brought(client, "members", MEMBERS + ONE).status_code == 403
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "空文件"), (b"%PDF-1.7 text", "这不是表格文件，请用 XLSX 或 CSV"), (b"PK\x03\x04 broken", "损坏")],
)
def test_what_is_no_sheet_is_refused_at_once(office: Client, content: bytes, reason: str):
    answer = office.post(reverse("imports"), {"kind": "members", "uploads": [SimpleUploadedFile("名单.xlsx", content)]})
    assert reason in answer.content.decode()
    assert not Import.objects.exists()
    assert not File.objects.exists()


def test_the_empty_workbook_is_given_and_reads_as_no_rows(office: Client):
    answer = office.get(reverse("import-template", args=["members"]))
    content = b"".join(answer.streaming_content)
    office.post(reverse("imports"), {"kind": "members", "uploads": [SimpleUploadedFile("空表.xlsx", content)]})
    run = worked()
    assert (run.stage, run.rows, run.wrong) == (Stage.REFUSED, 0, 0)
    assert "没有读到数据行" in office.get(reverse("import", args=[run.uid])).content.decode()


def test_a_sheet_with_wrong_columns_says_so_and_is_over(office: Client):
    brought(office, "members", "天气,温度\n晴,12\n")
    run = worked()
    said = office.get(reverse("import", args=[run.uid])).content.decode()
    assert run.unreadable
    assert "有文件不能导入" in said
    assert reverse("import-take", args=[run.uid]) not in said
    assert ("tongxin template" in said, reverse("import-template", args=["members"]) in said) == (False, True)
    assert (run.stage, run.ended_at is not None) == (Stage.REFUSED, True)
    assert step(office, "take", run, skip="1").stage == Stage.REFUSED
    assert "没有可导入的" in office.get(reverse("imports")).text


def test_a_sheet_of_which_nothing_is_taken_is_dropped_with_all_that_was_found_in_it(office: Client, members):
    """A wrong workbook, with telephone numbers in it: nobody has to let it lie there until its time is over."""
    step(office, "take", members(ONE))
    for run in (members("苏闻,1975-13,农业界,,13800000001,\n"), members(ONE)):  # all wrong; all there already
        address = reverse("import", args=[run.uid])
        said = office.get(address).text
        assert (run.stage, reverse("import-drop", args=[run.uid]) in said, "重新上传" in said) == (Stage.REFUSED, True, True)
        assert step(office, "drop", run).stage == Stage.DROPPED
        assert (run.sources.filter(file__isnull=False).exists(), Finding.objects.filter(imported=run).exists()) == (False, False)
        assert reverse("import-drop", args=[run.uid]) not in office.get(address).text
    assert Event.objects.filter(kind="imports.drop").count() == 2


def test_of_what_was_refused_and_is_gone_by_time_nothing_is_left_to_drop(office: Client, members, settings):
    run = members("苏闻,1975-13,农业界,,,\n")
    tasks.clear_files(timezone.now() + timedelta(days=settings.IMPORT_KEEP_DAYS + 1))
    assert reverse("import-drop", args=[run.uid]) not in office.get(reverse("import", args=[run.uid])).text


def test_what_was_undone_says_so_in_the_history_and_the_rows_left_out_stay_to_be_had(office: Client, members):
    run = step(office, "take", members(f"{ONE}岑远,1975-13,农业界,,,\n"), skip="1")
    run = step(office, "undo", run, reason="传错了")
    assert "1（已撤销）" in office.get(reverse("imports")).text
    assert "下载没有导入的行" in office.get(reverse("import", args=[run.uid])).text


def test_what_comes_to_point_to_it_between_the_look_and_the_removal_is_said_as_what_it_is(
    cast: Cast, office: Client, members, monkeypatch
):
    run, removes = step(office, "take", members(ONE)), undoing._remove

    def remove(*said: object, **more: object) -> object:
        cast.draft().signatures.update(member=Member.objects.get(name="曾贤"))
        return removes(*said, **more)

    monkeypatch.setattr(undoing, "_remove", remove)
    run = step(office, "undo", run, reason="传错了")
    assert (run.stage, run.word) == (Stage.IMPORTED, undoing.RESTS)
    assert Member.objects.filter(name="曾贤").exists()


def test_two_files_of_one_name_are_told_apart(office: Client):
    brought(office, "members", MEMBERS + ONE, MEMBERS + "苏闻,1975-13,农业界,,,\n")
    run = worked()
    assert [f.name for f in run.sources.all()] == ["名单.csv", "名单.csv（2）"]
    assert [f.file for f in Finding.objects.filter(imported=run, is_warning=False)] == ["名单.csv（2）"]


def test_no_two_files_end_up_with_one_name() -> None:
    assert deciding._apart(["a", "a（2）", "a", "a", "b"]) == ["a", "a（2）", "a（3）", "a（4）", "b"]
    assert deciding._apart(["a", "a", "a（2）"]) == ["a", "a（3）", "a（2）"]


def test_of_a_row_with_endless_faults_some_are_shown(office: Client):
    header = "姓名,界别," + ",".join(f"没有的列{n}" for n in range(100))
    brought(office, "members", f"{header}\n曾贤,农业界\n")
    run = worked()
    found = list(Finding.objects.filter(imported=run, row=1))
    assert (len(found), "这一行还有 80 处" in found[-1].reason) == (21, True)


def test_what_two_clerks_bring_is_not_doubled(office: Client, members: Callable[[str], Import]):
    first, second = members(ONE), members(ONE)
    for run in (first, second):
        office.post(reverse("import-take", args=[run.uid]), {"seen": run.figures})
    assert worked(first).stage == Stage.IMPORTED
    second = worked(second)
    assert (second.stage, second.created, second.unchanged) == (Stage.REFUSED, 0, 1)
    assert second.word.startswith(
        "确认以后，系统里的资料有了变化：核对时新增 1 行、已有 0 行、有错 0 行，现在新增 0 行、已有 1 行"
    )
    assert "系统里都已有，无需导入" in office.get(reverse("import", args=[second.uid])).content.decode()
    assert Member.objects.filter(name="曾贤").count() == 1


def test_a_second_click_changes_nothing(office: Client, members):
    run = members(ONE)
    office.post(reverse("import-take", args=[run.uid]), {"seen": run.figures})
    answer = office.post(reverse("import-take", args=[run.uid]), follow=True)
    assert "已经不在这一步" in answer.content.decode()
    assert worked(run).stage == Stage.IMPORTED


class DiedError(BaseException):
    """The process is gone: nothing of ours catches it."""


def test_a_worker_that_dies_in_it_leaves_nothing_half_done(office: Client, members, monkeypatch):
    run, count = members(f"{ONE}苏闻,,农业界,,,\n"), Member.objects.count()
    office.post(reverse("import-take", args=[run.uid]), {"seen": run.figures})

    def die(*_args: object, **_more: object) -> None:
        raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr("tongxin.members.sheets.MemberImporter.finish", die)
        with pytest.raises(DiedError):
            actions.work(run.uid, now=timezone.now)
    assert Member.objects.count() == count
    run.refresh_from_db()
    assert (run.stage, run.records.count()) == (Stage.WRITING, 0)
    assert not actions.work(run.uid, now=timezone.now)  # it may still live
    assert working.take_up(now=lambda: timezone.now() + timedelta(minutes=6)) == 1
    run.refresh_from_db()
    assert (run.stage, Member.objects.count()) == (Stage.IMPORTED, count + 2)


def test_a_worker_that_was_thought_dead_writes_nothing(office: Client, members, monkeypatch):
    run, count = members(ONE), Member.objects.count()
    office.post(reverse("import-take", args=[run.uid]), {"seen": run.figures})
    write = working._write

    def slow(held: Import, now: object) -> None:
        assert working.take_up(now=lambda: timezone.now() + timedelta(minutes=6)) == 1
        monkeypatch.undo()
        write(held, now)

    calls = []

    def first_slow(held: Import, now: object) -> None:
        calls.append(held.ticket)
        (slow if len(calls) == 1 else write)(held, now)

    monkeypatch.setattr(working, "_write", first_slow)
    actions.work(run.uid, now=timezone.now)
    run.refresh_from_db()
    assert (run.stage, Member.objects.count()) == (Stage.IMPORTED, count + 1)


def test_what_fails_says_so_and_can_be_tried_again(office: Client, members, monkeypatch):
    run = members(ONE)
    office.post(reverse("import-take", args=[run.uid]), {"seen": run.figures})
    with monkeypatch.context() as patch:
        patch.setattr(engine, "run", lambda *_args, **_more: 1 / 0)
        run = worked(run)
    assert run.stage == Stage.FAILED
    said = office.get(reverse("import", args=[run.uid])).content.decode()
    assert "再试一次" in said
    assert "ZeroDivisionError" in said
    assert step(office, "again", run).stage == Stage.CHECKED


def test_a_worker_that_always_dies_is_not_asked_for_ever(office: Client, members):
    run = members(ONE)
    office.post(reverse("import-take", args=[run.uid]), {"seen": run.figures})
    Import.objects.filter(pk=run.pk).update(tries=working.TRIES, ticket="gone")
    Beat.objects.filter(imported=run).update(at=timezone.now() - timedelta(hours=1))
    tasks.take_up_left_over(timezone.now())
    run.refresh_from_db()
    assert (run.stage, "几次中断" in run.word) == (Stage.FAILED, True)


def test_progress_is_a_piece_of_the_page_that_loads_it_anew_when_all_is_done(office: Client):
    brought(office, "members", MEMBERS + ONE)
    run = Import.objects.get()
    address = reverse("import-progress", args=[run.uid])
    assert office.get(address).status_code == 302
    piece = office.get(address, headers={"HX-Request": "true"})
    assert ("正在核对" in piece.content.decode(), "HX-Refresh" in piece) == (True, False)
    worked()
    assert office.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_uploads_go_when_their_time_is_over_and_the_history_stays(office: Client, members, settings):
    done, open_ = step(office, "take", members(f"{ONE},,农业界,,,\n"), skip="1"), members("苏闻,1975-13,农业界,,,\n")
    assert tasks.clear_files(timezone.now() + timedelta(days=settings.IMPORT_KEEP_DAYS - 1)) == 0
    assert tasks.clear_files(timezone.now() + timedelta(days=settings.IMPORT_KEEP_DAYS + 1)) == 2
    files.clear_orphans(timezone.now() + timedelta(days=settings.IMPORT_KEEP_DAYS + 3))
    assert not File.objects.exists()
    assert not Finding.objects.exists()
    assert set(Source.objects.values_list("name", flat=True)) == {"名单.csv"}
    stages = {run.pk: run.stage for run in Import.objects.all()}
    assert stages == {done.pk: Stage.IMPORTED, open_.pk: Stage.REFUSED}


def test_what_the_command_line_brings_stands_in_the_history_and_is_undone_there(cast: Cast, office: Client, tmp_path: Path):
    sheet = tmp_path / "单位.csv"
    sheet.write_text("单位名称\n县气象局\n", encoding="utf-8")
    more = {"actor": None, "at": NOW, "before_writing": lambda _report: None}
    actions.run_and_keep(UNITS, [sheet], cast.county, dry_run=True, **more)
    assert not Import.objects.exists()
    actions.run_and_keep(UNITS, [sheet], cast.county, **more)
    actions.run_and_keep(UNITS, [sheet], cast.county, **more)  # all known by now
    run = Import.objects.get()
    assert (run.stage, run.rows, run.created, run.account) == (Stage.IMPORTED, 1, 1, None)
    said = office.get(reverse("imports")).content.decode()
    assert "单位.csv" in said
    assert "服务器操作人员" in said
    assert step(office, "undo", run, reason="传错了").stage == Stage.UNDONE


def test_pages_ask_as_many_questions_of_many_rows_as_of_one(office: Client, members):
    def asked(address: str) -> int:
        office.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert office.get(address).status_code == 200
        return len(queries)

    one = members(",1975-13,农业界,,,\n岑远,,农业界,,,\n")
    few = asked(reverse("imports")), asked(reverse("import", args=[one.uid]))
    many = members("".join(f"苏{n},1975-13,农业界,,,\n岑{n},,农业界,,,\n" for n in range(30)))
    assert (asked(reverse("imports")), asked(reverse("import", args=[many.uid]))) == few


def test_rows_with_faults_are_paged(office: Client, members):
    run = members("".join(f"苏{n:02},1975-13,农业界,,,\n" for n in range(30)))
    first = office.get(reverse("import", args=[run.uid])).content.decode()
    second = office.get(reverse("import", args=[run.uid]) + "?after=20").content.decode()
    assert ("苏19" in first, "苏20" in first, "苏20" in second, "苏29" in second) == (True, False, True, True)


def test_a_file_that_is_not_what_was_received_is_not_imported(office: Client, members):
    run = members(ONE)
    path = Path(run.sources.get().file.content.path)
    kept = path.read_text()
    path.chmod(0o600)
    path.write_text(kept.replace("曾贤", "曾闲"))
    done = step(office, "take", run, seen=run.figures)
    assert (done.stage, Member.objects.filter(name__in=("曾贤", "曾闲")).exists()) == (Stage.FAILED, False)
    assert "已经丢失，或者内容被改动过" in office.get(reverse("import", args=[run.uid])).content.decode()
    path.unlink()
    assert "请点“放弃”，再重新上传" in step(office, "again", done).word


def no_room_in_the_database() -> None:
    """Fail as SQLite does on a full disk, and as Django passes it on."""
    with closing(sqlite3.connect(":memory:")) as full, connection.wrap_database_errors:
        full.execute("CREATE TABLE rows (a)")
        full.execute("PRAGMA max_page_count = 3")
        full.execute("INSERT INTO rows VALUES (zeroblob(100000))")


def no_room_for_a_file() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("fail", [no_room_in_the_database, no_room_for_a_file])
def test_a_full_disk_is_told_to_the_clerk_as_what_it_is(office: Client, members, monkeypatch, fail: Callable[[], None]):
    run, before = members(ONE), Member.objects.count()
    monkeypatch.setattr(working.engine, "run", lambda *_, **__: fail())
    run = step(office, "take", run)
    assert (run.stage, Member.objects.count()) == (Stage.FAILED, before)
    assert run.word == "服务器的磁盘满了，没有办成，没有写入任何内容。请维护人员腾出空间，再试一次。"
    assert run.word in office.get(f"/imports/{run.uid}/").text
