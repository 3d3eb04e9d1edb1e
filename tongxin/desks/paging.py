"""Lists page by key: the next page begins behind the last row, however many rows stand before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

CAP = 999


@dataclass(frozen=True)
class Slice:
    """One page of rows, and whether there are rows before and behind it."""

    rows: list[Any]
    has_previous: bool
    has_next: bool


def page_by(
    rows: QuerySet[Any],
    names: Sequence[str],
    *,
    size: int,
    down: bool = False,
    key: Sequence[Any] | None = None,
    back: bool = False,
) -> Slice:
    """Read a page ordered by one or two fields (the last one unique), behind `key`, or before it with `back`."""
    flip = down != back
    step = "lt" if flip else "gt"
    if key is not None:
        first = names[0]
        beyond = Q(**{f"{first}__{step}": key[0]})
        if len(names) > 1:
            # the bare range on the first field lets an index find its beginning
            rows = rows.filter(**{f"{first}__{step}e": key[0]})
            beyond |= Q(**{first: key[0], f"{names[1]}__{step}": key[1]})
        rows = rows.filter(beyond)
    found = list(rows.order_by(*(f"-{name}" if flip else name for name in names))[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        return Slice(found[::-1], has_previous=more, has_next=True)
    return Slice(found, has_previous=key is not None, has_next=more)


def capped(rows: QuerySet[Any]) -> int:
    """Count rows, but no further than one beyond what is shown as 999+."""
    return rows.order_by()[: CAP + 1].count()


def counted(number: int) -> str:
    """Write a capped count: 138, 999+."""
    return f"{CAP}+" if number > CAP else str(number)
