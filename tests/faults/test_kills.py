"""What was acknowledged before a kill -9 is there afterwards, numbers have no gap, nobody is told twice, and the record holds."""

import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest
from django.db.models import Count
from django.utils import timezone

from tests.cast import Cast
from tests.faults.installation import ROUNDS, Person, Process, Server, serving
from tongxin.audit import sealing, verifying
from tongxin.audit.models import Event, Mark
from tongxin.notices.models import Notice
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import PROPOSAL
from tongxin.workflow import engine

pytestmark = pytest.mark.django_db(transaction=True)
TIMES, ACTS, HANDS = (ROUNDS, 200, 8) if ROUNDS else (1, 24, 4)


def hands(server: Server, who: Person, drafts: list[Proposal]) -> tuple[list[str], list[threading.Thread]]:
    """Let several hands submit drafts until the server answers no more; what it said yes to is in the list."""
    waiting: SimpleQueue[str] = SimpleQueue()
    for draft in drafts:
        waiting.put(draft.uid)
    acknowledged: list[str] = []

    def work() -> None:
        while True:
            try:
                uid = waiting.get_nowait()
            except Empty:
                return
            status, _page = who.ask(server.port, f"/proposals/{uid}/submit/", {"version": "1"})
            if status == 302:
                acknowledged.append(uid)
            elif not status:
                return

    threads = [threading.Thread(target=work) for _n in range(HANDS)]
    for thread in threads:
        thread.start()
    return acknowledged, threads


def test_a_kill_loses_nothing_that_was_acknowledged_and_tells_nobody_twice(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    who, dice, kept = Person(cast.proposer), random.Random(7), Counter[str]()  # noqa: S311 -- the same moments every time
    for number in range(TIMES):
        drafts = [cast.draft(timezone.now(), title=f"关于第 {number}-{n} 段步道的建议") for n in range(ACTS)]
        with serving(tmp_path) as server:
            worker = Process("worker", "--interval", "0.1", home=tmp_path)
            acknowledged, threads = hands(server, who, drafts)
            enough = dice.randint(1, ACTS * 3 // 4)
            until = time.monotonic() + 120
            while len(acknowledged) < enough and time.monotonic() < until and any(map(threading.Thread.is_alive, threads)):
                time.sleep(0.01)
            server.process.kill()
            worker.kill()
            for thread in threads:
                thread.join(90)
        there = Proposal.objects.filter(uid__in=[draft.uid for draft in drafts]).exclude(state="draft")
        assert set(acknowledged) <= set(there.values_list("uid", flat=True))
        assert acknowledged
        kept.update(acknowledged=len(acknowledged), there=there.count())
        assert verifying.verify().problems == ()
    last = Process("worker", "--once", home=tmp_path)
    assert last.child.wait(300) == 0
    serials = sorted(Proposal.objects.exclude(serial=None).values_list("serial", flat=True))
    assert serials == list(range(1, kept["there"] + 1))
    assert not Mark.objects.exists()
    submitted = Event.objects.filter(kind="proposals.submit")
    assert submitted.count() == kept["there"]
    told = Notice.objects.filter(event__in=submitted, account=cast.office).values("event").annotate(n=Count("pk"))
    assert Counter(told.values_list("n", flat=True)) == {1: kept["there"]}
    sealing.seal(at=timezone.now())
    assert verifying.verify().problems == ()
    assert not engine.unexplained(PROPOSAL, Proposal._base_manager.all()).exists()
    with capsys.disabled():
        sys.stdout.write(f" {TIMES} kills: {kept['acknowledged']} acknowledged, {kept['there']} there ")


def test_a_kill_in_an_import_leaves_all_or_nothing(cast: Cast, tmp_path: Path) -> None:
    rows, before = (400 if ROUNDS else 80), Event.objects.count()
    sheet, dice = tmp_path / "提案.csv", random.Random(11)  # noqa: S311
    lines = [f"关于第 {n} 段步道的建议,{'写明。' * 30},林知远,{n},2026-02-01,立案,县财政局" for n in range(1, rows + 1)]
    sheet.write_text("\n".join(["案由,内容,提案人,提案号,提交日期,审查结果,承办单位", *lines]), encoding="utf-8")
    words = ("import", "proposals", str(sheet), "--committee", "YX", "--json")
    for _round in range(ROUNDS or 2):
        importing = Process(*words, home=tmp_path)
        time.sleep(dice.uniform(1, 12 if ROUNDS else 5))
        importing.kill()
        count = Proposal.objects.count()
        assert count in {0, rows}
        assert count or Event.objects.count() == before
        assert verifying.verify().problems == ()
    assert Process(*words, home=tmp_path).child.wait(600) == 0
    assert Process("worker", "--once", home=tmp_path).child.wait(300) == 0
    kinds = Event.objects.filter(kind="proposals.import").count()
    assert (Proposal.objects.count(), kinds, verifying.verify().problems) == (rows, 1, ())
