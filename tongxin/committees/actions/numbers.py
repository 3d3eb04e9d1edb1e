"""Numbers without gaps: of proposals, of members, of whatever a committee counts."""

from django.db import transaction
from django.db.models import F

from tongxin.committees.models import Committee, Counter


def next_number(committee: Committee, series: str) -> int:
    """Give the next number of a series, without gaps.

    Must stand in the transaction that uses it: a rollback gives it back.

    The UPDATE takes the row's lock first, so two clerks never get the same number on either database.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "numbers are given inside the transaction that uses them"
        raise RuntimeError(message)
    row, _made = Counter.objects.get_or_create(committee=committee, series=series)
    Counter.objects.filter(pk=row.pk).update(last=F("last") + 1)
    return Counter.objects.values_list("last", flat=True).get(pk=row.pk)


def take_numbers(committee: Committee, series: str, count: int) -> int:
    """Give `count` numbers of a series at once and return the first: what an import needs.

    The same conditions as `next_number`.
    """
    row, _made = Counter.objects.get_or_create(committee=committee, series=series)
    Counter.objects.filter(pk=row.pk).update(last=F("last") + count)
    return Counter.objects.values_list("last", flat=True).get(pk=row.pk) - count + 1


def claim_number(committee: Committee, series: str, number: int) -> None:
    """Note that an imported record already carries `number`, so that the series goes on behind it."""
    row, _made = Counter.objects.get_or_create(committee=committee, series=series)
    Counter.objects.filter(pk=row.pk, last__lt=number).update(last=number)
