"""Pages of a list by key: the page after a row, or before it; no page costs more than the first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from tongxin.core import asked

SIZE = 14


@dataclass(frozen=True)
class Slice:
    """Some rows of a list in order, with the keys of the pages beside it (empty where there is none)."""

    rows: list[Any]
    before: str
    after: str


def _parse(key: str) -> tuple[date | None, int] | None:
    """Read a key like 2026-03-06.17 or, without a date, -.17; None for anything else."""
    found = asked.behind(key)
    pk = asked.number(found[1]) if found else None
    return None if found is None or pk is None else (found[0], pk)


def _beyond(field: str, key: tuple[date | None, int], *, back: bool) -> Q:
    day, pk = key
    same = Q(**{field: day}, pk__lt=pk) if back else Q(**{field: day}, pk__gt=pk)
    if day is None:
        same = Q(**{f"{field}__isnull": True}, **({"pk__lt": pk} if back else {"pk__gt": pk}))
        return same | Q(**{f"{field}__isnull": False}) if back else same
    if back:
        return same | Q(**{f"{field}__lt": day})
    return same | Q(**{f"{field}__gt": day}) | Q(**{f"{field}__isnull": True})


def by_day(rows: QuerySet[Any], field: str, *, after: str = "", before: str = "", size: int = SIZE) -> Slice:
    """Return a page ordered by a date (rows without one last), then by id. `after` and `before` are keys of a page beside it."""
    back, key = bool(before), _parse(before or after)
    if key is not None:
        rows = rows.filter(_beyond(field, key, back=back))
    order: list[Any] = [F(field).desc(nulls_first=True), "-pk"] if back else [F(field).asc(nulls_last=True), "pk"]
    return cut(rows.order_by(*order), size, back=back, bordered=key is not None, key_of=lambda row: _day_key(row, field))


def _day_key(row: Any, field: str) -> str:
    day = getattr(row, field)
    return f"{day.isoformat() if day else '-'}.{row.pk}"


def cut(rows: QuerySet[Any], size: int, *, back: bool, bordered: bool, key_of: Callable[[Any], str]) -> Slice:
    """Take the page at the beginning of rows in order; `back`: they were read towards the list's beginning; `bordered`: from a row on."""
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return Slice([], "", "")
    has_before, has_after = (more, True) if back else (bordered, more)
    return Slice(found, key_of(found[0]) if has_before else "", key_of(found[-1]) if has_after else "")


def key_by_pk(row: Any) -> str:
    """Return the key of a row in a list that is ordered by nothing that the address must say."""
    return str(row.pk)


def newest_first(rows: QuerySet[Any], *, after: str = "", before: str = "", size: int = SIZE) -> Slice:
    """Return a page of rows, the newest first."""
    return _by_pk(rows, newest=True, after=after, before=before, size=size)


def oldest_first(rows: QuerySet[Any], *, after: str = "", before: str = "", size: int = SIZE) -> Slice:
    """Return a page of rows, the oldest first."""
    return _by_pk(rows, newest=False, after=after, before=before, size=size)


def _by_pk(rows: QuerySet[Any], *, newest: bool, after: str, before: str, size: int) -> Slice:
    back, given = bool(before), before or after
    key = asked.number(given)
    falling = newest != back
    if key is not None:
        rows = rows.filter(pk__lt=key) if falling else rows.filter(pk__gt=key)
    return cut(rows.order_by("-pk" if falling else "pk"), size, back=back, bordered=key is not None, key_of=key_by_pk)
