"""The world's rows and events while they are still in memory: checked against the workflow tables, written in bulk.

Real actions would take minutes for a year and a half of a county. So the same facts are written down here, step by step
with the workflow tables' own rows, and saved at the end; `unexplained` and the tests hold it to the engine's
invariants.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit import truth
from tongxin.workflow.recorder import Recorder, Said

FRESH = timedelta(days=14)  # events of the last two weeks are still to be told to people
BATCH = 500
M = TypeVar("M", bound=Model)


class NotYet(Exception):  # noqa: N818 -- reads as a sentence where it is caught
    """The step lies after the world's last moment: the story is not that far yet."""


class Ledger:
    """Collects rows and what happened to them; saves them in the order in which things happened."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self.rows: dict[type[Model], list[Any]] = {}
        self.recorder = Recorder()

    @property
    def said(self) -> list[Said]:
        """What was told so far, as it was told."""
        return self.recorder.said

    def check(self, at: datetime) -> None:
        """Raise NotYet when `at` has not come."""
        if at > self.until:
            raise NotYet

    def add(self, row: M) -> M:
        """Keep a row that has no lifecycle."""
        self.rows.setdefault(type(row), []).append(row)
        return row

    def note(self, kind: str, subject: Any, *, actor: Account | None, at: datetime, acting_as: str = "", **data: Any) -> Said:
        """Write down something that moved nothing."""
        self.check(at)
        return self.recorder.note(kind, subject, actor=actor, at=at, data=data, acting_as=acting_as)

    def begin(self, row: M, *, actor: Account | None, at: datetime, acting_as: str = "", version: str = "", **data: Any) -> M:
        """Begin the lifecycle of a row."""
        self.check(at)
        said = self.recorder.begin(row, actor=actor, at=at, data=data, acting_as=acting_as, regulation_version=version)
        row.__dict__["state"] = said.target
        return self.add(row)

    def step(
        self, row: Any, action: str, *, actor: Account | None, at: datetime, acting_as: str = "", version: str = "", **data: Any
    ) -> Said:
        """Take a step of the row's workflow table; `version` names the regulation used.

        Raises UntoldError when there is none such.
        """
        self.check(at)
        said = self.recorder.step(row, action, actor=actor, at=at, data=data, acting_as=acting_as, regulation_version=version)
        row.__dict__["state"] = said.target
        return said

    def in_order(self) -> list[Said]:
        """Return what was told as it happened."""
        return self.recorder.in_order()

    def save(self, order: Iterable[type[Model]]) -> None:
        """Save all rows, model by model in the given order, then all events with the marks of the fresh ones."""
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
        events = self.recorder.events(self.recorder.take())
        audit.record_many(events)
        audit.mark(event for event in events if event.recorded_at > self.until - FRESH)
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
