"""What an office looks up: cases by number, title, proposer or unit; and the units that are meant by a word."""

from collections.abc import Collection
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q, QuerySet, Value, When

from tongxin.committees.models import Unit
from tongxin.core.words import sought
from tongxin.handling.choices import CaseState, TaskStates
from tongxin.handling.models import Case, Task
from tongxin.proposals.choices import Answer
from tongxin.proposals.models import Signature
from tongxin.proposals.queries import numbered_so

LEAST = 2  # characters of a unit's name: one stands in too many
OVER = (CaseState.CLOSED, CaseState.RECALLED)


def parts_of_units_named(committees: Collection[int], text: str) -> QuerySet[Task] | None:
    """Return the parts of the units whose name, short name or former name holds a word.

    None where no unit is called so.

    The units are looked up first: they are few, and a word that names none costs no walk through the parts.
    """
    word = text.strip()
    if len(word) < LEAST:
        return None
    named = (
        Q(name__icontains=word)
        | Q(short_name__icontains=word)
        | Q(former_names__name__icontains=word)
        | Q(former_names__short_name__icontains=word)
    )
    units = set(Unit.objects.filter(named, committee__in=committees, dropped_at=None).values_list("pk", flat=True))
    return Task.objects.filter(unit__in=units).exclude(state__in=TaskStates.gone) if units else None


def found_by(text: str, committees: Collection[int], path: str = "") -> Q:
    """Return which proposals, or rows that lead to one, have a word in their title, number, proposers or units."""
    of_number = numbered_so(committees, text)
    if of_number is not None and (of_number.found or of_number.alone):
        return Q(**{f"{path}pk__in": of_number.found})
    names = reduce(or_, (Q(member__name__icontains=name) for name in sought(text)))
    signers = names | Q(member__number__iexact=text) | Q(member=None, body__icontains=text)
    signed = Signature.objects.filter(signers, committee__in=committees, answer=Answer.ACCEPTED)
    found = Q(**{f"{path}title__icontains": text}) | Q(**{f"{path}pk__in": signed.values("proposal")})
    parts = parts_of_units_named(committees, text)
    return found if parts is None else found | Q(**{f"{path}pk__in": parts.values("case__proposal")})


def with_over(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Say of cases whether they are over (`over`): 0 or 1, to order them by."""
    return rows.annotate(over=models.Case(When(state__in=OVER, then=Value(1)), default=Value(0)))
