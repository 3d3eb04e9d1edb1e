"""Lists: an app declares in its `lists.py` what one shows; the page, its cards, tabs, filters and paging come from that.

Rows come a page at a time, behind or before a border row that the address names; each tab reads them in a constant number of
queries, whatever it shows of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import allowed
from tongxin.ui.navigation import NavItem

NOTHING = "—"  # what stands where a row has no such thing


@dataclass(frozen=True)
class Question:
    """Who asks for a list, when, and what of it: as the address says, as far as the declaration knows it."""

    user: Any
    at: datetime
    tab: str = ""
    words: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Sequence[tuple[str, Any]]] = field(default_factory=dict)  # of each filter, for who asks

    @property
    def on(self) -> date:
        """The day on which it is asked."""
        return timezone.localdate(self.at)


def always(_question: Question) -> bool:
    """Offer something to everybody who may open the list."""
    return True


def may(permission: str) -> Callable[[Question], bool]:
    """Offer something to who has a permission."""
    return lambda question: allowed(question.user, permission)


@dataclass(frozen=True)
class Cell:
    """What a column shows of a row: its text, where that leads, a mark beside it and a line below it in small type."""

    text: Any
    url: str = ""
    beside: Any = ""
    below: Any = ""


@dataclass(frozen=True)
class Column:
    """A column: what it is called, what it shows of a row, how it stands (`look`: nowrap, wide, num).

    A column of acts has a `template` instead, which finds the row as `line`.
    """

    label: Any
    show: Callable[[Any], Any] | None = None
    look: str = ""
    template: str = ""
    offered: Callable[[Question], bool] = always

    def cell(self, line: Any) -> Cell:
        """Return what stands in the column for a row."""
        shown = self.show(line) if self.show else ""
        return shown if isinstance(shown, Cell) else Cell(shown)


@dataclass(frozen=True)
class Filter:
    """A choice that narrows the rows; the first choice, with an empty value, is that everything stays."""

    name: str
    label: Any
    choices: Callable[[Question], Iterable[tuple[str, Any]]]
    narrow: Callable[[QuerySet[Any], str, Question], QuerySet[Any]]


@dataclass(frozen=True)
class Nothing:
    """What is said where no row is, and the one way forward from there."""

    sentence: Any
    url: str = ""
    label: Any = ""


@dataclass(frozen=True)
class Tab:
    """A part of a list: which rows, in which order (the last field unique), as which lines, under which columns.

    `lines` makes of the rows of one page what the columns read; without it they read the rows themselves.
    """

    key: str
    label: Any
    rows: Callable[[Question], QuerySet[Any]]
    order: tuple[str, ...]
    columns: tuple[Column, ...]
    caption: Any  # how many there are, with %(n)s
    nothing: Callable[[Question], Nothing]
    lines: Callable[[list[Any], Question], Iterable[Any]] | None = None
    offered: Callable[[Question], bool] = always
    listed: bool = True  # one that is not listed among the tabs is led to from elsewhere


@dataclass(frozen=True)
class Link:
    """A button at the head of a list."""

    label: Any
    url: Callable[[], str]
    icon: str = ""
    main: bool = False
    offered: Callable[[Question], bool] = always


@dataclass(frozen=True)
class Listing:
    """A list: its title, who may open it, its parts, what it is searched for and narrowed by. `name` is its address's too."""

    name: str
    title: Any
    permission: str
    tabs: tuple[Tab, ...]
    tab_name: str = "part"  # in the address
    intro: Any = ""
    find: Callable[[QuerySet[Any], str, Question], QuerySet[Any]] | None = None
    find_label: Any = ""
    filters: tuple[Filter, ...] = ()
    links: tuple[Link, ...] = ()
    size: int = 30
    not_found: Any = _("没有符合条件的，请换个词再找。")

    def tab(self, key: str, question: Question) -> Tab:
        """Return the part asked for, as far as it is offered; else the first."""
        return next((t for t in self.tabs if t.key == key and t.offered(question)), self.tabs[0])

    def rows(self, tab: Tab, question: Question) -> QuerySet[Any]:
        """Return the rows that the question leaves of a part."""
        rows = tab.rows(question)
        for one in self.filters:
            if value := question.chosen.get(one.name, ""):
                rows = one.narrow(rows, value, question)
        return self.find(rows, question.words, question) if self.find and question.words else rows


@dataclass(frozen=True)
class Shown:
    """A page of a list as its template draws it."""

    listing: Listing
    question: Question
    tab: Tab
    tabs: Sequence[NavItem]
    columns: Sequence[Column]
    rows: Sequence[Any]
    lines: Sequence[Any]
    caption: str
    filters: Sequence[tuple[Filter, str, Sequence[tuple[str, Any]]]]
    links: Sequence[Link]
    previous_url: str
    next_url: str
    nothing: Nothing | None  # where there are no rows

    @property
    def table(self) -> Iterator[tuple[Any, list[tuple[Column, Cell]]]]:
        """Yield each line with what stands under each column."""
        for line in self.lines:
            yield line, [(column, column.cell(line)) for column in self.columns]
