"""What most matters say alike of their rows: columns, a tab of all that one may see, what waits in a state.

Who says better, declares it.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from tongxin.committees import queries as bodies
from tongxin.desks.listings import Cell, Column, Tab
from tongxin.desks.objects import value_of
from tongxin.desks.todos import SHOWN, Todo
from tongxin.workflow.table import VISIBLE_TO, Workflow, workflow_of


# ── in lists ─────────────────────────────────────────────────────────────────────────────────────
def title(label: Any) -> Column:
    """Show what a row is called, which leads to its page."""
    return Column("title", label, lambda row: Cell(str(row), row.get_absolute_url()), "title", width=48)


def value(name: str, label: Any) -> Column:
    """Show a field as people read it."""
    return Column(name, label, lambda row: value_of(row, name))


def _state(row: Any) -> Cell:
    workflow = workflow_of(row)
    return Cell(str(workflow.states(row.state).label), badge=workflow.badges[row.state])


STATE = Column("state", _("状态"), _state)


def all_of(workflow: Workflow, *columns: Column, fetched: tuple[str, ...] = ()) -> Tab:
    """List the rows of a lifecycle that somebody may see, newest first, with the rows `fetched` that their columns read."""
    return Tab(
        "all", _("全部"), lambda q: VISIBLE_TO[workflow.name](q.user).select_related(*fetched), ("-id",), (*columns, STATE)
    )


# ── on desks ─────────────────────────────────────────────────────────────────────────────────────
def in_states(model: type[Model], duty: str, *states: str) -> Callable[[Any, date], QuerySet[Any]]:
    """Return the rows in some states, in the committees where somebody holds a duty."""
    rows: Any = model._default_manager  # noqa: SLF001 -- Django's public-in-practice attribute
    return lambda user, _on: rows.filter(committee_id__in=bodies.committees_with(user, duty), state__in=states)


def todos(line: str, *, fetched: tuple[str, ...] = ()) -> Callable[[Any, str, date], Iterable[Todo]]:
    """Say of the first rows what each is called and, below that, one of its values."""

    def items(rows: Any, button: str, _on: date) -> Iterable[Todo]:
        for row in rows.select_related(*fetched).order_by("id")[:SHOWN]:
            yield Todo(str(row), str(value_of(row, line)), row.get_absolute_url(), button)

    return items
