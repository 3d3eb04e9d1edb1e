"""The worker: one round, and jobs that fail or are found."""

import logging
import os
import signal
import threading
from datetime import timedelta

import pytest

from tongxin.cli import clock, running, telling
from tongxin.cli.entrance import main
from tongxin.cli.running import Stop, work
from tongxin.cli.scheduled import Scheduled, schedule
from tongxin.notices.models import Job


@pytest.fixture
def own_signals():
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.django_db
def test_the_worker_says_that_its_one_round_is_over(capsys, own_signals, monkeypatch):
    # its worker closes the connection that the test is in
    monkeypatch.setattr(running, "run_waiting_tasks", lambda: None)
    code = main(["worker", "--once", "--no-schedule"])
    out, err = capsys.readouterr()
    assert (code, out, err.splitlines()[-1]) == (0, "", "后台任务已运行一轮。")


@pytest.mark.django_db
@pytest.mark.parametrize("fails", ["job", "task"])
def test_the_worker_says_that_something_failed_where_it_did(capsys, own_signals, monkeypatch, fails):
    def breaks(*_said):
        raise RuntimeError

    monkeypatch.setattr(running, "schedule", lambda _apps: [Scheduled(60, breaks if fails == "job" else lambda _at: None)])
    monkeypatch.setattr(running, "run_waiting_tasks", breaks if fails == "task" else lambda: None)
    assert main(["worker", "--once"]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == "后台任务已运行一轮，有没有办成的，请看上面的日志。"


@pytest.mark.django_db
def test_the_worker_survives_a_job_that_fails(caplog):
    ran = []

    def breaks(_at):
        ran.append("breaks")
        raise RuntimeError

    jobs = [Scheduled(timedelta(hours=1), breaks), Scheduled(60, lambda at: ran.append(at.tzinfo is not None))]
    with caplog.at_level(logging.ERROR, "tongxin.worker"):
        work(jobs=jobs, stop=Stop(None), interval=0, once=True)
        work(jobs=jobs, stop=Stop(None), interval=0, once=True)
    assert ran == ["breaks", True]
    assert "没有完成，下次再试" in caplog.text


class Rounds(Stop):
    """Ends after so many rounds."""

    def __init__(self, rounds):
        super().__init__(None)
        self.left = rounds + 1

    def __bool__(self):
        self.left -= 1
        return self.left <= 0


@pytest.mark.django_db
def test_of_two_workers_one_runs_what_is_due():
    ran = []
    jobs = [Scheduled(0, ran.append)]
    with clock.keeping(waits=False) as ours, clock.keeping(waits=False) as others:
        assert (ours, others) == (True, False)
        work(jobs=jobs, stop=Rounds(4), interval=0)
    assert ran == []
    work(jobs=jobs, stop=Rounds(4), interval=0)
    assert ran


def test_the_apps_jobs_are_found():
    names = {job.name for job in schedule(["tongxin.notices", "tongxin.ui"])}
    assert names == {"tongxin.notices.tasks.deliver_left_over", "tongxin.notices.tasks.send_letters"}


def test_the_worker_ends_with_its_parent():
    assert (bool(Stop(os.getppid())), bool(Stop(1_000_000_000))) == (False, True)


# ── what waits for no other job ──────────────────────────────────────────────────────────────────
def test_telling_waits_for_no_other_job(monkeypatch):
    told, asked = threading.Event(), []

    def tells(_at):
        asked.append(threading.current_thread().name)
        told.set()

    monkeypatch.setattr(
        Scheduled, "_note", lambda _self, _write: None
    )  # a thread has a connection of its own, and none of the test's
    prompt, others = telling.parted([Scheduled(3600, lambda _at: None), Scheduled(timedelta(seconds=1), tells)])
    with telling.beside(prompt, stop=lambda: False):
        assert told.wait(60)  # while this thread does something else
    assert [job.every for job in others] == [3600.0]
    assert asked[0] == "telling"
    assert "telling" not in {thread.name for thread in threading.enumerate()}


def test_the_telling_job_is_one_that_waits_for_none():
    prompt, _others = telling.parted(schedule(["tongxin.notices", "tongxin.audit", "tongxin.handling"]))
    assert [job.name for job in prompt] == ["tongxin.notices.tasks.deliver_left_over"]


@pytest.mark.django_db
def test_how_telling_went_is_kept_each_half_minute_and_at_once_where_it_failed():
    goes = [True]

    def tells(_at):
        if not goes[0]:
            raise RuntimeError

    def at(now):
        ran = job.run_if_due(now)
        kept = Job.objects.get()
        return ran, kept.failures, kept.done_at

    job = Scheduled(1, tells)
    first, soon = at(1000.0), at(1001.0)
    assert first[:2] == soon[:2] == (True, 0)
    assert first[2] == soon[2]
    goes[0] = False
    assert at(1002.0)[:2] == (True, 1)
    assert at(1003.0)[:2] == (False, 1)  # a fault does not come each second
    goes[0] = True
    assert at(1033.0)[:2] == (True, 0)
    assert at(1034.0)[2] > soon[2]
