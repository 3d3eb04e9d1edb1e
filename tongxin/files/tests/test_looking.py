"""The stored files are looked through by the worker.

Pages, `check` and acceptances tell of the last time and read none.
"""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.cast import NOW, Cast
from tongxin.accounts.models import Account
from tongxin.audit import accepting, contents, looking, tasks, verifying
from tongxin.audit.models import Event
from tongxin.cli import checking
from tongxin.files.tests.held import handed_in


@pytest.fixture
def missing(cast: Cast) -> str:
    """The place of an attachment in the county whose file is gone."""
    held = handed_in(cast).attachments.earliest("pk")
    Path(held.file.content.path).unlink()
    return f"proposals.attachment:{held.uid}"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were opened to be compared."""
    names, plain = list[str](), contents.open_plain
    monkeypatch.setattr(contents, "open_plain", lambda storage, name: names.append(name) or plain(storage, name))  # type: ignore[func-returns-value]
    return names


def home(account: Account) -> str:
    client = Client()
    client.force_login(account)
    return client.get("/home/").text


def verdict(cast: Cast) -> str:
    client = Client()
    client.force_login(cast.audit_admin)
    return client.post("/audit/verify/").text


def test_the_worker_keeps_what_it_found_and_of_whom(cast: Cast, missing: str) -> None:
    assert looking.last() is None
    assert (tasks.look_through_files, timedelta(days=1)) in [(job, every) for every, job in tasks.SCHEDULE]
    assert tasks.look_through_files(NOW) == 1
    looked = looking.last()
    assert looked is not None
    assert (looked.at, looked.found) == (NOW, (("YX", missing, contents.MISSING),))
    assert (len(looked.problems("YX")), looked.problems("WC")) == (1, [])


def test_pages_checks_and_acceptances_read_no_file(cast: Cast, missing: str, read: list[str]) -> None:
    looking.look_through(at=NOW)
    assert len(read) > 0
    read.clear()
    page = verdict(cast)
    assert (missing in page, "，1 处不符，已列在上面。" in page) == (True, True)
    assert str(checking._files()[0]) == f"{contents.MISSING}：{missing}"
    assert ([*checking._record()], accepting.differences(), read) == ([], [], [])
    assert [problem.where for problem in verifying.verify().problems] == [missing]
    assert len(read) > 0


def test_the_page_tells_of_the_last_time_and_when_there_was_none_or_long_ago(cast: Cast) -> None:
    assert "附件的内容还没有核对过。" in verdict(cast)
    looking.look_through(at=NOW)
    page = verdict(cast)
    assert re.search("上一次在 3 月 2 日[^，]*，没有发现改动。", page)
    assert "已经超过两天没有核对" in page
    assert [*checking._files(), *checking._not_looked_at()] == [
        "两天没有核对附件的内容（上次是 3 月 2 日 9:00），请看 tongxin worker 是否在运行"
    ]
    looking.kept().unlink()
    assert checking._not_looked_at() == ["附件的内容还没有核对过，请看 tongxin worker 是否在运行"]


@pytest.mark.parametrize(("after", "is_late"), [(timedelta(days=2), False), (timedelta(days=2, seconds=1), True)])
def test_after_two_days_the_last_time_is_long_ago(cast: Cast, after: timedelta, is_late: bool) -> None:  # noqa: FBT001 -- a case
    looking.look_through(at=NOW)
    assert looking.is_late(looking.last(), now=NOW + after) is is_late


def test_after_a_restore_two_days_go_by_before_anybody_expects_it(cast: Cast) -> None:
    looking.expect(at=NOW)
    found = [(looking.last(), looking.is_late(looking.last(), now=NOW + timedelta(days=days))) for days in (1, 3)]
    assert found == [(None, False), (None, True)]
    text = looking.kept().read_text(encoding="utf-8")
    looking.kept().write_text(text.replace("2026-03-02", "2036-03-02"), encoding="utf-8")
    assert looking.is_late(looking.last(), now=NOW + timedelta(days=3))  # not as it was written: believed by nobody
    assert looking.look_through(at=NOW + timedelta(days=3)) == 0
    assert looking.last() is not None


def test_of_a_new_installation_nobody_expects_it_yet(cast: Cast) -> None:
    begun = Event.objects.earliest("recorded_at").recorded_at
    assert looking.is_late(None, now=begun + timedelta(days=1)) is False
    assert looking.is_late(None, now=begun + timedelta(days=3)) is True


def test_a_worker_that_starts_again_reads_again_only_what_was_not_in_order(cast: Cast, missing: str, read: list[str]) -> None:
    later = NOW + timedelta(hours=1)
    assert (looking.look_through(at=NOW), looking.look_through(at=later)) == (1, 1)
    looked = looking.last()
    assert looked is not None
    assert looked.at == later


def test_a_worker_that_starts_again_does_not_read_what_was_in_order(cast: Cast, read: list[str]) -> None:
    handed_in(cast)
    assert (looking.look_through(at=NOW), len(read)) == (0, 2)
    assert (looking.look_through(at=NOW + timedelta(hours=19)), len(read)) == (0, 2)
    assert (looking.look_through(at=NOW + timedelta(hours=21)), len(read)) == (0, 4)


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b'{"mac": 1, "at": "x", "found": []}', b"[" * 100_000, b"\xff"], ids=repr)
def test_what_was_not_kept_by_us_is_no_result(cast: Cast, missing: str, said: bytes) -> None:
    looking.kept().parent.mkdir(parents=True, exist_ok=True)
    looking.kept().write_bytes(said)
    assert looking.last() is None
    looking.look_through(at=NOW)
    kept = json.loads(looking.kept().read_text(encoding="utf-8"))
    looking.kept().write_text(json.dumps(kept | {"found": []}), encoding="utf-8")
    assert looking.last() is None


def test_what_the_last_look_found_stands_on_the_home_of_who_audits_until_it_is_put_right(
    cast: Cast, missing: str, read: list[str]
) -> None:
    assert "每日核对发现的问题" not in home(cast.audit_admin)  # nobody has looked yet
    looking.look_through(at=NOW)
    read.clear()
    page = home(cast.audit_admin)
    assert " 核对附件的内容，1 处不符。" in page
    assert f"内部编号：{missing}" in page
    assert "现在没有等您办理的事" not in page
    assert read == []
    elsewhere = (cast.office, cast.security_admin, cast.leader, cast.office_of_other_county)
    assert [missing in home(who) for who in elsewhere] == [False] * 4
    path = looking.kept()
    path.write_text(path.read_text().replace(missing, f"{missing}x"))  # what is not as written is not told
    assert "每日核对发现的问题" not in home(cast.audit_admin)
