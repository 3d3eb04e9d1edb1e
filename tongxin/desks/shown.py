"""A page of a list: what its template draws, and what the interface for programs says of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.desks.asking import addresses, only, question_of
from tongxin.desks.levels import WORDS
from tongxin.desks.listings import Act, Cell, Column, Filter, Head, Link, Listing, Question, Saying, Tab
from tongxin.desks.paging import Slice, capped, counted
from tongxin.desks.reading import read
from tongxin.ui.navigation import NavItem


@dataclass(frozen=True)
class Lane:
    """A deadline level with what stands on it."""

    level: str
    word: str
    text: str
    count: str
    url: str
    current: bool


@dataclass(frozen=True)
class Line:
    """A row as it stands there: what its columns read, what may be done to it."""

    uid: str
    cells: tuple[tuple[Column, Cell], ...]
    can: str

    @property
    def head(self) -> Column:
        """The column that names the row: its title's, else the first."""
        return next((column for column, _cell in self.cells if column.look == "title"), self.cells[0][0])

    @property
    def title(self) -> Any:
        return next(cell.text for column, cell in self.cells if column is self.head)


@dataclass(frozen=True)
class Shown:
    """A page of a list: of what was asked its rows, and whatever stands around them on the page."""

    listing: Listing
    question: Question
    tab: Tab
    head: Head
    columns: Sequence[Column]
    rows: Sequence[Any]
    lines: Sequence[Any]
    acts: Sequence[Act]
    number: int | None  # none where counting would cost
    previous_url: str
    next_url: str
    tabs: Sequence[NavItem] = ()
    lanes: Sequence[Lane] = ()

    @property
    def address(self) -> Callable[..., str]:
        return addresses(self.listing, self.question)

    @property
    def caption(self) -> str:
        if self.number is None:
            return _("本页 %(n)s 件") % {"n": len(self.rows)}
        return str(self.tab.caption) % {"n": counted(self.number)}

    @property
    def query(self) -> str:
        """What was asked, as an act or a sheet is told it."""
        return self.address().lstrip("?")

    @property
    def table(self) -> Iterator[Line]:
        """Yield each line with what stands under each column."""
        for row, line in zip(self.rows, self.lines, strict=True):
            cells = tuple((column, column.cell(line)) for column in self.columns)
            yield Line(self.listing.uid_of(row, line), cells, " ".join(act.name for act in self.acts if not act.shut(line)))

    @property
    def links(self) -> list[Link]:
        return [link for link in self.listing.links if link.offered(self.question)]

    @property
    def leaves(self) -> bool:
        """Whether the reader may have it as a sheet."""
        sheet = self.listing.sheet
        return sheet is not None and allowed(self.question.user, sheet.permission, sheet.of(self.question))

    @property
    def nothing(self) -> Saying:
        """What is said where there are no rows."""
        if self.question.words or self.chips:
            return self._elsewhere() or Saying(self.listing.not_found, self.clear_url, _("查看全部"))
        return self.tab.nothing(self.question)

    def _elsewhere(self) -> Saying | None:
        """Say where else in the list what is looked for stands, if it does."""
        for tab in self.listing.tabs:
            if (
                tab.key != self.tab.key
                and tab.listed
                and tab.offered(self.question)
                and not tab.unknown & self.question.chosen.keys()
            ):
                number = capped(self.listing.rows(tab, replace(self.question, tab=tab.key)))
                if number:
                    said = {"part": tab.label, "n": counted(number)}
                    address = self.address(**{self.listing.tab_name: tab.key})
                    return Saying(_("这里没有符合条件的，“%(part)s”里有 %(n)s 条。") % said, address, _("查看“%(part)s”") % said)
        return None

    @property
    def hint(self) -> Saying | None:
        return self.tab.hint(self.question) if self.tab.hint else None

    @property
    def clear_url(self) -> str:
        return only(self.listing, self.question)(**{self.listing.tab_name: self.question.tab})

    def _at(self, *places: str) -> list[tuple[Filter, str, Sequence[tuple[str, Any]]]]:
        found = (f for f in self.listing.filters if f.place in places)
        return [(f, self.question.chosen.get(f.name, ""), self.question.choices[f.name]) for f in found]

    @property
    def filters(self) -> list[tuple[Filter, str, Sequence[tuple[str, Any]]]]:
        return self._at("")

    @property
    def more_filters(self) -> list[tuple[Filter, str, Sequence[tuple[str, Any]]]]:
        return self._at("more")

    @property
    def more_open(self) -> bool:
        return any(value for _filter, value, _choices in self.more_filters)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form of the filters must carry along: what is chosen elsewhere."""
        kept = [(f.name, value) for f, value, choices in self._at("scope") if choices and value != choices[0][0]]
        kept += [(f.name, value) for f, value, _choices in self._at("tabs", "lanes", "hidden") if value]
        return [(name, value) for name, value in [(self.listing.tab_name, self.question.tab), *kept] if value]

    @property
    def scopes(self) -> list[NavItem]:
        """The other whole lists of the same kind."""
        return [
            NavItem(str(words), f"?{f.name}={value}")
            for f, chosen, choices in self._at("scope")
            for value, words in choices
            if value != chosen
        ]

    @property
    def filter_tabs(self) -> list[tuple[Any, list[NavItem]]]:
        """The filters that stand as tabs, where there is something to choose."""
        return [
            (
                f.label,
                [
                    NavItem(str(words), self.address(**{f.name: value}), count=None, current=value == chosen)  # type: ignore[arg-type]
                    for value, words in choices
                ],
            )
            for f, chosen, choices in self._at("tabs")
            if len(choices) > 2  # noqa: PLR2004 -- all, and the only one
        ]

    @property
    def chips(self) -> list[dict[str, str]]:
        """The filters that are on, each with the address without it."""
        found = [] if self.tab.listed else [{"label": str(self.tab.label), "url": self.address(**{self.listing.tab_name: ""})}]
        if self.question.words:
            found.append({"label": f"{self.listing.find_label}　{self.question.words}", "url": self.address(q="")})
        for f, value, choices in self._at("", "more", "lanes", "hidden"):
            if value:
                words = str(dict(choices).get(value, value))
                label = words if f.place in {"lanes", "hidden"} else f"{f.label}　{words}"
                found.append({"label": label, "url": self.address(**{f.name: ""})})
        return found

    @property
    def orders(self) -> list[tuple[str, Any]]:
        """The orders that may be asked for on a phone, where no head is pressed."""
        return [(name, order.label) for name, order in self.tab.orders.items()]

    @property
    def sorted_by(self) -> str:
        """Return the order in force, by its name among those that may be asked for."""
        return self.question.sort or next((name for name, order in self.tab.orders.items() if order.fields == self.tab.order), "")


def shown(listing: Listing, said: QueryDict, user: Any, *, at: datetime) -> Shown:
    """Return one page of a list: in a constant number of queries, whatever stands on it."""
    question = question_of(listing, said, user, at=at)
    tab = listing.tab(question.tab, question)
    part, count = read(listing, tab, question, said)
    lines = list(tab.lines(part.rows, question) if tab.lines else part.rows)
    address, counts = addresses(listing, question), dict(listing.counts(question)) if listing.counts else {}
    narrowed = bool(question.words or {f.name for f in listing.filters if f.place != "scope"} & question.chosen.keys())
    uncounted = counts.get(tab.key, 0) is None
    return Shown(
        listing,
        question,
        tab,
        head=listing.head(question) if listing.head else Head(listing.title, listing.intro),
        columns=tab.on_the_page(question),
        rows=part.rows,
        lines=lines,
        acts=[act for name in tab.acts if (act := listing.act(name, tab, question)) is not None],
        number=None if uncounted else _number(count, part, None if narrowed else counts.get(tab.key)),
        previous_url=address(before=part.rows[0].uid) if part.has_previous and part.rows else "",
        next_url=address(after=part.rows[-1].uid) if part.has_next and part.rows else "",
        tabs=_tabs(listing, question, counts),
        lanes=_lanes(listing, question, counts),
    )


def _number(count: Callable[[], int], part: Slice, known: int | None) -> int:
    """Return how many rows there are, capped: as counted already, or seen where the page is the whole list."""
    if known is not None:
        return known
    return count() if part.has_next or part.has_previous else len(part.rows)


def _tabs(listing: Listing, question: Question, counts: dict[str, int | None]) -> list[NavItem]:
    offered = [t for t in listing.tabs if t.listed and t.offered(question)]
    if len(offered) <= 1:
        return []
    address = only(listing, question)
    standing = {f.name: value for f in listing.filters if f.place == "tabs" and (value := question.chosen.get(f.name, ""))}
    return [
        NavItem(
            str(t.label),
            address(**standing, **{listing.tab_name: t.key}),
            current=t.key == question.tab,
            count=None if (n := counts.get(t.key)) is None else counted(n),  # type: ignore[arg-type]
        )
        for t in offered
        if t.kept or counts.get(t.key) or t.key == question.tab
    ]


def _lanes(listing: Listing, question: Question, counts: dict[str, int | None]) -> list[Lane]:
    name = next((f.name for f in listing.filters if f.place == "lanes"), "")
    if not name:
        return []
    chosen, address = question.chosen.get(name, ""), only(listing, question)
    standing = {f.name: value for f in listing.filters if f.place == "tabs" and (value := question.chosen.get(f.name, ""))}
    return [
        Lane(
            level,
            str(word),
            _("显示全部") if level == chosen else str(text),
            counted(counts[level] or 0),
            address(**standing, **{listing.tab_name: listing.lanes_tab, name: "" if level == chosen else level}),
            level == chosen,
        )
        for level, (word, text) in WORDS.items()
    ]
