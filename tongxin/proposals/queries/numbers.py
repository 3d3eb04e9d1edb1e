"""A number is looked up in its index.

However an office writes it, and whatever else has the same figures in its title.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from tongxin.committees.models import Session
from tongxin.core.words import normal
from tongxin.proposals.models import Proposal

# read without blanks; more figures are a telephone
NUMBER = re.compile(r"(?P<mark>第?)(?P<figures>\d{1,6})(?P<end>号?)")
CATEGORY = re.compile(r"(?P<label>[^\W\d]+?)第?(?P<figures>\d{1,6})号?")


@dataclass(frozen=True)
class Numbered:
    """The proposals that have a number, and whether it is written as one (第 1 号, 0001): then nothing else is meant."""

    found: tuple[int, ...]
    alone: bool


def numbered_so(committees: Collection[int], text: str) -> Numbered | None:
    """Return which proposals of some committees a text names by their number, or by that in their category.

    None where it is none.

    It is looked for in each of their sessions: numbers begin anew with every one.
    """
    written = "".join(normal(text).split())
    if (number := NUMBER.fullmatch(written)) is not None:
        figures = number["figures"]
        marked = bool(number["mark"] or number["end"] or figures.startswith("0"))
        return Numbered(_those(committees, Q(number=int(figures))), marked)
    if (category := CATEGORY.fullmatch(written)) is None:
        return None
    label = category["label"]
    own = Q(
        category_label__in=sorted({label, label.removesuffix("类"), _("%(label)s类") % {"label": label}}),
        category_number=int(category["figures"]),
    )
    found = _those(committees, own)
    return Numbered(found, alone=True) if found else None  # a word with figures behind it may be anything


def _those(committees: Collection[int], own: Q) -> tuple[int, ...]:
    sessions = list(Session.objects.filter(committee__in=committees).values_list("pk", flat=True))
    rows = Proposal.objects.filter(own, session__in=sessions, committee__in=committees)
    return tuple(rows.order_by("id").values_list("pk", flat=True))
