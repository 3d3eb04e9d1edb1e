"""Saving a text by compare-and-set, and keeping beside it what came too late: the one way for all matters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from tongxin.accounts.models import Account
from tongxin.drafts.models import KeptCopy
from tongxin.drafts.table import known

MOST_COPIES = 20  # of one person beside one text


class LateError(Exception):
    """A save that found another text than it started from; the message is for people.

    `copy` is what was kept beside.
    """

    def __init__(self, message: str, copy: KeptCopy) -> None:
        super().__init__(message)
        self.copy = copy


class StaleError(LateError):
    """The text was saved elsewhere in the meantime."""


class ClosedError(LateError):
    """The text is written no more."""


@dataclass(frozen=True)
class Saving:
    """Which text is saved, and in which words it is told that it was not.

    `rows` are those of the text in which it is still written: none where it was closed, or not begun. `subject` is what
    stands in the draft's address.
    """

    kind: str
    subject: Any
    text: Any
    rows: QuerySet[Any]
    stale: Any
    closed: Callable[[], Any]
    first: Callable[[Any], None] = lambda _held: None  # what is done with the locked row before it is overwritten


def save(saving: Saving, *, fields: Mapping[str, Any], started_from: int, actor: Account, at: datetime, tab: str = "") -> None:
    """Save what was typed; no event.

    A save that did not start from the current version overwrites nothing and is kept beside.

    Raises StaleError or ClosedError with the kept copy.
    """
    with transaction.atomic():
        if _saved(saving, fields, started_from, at):
            return
        copy = keep(saving.kind, saving.subject, fields=fields, started_from=started_from, actor=actor, at=at, tab=tab)
    # raised outside, or the copy would be rolled back with it
    if saving.rows.exists():
        raise StaleError(saving.stale, copy)
    raise ClosedError(saving.closed(), copy)


def _saved(saving: Saving, fields: Mapping[str, Any], started_from: int, at: datetime) -> bool:
    """Save by compare-and-set; say whether the text is now, or was already, what was typed."""
    text = saving.text
    if text.pk is None:
        return False
    if text.version == started_from and holds(text, fields):
        return True
    rows = saving.rows.filter(version=started_from)
    for held in rows.select_for_update(of=("self",)):
        saving.first(held)
    saved = rows.update(version=F("version") + 1, edited_at=at, **fields)
    text.refresh_from_db()
    return bool(saved) or (holds(text, fields) and _is_whole(saving.kind, text, fields))


def holds(text: Any, fields: Mapping[str, Any]) -> bool:
    """Say whether a text is what was typed."""
    return all(getattr(text, name) == value for name, value in fields.items())


def _is_whole(kind: str, text: Any, fields: Mapping[str, Any]) -> bool:
    """Say whether all of a text was typed, so that an answer that got lost may be given again.

    What nobody ever chose sends nothing.
    """
    columns = text._meta  # noqa: SLF001 -- Django's public-in-practice Meta
    return all(name in fields or getattr(text, name) == columns.get_field(name).get_default() for name in known()[kind].labels)


def keep(
    kind: str, subject: Any, *, fields: Mapping[str, Any], started_from: int, actor: Account, at: datetime, tab: str = ""
) -> KeptCopy:
    """Keep what was typed beside a text.

    The same window saving again replaces its own copy; what no script sent replaces none.
    """
    own = KeptCopy.objects.filter(kind=kind, subject=subject.uid, account=actor, started_from=started_from, tab=tab)
    copy = next((row for row in own.filter(settled_at=None) if tab or row.fields == fields), None)
    if copy is None:
        made = KeptCopy.objects.create(
            committee_id=subject.committee_id,
            kind=kind,
            subject=subject.uid,
            account=actor,
            tab=tab,
            started_from=started_from,
            fields=dict(fields),  # type: ignore[misc]  # an EncryptedJSON takes what JSON can say
            kept_at=at,
        )
        _make_room(made)
        return made
    copy.fields, copy.kept_at = dict(fields), at  # type: ignore[assignment]  # an EncryptedJSON takes what JSON can say
    copy.save(update_fields=["fields", "kept_at"])
    return copy


def _make_room(made: KeptCopy) -> None:
    """Let the oldest copies of a person beside a text go, beyond those that anybody looks through.

    First those put away.
    """
    own = KeptCopy.objects.filter(kind=made.kind, subject=made.subject, account=made.account)
    kept = sorted(own.order_by().values_list("settled_at", "pk"), key=lambda row: (row[0] is not None, -row[1]))
    if len(kept) > MOST_COPIES:
        own.filter(pk__in=[pk for _settled_at, pk in kept[MOST_COPIES:]]).delete()


def settle(copy: KeptCopy, *, at: datetime) -> None:
    """Put a kept copy away, after its writer has looked at both texts. The row stays until its time is over."""
    KeptCopy.objects.filter(pk=copy.pk, settled_at=None).update(settled_at=at)
