"""What lists of units' parts have in common: their columns, their deadline levels, how they are counted."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import case_number, deadline
from tongxin.desks.levels import WORDS
from tongxin.desks.listings import Cell, Column, Filter, Question
from tongxin.handling import queries
from tongxin.handling.models import Task
from tongxin.handling.queries.lists import Row


# ── columns ──────────────────────────────────────────────────────────────────────────────────────
def titled(url: Callable[[Row], str]) -> Column:
    """Return the column of titles, which lead to `url`."""

    def show(row: Row) -> Cell:
        times = row.task.case.round
        again = f"　{_('第 %(n)s 次办理') % {'n': times}}" if times > 1 else ""
        return Cell(row.task.case.proposal.title, url(row), below=f"{row.proposers}{again}")

    return Column("title", gettext_lazy("案由"), show, "title", width=48)


def page_of(row: Row) -> str:
    """Return the page of a unit's part."""
    return str(row.task.get_absolute_url())


def _below(row: Row) -> list[str]:
    return [said for said in (row.note, row.others) if said]


def _due(row: Row) -> Cell:
    if row.chip is None:
        return Cell("")
    kind = _("答复期限") if row.task.answers else _("会办意见期限")
    return Cell("", chip=row.chip, below=f"{kind} {deadline(row.reply_due)}" if row.reply_due else "")


NUMBER = Column("number", gettext_lazy("案号"), lambda row: case_number(row.task.case.proposal.number), "nowrap")
STATE = Column("state", gettext_lazy("状态"), lambda row: Cell(row.task.state_word, badge=row.badge), "nowrap")
DUE = Column("due", gettext_lazy("期限"), _due, "nowrap", width=20)


def columns(title: Column, *, named: Callable[[Question], bool]) -> tuple[Column, ...]:
    """Return the columns of a list of parts, with the units' names where there are several of them."""
    handled = gettext_lazy("承办")
    return (
        title,
        NUMBER,
        Column("part", handled, lambda row: Cell(row.task.get_part_display(), below=_below(row)), offered=lambda q: not named(q)),
        Column(
            "handled",
            handled,
            lambda row: Cell(f"{row.task.get_part_display()}　{row.task.unit.name}", below=_below(row)),
            offered=named,
            width=24,
        ),
        STATE,
        DUE,
    )


def lines(found: list[Task], q: Question) -> Iterable[Row]:
    """Make the lines of parts."""
    return [queries.row_of(task, q.on) for task in queries.with_others(found)]


# ── levels and counts ────────────────────────────────────────────────────────────────────────────
def levels(committees: Callable[[Question], list[Committee]]) -> Filter:
    """Return the choice of a deadline level, each committee by its own rule."""

    def narrow(rows: QuerySet[Task], level: str, q: Question) -> QuerySet[Task]:
        return rows.filter(queries.level(committees(q), q.on, level))

    return Filter(
        "level",
        gettext_lazy("期限"),
        lambda _q: [("", ""), *((level, word) for level, (word, _text) in WORDS.items())],
        narrow,
        "lanes",
    )


def counted(
    rows: Callable[[], QuerySet[Task]],
    parts: Callable[[], Mapping[str, Q]],
    of: str,
    q: Question,
    *,
    committees: list[Committee],
    scope: tuple[Any, ...],
) -> dict[str, int]:
    """Count the parts of a list, and the deadline levels of one of them, in one read; kept until something happens."""

    def conditions() -> dict[str, Q]:
        known = dict(parts())
        return known | {name: known[of] & queries.level(committees, q.on, name) for name in WORDS}

    return queries.counts(rows, conditions, committees=committees, on=q.on, scope=scope)
