"""The only mover of states: check, move, record, run the effects; all of it or none of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import models, transaction
from django.db.models import F, Max, OuterRef, Subquery

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import truth
from tongxin.audit.models import Event
from tongxin.workflow.models import Stateful, add, move
from tongxin.workflow.table import BY_NAME, Setting, T, Workflow, workflow_of

NOTHING_MORE = Setting()


class WorkflowError(Exception):
    """A move that did not happen; nothing was changed."""


class NotAllowed(WorkflowError):  # noqa: N818 -- reads as a sentence where it is caught
    """There is no such step for this person in this state."""

    def __init__(self, workflow: Workflow, action: str, why: str) -> None:
        super().__init__(f"{workflow.name}: {action} {why}")


class Blocked(WorkflowError):  # noqa: N818
    """The step exists but cannot be taken yet; `reasons` say why."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("；".join(reasons))
        self.reasons = list(reasons)


class Invalid(WorkflowError):  # noqa: N818
    """What was said with the step does not do; `problems` maps field → sentence."""

    def __init__(self, problems: Mapping[str, Any]) -> None:
        self.problems = {name: str(sentence) for name, sentence in problems.items()}
        super().__init__("；".join(self.problems.values()))


class Overtaken(WorkflowError):  # noqa: N818
    """Somebody else was faster; `event` is what they did, if known."""

    def __init__(self, event: Event | None) -> None:
        super().__init__(str(event) if event else "")
        self.event = event


@dataclass(frozen=True)
class Offer:
    """A step open to somebody, with the reasons that still block it."""

    row: T
    reasons: tuple[str, ...]
    subject: Any

    @property
    def blocked(self) -> bool:
        return bool(self.reasons)


def _reasons(row: T, subject: Any, at: datetime) -> list[str]:
    return [reason for guard in row.when if (reason := guard(subject, at))]


def available(subject: Stateful, actor: Any, *, at: datetime) -> list[Offer]:
    """Return the steps open to `actor` now, in the table's order, each with what blocks it."""
    return [
        Offer(row, tuple(_reasons(row, subject, at)), subject)
        for row in workflow_of(subject).rows
        if subject.state in row.sources and row.by.test_at(actor, subject, at)
    ]


def offer_for(subject: Stateful, action: str, actor: Any, *, at: datetime) -> Offer | None:
    """Return one step with what blocks it, where it is open to `actor` now; no other row of the table is asked."""
    row = workflow_of(subject).row(subject.state, action)
    if row is None or not row.by.test_at(actor, subject, at):
        return None
    return Offer(row, tuple(_reasons(row, subject, at)), subject)


def plain(payload: Any) -> dict[str, Any]:
    """Turn what was said into JSON: dates as ISO, tuples as lists, no None."""

    def value(v: Any) -> Any:
        if isinstance(v, (datetime, date)):
            return v.isoformat()
        return list(v) if isinstance(v, tuple) else v

    facts = asdict(payload) if is_dataclass(payload) and not isinstance(payload, type) else dict(payload or {})
    return {key: value(v) for key, v in facts.items() if v is not None}


def last_event(subject: Stateful) -> Event | None:
    """Return the last event that moved a row."""
    return (
        Event.objects.filter(subject_type=audit.label_of(subject), subject_id=subject.pk)
        .exclude(to_state="")
        .order_by("-id")
        .first()
    )


def last_moves(subjects: Sequence[models.Model]) -> dict[int, Event]:
    """Return the last event that moved each of some rows of one kind, by their keys, in one read."""
    if not subjects:
        return {}
    of = Event.objects.filter(subject_type=audit.label_of(subjects[0]), subject_id__in=[row.pk for row in subjects])
    last = of.exclude(to_state="").order_by().values("subject_id").annotate(last=Max("pk")).values("last")
    return {event.subject_id: event for event in Event.objects.filter(pk__in=last) if event.subject_id}


def seen_of(subject: Any, last: Event | None) -> str:
    """Name what is decided on: the last move, and what else must not have changed meanwhile (the version of a text)."""
    return ".".join([last.uid if last else "", *(str(getattr(subject, name)) for name in getattr(subject, "read_as", ()))])


def _capacity(subject: Any, actor: Any) -> str:
    capacity = getattr(subject, "capacity_of", None)
    return str(capacity(actor))[:80] if capacity and actor is not None else ""


@transaction.atomic
def begin(
    subject: Stateful,
    *,
    actor: Account | None,
    at: datetime,
    data: dict[str, Any] | None = None,
    regulation: str = "",
    with_it: Callable[[], Iterable[models.Model]] = tuple,
) -> Event:
    """Insert a new row in its first state and record its beginning. `with_it` makes the rows that begin with it.

    `regulation` names the version of the rules that it begins under.
    """
    workflow = workflow_of(subject)
    add(subject, state=workflow.initial)
    made = with_it()
    return audit.record(
        workflow.kind(workflow.start[0]), subject, actor=actor, at=at, data=data, proves=[truth.New(row) for row in (subject, *made)],
        to_state=workflow.initial, acting_as=_capacity(subject, actor), regulation_version=regulation,
    )  # fmt: skip


@transaction.atomic
def perform(
    subject: Stateful,
    action: str,
    *,
    actor: Account,
    at: datetime,
    payload: Any = None,
    on_behalf_of: Account | None = None,
    by_system: bool = False,
    seen: str = "",
    also: Setting = NOTHING_MORE,
) -> Event:
    """Check, move, record, then run the row's effects: all of it or none of it.

    `payload` is an instance of the row's `asks`. `by_system` lets an effect or a scheduled task take a step that no person
    may take by hand (`by` is not asked, `when` is). `seen` is the uid of the last move that the page showed, where there was a
    page: a row that came back to the same state by other moves is not the one that was decided on. `also` is what an effect or
    a task sets and says with the step, beside what the row's `sets` do. Raises NotAllowed, Blocked,
    Invalid, Overtaken.
    """
    workflow, source = workflow_of(subject), subject.state
    row = workflow.row(source, action)
    if row is None:
        if _moved_on(subject, source) or _was_done(workflow, subject, action):
            raise Overtaken(last_event(subject))
        raise NotAllowed(workflow, action, f"from {source}")
    if not by_system and not row.by.test_at(actor, subject, at):
        raise NotAllowed(workflow, action, f"by {actor}")
    check = getattr(payload, "problems", None)
    reasons = _reasons(row, subject, at)
    problems = check(subject, actor, at) if check and not reasons else {}
    if reasons or problems:
        raise _refused(subject, source, reasons, problems)
    setting = reduce(or_, (setter(subject, actor=actor, at=at, payload=payload) for setter in row.sets), also)
    proved = _proved(subject, setting)
    if not move(subject, source=source, target=row.target, values=setting.values):
        raise Overtaken(last_event(subject))
    if seen and (last := last_event(subject)) is not None and last.uid != seen:
        raise Overtaken(last)
    _write(setting)
    event = audit.record(
        workflow.kind(action), subject, actor=actor, at=at, from_state=source, to_state=row.target,
        data=plain(payload) | dict(setting.facts), acting_as=_capacity(subject, actor),
        on_behalf_of=on_behalf_of, regulation_version=setting.regulation, proves=proved,
    )  # fmt: skip
    for effect in row.then:
        effect(subject, event)
    return event


def _write(setting: Setting) -> None:
    for write in setting.writes:
        write()


def _proved(subject: Stateful, setting: Setting) -> list[models.Model | truth.Saved]:
    """Return the rows that a step vouches for: the subject where it changes what counts of it, and what a setter named.

    What the step sets must be read back as it was set.
    """
    touched = truth.is_touched(subject, {"state", *setting.values})
    own = [truth.Saved(subject, tuple(setting.values))] if touched and audit.intact(subject) else []
    return [*own, *setting.proves]


def _moved_on(subject: Stateful, source: str) -> bool:
    """Say whether a row has left the state in which it was read."""
    now = type(subject)._base_manager.filter(pk=subject.pk).values_list("state", flat=True).first()  # noqa: SLF001
    return bool(now != source)


def _refused(subject: Stateful, source: str, reasons: Sequence[str], problems: Mapping[str, str]) -> WorkflowError:
    """Return what keeps a step back; what is missing now may have been there before somebody else was faster."""
    if _moved_on(subject, source):
        return Overtaken(last_event(subject))
    return Blocked(reasons) if reasons else Invalid(problems)


def _was_done(workflow: Workflow, subject: Stateful, action: str) -> bool:
    last = last_event(subject)
    return last is not None and last.kind == workflow.kind(action)


def unexplained(workflow: Workflow, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Return the rows whose state is not what their last event says: must be empty."""
    last = (
        Event.objects.filter(subject_type=workflow.model, subject_id=OuterRef("pk"))
        .exclude(to_state="")
        .order_by("-id")
        .values("to_state")[:1]
    )
    said = rows.annotate(said=Subquery(last))
    lost: models.QuerySet[Any] = said.exclude(said=F("state")) | said.filter(said=None)
    return lost


def workflows() -> list[Workflow]:
    """Return every registered lifecycle, by name."""
    return [BY_NAME[name] for name in sorted(BY_NAME)]
