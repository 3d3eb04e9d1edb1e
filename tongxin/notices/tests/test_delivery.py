"""Who sees whether notices and letters arrive, and what a monitor is told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, moment, who_keeps_the_system
from tongxin.accounts.models import Account
from tongxin.audit import sealing
from tongxin.audit.models import Mark
from tongxin.cli.scheduled import LABELS, Scheduled, schedule
from tongxin.core import room
from tongxin.core.faults import SomeFailedError
from tongxin.core.tests.test_room import disk
from tongxin.handling import actions as handling
from tongxin.handling.models import Reply
from tongxin.notices import actions, health, posting
from tongxin.notices.models import Job, Letter, Notice
from tongxin.proposals import queries as proposals

APPS = ("accounts", "audit", "backups", "committees", "files", "members", "notices", "handling", "imports")


@pytest.fixture
def keeper(cast: Cast) -> Account:
    return who_keeps_the_system(cast)


def failed_letter(cast: Cast, account: Account) -> Letter:
    notice = Notice.objects.filter(account=account).latest("id")
    return Letter.objects.create(
        notice=notice,
        address="heqinghe@example.invalid",
        made_at=timezone.now(),
        next_try_at=timezone.now(),
        tries=6,
        given_up_at=timezone.now(),
        problem="收件方不接受这个地址（550），请核对邮箱",
    )


def test_who_keeps_the_system_sees_what_failed_without_a_word_of_it(cast: Cast, keeper: Account, client: Client) -> None:
    proposal = cast.submitted()
    actions.deliver()
    letter = failed_letter(cast, cast.cosigner)
    mark = Mark.objects.create(
        event=letter.notice.event, consumer="notices", tries=3, problem="KeyError（x.py:1）", next_try_at=timezone.now()
    )
    client.force_login(keeper)
    page = client.get("/notices/delivery/?failed=1").text
    assert "h…@example.invalid" in page
    assert "收件方不接受这个地址（550）" in page
    assert "KeyError（x.py:1）" in page
    assert f"有 {Mark.objects.filter(tries__gt=0).count()} 件事没有通知成" in page
    for secret in ("heqinghe", proposal.title, cast.cosigner.name, cast.proposer.name):
        assert secret not in page
    mark.delete()


def test_a_letter_that_failed_is_sent_again_by_who_keeps_the_system_alone(cast: Cast, keeper: Account, client: Client) -> None:
    cast.submitted()
    actions.deliver()
    letter = failed_letter(cast, cast.cosigner)
    again = f"/notices/delivery/{letter.notice.uid}/again/"
    for other in (cast.office, cast.audit_admin, cast.cosigner, cast.office_of_other_county):
        client.force_login(other)
        assert (client.get("/notices/delivery/").status_code, client.post(again).status_code) == (403, 403)
    letter.refresh_from_db()
    assert letter.given_up_at is not None
    client.force_login(keeper)
    assert client.get(again).status_code == 405
    assert client.post(again)["Location"] == "/notices/delivery/"
    letter.refresh_from_db()
    assert (letter.given_up_at, letter.tries) == (None, 0)
    assert client.post("/notices/delivery/zzzzzzzzzzzz/again/").status_code == 404


def test_who_sends_again_comes_back_to_the_part_of_the_list_he_was_at(cast: Cast, keeper: Account, client: Client) -> None:
    cast.submitted()
    actions.deliver()
    letter = failed_letter(cast, cast.cosigner)
    client.force_login(keeper)
    again = f"/notices/delivery/{letter.notice.uid}/again/?failed=1"
    assert f'action="{again}"' in client.get("/notices/delivery/?failed=1").text
    assert client.post(again)["Location"] == "/notices/delivery/?failed=1"


def test_the_office_reads_whose_letter_did_not_go_and_why(cast: Cast, keeper: Account, client: Client) -> None:
    proposal = cast.submitted()
    actions.deliver()
    notice = Notice.objects.filter(account=cast.proposer, matter=f"proposals.proposal:{proposal.uid}").latest("id")
    letter = Letter.objects.create(
        notice=notice,
        address="yue@example.invalid",
        made_at=timezone.now(),
        next_try_at=timezone.now(),
        tries=1,
        problem="对方暂时不收（451）",
    )
    client.force_login(cast.office)
    address = f"/proposals/{proposal.uid}/told/"
    assert "还没有寄成，会再试：对方暂时不收（451）" in client.get(address).text
    Letter.objects.filter(pk=letter.pk).update(given_up_at=timezone.now(), problem="收件方不接受这个地址（550），请核对邮箱")
    assert "没有寄成：收件方不接受这个地址（550），请核对邮箱" in client.get(address).text
    client.force_login(keeper)
    page = client.get("/notices/delivery/").text
    assert ("消息告知情况" in page, cast.proposer.name in page) == (True, False)


def test_without_a_mail_server_nobody_says_that_mail_is_in_order(
    cast: Cast, keeper: Account, client: Client, settings: Any
) -> None:
    sealing.seal(at=timezone.now())
    actions.deliver()
    client.force_login(keeper)
    settings.BACKUP_EVERY = 24
    for host, said in (
        ("", "没有设邮件服务器（TONGXIN_SMTP_HOST），只在系统里告知"),
        ("localhost", "消息、邮件和后台任务都正常"),
    ):
        settings.EMAIL_HOST = host
        page = client.get("/notices/delivery/").text
        assert (said in page, "消息、邮件和后台任务都正常" in page) == (True, bool(host))


def test_with_letters_that_failed_nobody_says_that_all_is_in_order(
    cast: Cast, keeper: Account, client: Client, settings: Any
) -> None:
    settings.EMAIL_HOST, settings.BACKUP_EVERY = "localhost", 24
    cast.submitted()
    actions.deliver()
    sealing.seal(at=timezone.now())
    client.force_login(keeper)
    assert "消息、邮件和后台任务都正常" in client.get("/notices/delivery/").text
    letter = failed_letter(cast, cast.cosigner)
    page = client.get("/notices/delivery/").text
    assert ("都正常" in page, "有 1 封邮件没有寄成。" in page, 'href="?failed=1#letters"' in page) == (False, True, True)
    Notice.objects.filter(pk=letter.notice_id).update(committee_code="WC")
    assert "都正常" in client.get("/notices/delivery/").text


def test_without_backups_nobody_says_that_all_is_in_order(cast: Cast, keeper: Account, client: Client, settings: Any) -> None:
    settings.EMAIL_HOST, settings.BACKUP_EVERY = "localhost", 0
    actions.deliver()
    sealing.seal(at=timezone.now())
    client.force_login(keeper)
    page = client.get("/notices/delivery/").text
    assert ("消息、邮件和后台任务都正常" in page, "定时备份未启用" in page) == (False, True)


def test_which_of_the_letters_are_shown_is_seen(cast: Cast, keeper: Account, client: Client) -> None:
    client.force_login(keeper)
    for asked, label in (("", "全部"), ("?failed=1", "没有寄成的")):
        tabs = client.get(f"/notices/delivery/{asked}").text.split('<nav class="tabs"')[1].split("</nav>")[0]
        assert re.findall(r'aria-current="page">([^<]+?)\s*<', tabs) == [label]


def test_a_job_that_is_switched_off_was_never_done(cast: Cast, keeper: Account, client: Client, settings: Any) -> None:
    settings.EMAIL_HOST, settings.BACKUP_EVERY = "", 0
    Job.objects.create(
        name="tongxin.backups.tasks.take_if_due", every_seconds=300, begun_at=timezone.now(), done_at=timezone.now()
    )
    for job in schedule(("tongxin.backups", "tongxin.notices")):
        assert job.run_if_due(1000.0)
    off = {job.name: (job.switched_off, job.done_at) for job in Job.objects.all() if job.switched_off}
    assert off == {
        "tongxin.backups.tasks.take_if_due": ("未启用，启用请设置 TONGXIN_BACKUP_EVERY", None),
        "tongxin.notices.tasks.send_letters": ("未启用，启用请设置 TONGXIN_SMTP_HOST", None),
    }
    client.force_login(keeper)
    page = client.get("/notices/delivery/").text
    assert page.count("未启用，启用请设置 TONGXIN_") == len(off)
    assert health.look(timezone.now() + timedelta(hours=1)).late == (
        Job.objects.get(name="tongxin.notices.tasks.deliver_left_over"),
    )


def test_a_full_disk_is_told_to_the_monitor_and_to_who_keeps_the_system(
    cast: Cast, keeper: Account, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.deliver()
    sealing.seal(at=timezone.now())
    said = client.get("/healthz")
    assert (said.status_code, said.json()["disk"]) == (200, True)
    monkeypatch.setattr(room.os, "statvfs", lambda _place: disk(free_mb=0))
    said = client.get("/healthz")
    assert (said.status_code, said.json()["ok"], said.json()["disk"]) == (503, False, False)
    client.force_login(keeper)
    page = client.get("/notices/delivery/").text
    assert "已满，只剩 0 MB，无法写入了" in page
    assert "都正常" not in page


def test_letters_of_another_committee_are_not_shown(cast: Cast, keeper: Account, client: Client) -> None:
    cast.submitted()
    actions.deliver()
    letter = failed_letter(cast, cast.cosigner)
    Notice.objects.filter(pk=letter.notice_id).update(committee_code="WC")
    client.force_login(keeper)
    assert "example.invalid" not in client.get("/notices/delivery/").text
    assert client.post(f"/notices/delivery/{letter.notice.uid}/again/").status_code == 404


def test_the_page_asks_as_often_for_three_letters_as_for_one(cast: Cast, keeper: Account, client: Client) -> None:
    cast.answered()
    actions.deliver()
    client.force_login(keeper)
    counts = []
    for notice in Notice.objects.filter(committee_code="YX")[:3]:
        Letter.objects.create(notice=notice, address="x@example.invalid", made_at=timezone.now(), next_try_at=timezone.now())
        client.get("/notices/delivery/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/notices/delivery/")
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2]


# ── the office, of a proposal it keeps ───────────────────────────────────────────────────────────
def test_the_office_reads_who_was_told_what_and_when_it_was_read(cast: Cast, client: Client) -> None:
    case = cast.answered()
    actions.deliver()
    Notice.objects.filter(account=cast.cosigner, event__kind="proposals.file").update(read_at=moment("2026-03-03", 11))
    Notice.objects.filter(event__kind="cases.open_rating").update(read_at=moment("2026-03-04", 11))
    address = f"/proposals/{case.proposal.uid}/told/"
    client.force_login(cast.office)
    page = client.get(address).text
    assert "已立案，编为第 0001 号" in page
    assert "3 月 3 日" in page
    assert "请您评价办理态度和办理结果" in page
    assert "不显示" in page
    assert "3 月 4 日" not in page
    assert address in client.get(f"/proposals/{case.proposal.uid}/").text
    for other in (cast.proposer, cast.clerk, cast.assigner, cast.leader, cast.office_of_other_county):
        client.force_login(other)
        assert client.get(address).status_code in {403, 404}, other


def test_that_somebody_rated_is_told_on_no_page_of_what_was_told(
    cast: Cast, keeper: Account, client: Client, settings: Any
) -> None:
    settings.EMAIL_HOST = "localhost"
    cast.cosigner.email = "heqinghe@example.invalid"
    cast.cosigner.save()
    case = cast.answered()
    actions.deliver()

    def pages() -> list[str]:
        found = []
        for who, address in ((cast.office, f"/proposals/{case.proposal.uid}/told/"), (keeper, "/healthz")):
            client.force_login(who)
            found.append(client.get(address).text.split("<main")[-1].split("</main>")[0])
        return found

    before = pages()
    reply = Reply.objects.get(task__case=case, task__unit=cast.unit)
    signature = next(s for s in proposals.raters(case.proposal) if s.member.account_id == cast.cosigner.pk)
    handling.rate(
        reply,
        signature=signature,
        attitude="satisfied",
        result="satisfied",
        comment="",
        actor=cast.office,
        at=moment("2026-03-05"),
        entered_for=True,
    )
    actions.deliver()
    assert Notice.objects.filter(event__kind="handling.rate").exists()
    assert pages() == before
    client.force_login(keeper)
    assert "代录" not in client.get("/notices/delivery/").text


# ── the worker's jobs, and what a monitor is told ────────────────────────────────────────────────
def test_every_scheduled_job_has_a_name_for_people() -> None:
    names = {job.name.removeprefix("tongxin.") for job in schedule(f"tongxin.{app}" for app in APPS)}
    assert names == set(LABELS)


@pytest.mark.django_db
def test_how_a_job_went_is_kept_and_said() -> None:
    fails: list[Exception] = [RuntimeError("林知远"), SomeFailedError(1, 2, "LookupError")]

    def work(_at: Any) -> None:
        if fails:
            raise fails.pop(0)

    job = Scheduled(60, work)
    for turn, expected in enumerate(((1, "RuntimeError（"), (2, "2 件中有 1 件没有办成"), (0, ""))):
        assert job.run_if_due(1000.0 * (turn + 1))
        kept = Job.objects.get()
        assert (kept.failures, kept.problem[: len(expected[1])]) == expected
        assert "林知远" not in kept.problem
    assert kept.done_at is not None


def test_a_monitor_is_told_which_part_is_late_and_no_more(cast: Cast, client: Client) -> None:
    now = timezone.now()
    sealing.seal(at=now)
    actions.deliver()
    cast.submitted(now)
    assert client.get("/healthz").status_code == 200
    later = now + timedelta(minutes=16)
    found = health.look(later)
    assert found.parts == {"notices": False, "letters": True, "seals": False, "jobs": True, "disk": True}
    assert "有事情过了 15 分钟还没有通知有关人员，最早的是" in found.words()[0]
    actions.deliver()
    sealing.seal(at=now)
    assert health.look(later).ok
    Job.objects.create(name="tongxin.audit.tasks.seal", label="封存操作记录", every_seconds=300, begun_at=now, done_at=now)
    assert health.look(now + timedelta(minutes=14)).ok
    [said] = health.look(now + timedelta(hours=1)).words()
    assert "定时任务“封存操作记录”没有按时运行" in said
    Job.objects.update(failures=3, problem="OSError", begun_at=now - timedelta(days=1))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"ok": False, "database": True, "notices": True, "letters": True, "seals": True, "jobs": False, "disk": True},
    )


def test_the_monitor_is_cheap_whatever_there_is(cast: Cast, client: Client) -> None:
    counts = []
    for n in range(3):
        cast.submitted(title=f"第{n}件")
        Job.objects.create(name=f"{n}", every_seconds=60, begun_at=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            client.get("/healthz")
        counts.append(len(asked))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 6


def test_letters_that_are_late_are_said_where_there_is_a_mail_server(cast: Cast, settings: Any) -> None:
    cast.submitted()
    actions.deliver()
    sealing.seal(at=timezone.now())
    notice = Notice.objects.latest("id")
    Letter.objects.create(
        notice=notice, address="x@example.invalid", made_at=timezone.now(), next_try_at=timezone.now() - timedelta(hours=2)
    )
    assert health.look(timezone.now()).letter is None
    settings.EMAIL_HOST = "localhost"
    assert "有信件过了应寄的时间一小时还没有寄" in health.look(timezone.now()).words()[0]


def test_a_server_that_is_away_costs_no_try_and_the_page_says_so(cast: Cast, keeper: Account, client: Client) -> None:
    cast.submitted()
    actions.deliver()
    letter = failed_letter(cast, cast.cosigner)
    client.force_login(keeper)
    assert "未计次数" not in client.get("/notices/delivery/").text
    for problem in posting.AWAY:
        Letter.objects.filter(pk=letter.pk).update(tries=0, given_up_at=None, problem=problem)
        page = client.get("/notices/delivery/").text
        assert ('<span class="sub">未计次数</span>' in page, str(problem) in page) == (True, True)
