"""Rows whose truth matters: an event that makes or changes one carries its digest, and `verify` compares row and digest.

Without it, whoever owns the database could turn every rating to satisfied, and no event would say otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, F, QuerySet, Value, When

from tongxin.audit import digests, stored

ODD = "odd"


@dataclass(frozen=True)
class Witnessed:
    """What of a model's rows is vouched for: the facts that count (paths as in `values()`), whose they are, which rows.

    A model may be vouched for in parts that change at different acts: where one lies is said with its `part`. `told` says
    in whose life the events that vouch for a row stand, where that is not the row's own: kind of subject, path to its uid.
    """

    model: type[models.Model]
    fields: tuple[str, ...]
    committee: str = "committee__code"
    only: Any = None  # a Q: an unsent reply is nobody's word yet
    part: str = ""
    told: tuple[str, str] | None = None

    @property
    def label(self) -> str:
        name = self.model._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta
        return f"{name}/{self.part}" if self.part else name

    def rows(self) -> QuerySet[Any, dict[str, Any]]:
        """Return uid, code and facts of every row that counts."""
        rows = self.model._base_manager.all()  # noqa: SLF001 -- every row, whatever its manager hides
        found = rows.filter(self.only) if self.only is not None else rows
        odd = Case(When(stored.oddly(self.model), then=Value(1)), default=Value(0))
        return found.order_by("pk").values("uid", *self.fields, code_=F(self.committee), odd_=odd)

    def models(self) -> list[type[models.Model]]:
        """Return the models in whose columns the facts stand: its own, and those that the paths lead to."""
        return list(dict.fromkeys((self.model, *(self.field_of(path).model for path in self.fields))))

    def field_of(self, path: str) -> Any:
        """Return the field in which a fact stands."""
        model: Any = self.model
        *relations, last = path.split("__")
        for name in relations:
            model = model._meta.get_field(name).related_model  # noqa: SLF001 -- as above
        return model._meta.get_field(last)  # noqa: SLF001 -- as above

    def depends_on(self) -> set[str]:
        """Return the fields whose change changes what is vouched for, or whether anything is."""
        return {path.partition("__")[0] for path in (*self.fields, *_asked(self.only))}


def _asked(condition: Any) -> Iterator[str]:
    """Return the paths that a Q asks for."""
    for child in condition.children if condition is not None else ():
        if isinstance(child, tuple):
            yield child[0]
        else:
            yield from _asked(child)


@dataclass(frozen=True)
class Part:
    """One part alone of a row that is vouched for in parts: what an act sets wholly, while it leaves the others as they are."""

    row: Any
    part: str


_witnessed: dict[str, list[Witnessed]] = {}


def witness(
    model: type[models.Model], *fields: str, committee: str = "committee__code", only: Any = None, part: str = "",
    told: tuple[str, str] | None = None,
) -> None:  # fmt: skip
    """Declare that rows of `model`, or a part of them, are vouched for by their events."""
    made = Witnessed(model, fields, committee, only, part, told)
    _witnessed.setdefault(model._meta.label_lower, []).append(made)  # noqa: SLF001 -- as above


def declared() -> list[Witnessed]:
    """Return everything that is vouched for, by name."""
    return sorted((kind for kinds in _witnessed.values() for kind in kinds), key=lambda kind: kind.label)


def declared_for(row: models.Model | type[models.Model]) -> list[Witnessed]:
    """Return what is declared for rows of a model; nothing for a model that nobody vouches for."""
    return _witnessed.get(row._meta.label_lower, [])  # noqa: SLF001 -- as above


def is_touched(row: models.Model, values: Iterable[str]) -> bool:
    """Say whether a change of these fields changes what is vouched for."""
    changed = set(values)
    return any(not kind.depends_on().isdisjoint(changed) for kind in declared_for(row))


def is_declared(row: models.Model) -> bool:
    """Say whether rows of this kind are vouched for."""
    return bool(declared_for(row))


def key_of(label: str, uid: str) -> str:
    """Name a row in an event's proofs."""
    return f"{label}:{uid}"


def proofs(rows: Iterable[Any]) -> dict[str, str]:
    """Return the digests of rows as they stand in the database now; one that is not there (any more) has an empty one."""
    asked: dict[str, tuple[Witnessed, list[str]]] = {}
    for given in rows:
        row, part = (given.row, given.part) if isinstance(given, Part) else (given, None)
        for kind in declared_for(row):
            if part is None or kind.part == part:
                asked.setdefault(kind.label, (kind, []))[1].append(row.uid)
    found: dict[str, str] = {}
    for label, (kind, uids) in asked.items():
        found |= dict.fromkeys((key_of(label, uid) for uid in uids), "")
        found |= dict(digests_of(kind, kind.rows().filter(uid__in=uids)))
    return found


def digests_of(kind: Witnessed, rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Return key and digest of each row; of one that is stored in another form than ours, what fits no digest."""
    for row in rows:
        facts = {name: row[name] for name in kind.fields}
        yield key_of(kind.label, row["uid"]), ODD if row["odd_"] else digests.of_row(kind.label, row["uid"], facts)
