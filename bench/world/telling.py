"""The stream of a batch: every step is looked up in the real workflow tables, and comes out as the event that the engine would write."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from bench.world.bodies import County, Person
from bench.world.filling import Table
from tongxin.audit.kinds import KINDS
from tongxin.audit.models import Event
from tongxin.notices.models import Notice
from tongxin.workflow.engine import workflows
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
    """Gathers the events and notices of a batch; `flush` writes them in the order of time, as an office's day mixes them."""

    events: Table
    notices: Table
    system: Person
    rules: dict[str, str]  # event kind → the version of the regulation it used
    gathered: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[dict[str, Any], Person, str, str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.flows = {flow.name: flow for flow in workflows()}
        self.targets = {
            (flow.name, source, row.action): row.target for flow in workflows() for row in flow.rows for source in row.sources
        }

    def begin(
        self, subject: Subject, county: County, by: Person, at: datetime, *, acting_as: str = "", **data: Any
    ) -> dict[str, Any]:
        """Tell how a row began."""
        subject.state = subject.flow.initial
        return self._say(
            f"{subject.flow.name}.{subject.flow.start[0]}", subject, county, by, at, acting_as, data, "", subject.state
        )

    def step(
        self, subject: Subject, action: str, county: County, by: Person, at: datetime, *, acting_as: str = "", **data: Any
    ) -> dict[str, Any]:
        """Tell a step of the workflow. Raises KeyError when the table has no such step."""
        source = subject.state
        subject.state = self.targets[subject.flow.name, source, action]
        return self._say(f"{subject.flow.name}.{action}", subject, county, by, at, acting_as, data, source, subject.state)

    def note(
        self, kind: str, subject: Subject, county: County, by: Person, at: datetime, *, acting_as: str = "", **data: Any
    ) -> dict[str, Any]:
        """Tell something that moves no state."""
        return self._say(kind, subject, county, by, at, acting_as, data, "", "")

    def _say(
        self, kind: str, subject: Subject, county: County, by: Person, at: datetime, acting_as: str, data: dict[str, Any],
        source: str, target: str,
    ) -> dict[str, Any]:  # fmt: skip
        if kind not in KINDS:
            raise KeyError(kind)
        event = {
            "committee_code": county.code, "kind": kind, "subject_type": subject.flow.model, "subject_id": subject.id,
            "subject_label": subject.label, "actor_id": by.account or None, "actor_name": by.name, "acting_as": acting_as,
            "from_state": source, "to_state": target, "data": data, "regulation_version": self.rules.get(kind, ""),
            "at": at, "recorded_at": at,
        }  # fmt: skip
        self.gathered.append(event)
        return event

    def tell(self, event: dict[str, Any], person: Person, text: str, url: str, *, read: bool) -> None:
        """Tell a person of an event; old news was read."""
        if person.account and person.account != event["actor_id"]:
            self.told.append((event, person, text, url, read))

    def flush(self) -> int:
        """Write the batch; returns how many events it had."""
        self.gathered.sort(key=lambda event: event["at"])  # stable: steps of one moment stay in their order
        for event in self.gathered:
            self.events.add(**event)
            event["id"] = self.events.last
        done = self.events.flush()
        for event, person, text, url, read in self.told:
            at = event["at"]
            self.notices.add(
                account_id=person.account, committee_code=event["committee_code"], event_id=event["id"], text=text[:300], url=url,
                made_at=at, read_at=at if read else None, day=localdate(at), matter=f"{event['subject_type']}:{event['subject_id']}",
            )  # fmt: skip
        self.notices.flush()
        self.gathered, self.told = [], []
        return done


def new_stream(tables: dict[type, Table], system: Person, rules: dict[str, str]) -> Stream:
    """Return an empty stream into the tables of events and notices."""
    return Stream(tables[Event], tables[Notice], system, rules)
