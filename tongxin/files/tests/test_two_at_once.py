"""A file that is added or taken off in the moment in which its text is handed in.

One of the two waits, and none is lost.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connection, transaction

from tests.cast import NOW, Cast
from tongxin.audit import verifying
from tongxin.audit.models import Event
from tongxin.files.tests.held import ready_to_send, upload
from tongxin.files.tests.samples import PNG
from tongxin.handling import actions as handling
from tongxin.handling.choices import TaskState
from tongxin.handling.models import ReplyFile, Task
from tongxin.handling.workflow import Sending, Why
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import State
from tongxin.proposals.models import Attachment, Proposal
from tongxin.proposals.workflow import Return
from tongxin.workflow.engine import perform

LOOKS, PAUSE = 600, 0.05  # how often it is looked whether the second waits, and seconds between two looks
WAITS_FOR_US = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"


@dataclass
class Second:
    """What the second of two does while the first has not committed.

    On SQLite, where writers wait in a line, after it.
    """

    work: Callable[[], object]
    failed: Exception | None = None

    def begin(self) -> threading.Thread | None:
        if connection.vendor == "sqlite":
            return None
        thread = threading.Thread(target=self._run)
        thread.start()
        for _look in range(LOOKS):
            if waits_for_us():
                return thread
            assert thread.is_alive(), "it did not wait for the first"
            time.sleep(PAUSE)
        message = "it never came to what the first holds"
        raise AssertionError(message)

    def end(self, thread: threading.Thread | None) -> None:
        if thread is None:
            self._run(close=False)
        else:
            thread.join(60)

    def _run(self, *, close: bool = True) -> None:
        try:
            self.work()
        except (proposals.ProposalError, handling.HandlingError) as error:
            self.failed = error
        finally:
            if close:
                connection.close()


def waits_for_us() -> bool:
    """Say whether another connection waits for a row that this one holds, as the database itself tells."""
    with connection.cursor() as cursor:
        cursor.execute(WAITS_FOR_US)
        return bool(cursor.fetchone()[0])


def meanwhile(first: Callable[[], object], work: Callable[[], object]) -> str:
    """Do `first`, and before it is committed begin `work` with what was read before.

    Return with which words that failed.
    """
    second = Second(work)
    with transaction.atomic():
        first()
        thread = second.begin()
    second.end(thread)
    return str(second.failed or "")


@pytest.mark.django_db(transaction=True)
def test_that_the_second_waits_is_told_from_that_it_is_slow_or_waits_for_nothing(cast: Cast) -> None:
    draft, order = cast.draft(), list[str]()

    def hold() -> None:
        Proposal.objects.select_for_update().get(pk=draft.pk)

    def first() -> None:
        hold()
        transaction.on_commit(lambda: order.append("the first is done"))

    def slow() -> None:
        time.sleep(1.5)
        order.append("the second has come")
        with transaction.atomic():
            hold()

    assert meanwhile(first, slow) == ""
    if connection.vendor == "sqlite":  # writers wait in a line
        assert order == ["the first is done", "the second has come"]
        return
    assert order == ["the second has come", "the first is done"]
    with pytest.raises(AssertionError, match="did not wait"):
        meanwhile(hold, lambda: time.sleep(1.5))


@pytest.mark.django_db(transaction=True)
def test_no_file_is_taken_off_or_added_in_the_moment_of_submission(cast: Cast) -> None:
    draft = cast.draft()
    [held] = proposals.attach(draft, uploads=[upload("走访.pdf")], actor=cast.proposer, at=NOW)
    works: list[tuple[Callable[[], object], str]] = [
        (lambda: proposals.detach(held, actor=cast.proposer, at=NOW), "提案已经提交，不能再移除附件"),
        (
            lambda: proposals.attach(draft, uploads=[upload("照片.png", PNG)], actor=cast.proposer, at=NOW),
            "提案已经提交，不能再添加附件",
        ),
    ]
    for work, words in works:
        proposal = Proposal.objects.get(pk=draft.pk)
        if proposal.state == State.SUBMITTED:
            back_to_the_proposer(cast, proposal)
        assert meanwhile(lambda: hand_in(cast, draft), work) == words
        assert list(Attachment.objects.values_list("file__name", flat=True)) == ["走访.pdf"]
    assert (Event.objects.filter(kind="proposals.detach").count(), verifying.verify().problems) == (0, ())


def hand_in(cast: Cast, draft: Proposal) -> None:
    perform(Proposal.objects.get(pk=draft.pk), "submit", actor=cast.proposer, at=NOW)


def back_to_the_proposer(cast: Cast, proposal: Proposal) -> None:
    perform(proposal, "return_for_revision", actor=cast.office, at=NOW, payload=Return("请补充数据。"))


@pytest.mark.django_db(transaction=True)
def test_no_file_of_a_reply_is_taken_off_or_added_in_the_moment_in_which_it_goes_to_the_leader(cast: Cast) -> None:
    task = ready_to_send(cast)
    held = ReplyFile.objects.select_related("reply__task").get()
    reply = handling.reply_of(Task.objects.get(pk=task.pk))
    works: list[Callable[[], object]] = [
        lambda: handling.detach_from_reply(held),
        lambda: handling.attach_to_reply(reply, upload=upload("照片.png", PNG), actor=cast.clerk, at=NOW),
    ]
    for work in works:
        now = Task.objects.get(pk=task.pk)
        if now.state == TaskState.WITH_LEADER:
            send_back(cast, now)
        assert meanwhile(lambda: to_the_leader(cast, task), work) == "答复稿已经送出审签，现在不能修改"
        assert list(ReplyFile.objects.values_list("file__name", flat=True)) == ["测算.pdf"]
    send(cast, task)
    assert verifying.verify().problems == ()


def to_the_leader(cast: Cast, task: Task) -> None:
    perform(Task.objects.get(pk=task.pk), "submit_reply", actor=cast.clerk, at=NOW)


def send_back(cast: Cast, task: Task) -> None:
    perform(task, "revise", actor=cast.unit_leader, at=NOW, payload=Why("请补充测算。"))


def send(cast: Cast, task: Task) -> None:
    now = Task.objects.get(pk=task.pk)
    perform(now, "approve", actor=cast.unit_leader, at=NOW)
    perform(now, "send", actor=cast.assigner, at=NOW, payload=Sending("B"))
