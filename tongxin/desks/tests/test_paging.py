"""Pages by key: whatever the order, the pages together are the list, forwards and back, and rows without a day stand last."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.cast import Cast
from tongxin.committees.models import Unit
from tongxin.desks.paging import Slice, page_asked, pages

DAY = date(2026, 3, 2)
ORDERS = [("id",), ("-id",), ("active_until", "id"), ("-active_until", "-id"), ("system", "-active_until", "id")]


@pytest.fixture
def units(cast: Cast) -> Any:
    """Units that end on days of which some are the same, and some that do not end."""
    for number, days in enumerate((3, None, 1, 3, None, 2, 1, None, 3)):
        until = None if days is None else DAY + timedelta(days=days)
        system = ("party", "government")[number % 2]
        Unit.objects.create(committee=cast.county, name=f"第{number}局", system=system, active_until=until)
    return Unit.objects.filter(name__startswith="第")


def _in_order(units: Any, names: tuple[str, ...]) -> list[str]:
    """Sort them as a person would."""
    rows = list(units)
    for name in reversed(names):
        field, falls = name.lstrip("-"), name.startswith("-")
        rows.sort(key=lambda row: getattr(row, field) or DAY, reverse=falls)
        rows.sort(key=lambda row: getattr(row, field) is None)
    return [row.uid for row in rows]


def _uids(page: Slice) -> list[str]:
    return [row.uid for row in page.rows]


@pytest.mark.parametrize("names", ORDERS, ids=" ".join)
def test_the_pages_together_are_the_list_forwards_and_back(units: Any, names: tuple[str, ...]) -> None:
    whole, said, there = _in_order(units, names), dict[str, str](), list[str]()
    while True:
        page = page_asked(units, names, said, size=2)
        assert page.has_previous == bool(there)
        there += _uids(page)
        if not page.has_next:
            break
        said = {"after": page.rows[-1].uid}
    assert there == whole
    back = _uids(page)
    while page.has_previous:
        page = page_asked(units, names, {"before": page.rows[0].uid}, size=2)
        assert page.has_next
        back = _uids(page) + back
    assert back == whole


def test_a_row_that_left_the_list_is_a_border_still_and_one_that_never_was_is_none(units: Any) -> None:
    whole = _in_order(units, ("id",))
    left = units.exclude(uid=whole[3])
    assert _uids(page_asked(left, ("id",), {"after": whole[3]}, size=2, known=lambda: units)) == whole[4:6]
    assert _uids(page_asked(left, ("id",), {"after": whole[3]}, size=2)) == whole[:2]  # not his to know where it stands
    assert _uids(page_asked(units, ("id",), {"after": "nowhere"}, size=2)) == whole[:2]
    assert not page_asked(units, ("id",), {"before": "nowhere"}, size=2).has_previous


@pytest.mark.parametrize("names", ORDERS, ids=" ".join)
def test_an_empty_page_is_never_where_a_list_ends(units: Any, names: tuple[str, ...]) -> None:
    whole = _in_order(units, names)
    last = page_asked(units, names, {"after": whole[-1]}, size=2)
    assert (_uids(last), last.has_previous, last.has_next) == (whole[-2:], True, False)
    first = page_asked(units, names, {"before": whole[0]}, size=2)
    assert (_uids(first), first.has_previous, first.has_next) == (whole[:2], False, True)
    nothing = page_asked(units.filter(name="无"), names, {"after": whole[0]}, size=2, known=lambda: units)
    assert (nothing.rows, nothing.has_previous, nothing.has_next) == ([], False, False)


@pytest.mark.parametrize("names", ORDERS, ids=" ".join)
def test_rows_that_move_or_go_while_all_are_read_lose_no_other(units: Any, names: tuple[str, ...]) -> None:
    whole, read = _in_order(units, names), list[str]()
    for part in pages(units, names, size=3):
        read += [row.uid for row in part]
        if len(read) == 3:
            Unit.objects.filter(uid=read[-1]).update(active_until=DAY + timedelta(days=99), system="other")
            Unit.objects.filter(uid=whole[4]).update(name="别处")
    assert read == [uid for uid in whole if uid != whole[4]]


def test_behind_a_row_that_lost_what_ordered_it_the_list_begins_anew(units: Any) -> None:
    days = units.exclude(active_until=None)
    whole = _in_order(days, ("active_until", "id"))
    units.filter(uid=whole[2]).update(active_until=None)
    page = page_asked(days, ("active_until", "id"), {"after": whole[2]}, size=2, filled={"active_until"})
    assert (_uids(page), page.has_previous) == (whole[:2], False)
