"""Talks with the proposer, chasing a unit, and telling of deadlines."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.core.words import clean_line, clean_text
from tongxin.handling import queries
from tongxin.handling.actions import facts
from tongxin.handling.actions.problems import HandlingError
from tongxin.handling.choices import Stage, TaskState, TaskStates
from tongxin.handling.models import Contact, Presence, Task
from tongxin.proposals.models import Signature


@transaction.atomic
def record_contact(
    task: Task, *, stage: str, way: str, on: date, who: str, with_whom: str = "", note: str, actor: Account, at: datetime,
    present: Sequence[Signature] = (),
) -> Contact:  # fmt: skip
    """Write down a talk with the proposers (面商), by a unit that has signed for the case.

    `present` are the signers who were there; `with_whom` names others. A signer who is named there was there too.
    """
    _demand_recordable(task, stage, on, at)
    task = Task.objects.select_for_update(of=("self",)).select_related("case__proposal", "unit", "committee").get(pk=task.pk)
    there, others = queries.sort_out(task.case, with_whom, ticked=present)
    if not there and not others:
        message = _("请勾选到场的提案人，或者写明其他参加人")
        raise HandlingError(message)
    said = {
        "stage": stage,
        "way": way,
        "on": on,
        "who": clean_line(who),
        "with_whom": others,
        "note": clean_text(note),
    }
    for known in Contact.objects.filter(task=task, **said).prefetch_related("presences"):  # two clicks: the second sees the first
        if {p.signature_id for p in known.presences.all()} == {s.pk for s in there}:
            message = _("这次面商已经记录过了")
            raise HandlingError(message)
    made = Contact(committee=task.committee, task=task, round=queries.round_on(task, on), recorded_at=at, **said)
    made.full_clean(exclude=["uid"])
    made.save()
    Presence.objects.bulk_create(Presence(committee=task.committee, contact=made, signature=one) for one in there)
    audit.record(
        "handling.contact", task.case, actor=actor, at=at, acting_as=task.capacity_of(actor),
        data=facts.talked(task.unit.name, made.pk, stage=stage, way=way, note=made.note, on=on),
    )  # fmt: skip
    return made


def _demand_recordable(task: Task, stage: str, on: date, at: datetime) -> None:
    problem = ""
    if task.state in {TaskState.AWAITING, TaskState.RETURN_ASKED, *TaskStates.gone}:
        problem = _("签收以后才能记录面商")
    elif on > timezone.localdate(at):
        problem = _("面商日期不能在今天以后")
    elif stage == Stage.BEFORE and queries.round_on(task, on) > 1:
        problem = _("重新办理中的面商，阶段请选办中或者办后")
    if problem:
        raise HandlingError(problem)


def note_phone_read(task: Task, *, actor: Account, at: datetime) -> None:
    """Record that somebody of the unit looked at the proposer's number; the number itself is in no event. Raises HandlingError."""
    spokesman = queries.whom_to_ring(task)
    if spokesman is None:
        raise HandlingError(queries.NO_NUMBER)
    audit.record(
        "handling.read_phone", task, actor=actor, at=at, acting_as=task.capacity_of(actor),
        data={"name": spokesman.name, "unit": task.unit.name, "unit_id": task.unit_id},
    )  # fmt: skip


def confirm_contact(contact: Contact, *, actor: Account, at: datetime) -> None:
    """Say that a talk took place as written, by a signer who was there. Raises HandlingError."""
    _answer(contact, "handling.confirm_contact", happened=True, word="", actor=actor, at=at)


def deny_contact(contact: Contact, *, word: str, actor: Account, at: datetime) -> None:
    """Say that a talk was not as written, by a signer who was named as being there. Raises HandlingError."""
    if not word.strip():
        message = _("请写明与事实不符的地方")
        raise HandlingError(message)
    _answer(contact, "handling.deny_contact", happened=False, word=clean_text(word), actor=actor, at=at)


@transaction.atomic
def _answer(contact: Contact, kind: str, *, happened: bool, word: str, actor: Account, at: datetime) -> None:
    """Keep what one of those present says; said once more, nothing changes; said otherwise, the later word counts."""
    mine = queries.presence_of(contact, actor)
    if mine is None:
        message = _("只有参加了这次面商的提案人可以确认")
        raise HandlingError(message)
    others = Presence.objects.filter(pk=mine.pk).exclude(happened=happened, word=word)
    if others.update(happened=happened, word=word, said_at=at):
        audit.record(
            kind, contact.task.case, actor=actor, at=at,
            data=facts.witnessed(actor.name, contact.pk, contact.task.unit.name) | ({"word": word} if word else {}),
        )  # fmt: skip


@transaction.atomic
def remind(task: Task, *, reason: str, actor: Account, at: datetime) -> Event:
    """Chase a unit (催办): an event and a notice; deadlines stay."""
    if task.state not in {TaskState.AWAITING, TaskState.IN_HAND, TaskState.WITH_LEADER}:
        message = _("%(unit)s没有正在办理的事项，无需催办") % {"unit": task.unit}
        raise HandlingError(message)
    Task.objects.select_for_update().filter(pk=task.pk).first()
    if _said_today(task, clean_text(reason), at):
        message = _("今天已经这样催办过%(unit)s") % {"unit": task.unit}
        raise HandlingError(message)
    return audit.record(
        "handling.remind", task.case, actor=actor, at=at, acting_as=task.capacity_of(actor),
        data=facts.chased(task.unit.name, task.unit_id, task.pk, clean_text(reason)),
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
    if due is None or not threshold or queries.told(task, threshold):
        return False
    audit.record(
        "handling.overdue" if threshold == "red" else "handling.due_soon", task.case, actor=Account.objects.system(), at=at,
        data={
            "unit": task.unit.name, "unit_id": task.unit_id, "task": task.pk, "what": what or "答复", "days": (due - on).days,
            "threshold": threshold, "due": due.isoformat(),
        },
    )  # fmt: skip
    return True
