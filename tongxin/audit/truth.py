"""Rows whose truth matters.

An event that makes or changes one carries its digest, and `verify` compares row and digest.

Without it, whoever owns the database could turn every rating to satisfied, and no event would say otherwise.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Case, F, Model, Q, QuerySet, Value, When

from tongxin.accounts.models import Account
from tongxin.audit import digests, given, stored
from tongxin.core.prepared import Prepared

BODY, ACCOUNT = "committees.committee", Account._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta
NO_DIGEST = "misstored"  # of a row in another form than ours: fits nothing that was said


@dataclass(frozen=True)
class Witnessed:
    """What of a model's rows is vouched for: the facts that count (paths as in `values()`), whose they are, which rows.

    A model may be vouched for in parts that change at different acts: where one lies is said with its `part`. `told`
    says in whose life the events that vouch for a row stand, where that is not the row's own: kind of subject, path to
    its uid.
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

    def rows(self, *, all_in_form: bool = False) -> QuerySet[Any, dict[str, Any]]:
        """Return uid, code and facts of every row that counts.

        Who knows that all are stored in our form asks it of none again.
        """
        rows = self.model._base_manager.all()  # noqa: SLF001 -- every row, whatever its manager hides
        found = rows.filter(self.only) if self.only is not None else rows
        misstored = Value(0) if all_in_form else Case(When(self._misstored(), then=Value(1)), default=Value(0))
        return found.order_by("pk").values("uid", *self.fields, code_=F(self.committee), misstored_=misstored)

    @cached_property
    def asked(self) -> Prepared:
        """Its rows by their uids: the question that every act asks, and the longest of all."""
        return Prepared(lambda uids: self.rows().filter(uid__in=uids))

    def readable(self) -> QuerySet[Any, dict[str, Any]]:
        """Return those of them that are stored in our form: a day that is none cannot even be read."""
        return self.rows().filter(misstored_=0)

    def misstored(self, **whose: Any) -> set[str]:
        """Return the uids of the others."""
        return set(stored.said_of(self.rows().filter(misstored_=1, **whose), "uid"))

    def _misstored(self) -> Q:
        found = stored.misstored(self.model)
        for path in (path for path in self.fields if "__" in path and path.rpartition("__")[2] != "uid"):
            found |= stored.elsewhere(path, self.field_of(path))
        return found

    def models(self) -> list[type[models.Model]]:
        """Return the models in whose columns the facts stand, those whose rows are only named by their uids among them."""
        return list(dict.fromkeys((self.model, *(self.field_of(path).model for path in self._told()))))

    def names(self) -> list[tuple[type[Model], str]]:
        """Return by what rows are told apart: its own by their uid, and others by the uid or the code that is told."""
        asked = (self.field_of(path) for path in self._told())
        others = ((field.model, field.name) for field in asked if field.name in {"uid", "code"})
        return list(dict.fromkeys(((self.model, "uid"), *others)))

    def _told(self) -> list[str]:
        """Return the paths of all that is told of a row: its facts, whose it is, in whose life."""
        return [*self.fields, self.committee, *(self.told or ())[1:]]

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
    """One part alone of a row that is vouched for in parts.

    What an act sets wholly, while it leaves the others as they are.
    """

    row: Any
    part: str


@dataclass(frozen=True)
class Saved:
    """A row that the act just wrote as it stands in memory, or these fields of it.

    Read back otherwise, the act is taken back.
    """

    row: Any
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True)
class New(Saved):
    """A row that the act just made.

    Nothing was said of it before, and nobody needs to be asked whether it still holds.
    """


_witnessed: dict[str, list[Witnessed]] = {}


def witness(
    model: type[models.Model],
    *fields: str,
    committee: str = "committee__code",
    only: Any = None,
    part: str = "",
    told: tuple[str, str] | None = None,
) -> None:
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


def words_of(event: Any, kinds: Mapping[str, Witnessed]) -> dict[str, str]:
    """Return what an event says of rows (`kinds` by label) where it is asked for.

    In the life of the row, or of what it belongs to; together with others in the committee's; of national rows in the
    system's.
    """
    together = event.subject_type in {BODY, ACCOUNT}
    return {key: digest for key, digest in event.proofs.items() if together or _is_own_life(event, key, kinds)}


def _is_own_life(event: Any, key: str, kinds: Mapping[str, Witnessed]) -> bool:
    label, _colon, uid = key.partition(":")
    kind = kinds.get(label)
    if kind is None:
        return False
    if kind.told is not None:
        return bool(event.subject_type == kind.told[0])
    return (event.subject_type, event.subject_uid) == (kind.model._meta.label_lower, uid)  # noqa: SLF001 -- as above


def key_of(label: str, uid: str) -> str:
    """Name a row in an event's proofs."""
    return f"{label}:{uid}"


def uid_of(key: str) -> str:
    """Return the uid in the name of a row; what is no such name may itself be a uid."""
    return key.rpartition(":")[2]


def _kinds_of(named: Any) -> tuple[Any, list[Witnessed]]:
    """Return the row that is named, whole or in part, and what is vouched for of it."""
    row = named.row if isinstance(named, (Part, Saved)) else named
    kinds = declared_for(row)
    return row, [kind for kind in kinds if kind.part == named.part] if isinstance(named, Part) else kinds


def keys_of(named: Any) -> list[str]:
    """Name a row, or a part of one, as events do."""
    row, kinds = _kinds_of(named)
    return [key_of(kind.label, row.uid) for kind in kinds]


def by_kind(rows: Iterable[Any]) -> list[tuple[Witnessed, list[Any]]]:
    """Sort rows and parts by what is vouched for of them."""
    asked: dict[str, tuple[Witnessed, list[Any]]] = {}
    for named in rows:
        row, kinds = _kinds_of(named)
        for kind in kinds:
            asked.setdefault(kind.label, (kind, []))[1].append(row)
    return list(asked.values())


def proofs(rows: Iterable[Any]) -> dict[str, str]:
    """Return the digests of rows as they stand in the database now; one that is not there (any more) has an empty one.

    Raises AlteredError where a row that was just saved is not read as it was given.
    """
    asked = list(rows)
    saved = {named.row.uid: named for named in asked if isinstance(named, Saved)}
    found: dict[str, str] = {}
    for kind, own in by_kind(asked):
        uids = [row.uid for row in own]
        found |= dict.fromkeys((key_of(kind.label, uid) for uid in uids), "")
        for row in kind.asked.rows(uids):
            if row["uid"] in saved:
                _demand_as_given(kind, saved[row["uid"]], row)
            found |= digests_of(kind, [row])
        if lost := next((uid for uid in uids if kind.only is None and uid in saved and not found[key_of(kind.label, uid)]), None):
            raise given.AlteredError(key_of(kind.label, lost), str(given.WHOLE_ROW))
    return found


def _demand_as_given(kind: Witnessed, saved: Saved, read: dict[str, Any]) -> None:
    paths = [path for path in kind.fields if saved.fields is None or path.partition("__")[0] in saved.fields]
    if path := given.altered(saved.row, paths, read):
        raise given.AlteredError(key_of(kind.label, read["uid"]), path)


def digests_of(kind: Witnessed, rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Return key and digest of each row; of one that is stored in another form than ours, what fits no digest."""
    for row in rows:
        facts = {name: row[name] for name in kind.fields}
        yield key_of(kind.label, row["uid"]), NO_DIGEST if row["misstored_"] else digests.of_row(kind.label, row["uid"], facts)
