"""The lists that apps declare, as data: the same page that people see, without its frame."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from tongxin.access.permissions import allowed
from tongxin.api import shapes
from tongxin.core import asked
from tongxin.desks.asking import question_of
from tongxin.desks.declared import listings
from tongxin.desks.listings import Cell, Listing, Question, Tab
from tongxin.desks.paging import CAP
from tongxin.desks.shown import Shown


def name_of(listing: Listing) -> str:
    """Return the name of a list's address."""
    return f"list-{listing.name}"


def address_of(listing: Listing) -> str:
    """Return where the rows of a list are."""
    return reverse(f"api:{name_of(listing)}")


# ── which lists there are ────────────────────────────────────────────────────────────────────────
def described_to(user: Any) -> list[shapes.ListDescribed]:
    """Describe the lists that somebody may open."""
    found = []
    for listing in listings():
        if not allowed(user, listing.permission):
            continue
        try:
            question = question_of(listing, asked.query(), user, at=timezone.now())
        except PermissionDenied:  # there is none of its kind for this person
            continue
        found.append(_described(listing, question))
    return found


def _described(listing: Listing, question: Question) -> shapes.ListDescribed:
    return shapes.ListDescribed(
        name=listing.name,
        title=str(listing.title),
        url=address_of(listing),
        page=reverse(listing.name),
        part_parameter=listing.tab_name,
        searchable=listing.find is not None,
        sizes=list(listing.sizes),
        parts=[_part(tab, question) for tab in listing.tabs if tab.offered(question)],
        filters=[
            shapes.Narrowing(name=one.name, label=str(one.label), choices=_choices(question.choices[one.name]))
            for one in listing.filters
        ],
    )


def _part(tab: Tab, question: Question) -> shapes.Part:
    columns = tab.on_the_page(question)
    return shapes.Part(
        key=tab.key,
        label=str(tab.label),
        columns=_choices((column.name, column.label) for column in columns),
        sorts=_choices((name, order.label) for name, order in tab.orders.items()),
    )


def _choices(pairs: Any) -> list[shapes.Choice]:
    return [shapes.Choice(value=value, label=str(label)) for value, label in pairs]


# ── one page of one list ─────────────────────────────────────────────────────────────────────────
def page_of(found: Shown) -> shapes.ListPage:
    """Return a page of a list, with what was understood of the question and where its neighbours are."""
    here, question = address_of(found.listing), found.question
    return shapes.ListPage(
        name=found.listing.name,
        part=found.tab.key,
        q=question.words,
        filters=dict(question.chosen),
        sort=found.sorted_by,
        size=question.size,
        number=None if found.number is None else min(found.number, CAP),
        number_is_capped=found.number is not None and found.number > CAP,
        rows=[_row(found, row, read) for row, read in zip(found.rows, found.lines, strict=True)],
        previous=f"{here}{found.previous_url}" if found.previous_url else None,
        next=f"{here}{found.next_url}" if found.next_url else None,
    )


def _row(found: Shown, row: Any, read: Any) -> shapes.Row:
    cells = [(column, column.cell(read)) for column in found.columns]
    return shapes.Row(
        uid=found.listing.uid_of(row, read),
        url=next((cell.url for _column, cell in cells if cell.url), ""),
        columns={column.name: column.said(read) for column, _cell in cells},
        notes={column.name: notes for column, cell in cells if (notes := _notes(cell))},
    )


def _notes(cell: Cell) -> list[str]:
    return [str(note) for note in (*cell.subs, cell.beside, cell.tag) if note]
