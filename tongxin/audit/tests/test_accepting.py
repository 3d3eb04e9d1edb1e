"""A restored backup leaves files outside that say something else than the database.

It hides no forgery, and can be accepted.
"""

import errno
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import models, transaction

from tests.cast import Cast, moment
from tests.sampling import some_of
from tongxin.audit import accepting, acts, outside, sealing, verifying
from tongxin.audit.models import Event, Seal
from tongxin.audit.tests.forging import found, raw
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice

AT = moment("2026-03-06")
OLDER = "数据库比库外留存的链头旧：恢复过较早的备份，或者末尾的记录被删去"
LOST = "还没有封存或者刚封存的记录被删去、改动或调换过，或者恢复过较早的备份"


def everywhere() -> list[tuple[str, str]]:
    return [(problem.where, problem.reason) for problem in verifying.verify().problems]


@pytest.fixture
def older_audit(sealed: Cast) -> Cast:
    """The database and audit/ of one moment, keys/ of a later one."""
    before = sealing.heads_file().read_bytes()
    saved = transaction.savepoint()
    sealed.draft()
    sealing.seal(at=AT)
    transaction.savepoint_rollback(saved)
    sealing.heads_file().write_bytes(before)
    assert everywhere() == [("audit/heads.jsonl", outside.HEADS_CUT)]
    return sealed


@pytest.fixture
def older_database(sealed: Cast, django_capture_on_commit_callbacks: Any) -> Cast:
    """The database of an earlier moment than audit/ and keys/: an event was noted and never sealed, another was sealed."""
    saved = transaction.savepoint()
    sealed.draft()
    sealing.seal(at=AT)
    with django_capture_on_commit_callbacks(execute=True):
        sealed.draft()
    transaction.savepoint_rollback(saved)
    assert [reason for _where, reason in everywhere()] == [LOST]
    return sealed


# ── one finding hides no other ───────────────────────────────────────────────────────────────────
def test_a_restored_backup_hides_no_forgery(older_audit: Cast) -> None:
    first = Event.objects.filter(committee_code="YX").order_by("id").first()
    made = Appointment.objects.get(account=older_audit.clerk)
    assert first is not None
    raw(Event).filter(committee_code="YX").update(to_state="forged")
    raw(Appointment).filter(pk=made.pk).update(duty=Duty.UNIT_LEADER)
    assert everywhere() == [
        ("audit/heads.jsonl", outside.HEADS_CUT),
        (first.uid, "记录被改动过，或者它前面缺少记录"),
        (f"committees.appointment:{made.uid}", "数据被改动过"),
    ]


def test_an_older_database_hides_no_forgery(older_database: Cast) -> None:
    made = Appointment.objects.get(account=older_database.clerk)
    raw(Appointment).filter(pk=made.pk).update(duty=Duty.UNIT_LEADER)
    assert [reason for _where, reason in everywhere()] == ["数据被改动过", LOST]


# ── accepting ────────────────────────────────────────────────────────────────────────────────────
def accept(cast: Cast) -> None:
    where = {problem.where for problem in accepting.differences()}
    accepting.accept([cast.county, cast.other_county], where=where, reason="硬盘损坏，恢复了备份", at=AT)


def test_an_older_audit_folder_is_accepted_and_the_growth_noted_again(older_audit: Cast) -> None:
    before = sealing.heads_file().read_bytes()
    accept(older_audit)
    assert found() == (None, "")
    assert sealing.heads_file().read_bytes().startswith(before)  # every line of it is true
    older_audit.draft()
    sealing.seal(at=moment("2026-03-07"))
    assert (found(), sealing.growth_lags()) == ((None, ""), False)
    sealing.heads_file().write_bytes(before)
    assert found()[1] == outside.HEADS_CUT


def test_an_older_database_is_accepted_and_what_does_not_fit_is_put_aside(older_database: Cast) -> None:
    before, noted = sealing.heads_file().read_bytes(), [path.name for path, _size in acts.files()]
    accept(older_database)
    assert found() == (None, "")
    [aside] = (settings.TONGXIN_HOME / "audit" / "aside").iterdir()
    assert (aside / "heads.jsonl").read_bytes().startswith(before)
    assert sorted(path.name for path in aside.iterdir()) == sorted([*noted, "heads.jsonl", "keys-heads"])
    older_database.draft()
    sealing.seal(at=moment("2026-03-07"))
    assert found() == (None, "")
    last = Seal.objects.filter(committee_code="YX").order_by("-number").first()
    assert last is not None
    assert f'"number": {last.number},' in sealing.heads_file().read_text(encoding="utf-8").splitlines()[-1]


def test_a_lost_heads_file_is_accepted_and_begun_anew(sealed: Cast) -> None:
    before = Seal.objects.count()
    sealing.heads_file().unlink()
    accept(sealed)
    assert found() == (None, "")
    codes = set(Seal.objects.values_list("committee_code", flat=True))
    lines, _problem = outside.kept_lines()
    assert ({line.code for line in lines}, Seal.objects.count()) == (codes, before + 2)


def test_accepting_is_an_event_in_each_committee_and_told_to_audit(older_audit: Cast) -> None:
    accept(older_audit)
    told = Event.objects.filter(kind=accepting.KIND).order_by("committee_code")
    assert [(e.committee_code, e.actor, e.data["reason"], e.data["found"]) for e in told] == [
        (code, None, "硬盘损坏，恢复了备份", f"audit/heads.jsonl {outside.HEADS_CUT}")
        for code in sorted({older_audit.county.code, older_audit.other_county.code})
    ]
    notices.deliver()
    [notice] = Notice.objects.filter(event__in=told)
    assert (notice.account, notice.urgent, "硬盘损坏，恢复了备份" in notice.text) == (older_audit.audit_admin, True, True)


def test_accepting_mends_nothing_in_the_database(older_audit: Cast) -> None:
    made = Appointment.objects.get(account=older_audit.clerk)
    raw(Appointment).filter(pk=made.pk).update(duty=Duty.UNIT_LEADER)
    accept(older_audit)
    assert everywhere() == [(f"committees.appointment:{made.uid}", "数据被改动过")]


@pytest.mark.parametrize("where", [set(), {"YX:1"}, {"audit/heads.jsonl", "YX:1"}])
def test_only_what_was_looked_at_is_accepted(older_audit: Cast, where: set[str]) -> None:
    before, heads, noted = Event.objects.count(), sealing.heads_file().read_bytes(), sealing.grown_to()
    with pytest.raises(accepting.NotAsFoundError) as refused:
        accepting.accept([older_audit.county], where=where, reason="恢复", at=AT)
    assert [problem.where for problem in refused.value.found] == ["audit/heads.jsonl"]
    assert (Event.objects.count(), sealing.heads_file().read_bytes(), sealing.grown_to()) == (before, heads, noted)


def test_nothing_is_accepted_where_nothing_differs(sealed: Cast) -> None:
    made = Appointment.objects.get(account=sealed.clerk)
    raw(Appointment).filter(pk=made.pk).update(duty=Duty.UNIT_LEADER)
    with pytest.raises(accepting.NotAsFoundError):
        accepting.accept([sealed.county], where={f"committees.appointment:{made.uid}"}, reason="恢复", at=AT)
    assert Event.objects.filter(kind=accepting.KIND).count() == 0


# ── keys/ that cannot be written ─────────────────────────────────────────────────────────────────
def test_heads_are_written_once_while_the_growth_cannot_be_noted(sealed: Cast) -> None:
    stone = sealing.growth_file().with_name("heads.new")
    stone.mkdir()
    sealed.draft()
    before = len(outside.kept_lines()[0])
    for hour in (5, 6):
        with pytest.raises(IsADirectoryError):
            sealing.seal(at=moment("2026-03-07", hour))
    assert (len(outside.kept_lines()[0]), found(), sealing.growth_lags()) == (before + 1, (None, ""), True)
    stone.rmdir()
    sealing.seal(at=moment("2026-03-07", 7))
    assert (len(outside.kept_lines()[0]), found(), sealing.growth_lags()) == (before + 1, (None, ""), False)


def everything() -> tuple[int, bytes, tuple[int, str] | None, list[tuple[str, bytes]], list[tuple[str, str]]]:
    """Return what an acceptance changes: events of it, the files, what verifying names."""
    noted = [(path.name, path.read_bytes()) for path, _size in acts.files()]
    told = Event.objects.filter(kind=accepting.KIND).count()
    return told, sealing.heads_file().read_bytes(), sealing.grown_to(), noted, everywhere()


def test_an_acceptance_that_cannot_keep_the_old_files_did_not_happen(older_database: Cast) -> None:
    sealing.seal(at=AT)  # what the worker does anyway
    before, stone = everything(), settings.TONGXIN_HOME / "audit" / "aside"
    stone.write_text("no folder", encoding="utf-8")
    with pytest.raises(OSError, match=r"."):
        accept(older_database)
    assert everything() == before
    stone.unlink()
    accept(older_database)
    assert (found(), everything()[0]) == ((None, ""), 2)


def test_an_acceptance_that_cannot_note_the_growth_did_not_happen(older_database: Cast) -> None:
    """By then the events are written and the heads file is cut."""
    sealing.seal(at=AT)
    before, stone = everything(), sealing.growth_file().with_name("heads.new")
    stone.mkdir()
    with pytest.raises(OSError, match=r"."):
        accept(older_database)
    assert everything() == before
    assert list((settings.TONGXIN_HOME / "audit" / "aside").iterdir()) == []
    stone.rmdir()
    accept(older_database)
    assert (found(), everything()[0]) == ((None, ""), 2)


class _WorkerComes(list[models.Model]):
    """Whose auditors are to know; while they are told, the worker adds a head, and then the disk is full."""

    def __init__(self, subjects: list[models.Model]) -> None:
        super().__init__(subjects)
        self.worker = Thread(target=self.add)

    def __iter__(self) -> Iterator[models.Model]:
        self.worker.start()
        self.worker.join(timeout=1)  # he waits for his turn, or he has added it
        raise OSError(errno.ENOSPC, "no space")

    @staticmethod
    def add() -> None:
        with sealing.appending() as out:
            out.write(b"one more\n")


def test_an_acceptance_that_fails_takes_nothing_of_what_the_worker_adds_meanwhile(older_audit: Cast) -> None:
    before, subjects = sealing.heads_file().read_bytes(), _WorkerComes([older_audit.county])
    with pytest.raises(OSError, match="no space"):
        accepting.accept(subjects, where={"audit/heads.jsonl"}, reason="恢复了备份", at=AT)
    subjects.worker.join()
    assert sealing.heads_file().read_bytes() == before + b"one more\n"
    assert Event.objects.filter(kind=accepting.KIND).count() == 0


def test_acts_that_were_put_aside_come_back_with_what_was_noted_meanwhile(older_database: Cast) -> None:
    place = settings.TONGXIN_HOME / "audit" / "aside" / "x"
    place.mkdir(parents=True)
    [(path, size)] = acts.files()
    told = list(acts.read(path, size))
    assert acts.put_aside(place) == 1
    path.write_text("abc def YX\n", encoding="utf-8")
    acts.put_back(place)
    assert list(acts.read(path, path.stat().st_size)) == [acts.Act("abc", "def", "YX"), *told]
    assert list(place.iterdir()) == []


# ── keys/heads spoiled ───────────────────────────────────────────────────────────────────────────
@pytest.mark.thorough
@pytest.mark.parametrize(
    "said", some_of([b"", b"x", b"1 2 3", b"\xff\xfe", b"-1 x\n", b"9" * 5000 + b" x\n", b"99 " + b"z" * 64 + b"\n"]), ids=repr
)
def test_a_spoiled_note_of_the_growth_is_named_and_accepted(sealed: Cast, said: bytes) -> None:
    sealing.growth_file().write_bytes(said)
    assert everywhere() == [("keys/heads", outside.GROWTH_UNREAD)]
    sealed.draft()
    sealing.seal(at=AT)
    assert (everywhere(), sealing.growth_lags()) == ([("keys/heads", outside.GROWTH_UNREAD)], True)
    accept(sealed)
    assert (found(), sealing.growth_lags()) == ((None, ""), False)


def test_a_note_of_a_growth_beyond_all_measure_is_a_cut(sealed: Cast) -> None:
    sealing.growth_file().write_text(f"{10**15 - 1} {'0' * 64}\n", encoding="utf-8")
    assert everywhere() == [("audit/heads.jsonl", outside.HEADS_CUT)]


def test_a_folder_in_place_of_the_note_is_named(sealed: Cast) -> None:
    sealing.growth_file().unlink()
    sealing.growth_file().mkdir()
    assert everywhere() == [("keys/heads", outside.GROWTH_UNREAD)]
    with pytest.raises(OSError, match=r"."):
        accept(sealed)
    assert Event.objects.filter(kind=accepting.KIND).count() == 0
