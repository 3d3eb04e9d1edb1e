"""A reply is never laid before nobody.

Without a leader it does not go, and what lies before one who left comes back.
"""

from django.utils import timezone

from tests.architecture.world import World
from tests.cast import Cast
from tongxin.audit.models import Event
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment
from tongxin.handling.choices import TaskState
from tongxin.handling.models import Reply, Task
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice

NO_LEADER = "本单位现在没有负责人，请与机关联系任命"


def dismissed(cast: Cast, today) -> None:
    """Let the unit's leader go; the co-handler's stays, who signs nothing here."""
    at = today.replace(hour=0, minute=0)
    bodies.appoint(
        cast.co_clerk,
        committee=cast.county,
        duty=Duty.UNIT_LEADER,
        unit=cast.co_unit,
        starts_on=timezone.localdate(at),
        actor=None,
        at=at,
    )
    held = Appointment.objects.get(account=cast.unit_leader, duty=Duty.UNIT_LEADER)
    bodies.end_appointment(held, actor=cast.office, at=at, reason="调离")


def written(cast: Cast) -> Task:
    """Return a task whose reply is whole; the leader has not seen it."""
    task: Task = World(cast).row("tasks", TaskState.IN_HAND)
    return task


def test_a_reply_does_not_go_to_a_leader_who_is_not_there(cast: Cast, as_, today) -> None:
    task = written(cast)
    dismissed(cast, today)
    clerk = as_(cast.clerk)
    page = clerk.get(task.get_absolute_url()).text
    assert NO_LEADER in page
    assert f'href="/go/tasks/{task.uid}/submit_reply/"' not in page
    clerk.post(f"/go/tasks/{task.uid}/submit_reply/")
    task.refresh_from_db()
    assert task.state == TaskState.IN_HAND
    assert Event.objects.filter(kind="tasks.submit_reply").count() == 0


def test_with_a_leader_it_goes(cast: Cast, as_) -> None:
    task = written(cast)
    assert as_(cast.clerk).post(f"/go/tasks/{task.uid}/submit_reply/").status_code == 302
    task.refresh_from_db()
    assert task.state == TaskState.WITH_LEADER


def test_the_clerk_takes_back_what_lies_before_a_leader_and_loses_nothing_of_it(cast: Cast, as_, today) -> None:
    task = World(cast).row("tasks", TaskState.WITH_LEADER)
    before = Reply.objects.values("text", "category", "version").get()
    dismissed(cast, today)
    clerk, url = as_(cast.clerk), f"/go/tasks/{task.uid}/take_back/"
    page = clerk.get(task.get_absolute_url()).text
    assert "收回答复稿" in page
    for other in (cast.other_clerk, cast.co_clerk, cast.assigner, cast.office, cast.proposer):
        as_(other).post(url)
    task.refresh_from_db()
    assert (task.state, Event.objects.filter(kind="tasks.take_back").count()) == (TaskState.WITH_LEADER, 0)
    assert clerk.post(url).status_code == 302
    task.refresh_from_db()
    assert (task.state, Event.objects.filter(kind="tasks.take_back").count()) == (TaskState.IN_HAND, 1)
    assert Reply.objects.values("text", "category", "version").get() == before
    assert "县卫生健康局承办人收回送审签的答复稿" in clerk.get(task.get_absolute_url()).text
    assert NO_LEADER in clerk.get(task.get_absolute_url()).text


def test_the_leader_hears_that_a_reply_was_taken_back(cast: Cast, as_) -> None:
    task = World(cast).row("tasks", TaskState.WITH_LEADER)
    as_(cast.clerk).post(f"/go/tasks/{task.uid}/take_back/")
    notices.deliver()
    told = Notice.objects.filter(account=cast.unit_leader).order_by("-id").first()
    assert told is not None
    assert told.text.endswith("的答复稿已由承办人收回，现在无需审签")
