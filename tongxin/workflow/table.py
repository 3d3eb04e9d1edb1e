"""What a lifecycle is: one flat table of transitions, checked when it is read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from tongxin.access.predicates import Predicate
from tongxin.audit import truth
from tongxin.audit.kinds import Audience

LOOKS = frozenset({"draft", "exam", "wait", "doing", "good", "stop", "note-end"})  # of badges, in the design language
Guard = Callable[[Any, datetime], str | None]
Effect = Callable[[Any, Any], None]


@dataclass(frozen=True)
class Setting:
    """What a step sets and says, returned by a setter or handed in by whoever takes the step.

    The engine carries it out.

    `values` are written with the state in one UPDATE. `facts` stand in the event's data, `regulation` names the version
    of the rules that was used, `proves` the rows whose truth the event settles. `writes` change other rows: they are
    called once the move has won, before the event is recorded, so that whoever loses has written nothing.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    regulation: str = ""
    proves: Sequence[models.Model | truth.Saved] = ()
    writes: Sequence[Callable[[], object]] = ()

    def __or__(self, other: "Setting") -> "Setting":
        """Return both; of what both say, the other's word holds."""
        return Setting(
            {**self.values, **other.values},
            {**self.facts, **other.facts},
            other.regulation or self.regulation,
            (*self.proves, *other.proves),
            (*self.writes, *other.writes),
        )


Setter = Callable[..., Setting]


class TableError(Exception):
    """A workflow table contradicts itself."""


@dataclass(frozen=True)
class T:
    """One row: who may move what from where to where, when, saying what, with which effects.

    `by` false: there is no button. `when` false: a grey button that says why. `asks` is a frozen dataclass: what must
    be said; it may have `problems(subject, actor, at) -> dict[field, sentence]`. `sets` are functions (subject, *,
    actor, at, payload) → Setting, whose values are written in the same UPDATE as the state, so that check constraints
    can bind state to facts. `then` are effects (subject, event), in the same transaction. `done` is what whoever took
    the step reads, with the {sentence} of its event; without it, 已 and the label.
    """

    action: str
    label: Any
    sources: tuple[str, ...]
    target: str
    by: Predicate
    when: tuple[Guard, ...] = ()
    asks: type | None = None
    sets: tuple[Setter, ...] = ()
    then: tuple[Effect, ...] = ()
    done: Any = ""

    def said(self, sentence: str) -> str:
        """Say that the step was taken: 已立案，编为第 0001 号."""
        if self.done:
            return str(self.done.format(sentence=sentence))
        return _("已%(sentence)s") % {"sentence": sentence if sentence.startswith(str(self.label)) else self.label}


@dataclass(frozen=True)
class Workflow:
    """One lifecycle of one model.

    `name` begins every event kind of it; `start` is the action that makes a row in the `initial` state; `badges` maps
    states to badge kinds of the design language; `grave` names actions that end a matter, shown last and in the
    stopping colour, `aside` those that are never offered as the first thing to do (returning, merging): what is sent
    back goes on; `own_page` maps actions that have a page of their own to its last part of the address; `told` is the
    audience of the steps of which `events.py` says nothing: they are told as they are labelled.
    """

    name: str
    label: Any
    model: str
    states: type[models.TextChoices]
    initial: str
    start: tuple[str, Any]
    rows: tuple[T, ...]
    badges: dict[str, str] = field(default_factory=dict)
    grave: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset()
    own_page: dict[str, str] = field(default_factory=dict)
    told: Audience | None = None

    def __post_init__(self) -> None:
        problems = list(self._problems())
        if problems:
            message = f"workflow {self.name}: " + "; ".join(problems)
            raise TableError(message)

    def _problems(self) -> Iterable[str]:
        known, seen = set(self.states.values), set()
        reached = {self.initial}
        for row in self.rows:
            for state in (*row.sources, row.target):
                if state not in known:
                    yield f"{row.action} names the unknown state {state}"
            for source in row.sources:
                if (source, row.action) in seen:
                    yield f"two rows for {row.action} from {source}"
                seen.add((source, row.action))
        for _state in known:
            reached |= {row.target for row in self.rows if reached & set(row.sources)}
        if lost := known - reached:
            yield f"unreachable: {', '.join(sorted(lost))}"
        if missing := known - set(self.badges):
            yield f"no badge for {', '.join(sorted(missing))}"
        if unknown := set(self.badges.values()) - LOOKS:
            yield f"no such look of a badge: {', '.join(sorted(unknown))}"

    def row(self, state: str, action: str) -> T | None:
        """Return the row for an action in a state, if there is one."""
        return next((r for r in self.rows if r.action == action and state in r.sources), None)

    def kind(self, action: str) -> str:
        """Name the event of an action."""
        return f"{self.name}.{action}"


BY_MODEL: dict[str, Workflow] = {}
BY_NAME: dict[str, Workflow] = {}
VISIBLE_TO: dict[str, Callable[[Any], models.QuerySet[Any]]] = {}
VIEW: dict[str, str] = {}


def register(workflow: Workflow, *, visible_to: Callable[[Any], models.QuerySet[Any]], view: str) -> Workflow:
    """Register a lifecycle with the query that says whose rows somebody may see, and the permission that says the same of one."""
    if workflow.name in BY_NAME:
        message = f"workflow {workflow.name} is registered twice"
        raise TableError(message)
    BY_MODEL[workflow.model] = BY_NAME[workflow.name] = workflow
    VISIBLE_TO[workflow.name], VIEW[workflow.name] = visible_to, view
    return workflow


def lifecycle_of(model: models.Model | type[models.Model]) -> Workflow | None:
    """Return the lifecycle of a model, or of a row, where it has one."""
    return BY_MODEL.get(model._meta.label_lower)  # noqa: SLF001 -- Django's public-in-practice Meta


def one_visible(user: Any, name: str, uid: str) -> Any:
    """Return the row of a lifecycle with a uid, if somebody may see it; nothing where there is no such lifecycle."""
    visible_to = VISIBLE_TO.get(name)
    return visible_to(user).filter(uid=uid).first() if visible_to else None


def workflow_of(subject: models.Model | type[models.Model]) -> Workflow:
    """Return the lifecycle of a row, or of a model that has one."""
    return BY_MODEL[subject._meta.label_lower]  # noqa: SLF001 -- Django's public-in-practice Meta
