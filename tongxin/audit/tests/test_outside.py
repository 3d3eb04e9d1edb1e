"""What is noted outside the database at each commit finds what the database alone would hide until it is sealed."""

import os
import resource
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models, transaction

from tests.cast import Cast
from tongxin.audit import actions, acts, outside, sealing, verifying
from tongxin.audit.models import Chain, Event, Head, Mark
from tongxin.audit.tests.forging import NIGHT, delete, found, raw
from tongxin.proposals.models import Proposal

CHAIN = '"audit_chain"."noted"'  # read to see which heads are not outside yet
NOTED = "还没有封存或者刚封存的记录被删去、改动或调换过，或者恢复过较早的备份"


def life_of(subject: models.Model) -> list[Event]:
    return list(Event.objects.filter(subject_type=actions.label_of(subject), subject_id=subject.pk).order_by("id"))


def noted_uids() -> list[str]:
    return [act.uid for path, size in acts.files() for act in acts.read(path, size)]


@pytest.fixture
def committed(rated: Cast, django_capture_on_commit_callbacks: Any) -> Proposal:
    """A proposal just begun, whose transaction has committed: the file outside knows of it."""
    with django_capture_on_commit_callbacks(execute=True):
        extra = rated.draft()
        actions.record("proposals.attach", extra, actor=rated.proposer, at=NIGHT, data={"name": "一"})
    assert verifying.verify().ok
    assert noted_uids() == [e.uid for e in life_of(extra)]
    return extra


def test_a_subject_whose_whole_unsealed_life_goes_with_its_head_is_found(committed: Proposal) -> None:
    life = life_of(committed)
    delete(*life)
    raw(Head).filter(subject_uid=committed.uid).delete()
    raw(Proposal).filter(pk=committed.pk).delete()
    assert found() == (life[0].uid, NOTED)
    sealing.seal(at=NIGHT)
    assert found() == (life[0].uid, NOTED)


def test_an_older_head_put_back_with_its_later_events_deleted_is_found(
    committed: Proposal, rated: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    saved = raw(Head).filter(subject_uid=committed.uid).values("events", "digest", "mac").get()
    with django_capture_on_commit_callbacks(execute=True):
        later = actions.record("proposals.attach", committed, actor=rated.proposer, at=NIGHT, data={"name": "二"})
    delete(later)
    raw(Head).filter(subject_uid=committed.uid).update(**saved)
    assert found() == (later.uid, NOTED)


def test_two_lives_turned_round_before_the_seal_are_found_and_stay_found(
    committed: Proposal, rated: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        another = rated.draft()
        one, other = (
            actions.record("proposals.attach", p, actor=rated.proposer, at=NIGHT, data={"name": "二"})
            for p in (committed, another)
        )
    assert verifying.verify().ok
    raw(Mark).filter(event__in=[one, other]).delete()
    # each life keeps its order: no digest says a word
    for was, becomes in ((one.pk, 0), (other.pk, one.pk), (0, other.pk)):
        raw(Event).filter(pk=was).update(id=becomes)
    assert found() == (one.uid, NOTED)
    sealing.seal(at=NIGHT)
    assert {problem.reason for problem in verifying.verify().problems} == {"链头被改动过", NOTED}


def test_however_many_rounds_a_seal_takes_the_files_are_read_once(
    rated: Cast, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import of a million events is sealed in five hundred."""
    with django_capture_on_commit_callbacks(execute=True):
        rated.draft()
    sealing.seal(at=NIGHT)  # what the fixture wrote before, without its lines
    read, reader = list[object](), acts.read
    monkeypatch.setattr(acts, "read", lambda path, size: read.append(path) or reader(path, size))
    with django_capture_on_commit_callbacks(execute=True):
        for _draft in range(3):
            rated.draft()
    monkeypatch.setattr(sealing, "BATCH", 1)
    monkeypatch.setattr(acts, "_hour", lambda *_ago: "20200101T00")  # nothing is shed, which reads too
    assert sealing.seal(at=NIGHT) >= 3
    assert len(read) == 1


def test_imported_events_are_noted_with_their_keys(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    proposal = cast.draft()
    with django_capture_on_commit_callbacks(execute=True):
        actions.record_many([actions.build("proposals.attach", proposal, actor=cast.proposer, at=NIGHT, data={"name": "一"})])
    [act] = [act for path, size in acts.files() for act in acts.read(path, size)]
    assert act.key == life_of(proposal)[-1].pk


def test_lines_of_an_earlier_revision_know_no_key(committed: Proposal) -> None:
    [(path, size)] = acts.files()
    told = list(acts.read(path, size))
    path.write_text("".join(f"{act.uid} {act.digest} {act.code}\n" for act in told), encoding="utf-8")
    assert [act.key for act in acts.read(path, path.stat().st_size)] == [None] * len(told)
    assert verifying.verify().ok
    delete(*life_of(committed))
    raw(Head).filter(subject_uid=committed.uid).delete()
    raw(Proposal).filter(pk=committed.pk).delete()
    assert found() == (told[0].uid, NOTED)


def test_what_was_rolled_back_is_not_noted(committed: Proposal, rated: Cast, django_capture_on_commit_callbacks: Any) -> None:
    before = [(path.name, size) for path, size in acts.files()]
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        actions.record("proposals.attach", committed, actor=rated.proposer, at=NIGHT, data={"name": "二"})
        transaction.set_rollback(True)
    assert [(path.name, size) for path, size in acts.files()] == before
    assert verifying.verify().ok


def test_a_line_of_an_act_that_was_cut_off_says_nothing(committed: Proposal) -> None:
    [(path, _size)] = acts.files()
    with path.open("a", encoding="utf-8") as out:
        out.write("abc")
    assert verifying.verify().ok


def test_the_act_after_a_line_that_was_cut_off_is_noted_whole(
    committed: Proposal, rated: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    [(path, _size)] = acts.files()
    with path.open("a", encoding="utf-8") as out:
        out.write(path.read_text(encoding="utf-8").split()[-1][:7])
    before = noted_uids()
    with django_capture_on_commit_callbacks(execute=True):
        later = actions.record("proposals.attach", committed, actor=rated.proposer, at=NIGHT, data={"name": "二"})
    assert noted_uids() == [*before, later.uid]
    assert found() == (None, "")


def test_a_write_cut_short_says_so_and_the_next_is_noted_whole(
    committed: Proposal, rated: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    [(_path, size)] = acts.files()
    before, limits = noted_uids(), resource.getrlimit(resource.RLIMIT_FSIZE)
    with django_capture_on_commit_callbacks() as callbacks:
        actions.record("proposals.attach", committed, actor=rated.proposer, at=NIGHT, data={"name": "二"})
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 30, limits[1]))  # the disk is full in the middle of the line
    try:
        with pytest.raises(OSError, match="No space left"):
            callbacks[0]()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with django_capture_on_commit_callbacks(execute=True):
        later = actions.record("proposals.attach", committed, actor=rated.proposer, at=NIGHT, data={"name": "三"})
    assert noted_uids() == [*before, later.uid]
    assert found() == (None, "")


def test_each_machine_and_process_has_a_file_of_its_own(committed: Proposal) -> None:
    [(path, _size)] = acts.files()
    hour, machine, process = path.name.split(".")
    assert (len(hour), machine != "", process) == (len("20200101T00"), True, str(os.getpid()))


def test_the_worker_takes_away_what_is_noted_only_when_it_is_over_and_sealed(committed: Proposal) -> None:
    [(path, _size)] = acts.files()
    sealing.seal(at=NIGHT)
    assert path.exists()  # of this hour: somebody may be adding to it
    old = path.rename(path.with_name("20200101T00.here.1"))
    assert sealing.seal(at=NIGHT) == 0
    assert not old.exists()


def test_what_is_noted_of_a_deleted_event_stays_until_somebody_looks(committed: Proposal) -> None:
    [(path, _size)] = acts.files()
    old = path.rename(path.with_name("20200101T00.here.1"))
    life = life_of(committed)
    delete(*life)
    sealing.seal(at=NIGHT)
    assert old.exists()
    assert NOTED in {problem.reason for problem in verifying.verify().problems}


# ── whether the worker keeps up ──────────────────────────────────────────────────────────────────
def test_what_waits_for_its_seal_longer_than_three_rounds_is_named(rated: Cast) -> None:
    oldest = Event.objects.order_by("id").first()
    assert oldest is not None
    assert sealing.waiting_longer(oldest.recorded_at + sealing.LATE) is None
    assert sealing.waiting_longer(oldest.recorded_at + 2 * sealing.LATE) == oldest.recorded_at
    sealing.seal(at=NIGHT)
    assert sealing.waiting_longer(NIGHT + 2 * sealing.LATE) is None


def test_heads_that_could_not_be_written_outside_are_named(sealed: Cast) -> None:
    raw(Chain).filter(committee_code="YX").update(noted=0)
    assert sealing.waiting_longer(NIGHT + sealing.LATE) is None
    assert sealing.waiting_longer(NIGHT + 2 * sealing.LATE) == NIGHT


# ── two workers ──────────────────────────────────────────────────────────────────────────────────
def test_a_worker_that_waited_writes_no_older_head_behind_a_newer_one(rated: Cast) -> None:
    """Between the look at what is behind and the writing another worker seals more and notes it."""
    waiting = [True]

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 -- Django's
        answer = execute(sql, params, many, context)
        if sql.startswith("SELECT") and CHAIN in sql and " > " in sql and waiting:
            waiting.pop()
            actions.record("proposals.attach", rated.draft(), actor=rated.proposer, at=NIGHT, data={"name": "一"})
            sealing.seal(at=NIGHT)
        return answer

    with connection.execute_wrapper(watch):
        sealing.seal(at=NIGHT)
    lines, problem = outside.kept_lines()
    numbers = [line.number for line in lines if line.code == rated.county.code]
    assert (waiting, problem, numbers) == ([], None, sorted(set(numbers)))
    assert numbers[-1:] == list(Chain.objects.filter(committee_code=rated.county.code).values_list("number", flat=True))
