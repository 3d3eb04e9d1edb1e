"""What an office looks up: cases by number, title, proposer or unit; and the units that are meant by a word."""

from collections.abc import Collection
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet, Value, When

from tongxin.committees.models import Unit
from tongxin.core import asked
from tongxin.core.words import sought
from tongxin.handling.choices import CaseState, TaskStates
from tongxin.handling.models import Case, Task
from tongxin.handling.queries.paging import SIZE, Slice, cut, key_by_pk
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Signature

LONGEST_NUMBER = 6  # figures: more are a telephone
LEAST = 2  # characters of a unit's name: one stands in too many
OVER = (CaseState.CLOSED, CaseState.RECALLED)


def parts_of_units_named(committees: Collection[int], text: str) -> QuerySet[Task] | None:
    """Return the parts of the units whose name, short name or former name holds a word; None where no unit is called so.

    The units are looked up first: they are few, and a word that names none costs no walk through the parts.
    """
    word = text.strip()
    if len(word) < LEAST:
        return None
    named = (
        Q(name__icontains=word) | Q(short_name__icontains=word) | Q(former_names__name__icontains=word)
        | Q(former_names__short_name__icontains=word)
    )  # fmt: skip
    units = set(Unit.objects.filter(named, committee__in=committees, dropped_at=None).values_list("pk", flat=True))
    return Task.objects.filter(unit__in=units).exclude(state__in=TaskStates.gone) if units else None


def found_by(text: str, committees: Collection[int], path: str = "") -> Q:
    """Return which proposals, or rows that lead to one, have a word in their title, number, proposers or units."""
    names = reduce(or_, (Q(member__name__icontains=name) for name in sought(text)))
    signers = names | Q(member__number__iexact=text) | Q(member=None, body__icontains=text)
    signed = Signature.objects.filter(signers, committee__in=committees, answer=Answer.ACCEPTED)
    found = Q(**{f"{path}title__icontains": text}) | Q(**{f"{path}pk__in": signed.values("proposal")})
    figures = text.strip("第号 ")
    if figures.isdecimal() and len(figures) <= LONGEST_NUMBER:
        found |= Q(**{f"{path}number": int(figures)})
    parts = parts_of_units_named(committees, text)
    return found if parts is None else found | Q(**{f"{path}pk__in": parts.values("case__proposal")})


def open_first(rows: QuerySet[Case], *, after: str = "", before: str = "", size: int = SIZE) -> Slice:
    """Return a page of cases: those that are not over first, of each the newest assigned first. Keys are those of the rows beside."""
    over = models.Case(When(state__in=OVER, then=Value(1)), default=Value(0))
    rows, back = rows.annotate(over=over), bool(before)
    key = _key_of(rows, before or after)
    if key is not None:
        rows = rows.filter(_beyond(*key, back=back))
    day = F("assigned_at").asc(nulls_first=True) if back else F("assigned_at").desc(nulls_last=True)
    order: list[Any] = ["-over", day, "pk"] if back else ["over", day, "-pk"]
    return cut(rows.order_by(*order), size, back=back, bordered=key is not None, key_of=key_by_pk)


def _key_of(rows: QuerySet[Any], given: str) -> tuple[int, Any, int] | None:
    pk = asked.number(given)
    return rows.filter(pk=pk).values_list("over", "assigned_at", "pk").first() if pk is not None else None


def _beyond(over: int, at: Any, pk: int, *, back: bool) -> Q:
    """Keep what stands behind a row, or before it; cases of which it is not known when they were assigned stand last."""
    twin = Q(assigned_at=at) if at else Q(assigned_at=None)
    if back:
        newer = Q(assigned_at__gt=at) if at else Q(assigned_at__isnull=False)
        return Q(over__lt=over) | Q(over=over) & (newer | twin & Q(pk__gt=pk))
    older = Q(assigned_at__lt=at) | Q(assigned_at=None) if at else Q(pk__in=())
    return Q(over__gt=over) | Q(over=over) & (older | twin & Q(pk__lt=pk))
