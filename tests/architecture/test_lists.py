"""Every list that an app declares: opens to whom its permission says, costs the same for one row and three, loses no row over its pages."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.desks.declared import listings
from tongxin.desks.listings import Listing, Shown
from tongxin.desks.pages import shown

WHOLE = 500


@pytest.fixture
def people(mixed: Cast) -> dict[str, Account]:
    """Everybody of a world in every state, each read afresh, as a request does."""
    return {name: Account.objects.get(pk=account.pk) for name, account in mixed.everyone().items()}


def _page(listing: Listing, user: Account, address: str, *, size: int) -> Shown:
    return shown(replace(listing, size=size), QueryDict(address.lstrip("?")), user, at=timezone.now())


def _asked(listing: Listing, user: Account) -> Iterator[str]:
    """Yield an address for each part of a list, and for each choice of its filters."""
    first = _page(listing, user, "", size=1)
    parts = [f"?{listing.tab_name}={tab.key}" for tab in listing.tabs if tab.offered(first.question)]
    yield from parts
    for part in parts:
        for one, _value, choices in first.filters:
            yield from (f"{part}&{one.name}={value}" for value, _words in choices if value)


def _uids(page: Shown) -> list[str]:
    return [row.uid for row in page.rows]


def _opened(people: dict[str, Account]) -> Iterator[tuple[Listing, Account, str]]:
    for listing in listings():
        readers = [user for user in people.values() if allowed(user, listing.permission)]
        assert readers, f"nobody of the world opens {listing.name}"
        yield from ((listing, user, address) for user in readers for address in _asked(listing, user))


def test_a_list_opens_to_whom_its_permission_says(people: dict[str, Account]) -> None:
    for listing in listings():
        for name, user in people.items():
            status = as_(user).get(reverse(listing.name)).status_code
            assert (status == 200) == allowed(user, listing.permission), (listing.name, name, status)


def test_a_page_costs_the_same_for_one_row_and_for_three(people: dict[str, Account]) -> None:
    compared = set()
    for listing, user, address in _opened(people):
        _page(listing, user, address, size=3)  # what is read once a process is known by now
        costs = []
        for size in (1, 3):
            with CaptureQueriesContext(connection) as asked:
                page = _page(listing, user, address, size=size)
                _drawn(page)
            costs.append((len(page.rows), len(asked)))
        (few, cheap), (many, dear) = costs
        if few < many:
            compared.add(listing.name)
            assert cheap == dear, (listing.name, address, costs)
    assert compared == {listing.name for listing in listings()}


def _drawn(page: Shown) -> list[Any]:
    return [str(cell.text) for _line, cells in page.table for _column, cell in cells]


def test_the_pages_together_are_the_whole_list_forwards_and_back(people: dict[str, Account]) -> None:
    for listing, user, address in _opened(people):
        whole = _uids(_page(listing, user, address, size=WHOLE))
        assert len(set(whole)) == len(whole), (listing.name, address)
        page, there = _page(listing, user, address, size=2), list[str]()
        there += _uids(page)
        while page.next_url:
            page = _page(listing, user, page.next_url, size=2)
            there += _uids(page)
        assert there == whole, (listing.name, address)
        back = _uids(page)
        while page.previous_url:
            page = _page(listing, user, page.previous_url, size=2)
            back = _uids(page) + back
        assert back == whole, (listing.name, address)


def test_a_choice_leaves_some_of_the_rows_and_an_unknown_one_all(people: dict[str, Account]) -> None:
    for listing, user, address in _opened(people):
        part = address.partition("&")[0]
        every = _uids(_page(listing, user, part, size=WHOLE))
        assert set(_uids(_page(listing, user, address, size=WHOLE))) <= set(every), (listing.name, address)
        for one in listing.filters:
            assert _uids(_page(listing, user, f"{part}&{one.name}=nowhere", size=WHOLE)) == every, (listing.name, one.name)
        if listing.find:
            nobody = _page(listing, user, f"{part}&q=齾龘", size=WHOLE)
            assert (nobody.rows, nobody.nothing and nobody.nothing.sentence) == ([], listing.not_found), listing.name
