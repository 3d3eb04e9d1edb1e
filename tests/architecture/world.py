"""A mixed world made of the cast: every state of every lifecycle, in both counties, reached by the steps people take.

How a row comes into a state, an app says in its `tests/world.py`: STATES, each with a way there, or BEGINNINGS, how a
member begins one. Into a state of which it says nothing, the steps of the table lead from the first, each taken by
whoever may. FURTHER are rows for a second part that may be played in a state, SAID what is said with a step whose form
would not do, `neighbours` makes what stands beside all that. Of its pages that are neither lists, beginnings nor
objects' pages: VISITS, who of a world opens which address; NO_PAGES, what takes a POST or gives a file, with why;
ADDRESSES, what stands in an address that begins so, for a reader (`addresses.KNOWN`).
"""

from collections import deque
from dataclasses import MISSING, fields
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, get_origin, get_type_hints

from django.apps import apps

from tests.cast import Cast, moment
from tongxin.access.predicates import nobody
from tongxin.accounts.models import Account
from tongxin.workflow.engine import perform
from tongxin.workflow.table import BY_NAME, T, Workflow

AT = moment("2026-03-02")
LATER = moment("2026-03-20")
HOUSE = "tongxin."


@cache
def worlds() -> tuple[ModuleType, ...]:
    """Return the `tests/world.py` of the apps that have one, from below."""
    names = [f"{app.name}.tests.world" for app in apps.get_app_configs() if app.name.startswith(HOUSE)]
    return tuple(import_module(name) for name in names if find_spec(name.rpartition(".")[0]) and find_spec(name))


def told(what: str) -> dict[Any, Any]:
    """Return what the apps' worlds say under a name, together."""
    return {key: value for module in worlds() for key, value in getattr(module, what, {}).items()}


class World:
    """Makes rows in any state, on demand; a state comes from the same way every time."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.at: datetime = AT

    def make(self, workflow: str, state: str) -> Any:
        """Make a row of a lifecycle in a state."""
        ways = told("STATES").get(workflow, {})
        return ways[state](self) if state in ways else self._by_its_table(BY_NAME[workflow], state)

    def row(self, workflow: str, state: str) -> Any:
        """Return a fresh row of a lifecycle in a state."""
        made = self.make(workflow, state)
        assert made.state == state
        return type(made).objects.get(pk=made.pk)

    def rows(self, workflow: str, state: str) -> list[Any]:
        """Return fresh rows in a state, one for each part that may be played in it."""
        further = told("FURTHER").get((workflow, state))
        return [self.row(workflow, state), *([further(self)] if further else [])]

    def everything(self) -> None:
        """Make every state once, with neighbours that could leak."""
        beginnings = told("BEGINNINGS")
        for name, workflow in BY_NAME.items():
            for state in workflow.states.values:
                self.rows(name, state)
        for begin in beginnings.values():
            begin(self.cast.member(self.cast.member_of_other_county), self.at)
        for module in worlds():
            if hasattr(module, "neighbours"):
                module.neighbours(self)

    def step(self, row: Any, action: str, actor: Account, payload: Any = None) -> Any:
        """Take a step and return the row as it is by then."""
        perform(row, action, actor=actor, at=self.at, payload=payload)
        return type(row).objects.get(pk=row.pk)

    def _by_its_table(self, workflow: Workflow, state: str) -> Any:
        """Begin a row as a member does, and let each step be taken by whoever may."""
        begin = told("BEGINNINGS").get(workflow.name)
        row = begin(self.cast.member(self.cast.proposer), self.at) if begin else self.make(workflow.name, workflow.initial)
        for taken in _way(workflow, state):
            row = type(row).objects.get(pk=row.pk)
            who = next((a for a in self.cast.everyone().values() if taken.by.test_at(a, row, self.at)), None)
            assert who is not None, f"nobody may {taken.action}"
            row = self.step(row, taken.action, who, said(taken, row, who))
        return row


def _way(workflow: Workflow, state: str) -> list[T]:
    """Return the shortest way into a state that people go."""
    ways: deque[tuple[str, list[T]]] = deque([(workflow.initial, [])])
    seen = {workflow.initial}
    while ways:
        here, way = ways.popleft()
        if here == state:
            return way
        for row in workflow.rows:
            if here in row.sources and row.target not in seen and row.by is not nobody:
                seen.add(row.target)
                ways.append((row.target, [*way, row]))
    message = f"{workflow.name}: nobody by hand brings a row into {state}: its tests/world.py says how"
    raise AssertionError(message)


def said(row: T, subject: Any, actor: Account) -> Any:
    """Return something to say with a step, as its form would offer it."""
    if row.asks is None:
        return None
    if row.asks in told("SAID"):
        return told("SAID")[row.asks](subject)
    values = {}
    for spec in fields(row.asks):
        if spec.default is not MISSING:
            continue  # need not be said
        choices = spec.metadata.get("choices")
        chosen = choices(subject, actor, AT)[0][0] if choices else "理由充分。"
        values[spec.name] = (chosen,) if get_origin(get_type_hints(row.asks)[spec.name]) is tuple else chosen
    return row.asks(**values)


def steps() -> list[tuple[str, str, T]]:
    """Return every (workflow, state, row) of every table."""
    return [(name, str(s), row) for name in sorted(BY_NAME) for row in BY_NAME[name].rows for s in row.sources]
