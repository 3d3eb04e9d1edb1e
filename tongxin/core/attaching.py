"""What belongs to rows is given to them, where it was asked for by a question of its own.

As Django's prefetching does.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet


def attach(owners: Iterable[Any], name: str, rows: Iterable[Any], *, by: str) -> None:
    """Give each row what of `rows` names it in its field `by`.

    Read from then on without a question, as what was prefetched.
    """
    own: dict[int, list[Any]] = {}
    known = {owner.pk: owner for owner in owners}
    for row in rows:
        key = getattr(row, f"{by}_id")
        own.setdefault(key, []).append(row)
        setattr(row, by, known[key])
    for pk, owner in known.items():
        model = owner._meta.get_field(name).related_model  # noqa: SLF001 -- Django's public-in-practice Meta
        there: QuerySet[Any, Any] = QuerySet(model)
        there._result_cache, there._prefetch_done = own.get(pk, []), True  # type: ignore[attr-defined]  # noqa: SLF001 -- as Django does
        owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = there
