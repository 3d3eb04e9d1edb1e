"""The lists as data: what the page shows, row by row, to whom the page shows it, and at no more cost."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.architecture.world import World
from tests.cast import Cast
from tests.signed_in import as_
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.api import rows
from tongxin.desks.declared import listings
from tongxin.desks.listings import Listing
from tongxin.desks.shown import Shown, shown
from tongxin.handling.lists import DESK
from tongxin.members.models import Member
from tongxin.proposals.models import Proposal

NEIGHBOURS = ("member_of_other_county", "office_of_other_county")


@pytest.fixture
def people(cast: Cast) -> dict[str, Account]:
    """Everybody of a mixed world, each read afresh, as a request does."""
    World(cast).everything()
    return {name: Account.objects.get(pk=account.pk) for name, account in cast.everyone().items()}


def _page(listing: Listing, user: Account, part: str) -> Shown:
    """Return what the page of a list is drawn from."""
    return shown(listing, QueryDict(f"{listing.tab_name}={part}"), user, at=timezone.now())


def _drawn(page: Shown) -> list[tuple[str, dict[str, str], set[str]]]:
    """Return what a page shows of each row: its uid, its cells by their columns, where they lead."""
    return [
        (line.uid, {column.name: cell.said for column, cell in line.cells}, {cell.url for _column, cell in line.cells})
        for line in page.table
    ]


def _walked(client: Client, address: str) -> Iterator[dict[str, Any]]:
    """Yield the pages of a list, from the first to the last."""
    while address:
        page = client.get(address).json()
        yield page
        address = page["next"] or ""


def _asked(address: str, part: str) -> str:
    return f"{address}?{part}"


def test_every_list_is_its_page_row_by_row_to_whom_it_opens(people: dict[str, Account], cast: Cast) -> None:
    compared, clients = set(), {name: as_(user) for name, user in people.items()}
    for listing in listings():
        readers = [name for name, user in people.items() if allowed(user, listing.permission)]
        answers = {name: client.get(rows.address_of(listing)).status_code for name, client in clients.items()}
        assert {name for name, status in answers.items() if status == 200} == set(readers), listing.name
        assert {status for name, status in answers.items() if name not in readers} == {403}, listing.name
        for name in readers[:2]:
            for tab in listing.tabs:
                page = _page(listing, people[name], tab.key)
                found = clients[name].get(rows.address_of(listing), {listing.tab_name: tab.key}).json()
                drawn = _drawn(page)
                assert [(row["uid"], row["columns"]) for row in found["rows"]] == [line[:2] for line in drawn], listing.name
                assert all(row["url"] in line[2] for row, line in zip(found["rows"], drawn, strict=True))
                assert (found["part"], bool(found["next"])) == (page.tab.key, bool(page.next_url))
                compared |= {listing.name} if found["rows"] else set()
    assert compared == {listing.name for listing in listings()}
    _described(people, clients)
    _nothing_leaks(clients, cast)
    _paged(clients["office"])


def _described(people: dict[str, Account], clients: dict[str, Client]) -> None:
    """Lists are described to whom they open, with the columns that their rows have."""
    for name, client in clients.items():
        told = {one["name"] for one in client.get(reverse("api:lists")).json()}
        assert told == {one.name for one in listings() if allowed(people[name], one.permission)}, name
    for told in clients["office"].get(reverse("api:lists")).json():
        for part in told["parts"]:
            found = clients["office"].get(told["url"], {told["part_parameter"]: part["key"]}).json()
            names = [column["value"] for column in part["columns"]]
            assert (found["part"], [list(row["columns"]) for row in found["rows"]]) == (part["key"], [names] * len(found["rows"]))


def _nothing_leaks(clients: dict[str, Client], cast: Cast) -> None:
    """Nobody of the neighbour finds a row of this county in any part of any list."""
    ours = {*Proposal.objects.filter(committee=cast.county).values_list("uid", flat=True)}
    ours |= {*Member.objects.filter(committee=cast.county).values_list("uid", flat=True)}
    for name in NEIGHBOURS:
        for told in clients[name].get(reverse("api:lists")).json():
            for part in told["parts"]:
                pages = _walked(clients[name], _asked(told["url"], f"{told['part_parameter']}={part['key']}"))
                assert not {row["uid"] for page in pages for row in page["rows"]} & ours, (name, told["name"], part["key"])


def _paged(client: Client) -> None:
    """The pages together are the list; what stands below a cell is told beside it."""
    pages = list(_walked(client, _asked(rows.address_of(DESK), "stage=received")))
    whole = client.get(rows.address_of(DESK), {"stage": "received", "size": "500"}).json()
    assert len(pages) > 1
    assert [row for page in pages for row in page["rows"]] == whole["rows"]
    assert client.get(pages[1]["previous"]).json()["rows"] == pages[0]["rows"]
    assert (whole["number"], whole["number_is_capped"], whole["size"]) == (len(whole["rows"]), False, 500)
    assert any("林知远" in note for row in whole["rows"] for note in row["notes"].get("title", []))


def test_a_list_as_data_asks_no_more_of_the_database_than_its_page(people: dict[str, Account]) -> None:
    """The page costs the same for one row and for three (tests/architecture/test_lists.py); so do its rows as data."""
    for listing in listings():
        user = next(one for one in people.values() if allowed(one, listing.permission))
        for tab in listing.tabs:
            with CaptureQueriesContext(connection) as drawing:
                _drawn(_page(listing, user, tab.key))
            with CaptureQueriesContext(connection) as asked:
                rows.page_of(_page(listing, user, tab.key))
            assert len(asked) <= len(drawing), (listing.name, tab.key)
