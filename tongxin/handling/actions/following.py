"""Parts that are taken up once more after their unit ended go on with the unit that follows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees import actions as units_of
from tongxin.committees import queries as bodies
from tongxin.committees.successions import standings
from tongxin.handling import queries
from tongxin.handling.actions.replying import reply_of
from tongxin.handling.choices import ANSWERING, TaskState
from tongxin.handling.models import Case, Task
from tongxin.workflow import engine


@dataclass(frozen=True)
class Move:
    """What is said with a part that moves because its unit ended: nobody chose it on a form."""

    to: str
    clock: str
    draft: str
    reason: str


def go_on_elsewhere(task: Task, event: Event) -> None:
    """A unit that ended takes nothing up: its successor does.

    Where none is known the part waits on the assigning office's desk.

    So it does where the successor has answered itself: whether it answers once more, somebody has to say.
    """
    at = event.at or event.recorded_at
    on = timezone.localdate(at)
    if bodies.is_running(task.unit, on):
        return
    heir = queries.heir_of(task, on, event.data.get("heir", ""))
    if heir is not None:  # it may be ending in this moment
        units_of.hold_units(task.unit_id, heir.pk)
        heir = queries.heir_of(task, on, event.data.get("heir", ""))
    case = Case.objects.select_related("proposal", "committee").get(pk=task.case_id)
    own = next((t for t in queries.live_tasks(case) if heir is not None and t.unit_id == heir.pk), None)
    if heir is None or (own is not None and own.part in ANSWERING and own.state == TaskState.ANSWERED):
        return
    reason = f"{task.unit.name}{standings([task.unit], on)[task.unit_id]}"
    reason = "。".join(filter(None, (reason, event.data.get("reason", ""))))
    said = Move(heir.uid, queries.STAYS, queries.GOES, reason)
    held = Task.objects.select_related("unit", "committee", "case__proposal", "case__committee").get(pk=task.pk)
    if held.answers:  # as whoever handles it again himself it starts from what was answered before
        reply_of(held)
    engine.perform(held, "move", actor=Account.objects.system(), at=at, payload=said, by_system=True)


def who_takes_up(case: Case, tasks: Sequence[Task], chosen: dict[str, str], on: date) -> list[Task]:
    """Return which parts are taken up: of a unit that ended its successor's own, where that answers in the case itself.

    Those whose units work come first: what moves to them finds them at work.
    """
    found: dict[int, Task] = {}
    for task in tasks:
        heir = None if bodies.is_running(task.unit, on) else queries.heir_of(task, on, chosen.get(task.uid, ""))
        own = queries.own_part_of(heir, case) if heir is not None else None
        taken = own if own is not None and own.state == TaskState.ANSWERED else task
        found[taken.pk] = taken
    return sorted(found.values(), key=lambda task: (not bodies.is_running(task.unit, on), task.pk))
