"""The page of any list that an app declares: what its address asks for, and what stands there."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.access.views import View, requires
from tongxin.core import asked
from tongxin.desks.listings import Listing, Nothing, Question, Shown, Tab
from tongxin.desks.paging import capped, counted, page_asked
from tongxin.ui.navigation import NavItem

WORDS = 60  # characters that are looked for


def page_of(listing: Listing) -> View:
    """Return the view of a list, under its own permission."""

    @require_safe
    @requires(listing.permission)
    def page(request: HttpRequest) -> HttpResponse:
        return render(request, "desks/list.html", {"list": shown(listing, request.GET, request.user, at=timezone.now())})

    page.__doc__ = f"List {listing.name}."
    return page


def question_of(listing: Listing, said: QueryDict, user: Any, *, at: datetime) -> Question:
    """Read what an address asks of a list: whatever the declaration does not know counts as not asked."""
    question = Question(user, at)
    choices = {f.name: list(f.choices(question)) for f in listing.filters}
    chosen = {name: asked.one_of(said.get(name, ""), {value for value, _label in known}) for name, known in choices.items()}
    return Question(
        user, at, listing.tab(said.get(listing.tab_name, ""), question).key, asked.words(said.get("q", ""), WORDS),
        {name: value for name, value in chosen.items() if value}, choices,
    )  # fmt: skip


def shown(listing: Listing, said: QueryDict, user: Any, *, at: datetime) -> Shown:
    """Return one page of a list: in a constant number of queries, whatever stands on it."""
    question = question_of(listing, said, user, at=at)
    tab = listing.tab(question.tab, question)
    rows = listing.rows(tab, question)
    part = page_asked(rows, tab.order, said, size=listing.size)
    lines = list(tab.lines(part.rows, question) if tab.lines else part.rows)
    columns = [column for column in tab.columns if column.offered(question)]
    address = _addresses(listing, question)
    return Shown(
        listing, question, tab, _tabs(listing, question), columns, part.rows, lines,
        str(tab.caption) % {"n": counted(capped(rows))},
        [(f, question.chosen.get(f.name, ""), question.choices[f.name]) for f in listing.filters],
        [link for link in listing.links if link.offered(question)],
        address(before=part.rows[0].uid) if part.has_previous and part.rows else "",
        address(after=part.rows[-1].uid) if part.has_next and part.rows else "",
        None if lines else _nothing(listing, tab, question),
    )  # fmt: skip


def _addresses(listing: Listing, question: Question) -> Callable[..., str]:
    """Return what makes the addresses of the list: everything asked is kept, but for what is said otherwise."""
    kept = {listing.tab_name: question.tab, "q": question.words, **question.chosen}

    def address(**change: str) -> str:
        return f"?{urlencode({name: value for name, value in (kept | change).items() if value})}"

    return address


def _tabs(listing: Listing, question: Question) -> list[NavItem]:
    offered = [t for t in listing.tabs if t.listed and t.offered(question)]
    address = _addresses(listing, question)
    if len(offered) <= 1:
        return []
    return [
        NavItem(str(t.label), address(**{listing.tab_name: t.key}), count=None, current=t.key == question.tab)  # type: ignore[arg-type]
        for t in offered
    ]


def _nothing(listing: Listing, tab: Tab, question: Question) -> Nothing:
    if question.words or question.chosen:
        return Nothing(listing.not_found, _addresses(listing, Question(question.user, question.at, question.tab))(), _("看全部"))
    return tab.nothing(question)
