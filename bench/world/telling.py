"""The stream of a batch.

Every step is looked up in the real workflow tables, and comes out as the event that the engine would write.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from bench.world.bodies import County, Person
from bench.world.filling import Table
from tongxin.audit.models import Event
from tongxin.notices.models import Notice
from tongxin.workflow.engine import workflows
from tongxin.workflow.recorder import Recorder, Said
from tongxin.workflow.table import Workflow

NOBODY = Person(0, 0, "")


@dataclass
class Subject:
    """A row with a lifecycle on its way into the database."""

    flow: Workflow
    id: int
    label: str
    state: str = ""


@dataclass
class Stream:
    """Gathers what happened in a batch, and its notices.

    `flush` writes them in the order of time, as an office's day mixes them.
    """

    events: Table
    notices: Table
    system: Person
    rules: dict[str, str]  # event kind → the version of the regulation it used
    recorder: Recorder = field(default_factory=lambda: Recorder(flow_of=lambda subject: subject.flow))
    told: list[tuple[Said, Person, str, str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flows = {flow.name: flow for flow in workflows()}

    def begin(self, subject: Subject, county: County, by: Person, at: datetime, *, acting_as: str = "", **data: Any) -> Said:
        """Tell how a row began."""
        return self._kept(self.recorder.begin(subject, actor=by, at=at, data=data, county=county, acting_as=acting_as))

    def step(
        self, subject: Subject, action: str, county: County, by: Person, at: datetime, *, acting_as: str = "", **data: Any
    ) -> Said:
        """Tell a step of the workflow. Raises UntoldError when the table has no such step."""
        return self._kept(self.recorder.step(subject, action, actor=by, at=at, data=data, county=county, acting_as=acting_as))

    def note(
        self, kind: str, subject: Subject, county: County, by: Person, at: datetime, *, acting_as: str = "", **data: Any
    ) -> Said:
        """Tell something that moves no state."""
        return self.recorder.note(kind, subject, actor=by, at=at, data=data, county=county, acting_as=acting_as)

    def _kept(self, said: Said) -> Said:
        said.subject.state = said.target
        return said

    def _row(self, said: Said) -> dict[str, Any]:
        """Return the columns of an event: a million are written without a model, and without digests."""
        subject, by = said.subject, said.actor
        return {
            "committee_code": said.more["county"].code,
            "kind": said.kind,
            "subject_type": subject.flow.model,
            "subject_id": subject.id,
            "subject_label": subject.label,
            "actor_id": by.account or None,
            "actor_name": by.name,
            "acting_as": said.more["acting_as"],
            "from_state": said.source,
            "to_state": said.target,
            "data": said.data,
            "regulation_version": self.rules.get(said.kind, ""),
            "at": said.at,
            "recorded_at": said.at,
        }

    def tell(self, said: Said, person: Person, text: str, url: str, *, read: bool) -> None:
        """Tell a person of an event; old news was read."""
        if person.account and person.account != said.actor.account:
            self.told.append((said, person, text, url, read))

    def flush(self) -> int:
        """Write the batch; returns how many events it had."""
        keys: dict[int, int] = {}
        for said in self.recorder.take():
            keys[id(said)] = self.events.add(**self._row(said))
        done = self.events.flush()
        for said, person, text, url, read in self.told:
            at, subject = said.at, said.subject
            self.notices.add(
                account_id=person.account,
                committee_code=said.more["county"].code,
                event_id=keys[id(said)],
                text=text[:300],
                url=url,
                made_at=at,
                read_at=at if read else None,
                day=localdate(at),
                matter=f"{subject.flow.model}:{subject.id}",
            )
        self.notices.flush()
        self.told = []
        return done


def new_stream(tables: dict[type, Table], system: Person, rules: dict[str, str]) -> Stream:
    """Return an empty stream into the tables of events and notices."""
    return Stream(tables[Event], tables[Notice], system, rules)
