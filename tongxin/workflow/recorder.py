"""A life that is told, not lived.

The one way in which imported histories, the demo's years and the bench's counties become events.

Nobody is asked for a permission, no guard is looked at, nobody is told; the graph of the lifecycles holds, nothing of a
row happens before what led to it, and in the end a row is in the state that its last step leads to.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from tongxin.audit import actions as audit
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.workflow.table import Workflow, workflow_of

Step = tuple[str, datetime | None, Mapping[str, Any]]


class UntoldError(Exception):
    """A step that the lifecycle does not have there, one before what led to it, or a row that is not where its life ends."""


@dataclass(slots=True)
class Said:
    """One event to be; `more` has in whose name it was done and which version of a rule was used."""

    kind: str
    subject: Any
    actor: Any
    at: datetime | None
    data: dict[str, Any]
    source: str = ""
    target: str = ""
    more: dict[str, Any] = field(default_factory=dict)


class Recorder:
    """Takes in what happened, step by step, and makes the events of it.

    Rows may be told of before they are written: what an event says of a row is its key when the events are made.
    `flow_of` says whose lifecycle something has that is no row of ours.
    """

    def __init__(
        self, *, via: str = "", recorded_at: datetime | None = None, flow_of: Callable[[Any], Workflow] = workflow_of
    ) -> None:
        self.via, self.recorded_at, self.flow_of = via, recorded_at, flow_of
        self.said: list[Said] = []
        self._states: dict[int, str] = {}  # by the row's identity: it may have no key yet, and is held by what was said
        self._moved: dict[int, datetime] = {}
        self._known: dict[tuple[str, str, str], tuple[str, str]] = {}

    def begin(
        self, subject: Any, *, actor: Any = None, at: datetime | None, data: Mapping[str, Any] | None = None, **more: Any
    ) -> Said:
        """Tell how a row began."""
        flow = self.flow_of(subject)
        return self._move(
            subject, Said(flow.kind(flow.start[0]), subject, actor, at, dict(data or {}), "", str(flow.initial), more)
        )

    def step(
        self,
        subject: Any,
        action: str,
        *,
        actor: Any = None,
        at: datetime | None,
        data: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Said:
        """Tell a step of a row's lifecycle. Raises UntoldError where it has no such step."""
        source = self._states.get(id(subject), "")
        kind, target = self._led(self.flow_of(subject), source, action)
        return self._move(subject, Said(kind, subject, actor, at, dict(data or {}), source, target, more))

    def _led(self, flow: Workflow, source: str, action: str) -> tuple[str, str]:
        """Return the event of a step and where it leads.

        Looked up once, as a bench takes the same millions of times.
        """
        asked = flow.name, source, action
        if asked not in self._known:
            row = flow.row(source, action)
            if row is None:
                message = f"{flow.name}: {action} from {source or 'nothing'}"
                raise UntoldError(message)
            self._known[asked] = flow.kind(action), str(row.target)
        return self._known[asked]

    def note(
        self,
        kind: str,
        subject: Any,
        *,
        actor: Any = None,
        at: datetime | None,
        data: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Said:
        """Tell something that moved nothing."""
        if kind not in kinds.KINDS:
            raise audit.UnknownKindError(kind)
        said = Said(kind, subject, actor, at, dict(data or {}), "", "", more)
        self.said.append(said)
        return said

    def life(self, subject: Any, steps: Sequence[Step]) -> None:
        """Tell a row's whole life, of which a sheet gave the steps; it is in the state to which they lead.

        Raises UntoldError.
        """
        flow = self.flow_of(subject)
        for action, at, data in steps:
            if action == flow.start[0] and id(subject) not in self._states:
                self.begin(subject, at=at, data=data)
            else:
                self.step(subject, action, at=at, data=data)
        self.demand_true(subject)

    def demand_true(self, subject: Any) -> None:
        """Raise UntoldError unless a row is in the state to which its last step leads."""
        told = self._states.get(id(subject), "")
        if subject.state != told:
            message = f"{subject} is {subject.state}, and its life ends in {told or 'nothing'}"
            raise UntoldError(message)

    def _move(self, subject: Any, said: Said) -> Said:
        last = self._moved.get(id(subject))
        if said.at is not None:
            if last is not None and said.at < last:
                message = f"{said.kind} of {subject} at {said.at:%m-%d %H:%M} comes before {last:%m-%d %H:%M}"
                raise UntoldError(message)
            self._moved[id(subject)] = said.at
        self._states[id(subject)] = said.target
        self.said.append(said)
        return said

    def in_order(self) -> list[Said]:
        """Return what was said in the order of time; steps of one moment stay in theirs.

        Only where every time is known.
        """
        return sorted(self.said, key=_moment)

    def take(self) -> list[Said]:
        """Return what was said in the order of time, and begin anew: those lives are told."""
        said = self.in_order()
        self.said, self._states, self._moved = [], {}, {}
        return said

    def events(self, said: Iterable[Said] | None = None) -> list[Event]:
        """Return the unsaved events of what was said (all of it, in its order); the rows are written by now."""
        return [
            audit.build(
                one.kind,
                one.subject,
                actor=one.actor,
                at=one.at,
                data=_keys(one.data),
                from_state=one.source,
                to_state=one.target,
                via=self.via,
                recorded_at=self.recorded_at,
                **one.more,
            )
            for one in (self.said if said is None else said)
        ]


def _moment(said: Said) -> datetime:
    if said.at is None:
        message = f"nobody said when: {said.kind}"
        raise UntoldError(message)
    return said.at


def _keys(data: Mapping[str, Any]) -> dict[str, Any]:
    """Rows stand for their keys."""
    return {key: value.pk if isinstance(value, models.Model) else value for key, value in data.items()}
