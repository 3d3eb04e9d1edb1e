"""Talks with the proposer, chasing a unit, and telling of deadlines."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.core.words import clean_line, clean_text
from tongxin.handling import queries
from tongxin.handling.actions.problems import HandlingError
from tongxin.handling.choices import TaskState, TaskStates
from tongxin.handling.models import Contact, Task


@transaction.atomic
def record_contact(
    task: Task, *, stage: str, way: str, on: date, who: str, with_whom: str, note: str, actor: Account, at: datetime
) -> Contact:
    """Write down a talk with the proposer (面商), by a unit that has signed for the case."""
    if task.state in {TaskState.AWAITING, TaskState.RETURN_ASKED, *TaskStates.gone}:
        message = "签收以后才能记录面商"
        raise HandlingError(message)
    if on > timezone.localdate(at):
        message = "面商日期不能在今天以后"
        raise HandlingError(message)
    Task.objects.select_for_update().filter(pk=task.pk).first()  # two clicks: the second sees the first
    said = {
        "stage": stage,
        "way": way,
        "on": on,
        "who": clean_line(who),
        "with_whom": clean_line(with_whom),
        "note": clean_text(note),
    }
    if Contact.objects.filter(task=task, **said).exists():
        message = "这次面商已经记录过了"
        raise HandlingError(message)
    made = Contact(committee=task.committee, task=task, recorded_at=at, **said)
    made.full_clean(exclude=["uid"])
    made.save()
    audit.record(
        "handling.contact", task.case, actor=actor, at=at, acting_as=task.capacity_of(actor),
        data={
            "unit": task.unit.name, "stage": made.get_stage_display(), "way": made.get_way_display(), "note": made.note,
            "contact": made.pk, "on": on.isoformat(),
        },
    )  # fmt: skip
    return made


@transaction.atomic
def confirm_contact(contact: Contact, *, actor: Account, at: datetime) -> None:
    """The proposer confirms that the talk took place as written."""
    if Contact.objects.filter(pk=contact.pk, confirmed_at=None).update(confirmed_at=at):
        contact.refresh_from_db()
        audit.record(
            "handling.confirm_contact", contact.task.case, actor=actor, at=at, data={"name": actor.name, "contact": contact.pk}
        )


@transaction.atomic
def remind(task: Task, *, reason: str, actor: Account, at: datetime) -> Event:
    """Chase a unit (催办): an event and a notice; deadlines stay."""
    if task.state not in {TaskState.AWAITING, TaskState.IN_HAND, TaskState.WITH_LEADER}:
        message = f"{task.unit}没有正在办理的事项，不用催办"
        raise HandlingError(message)
    Task.objects.select_for_update().filter(pk=task.pk).first()
    if _said_today(task, clean_text(reason), at):
        message = f"今天已经这样催办过{task.unit}"
        raise HandlingError(message)
    return audit.record(
        "handling.remind", task.case, actor=actor, at=at, acting_as=task.capacity_of(actor),
        data={"unit": task.unit.name, "unit_id": task.unit_id, "task": task.pk, "reason": clean_text(reason)},
    )  # fmt: skip


def _said_today(task: Task, reason: str, at: datetime) -> bool:
    rows = Event.objects.filter(subject_type="handling.case", subject_id=task.case_id, kind="handling.remind").order_by("-id")[
        :20
    ]
    return any(
        (e.data.get("task"), e.data.get("reason")) == (task.pk, reason)
        and e.at
        and timezone.localdate(e.at) == timezone.localdate(at)
        for e in rows
    )


@transaction.atomic
def tell_deadline(task: Task, *, at: datetime) -> bool:
    """Record that a unit's deadline draws near or has passed, once for each threshold.

    Says whether there was anything to tell.
    """
    Task.objects.select_for_update().filter(pk=task.pk).first()
    task = Task.objects.select_related("committee", "case__proposal", "case__committee", "unit").get(pk=task.pk)
    on = timezone.localdate(at)
    due, what = queries.clock_of(task)
    threshold = queries.threshold_of(task, on)
    if due is None or not threshold or queries.told(task, threshold, due):
        return False
    audit.record(
        "handling.overdue" if threshold == "red" else "handling.due_soon", task.case, actor=Account.objects.system(), at=at,
        data={
            "unit": task.unit.name, "unit_id": task.unit_id, "task": task.pk, "what": what or "答复", "days": (due - on).days,
            "threshold": threshold, "due": due.isoformat(),
        },
    )  # fmt: skip
    return True
