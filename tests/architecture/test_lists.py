"""Every list that an app declares.

Opens to whom its permission says, costs the same for one row and three, loses no row over its pages.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django import forms
from django.core.exceptions import EmptyResultSet, PermissionDenied
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.signed_in import as_
from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.desks.acts import ticked_lines
from tongxin.desks.asking import question_of
from tongxin.desks.declared import listings
from tongxin.desks.listings import Act, Filter, Listing
from tongxin.desks.reading import visible
from tongxin.desks.shown import Shown, shown
from tongxin.workflow.engine import last_event

WHOLE = 500
CHOICES, PARTS = 2, 2  # of a filter, in how many parts: one works as the next


@pytest.fixture
def people(mixed: Cast) -> dict[str, Account]:
    """Everybody of a world in every state, each read afresh, as a request does."""
    return {name: Account.objects.get(pk=account.pk) for name, account in mixed.everyone().items()}


def _page(listing: Listing, user: Account, address: str, *, size: int) -> Shown:
    return shown(replace(listing, sizes=(size,)), QueryDict(address.lstrip("?")), user, at=timezone.now())


def _asked(listing: Listing, user: Account) -> Iterator[str]:
    """Yield an address for each part of a list, and for each choice of its filters."""
    question = question_of(listing, QueryDict(), user, at=timezone.now())
    parts = [f"?{listing.tab_name}={tab.key}" for tab in listing.tabs if tab.offered(question)]
    yield from parts
    for one in listing.filters:
        chosen = [value for value, _words in question.choices[one.name] if value][:CHOICES]
        yield from (f"{part}&{one.name}={value}" for part in parts[:PARTS] for value in chosen)


def _uids(page: Shown) -> list[str]:
    return [row.uid for row in page.rows]


def _opened(people: dict[str, Account]) -> Iterator[tuple[Listing, Account, str]]:
    """Yield every list with every address of it, for one reader of each kind: whom it offers the same."""
    for listing in listings():
        readers = [user for user in people.values() if allowed(user, listing.permission)]
        assert readers, f"nobody of the world opens {listing.name}"
        kinds = {tuple(_asked(listing, user)): user for user in reversed(readers)}
        yield from ((listing, user, address) for addresses, user in kinds.items() for address in addresses)


def test_a_list_opens_to_whom_its_permission_says(people: dict[str, Account]) -> None:
    for listing in listings():
        for name, user in people.items():
            status = as_(user).get(reverse(listing.name)).status_code
            assert (status == 200) == allowed(user, listing.permission), (listing.name, name, status)


def test_a_page_of_three_rows_costs_no_more_than_the_dearest_of_them(people: dict[str, Account]) -> None:
    compared = set()
    for listing, user, address in _opened(people):
        _page(listing, user, address, size=3)  # what is read once a process is known by now
        many, rows = _cost(listing, user, address, size=3)
        if rows == 3:
            compared.add(listing.name)
            page = _page(listing, user, address, size=3)
            behind = [address, *(f"{address}&after={uid}" for uid in _uids(page)[:-1])]
            one = max(_cost(listing, user, asked, size=1)[0] for asked in behind)
            assert many <= one, (listing.name, address)
    assert compared == {listing.name for listing in listings()}


def _cost(listing: Listing, user: Account, address: str, *, size: int) -> tuple[int, int]:
    """Return how many queries a page takes, drawn, and how many rows it has."""
    with CaptureQueriesContext(connection) as asked:
        page = _page(listing, user, address, size=size)
        assert all(str(cell.text) is not None for line in page.table for _column, cell in line.cells)
    return len(asked), len(page.rows)


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


def test_behind_the_last_row_and_before_the_first_a_list_is_not_empty(people: dict[str, Account]) -> None:
    for listing, user, address in _opened(people):
        whole = _uids(_page(listing, user, address, size=WHOLE))
        if len(whole) > 1:
            last = _page(listing, user, f"{address}&after={whole[-1]}", size=1)
            assert (_uids(last), bool(last.previous_url), last.next_url) == (whole[-1:], True, ""), (listing.name, address)
            first = _page(listing, user, f"{address}&before={whole[0]}", size=1)
            assert (_uids(first), first.previous_url, bool(first.next_url)) == (whole[:1], "", True), (listing.name, address)


def test_a_border_that_is_not_the_readers_says_nothing_of_where_it_stands(people: dict[str, Account]) -> None:
    asked = 0
    for listing, user, address in _opened(people):
        question = question_of(listing, QueryDict(address.lstrip("?")), user, at=timezone.now())
        rows = listing.tab(question.tab, question).rows(question)
        foreign = rows.model._base_manager.exclude(pk__in=rows.order_by().values("pk"))
        foreign = foreign.exclude(pk__in=visible(user, rows.model).order_by().values("pk"))
        first = _uids(_page(listing, user, address, size=1))
        for uid in foreign.order_by("-pk").values_list("uid", flat=True)[:2]:
            asked += 1
            assert _uids(_page(listing, user, f"{address}&after={uid}", size=1)) == first, (listing.name, address)
    assert asked


def _filtered(people: dict[str, Account]) -> Iterator[tuple[Listing, Account, Filter, str, str]]:
    """Yield for one reader of each list every filter with a choice of it, in every part."""
    for listing in listings():
        user = next(user for user in people.values() if allowed(user, listing.permission))
        question = question_of(listing, QueryDict(), user, at=timezone.now())
        parts = [tab.key for tab in listing.tabs if tab.offered(question)]
        for one in listing.filters:
            chosen = next((value for value, _words in question.choices[one.name] if value), "")
            if chosen and one.place != "scope":
                yield from ((listing, user, one, chosen, part) for part in parts)


def test_a_filter_narrows_the_part_that_is_shown_or_counts_as_not_asked(people: dict[str, Account]) -> None:
    known = dict.fromkeys((False, True), 0)
    for listing, user, one, value, part in _filtered(people):
        said = QueryDict(f"{listing.tab_name}={part}&{one.name}={value}")
        question = question_of(listing, said, user, at=timezone.now())
        without = replace(question, chosen={key: chosen for key, chosen in question.chosen.items() if key != one.name}, read={})
        narrowed, whole = (_statement(listing.rows(listing.tab(part, asked), asked)) for asked in (question, without))
        known[one.name in question.chosen] += 1
        assert (one.name in question.chosen) == (narrowed != whole) or not whole, (listing.name, part, one.name)
    assert min(known.values())


def _statement(rows: QuerySet[Any]) -> str:
    """Return what is asked of the database; nothing where it is known that there is nothing."""
    try:
        return str(rows.query)
    except EmptyResultSet:
        return ""


def test_a_filter_that_a_part_does_not_know_leads_nobody_there(people: dict[str, Account]) -> None:
    for listing, user, one, value, part in _filtered(people):
        if any(one.name in tab.unknown for tab in listing.tabs):
            page = _page(listing, user, f"?{listing.tab_name}={part}&{one.name}={value}", size=1)
            if one.name in page.question.chosen and not page.rows and page.nothing.url != page.clear_url:
                there = _page(listing, user, page.nothing.url, size=1)
                assert (there.question.chosen[one.name], bool(there.rows)) == (value, True), (part, one.name)


def test_a_choice_leaves_some_of_the_rows_and_an_unknown_one_all(people: dict[str, Account]) -> None:
    for listing, user, address in _opened(people):
        part = address.partition("&")[0]
        every = _uids(_page(listing, user, part, size=WHOLE))
        assert set(_uids(_page(listing, user, address, size=WHOLE))) <= set(every), (listing.name, address)
        for one in listing.filters:
            if one.place == "scope":
                with pytest.raises(PermissionDenied):
                    _page(listing, user, f"{part}&{one.name}=nowhere", size=WHOLE)
            else:
                assert _uids(_page(listing, user, f"{part}&{one.name}=nowhere", size=WHOLE)) == every, (listing.name, one.name)
        if listing.find:
            nobody = _page(listing, user, f"{part}&q=齾龘", size=WHOLE)
            assert (nobody.rows, nobody.nothing and nobody.nothing.sentence) == ([], listing.not_found), listing.name


# ── acts on ticked rows ──────────────────────────────────────────────────────────────────────────
def _acts(people: dict[str, Account]) -> Iterator[tuple[Listing, Account, Act, list[str]]]:
    """Yield every declared act with somebody for whom it is open, and the rows that its confirmation shows as open."""
    for listing in listings():
        for act in listing.acts:
            found = [(user, picks) for user in people.values() if (picks := _open_for(listing, act, user))]
            assert found, f"nobody of the world does {act.name} of {listing.name}"
            user, picks = max(found, key=lambda one: len(one[1]))
            yield listing, user, act, picks


def _open_for(listing: Listing, act: Act, user: Account) -> list[str]:
    if not allowed(user, listing.permission):
        return []
    found = dict[str, None]()
    for tab in listing.tabs:
        question = question_of(listing, QueryDict(f"{listing.tab_name}={tab.key}"), user, at=timezone.now())
        if question.tab == tab.key and listing.act(act.name, tab, question):
            page = _page(listing, user, f"?{listing.tab_name}={tab.key}", size=WHOLE)
            found |= dict.fromkeys(line.uid for line in page.table if act.name in line.can.split())
    return list(found)


def _done(listing: Listing, user: Account, act: Act, picks: list[str], change: Callable[[Any], None]) -> int:
    """Do an act as a person does, through its confirmation; `change` the rows in between. Return how many were done."""
    url, client, said = reverse(f"{listing.name}-acts"), as_(user), {"act": act.name, "pick": picks}
    page = client.post(url, said).context
    form = page["form"]
    filled = {name: _anything(field) for name, field in form.fields.items()} if form else {}
    for line in ticked_lines(listing, page["list"].question, picks):
        change(act.subject(line))
    answer = client.post(url, said | filled | {"pick": page["picked"], "confirmed": "1"})
    assert answer.status_code in {200, 302}, (listing.name, act.name)
    return len(picks) if answer.status_code == 302 else answer.context["outcome"].done


def _anything(field: forms.Field) -> str:
    choices = [str(getattr(value, "value", value)) for value, _words in getattr(field, "choices", ()) if value]
    return choices[0] if choices else "请抓紧办理"


def _moved_and_back(subject: Any) -> None:
    audit.record(last_event(subject).kind, subject, actor=None, at=timezone.now(), to_state=subject.state)


def _read_otherwise(subject: Any) -> None:
    type(subject)._base_manager.filter(pk=subject.pk).update(**{name: F(name) + 1 for name in subject.read_as})


@pytest.mark.parametrize("change", [_moved_and_back, _read_otherwise])
def test_an_act_does_what_its_confirmation_showed_or_nothing(people: dict[str, Account], change: Callable[[Any], None]) -> None:
    for listing, user, act, picks in _acts(people):
        with transaction.atomic():
            assert _done(listing, user, act, picks, lambda _subject: None), (listing.name, act.name)
            transaction.set_rollback(True)
        assert _done(listing, user, act, picks, change) == 0, (listing.name, act.name)


def test_what_no_confirmation_showed_is_shown_first(people: dict[str, Account]) -> None:
    for listing, user, act, picks in _acts(people):
        said = {"act": act.name, "pick": picks, "confirmed": "1"}
        answer = as_(user).post(reverse(f"{listing.name}-acts"), said)
        assert (answer.status_code, len(answer.context["picked"])) == (200, len(picks)), (listing.name, act.name)
        assert "outcome" not in answer.context


def test_more_rows_than_are_done_at_once_are_refused_and_not_left_out(people: dict[str, Account]) -> None:
    for listing, user, act, picks in _acts(people):
        said = {"act": act.name, "pick": [*picks, *(f"u{n}" for n in range(500))]}
        answer = as_(user).post(reverse(f"{listing.name}-acts"), said, follow=True)
        assert "一次最多 500 件" in answer.text, (listing.name, act.name)
