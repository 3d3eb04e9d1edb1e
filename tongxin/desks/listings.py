"""Lists: an app declares in its `lists.py` what one shows.

Page, cards, tabs, filters, paging, acts, sheets and API come from that.

Rows come a page at a time, behind or before a border row that the address names; each tab reads them in a constant
number of queries, whatever it shows of them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongxin.access.permissions import allowed
from tongxin.committees.queries import committee_of

NOTHING = "—"  # what stands where a row has no such thing


# ── what is asked ────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Question:
    """Who asks for a list, when, and what of it: as the address says, as far as the declaration knows it."""

    user: Any
    at: datetime
    tab: str = ""
    words: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Sequence[tuple[str, Any]]] = field(default_factory=dict)  # of each filter, for who asks
    sort: str = ""
    size: int = 0
    read: dict[str, Any] = field(default_factory=dict, compare=False)  # what was read for it already

    def once(self, name: str, read: Callable[[], Any]) -> Any:
        """Read something that several parts of a list ask for, once for the question."""
        if name not in self.read:
            self.read[name] = read()
        return self.read[name]

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


# ── what stands there ────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Step:
    """A button in a row: what it does, where that is asked, of whom it is (for who does not see the row), why it waits.

    `key` is its own on the page: what it waits for is told under it.
    """

    key: str
    label: Any
    url: str
    of: Any = ""
    waits: Any = ""


@dataclass(frozen=True)
class Cell:
    """What a column shows of a row: its text, where that leads, marks beside it, a line below it in small type.

    `badge` is the look of a state whose word is the text; `chip` a deadline instead of a text; `faint` what is no
    answer yet; `steps` are buttons before the text.
    """

    text: Any
    url: str = ""
    beside: Any = ""
    below: Any = ""  # a line, or several
    badge: str = ""
    chip: Any = None
    tag: Any = ""
    faint: bool = False
    steps: Sequence[Step] = ()

    @property
    def subs(self) -> list[Any]:
        """The lines below it."""
        return [self.below] if isinstance(self.below, (str, Promise)) else list(self.below)

    @property
    def said(self) -> str:
        """The cell as one text, for sheets and the API."""
        return str(self.chip.text if self.chip else "" if self.text in {None, NOTHING} else self.text)


@dataclass(frozen=True)
class Column:
    """A column: its key in the API, its head, what it shows of a row, how it stands (`look`: title, nowrap, wide, num).

    `says` gives what a sheet and the API write, where that is another text than the screen's; `sorts` the orders, up
    and down, that its head offers; `only`: "page" or "sheet" where it stands in one of them alone; `width`: characters
    in a sheet.
    """

    name: str
    label: Any
    show: Callable[[Any], Any]
    look: str = ""
    offered: Callable[[Question], bool] = always
    says: Callable[[Any], Any] | None = None
    sorts: tuple[str, str] | None = None
    only: str = ""
    width: int = 14

    def cell(self, line: Any) -> Cell:
        """Return what stands in the column for a row."""
        shown = self.show(line)
        return shown if isinstance(shown, Cell) else Cell(shown)

    def said(self, line: Any) -> str:
        """Return what a sheet and the API say of a row."""
        return str(self.says(line)) if self.says else self.cell(line).said


@dataclass(frozen=True)
class Filter:
    """A choice that narrows the rows; an empty value says that everything stays.

    `place`: in the row of filters, among `more` of them, as `tabs`, as `lanes` (the deadline levels), in the head as
    the `scope` of the whole list (one is always chosen, the first where none is named), or only in the address, as a
    chip (`hidden`). `handed_on`: `narrow` does nothing with the value but hand it on, and asks nothing of the question
    (`desks.reading`).
    """

    name: str
    label: Any
    choices: Callable[[Question], Iterable[tuple[str, Any]]]
    narrow: Callable[[QuerySet[Any], str, Question], QuerySet[Any]]
    place: str = ""
    handed_on: bool = False


@dataclass(frozen=True)
class Order:
    """An order that may be asked for: what it is called, and its fields, the last of them unique."""

    label: Any
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Saying:
    """A sentence in place of rows or above them, and the one way forward from there."""

    sentence: Any
    url: str = ""
    label: Any = ""


def _nothing_yet(_question: Question) -> Saying:
    return Saying(_("目前没有内容。"))


@dataclass(frozen=True)
class Tab:
    """A part of a list: which rows, in which order (the last field unique), as which lines, under which columns.

    `lines` makes of the rows of one page what the columns read; without it they read the rows themselves. `filled` are
    the fields of the order that these rows always have, `orders` those that may be asked for.
    """

    key: str
    label: Any
    rows: Callable[[Question], QuerySet[Any]]
    order: tuple[str, ...]
    columns: tuple[Column, ...]
    caption: Any = _("共 %(n)s 件")  # how many there are
    nothing: Callable[[Question], Saying] = _nothing_yet
    lines: Callable[[list[Any], Question], Iterable[Any]] | None = None
    offered: Callable[[Question], bool] = always
    listed: bool = True  # one that is not listed among the tabs is led to from elsewhere
    kept: bool = True  # listed though nothing is in it
    filled: frozenset[str] = frozenset()
    orders: Mapping[str, Order] = field(default_factory=dict)
    hint: Callable[[Question], Saying | None] | None = None
    acts: tuple[str, ...] = ()  # which of the list's acts ticked rows may get
    unknown: frozenset[str] = frozenset()  # the list's filters that these rows know nothing of: they count as not asked

    def knows(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """Return what of a choice these rows can be narrowed by."""
        return {name: value for name, value in chosen.items() if name not in self.unknown}

    def on_the_page(self, question: Question) -> list[Column]:
        """Return the columns that the page and the interface show somebody."""
        return [column for column in self.columns if column.only != "sheet" and column.offered(question)]


@dataclass(frozen=True)
class Link:
    """A button at the head of a list."""

    label: Any
    url: Callable[[], str]
    icon: str = ""
    main: bool = False
    offered: Callable[[Question], bool] = always


@dataclass(frozen=True)
class Head:
    """What stands above a list where it depends on who asks.

    The title, a line below it, figures that open to their rows.
    """

    title: Any
    intro: Any = ""
    figures: Sequence[tuple[Any, str, str]] = ()  # label, count, address


# ── what is done with rows ───────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Act:
    """What may be done to ticked rows, each for itself and in a transaction of its own.

    `subject` is the object of a line that `permission` is asked of; `shut` says of a line why it cannot be done
    (nothing where it can), `why` of a bar's button that some of the ticked are so; `asks` makes the form of what must
    be said; `does` gets the line, its clean data, the actor, the time, and which last move was `seen`. A refusal that
    it raises is one of `refusals`. `rests_on` names what of a line it uses besides the object's last move and its
    `read_as`: only what was shown is done.
    """

    name: str
    label: Any
    permission: str
    does: Callable[..., None]
    shut: Callable[[Any], str]
    effect: Any = ""
    subject: Callable[[Any], Any] = lambda line: line
    asks: Callable[[Question, Any], Any] | None = None
    offered: Callable[[Question], bool] = always
    why: Any = ""
    refusals: tuple[type[Exception], ...] = ()
    rests_on: Callable[[Any], Sequence[Any]] = lambda _line: ()


@dataclass(frozen=True)
class Ticking:
    """By which uid a line is ticked, and which lines ticked uids are, in the order in which acts are done.

    Its own row's without it.

    So that what another clerk did meanwhile is still named, it finds lines in whatever part of the list they stand by
    now.
    """

    lines: Callable[[Question, Sequence[str]], Sequence[Any]]
    uid: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Sheet:
    """That a list leaves as CSV or XLSX, under a permission, each time an event of the committee that `of` names.

    `kind` is the event's; its data are `rows` and `filter`. `name` begins the file's name: the list's title where it
    says nothing.
    """

    kind: str
    permission: str
    of: Callable[[Question], Any] = lambda question: committee_of(question.user)
    name: Callable[[Question], str] | None = None


@dataclass(frozen=True)
class Listing:
    """A list: its title, who may open it, its parts, what it is searched for and narrowed by.

    `name` is its address's too.

    `counts` counts the parts by their keys, and where a filter stands as lanes the deadline levels by theirs, in one
    read.
    """

    name: str
    title: Any
    permission: str
    tabs: tuple[Tab, ...]
    tab_name: str = "part"  # in the address
    intro: Any = ""
    head: Callable[[Question], Head] | None = None
    find: Callable[[QuerySet[Any], str, Question], QuerySet[Any]] | None = None
    find_label: Any = ""
    found_in: str | None = None  # the part that words are looked for in where the address names none
    filters: tuple[Filter, ...] = ()
    links: tuple[Link, ...] = ()
    counts: Callable[[Question], Mapping[str, int | None]] | None = None
    lanes_label: Any = _("按期限分")
    lanes_tab: str = ""  # the part that a deadline level is chosen of
    acts: tuple[Act, ...] = ()
    ticked: Ticking | None = None
    sheet: Sheet | None = None
    sizes: tuple[int, ...] = (30,)
    printed: bool = False
    not_found: Any = _("没有符合条件的，请更换关键词再查。")

    def tab(self, key: str, question: Question) -> Tab:
        """Return the part asked for, as far as it is offered; else the first that is."""
        offered = [t for t in self.tabs if t.offered(question)]
        return next((t for t in offered if t.key == key), offered[0])

    def order(self, tab: Tab, question: Question) -> tuple[str, ...]:
        """Return the fields that order a part as it is asked for."""
        asked = tab.orders.get(question.sort)
        return asked.fields if asked else tab.order

    def uid_of(self, row: Any, line: Any) -> str:
        """Return the uid by which a line is ticked."""
        return str(self.ticked.uid(line) if self.ticked and self.ticked.uid else row.uid)

    def uid_of_line(self, line: Any) -> str:
        """Return the same where there is the line alone."""
        return self.uid_of(line, line)

    def rows(self, tab: Tab, question: Question) -> QuerySet[Any]:
        """Return the rows that the question leaves of a part."""
        rows = tab.rows(question)
        for one in self.filters:
            if value := question.chosen.get(one.name, ""):
                rows = one.narrow(rows, value, question)
        return self.find(rows, question.words, question) if self.find and question.words else rows

    def act(self, name: str, tab: Tab, question: Question) -> Act | None:
        """Return one of the acts that are offered for rows of a part."""
        return next((a for a in self.acts if a.name == name and a.name in tab.acts and a.offered(question)), None)
