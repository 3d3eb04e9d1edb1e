"""The worker: one round, and jobs that fail or are found."""

import logging
import os
import signal
from datetime import timedelta

import pytest

from tongxin.cli import clock, running
from tongxin.cli.entrance import main
from tongxin.cli.running import Scheduled, Stop, schedule, work


@pytest.fixture
def own_signals():
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.django_db
def test_the_worker_says_that_its_one_round_is_over(capsys, own_signals, monkeypatch):
    monkeypatch.setattr(running, "run_waiting_tasks", lambda: None)  # its worker closes the connection that the test is in
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
