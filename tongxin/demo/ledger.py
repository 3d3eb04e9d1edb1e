"""The world's rows and events while they are still in memory: checked against the workflow tables, written in bulk.

Real actions would take minutes for a year and a half of a county. So the same facts are written down here, step by step
with the workflow tables' own rows, and saved at the end; `unexplained` and the tests hold it to the engine's invariants.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import heads, kinds, truth
from tongxin.audit.models import Event, Mark
from tongxin.workflow.table import workflow_of

FRESH = timedelta(days=14)  # events of the last two weeks are still to be told to people
BATCH = 500
M = TypeVar("M", bound=Model)


class NotYet(Exception):  # noqa: N818 -- reads as a sentence where it is caught
    """The step lies after the world's last moment: the story is not that far yet."""


@dataclass
class Entry:
    """One event to be."""

    at: datetime
    order: int
    kind: str
    subject: Any
    actor: Account | None
    data: dict[str, Any]
    more: dict[str, Any] = field(default_factory=dict)


class Ledger:
    """Collects rows and entries; saves them in the order in which things happened."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self.rows: dict[type[Model], list[Any]] = {}
        self.entries: list[Entry] = []
        self._last: dict[int, datetime] = {}

    def check(self, at: datetime) -> None:
        """Raise NotYet when `at` has not come."""
        if at > self.until:
            raise NotYet

    def add(self, row: M) -> M:
        """Keep a row that has no lifecycle."""
        self.rows.setdefault(type(row), []).append(row)
        return row

    def note(self, kind: str, subject: Any, *, actor: Account | None, at: datetime, acting_as: str = "", **data: Any) -> Entry:
        """Write down something that moved nothing."""
        return self._write(Entry(at, len(self.entries), kind, subject, actor, data, {"acting_as": acting_as}))

    def begin(self, row: M, *, actor: Account | None, at: datetime, acting_as: str = "", version: str = "", **data: Any) -> M:
        """Begin the lifecycle of a row."""
        self.check(at)
        workflow = workflow_of(row)
        row.__dict__["state"] = workflow.initial
        self.add(row)
        states = {"to_state": str(workflow.initial), "acting_as": acting_as, "regulation_version": version}
        self._write(Entry(at, len(self.entries), workflow.kind(workflow.start[0]), row, actor, data, states))
        return row

    def step(
        self, row: Any, action: str, *, actor: Account | None, at: datetime, acting_as: str = "", version: str = "", **data: Any
    ) -> Entry:
        """Take a step of the row's workflow table; `version` names the regulation used. Raises ValueError when there is none such."""
        self.check(at)
        workflow = workflow_of(row)
        source = row.__dict__["state"]
        found = workflow.row(source, action)
        if found is None:
            message = f"{workflow.name}: {action} from {source}"
            raise ValueError(message)
        states = {"from_state": str(source), "to_state": str(found.target), "acting_as": acting_as, "regulation_version": version}
        entry = self._write(Entry(at, len(self.entries), workflow.kind(action), row, actor, data, states))
        row.__dict__["state"] = found.target
        return entry

    def _write(self, entry: Entry) -> Entry:
        self.check(entry.at)
        if "to_state" in entry.more:
            last = self._last.get(id(entry.subject))
            if last is not None and entry.at < last:
                message = f"{entry.kind} of {entry.subject} at {entry.at:%m-%d %H:%M} comes before {last:%m-%d %H:%M}"
                raise ValueError(message)
            self._last[id(entry.subject)] = entry.at
        self.entries.append(entry)
        return entry

    def in_order(self) -> list[Entry]:
        """Return the entries as they happened."""
        return sorted(self.entries, key=lambda e: (e.at, e.order))

    def save(self, order: Iterable[type[Model]]) -> None:
        """Write all rows, model by model in the given order, then all events with the marks of the fresh ones."""
        vouched: dict[Model, list[Model]] = {}
        for model in order:
            rows = self.rows.pop(model, [])
            _save_rows(model, rows)
            for row in rows:
                if truth.is_declared(row):
                    vouched.setdefault(row.committee, []).append(row)
        if self.rows:
            message = f"no order for {', '.join(m.__name__ for m in self.rows)}"
            raise ValueError(message)
        events = [audit.build(e.kind, e.subject, actor=e.actor, at=e.at, data=_plain(e.data), **e.more) for e in self.in_order()]
        heads.link_many(events)
        Event.objects.bulk_create(events, batch_size=BATCH)
        fresh = [e for e in events if e.at and e.at > self.until - FRESH]
        Mark.objects.bulk_create(
            [Mark(event=event, consumer=consumer) for event in fresh for consumer in kinds.CONSUMERS], batch_size=BATCH
        )
        self.entries = []
        for committee, rows in vouched.items():
            audit.vouch(committee, rows, at=self.until)


def _save_rows(model: type[Model], rows: list[Any]) -> None:
    """Insert in batches; a row that points to one of its own kind waits until that one has a key."""
    waiting: list[Any] = []
    for row in rows:
        lead = getattr(row, "merged_into", None) if model.__name__ == "Proposal" else None
        if lead is not None and lead.pk is None:
            model._base_manager.bulk_create(waiting, batch_size=BATCH)  # noqa: SLF001 -- the lead first
            waiting = []
        waiting.append(row)
    model._base_manager.bulk_create(waiting, batch_size=BATCH)  # noqa: SLF001 -- past managers that only add


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Rows stand for their keys, which they have by now."""
    return {key: value.pk if isinstance(value, Model) else value for key, value in data.items()}
