"""How a page of a list is read.

Where the list says what its rows are asked about, by a question that is put together once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from tongxin.core.prepared import Prepared
from tongxin.desks.listings import Listing, Question, Tab
from tongxin.desks.paging import CAP, Slice, capped, key_asked, never_behind_the_last, page_asked, rows_by, slice_of
from tongxin.workflow.table import BY_MODEL, VISIBLE_TO

Narrow = Callable[[QuerySet[Any], str, Any], QuerySet[Any]]
Chosen = Sequence[tuple[Narrow, str]]


class Rows:
    """Which rows a part of a list has.

    `build` makes them of what `hands` takes from the question, and hands it on alone.

    What `hands` gives has the forms that `core.prepared` knows. A page is then asked by a statement that was written
    once, for whoever reads; asked as a function it is a QuerySet like any other, or what `plain` makes of a question
    that cannot be so.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet[Any]],
        hands: Callable[[Question], Sequence[Any]],
        plain: Callable[[Question], QuerySet[Any]] | None = None,
    ) -> None:
        self._build, self._hands, self._plain = build, hands, plain
        self._pages, self._counts, self._borders = Prepared(self._page), Prepared(self._most), Prepared(self._bordering)
        self._known: QuerySet[Any] | None = None

    def __call__(self, question: Question) -> QuerySet[Any]:
        return self._plain(question) if self._plain else self._build(*self._hands(question))

    def page(
        self,
        question: Question,
        chosen: Chosen,
        names: tuple[str, ...],
        said: Mapping[str, str],
        *,
        filled: frozenset[str],
    ) -> Slice:
        """Read the page that an address asks for, narrowed by what is chosen."""
        key, back = key_asked(self._bare(question), names, said, filled=filled, border=self._border(question))
        own, narrowed, values = self._asked(question, chosen)

        def page(key: Sequence[Any] | None, back: bool) -> Slice:  # noqa: FBT001 -- as `never_behind_the_last` asks
            found = self._pages.all(
                *own,
                *values,
                *(key or ()),
                own=len(own),
                narrowed=narrowed,
                names=names,
                size=question.size,
                back=back,
                filled=filled,
                has_key=key is not None,
            )
            return slice_of(found, size=question.size, back=back, is_first=key is None)

        return never_behind_the_last(page, key, back=back)

    def count(self, question: Question, chosen: Chosen) -> int:
        """Count the rows of all pages, capped."""
        own, narrowed, values = self._asked(question, chosen)
        return self._counts.count(*own, *values, own=len(own), narrowed=narrowed)

    def _asked(self, question: Question, chosen: Chosen) -> tuple[Sequence[Any], tuple[Narrow, ...], list[str]]:
        return self._hands(question), tuple(narrow for narrow, _value in chosen), [value for _narrow, value in chosen]

    def _bare(self, question: Question) -> QuerySet[Any]:
        """Return what is known of the rows without reading any: their model, and what is reckoned for them."""
        if self._known is None:
            self._known = self(question).none()
        return self._known

    def _border(self, question: Question) -> Callable[[Sequence[str], str], Sequence[Any] | None]:
        def border(names: Sequence[str], uid: str) -> Sequence[Any] | None:
            if not uid:
                return None
            own, paths = self._hands(question), tuple(name.lstrip("-") for name in names)
            found: Sequence[Any] | None = self._borders.first(*own, uid, paths=paths)
            bare = self._bare(question)
            if found is None and not bare.query.annotations.keys() & set(paths):
                found = visible(question.user, bare.model).filter(uid=uid).values_list(*paths).first()
            return found

        return border

    def _bordering(self, *asked: Any, paths: Sequence[str]) -> QuerySet[Any, Any]:
        return self._build(*asked[:-1]).filter(uid=asked[-1]).values_list(*paths)

    def _narrowed(self, own: Sequence[Any], values: Sequence[Any], narrowed: Sequence[Narrow]) -> QuerySet[Any]:
        rows = self._build(*own)
        for narrow, value in zip(narrowed, values, strict=True):
            rows = narrow(rows, value, None)
        return rows

    def _page(
        self, *asked: Any, own: int, narrowed: Sequence[Narrow], has_key: bool, names: Sequence[str], **way: Any
    ) -> QuerySet[Any]:
        last = own + len(narrowed)
        rows = self._narrowed(asked[:own], asked[own:last], narrowed)
        return rows_by(rows, names, key=asked[last:] if has_key else None, **way)

    def _most(self, *asked: Any, own: int, narrowed: Sequence[Narrow]) -> QuerySet[Any]:
        return self._narrowed(asked[:own], asked[own:], narrowed).order_by().values("pk")[: CAP + 1]


def visible(user: Any, model: type[Model]) -> QuerySet[Any]:
    """Return what somebody may see of rows that have a lifecycle: one that left a part of a list is a border still.

    None of others.
    """
    workflow = BY_MODEL.get(model._meta.label_lower)  # noqa: SLF001 -- Django's public-in-practice Meta
    return VISIBLE_TO[workflow.name](user) if workflow else model._default_manager.none()  # noqa: SLF001 -- as above


def read(listing: Listing, tab: Tab, question: Question, said: Mapping[str, str]) -> tuple[Slice, Callable[[], int]]:
    """Read a page of a part, and return with it what counts all its rows."""
    names, chosen = listing.order(tab, question), handed_on(listing, question)
    if isinstance(tab.rows, Rows) and chosen is not None:
        rows = tab.rows
        return rows.page(question, chosen, names, said, filled=tab.filled), lambda: rows.count(question, chosen)
    plain = listing.rows(tab, question)
    part = page_asked(
        plain, names, said, size=question.size, filled=tab.filled, known=lambda: visible(question.user, plain.model)
    )
    return part, lambda: capped(plain)


def handed_on(listing: Listing, question: Question) -> Chosen | None:
    """Return by what the rows are narrowed where all of it is handed on as it is; a free search is not."""
    if listing.find and question.words:
        return None
    chosen = [(f, value) for f in listing.filters if (value := question.chosen.get(f.name, ""))]
    if not all(f.handed_on for f, _value in chosen):
        return None
    return [(f.narrow, value) for f, value in chosen if f.narrow is not already]


def already(rows: QuerySet[Any], _value: str, _question: Any) -> QuerySet[Any]:
    """Stand for a choice that the rows of a part read themselves."""
    return rows
