"""The life of a row, read from its lifecycle's table.

The stages it came through, where it stands, and those that are to come.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tongxin.audit.models import Event
from tongxin.core.templatetags.chinese import day
from tongxin.workflow.table import Workflow


@dataclass(frozen=True)
class Stage:
    """A stage of a life: its word, its day, and whether it is done, now, still to come, or the end."""

    label: str
    date: str = ""
    status: str = "todo"  # done, now, todo, end


def life_of(workflow: Workflow, state: str, events: Iterable[Event]) -> list[Stage]:
    """Return the stages of a row: a state to which it came back is told once, with the day on which it came to it last.

    `events` are those the reader is told of, newest first.
    """
    passed = _passed(workflow, state, events)
    ahead = _ahead(workflow, state, set(passed))
    here = "now" if ahead else "end"
    return [
        *(_stage(workflow, name, at, "done") for name, at in passed.items() if name != state),
        _stage(workflow, state, passed.get(state), here),
        *(_stage(workflow, name, None, "todo") for name in ahead),
    ]


def _stage(workflow: Workflow, state: str, at: datetime | None, status: str) -> Stage:
    return Stage(str(workflow.states(state).label), day(at) if at else "", status)


def _passed(workflow: Workflow, state: str, events: Iterable[Event]) -> dict[str, datetime | None]:
    """Return the states that a row came through, in order: one that it went back to ends what came after it."""
    way: dict[str, datetime | None] = {workflow.initial: None}
    for event in reversed(list(events)):
        to = event.to_state
        if to not in workflow.states.values:
            continue
        if to in way:
            kept = list(way)[: list(way).index(to)]
            way = {name: way[name] for name in kept}
        way[to] = event.at
    if state in way:
        return way
    return way | {state: None}


def _ahead(workflow: Workflow, state: str, passed: set[str]) -> list[str]:
    """Return the states that follow when each next step is the first of the table that leads on.

    Not a grave one, no way back.
    """
    found: list[str] = []
    while True:
        steps = (
            row.target
            for row in workflow.rows
            if state in row.sources and row.action not in workflow.grave | workflow.aside and row.target not in passed
        )
        state = next(steps, "")
        if not state:
            return found
        found.append(state)
        passed = passed | {state}
