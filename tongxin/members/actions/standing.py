"""What every change of a standing asks, writes and tells."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import Saved
from tongxin.core.templatetags.chinese import full_day
from tongxin.core.words import clean_line
from tongxin.members.actions.holding import StandingError
from tongxin.members.models import Member, Post, Seat, Suspension

Held = TypeVar("Held", Seat, Post, Suspension)
TOGETHER = 100  # rows that are written at a time
ENDED: dict[type[Seat | Post | Suspension], tuple[str, ...]] = {
    Seat: ("ends_on", "ending", "reason", "document_number"),
    Post: ("ends_on",),
    Suspension: ("ends_on",),
}


def write(rows: Iterable[Seat | Post | Suspension], *, on: date, **why: str) -> None:
    """Write from which day on rows are over, of seats also why; what began later never began."""
    by_model = defaultdict[type[Seat | Post | Suspension], list[Any]](list)
    for row in rows:
        row.ends_on = max(on, row.starts_on)
        for name, value in why.items() if isinstance(row, Seat) else ():
            setattr(row, name, value)
        by_model[type(row)].append(row)
    for model, own in by_model.items():
        model.objects.bulk_update(own, ENDED[model], batch_size=TOGETHER)


def demand_day(on: date, at: datetime) -> None:
    """Refuse a day to come: what is still to come is done on its day. Raises StandingError."""
    if on > timezone.localdate(at):
        message = _("日期不能在今天以后，请到那一天再办理")
        raise StandingError(message)


def demand_after(on: date, first: date) -> None:
    """Refuse a day before the first that is possible. Raises StandingError."""
    if on < first:
        message = _("日期不能早于 %(first)s") % {"first": full_day(first)}
        raise StandingError(message)


def record(
    kind: str,
    member: Member,
    *,
    on: date | None,
    reason: str,
    document_number: str,
    proves: Iterable[Model | Saved],
    actor: Account,
    at: datetime,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Record an act about a standing: since when, why, by which paper, and what `more` has to be found again."""
    audit.record(
        kind,
        member,
        actor=actor,
        at=at,
        proves=proves,
        data={
            "name": member.name,
            "on": on.isoformat() if on else "",
            "reason": clean_line(reason),
            "document_number": clean_line(document_number),
            **(more or {}),
        },
    )
