"""Which copies of whose are kept beside a text, and where they differ from it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tongxin.drafts.models import KeptCopy
from tongxin.drafts.table import Draft


@dataclass(frozen=True)
class Difference:
    """One field in which a copy differs: what is saved and what was kept, as values and in the words of the page."""

    name: str
    label: str
    saved: str
    kept: str


def copies_of(user: Any, draft: Draft, uid: str) -> QuerySet[KeptCopy]:
    """Return the copies that somebody left beside one text; nobody sees another's."""
    return KeptCopy.objects.filter(kind=draft.name, subject=uid, account=user)


def open_copies(user: Any, draft: Draft, uid: str) -> QuerySet[KeptCopy]:
    """Return those that their writer has not looked at yet, the newest first."""
    return copies_of(user, draft, uid).filter(settled_at=None)


def differences(draft: Draft, holder: Any, fields: dict[str, Any]) -> list[Difference]:
    """Return where a copy differs from what is saved, in the order of the page."""
    saved = draft.values(holder)
    return [
        Difference(name, str(label), draft.shown(holder, name, saved[name]), draft.shown(holder, name, fields[name]))
        for name, label in draft.labels.items()
        if name in fields and fields[name] != saved[name]
    ]
