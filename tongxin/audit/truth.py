"""Rows whose truth matters: an event that makes or changes one carries its digest, and `verify` compares row and digest.

Without it, whoever owns the database could turn every rating to satisfied, and no event would say otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, QuerySet

from tongxin.audit import digests


@dataclass(frozen=True)
class Witnessed:
    """A model whose rows are vouched for: the facts that count (paths as in `values()`), whose they are, which rows."""

    model: type[models.Model]
    fields: tuple[str, ...]
    committee: str = "committee__code"
    only: Any = None  # a Q: an unsent reply is nobody's word yet

    @property
    def label(self) -> str:
        return self.model._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta

    def rows(self) -> QuerySet[Any, dict[str, Any]]:
        """Return uid, code and facts of every row that counts."""
        rows = self.model._base_manager.all()  # noqa: SLF001 -- every row, whatever its manager hides
        found = rows.filter(self.only) if self.only is not None else rows
        return found.order_by("pk").values("uid", *self.fields, code_=F(self.committee))


_witnessed: dict[str, Witnessed] = {}


def witness(model: type[models.Model], *fields: str, committee: str = "committee__code", only: Any = None) -> None:
    """Declare that rows of `model` are vouched for by their events."""
    made = Witnessed(model, fields, committee, only)
    _witnessed[made.label] = made


def declared() -> list[Witnessed]:
    """Return every model whose rows are vouched for, by name."""
    return [_witnessed[label] for label in sorted(_witnessed)]


def declared_for(label: str) -> Witnessed:
    """Return what is declared for a model. Raises KeyError."""
    return _witnessed[label]


def is_touched(row: models.Model, values: Iterable[str]) -> bool:
    """Say whether a change of these fields changes what is vouched for."""
    kind = _witnessed.get(row._meta.label_lower)  # noqa: SLF001 -- as above
    return kind is not None and not {f.partition("__")[0] for f in kind.fields}.isdisjoint(values)


def is_declared(row: models.Model) -> bool:
    """Say whether rows of this kind are vouched for."""
    return row._meta.label_lower in _witnessed  # noqa: SLF001 -- as above


def key_of(label: str, uid: str) -> str:
    """Name a row in an event's proofs."""
    return f"{label}:{uid}"


def proofs(rows: Iterable[Any]) -> dict[str, str]:
    """Return the digests of rows as they stand in the database now; one that is not there (any more) has an empty one."""
    asked: dict[str, list[str]] = {}
    for row in rows:
        asked.setdefault(row._meta.label_lower, []).append(row.uid)  # noqa: SLF001 -- as above
    found: dict[str, str] = {}
    for label, uids in asked.items():
        found |= dict.fromkeys((key_of(label, uid) for uid in uids), "")
        found |= dict(digests_of(_witnessed[label], _witnessed[label].rows().filter(uid__in=uids)))
    return found


def digests_of(kind: Witnessed, rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Return key and digest of each row."""
    for row in rows:
        facts = {name: row[name] for name in kind.fields}
        yield key_of(kind.label, row["uid"]), digests.of_row(kind.label, row["uid"], facts)
