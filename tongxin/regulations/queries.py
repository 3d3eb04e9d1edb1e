"""Which rule is in force where and when, and where each value of it comes from."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet

from tongxin.committees.models import Committee
from tongxin.regulations.models import Regulation
from tongxin.regulations.schema import BY_SCHEMA, KINDS, Kind, build


@dataclass(frozen=True)
class InForce:
    """A kind's values for a committee on a day, and for each key the regulation it comes from."""

    kind: Kind
    values: Any
    sources: dict[str, Regulation]
    versions: tuple[Regulation, ...]

    @property
    def version(self) -> str:
        """Name every version that took part, nearest first: what events pin."""
        return " ".join(r.version for r in self.versions)


class MissingRegulationError(LookupError):
    """No regulation of a kind is in force; the national library was not loaded."""


LOOKED_FOR_EVERY = 1.0  # seconds until another process's adoption is seen


class _Kept:
    """What was looked up, dropped as soon as a newer regulation is seen (looked for now and then)."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, str, date], InForce] = {}
        self.newest: object = None
        self.looked_at = float("-inf")
        self.place: object = None

    def fresh(self) -> dict[tuple[int, str, date], InForce]:
        now = time.monotonic()
        if (place := connection.settings_dict["NAME"]) != self.place:  # a large import writes in a copy first
            self.clear()
            self.place = place
        if now - self.looked_at > LOOKED_FOR_EVERY:
            newest = tuple(Regulation.objects.aggregate(Max("id"), Count("id")).values())  # an import's keys may lie behind
            if newest != self.newest or len(self.found) > 5000:  # noqa: PLR2004 -- a bound, not a rule
                self.found, self.newest = {}, newest
            self.looked_at = now
        return self.found

    def clear(self) -> None:
        self.found, self.newest, self.looked_at = {}, None, float("-inf")


_kept = _Kept()


def forget() -> None:
    """Drop what is kept in this process, after an adoption."""
    _kept.clear()


def look_up(committee: Committee, schema: type, on: date) -> InForce:
    """Return the values of a kind for a committee on a day, with their sources.

    The nearest committee up the tree that says something about a key wins; the national library stands above all.
    """
    kind, kept = BY_SCHEMA[schema], _kept.fresh()
    key = (committee.pk, kind.name, on)
    if key not in kept:
        kept[key] = _compose(kind, _versions(committee, kind, on))
    return kept[key]


def in_force(committee: Committee, schema: Any, on: date) -> Any:
    """Return just the values: an instance of `schema`."""
    return look_up(committee, schema, on).values


def _versions(committee: Committee, kind: Kind, on: date) -> Sequence[Regulation]:
    """Return the version in force of each committee of the lineage, nearest first, the national default last."""
    lineage = committee.lineage()
    newest: dict[int | None, Regulation] = {}
    rows = Regulation.objects.filter(kind=kind.name, effective_from__lte=on).filter(Q(committee__in=lineage) | Q(committee=None))
    for row in rows.select_related("committee").order_by("effective_from"):
        newest[row.committee_id] = row
    return [newest[pk] for pk in [*(c.pk for c in lineage), None] if pk in newest]


def _compose(kind: Kind, versions: Sequence[Regulation]) -> InForce:
    merged: dict[str, Any] = {}
    sources: dict[str, Regulation] = {}
    for row in versions:
        for key, value in row.body.items():
            if key not in merged:
                merged[key], sources[key] = value, row
    if not sources:
        message = f"“{kind.label}”还没有规定，请先装入制度库（tongxin migrate 会装入全国默认规定）"
        raise MissingRegulationError(message)
    by_key = {f.name: sources[f.name] for f in fields(kind.schema) if f.name in sources}
    used = tuple(row for row in versions if row in by_key.values())
    return InForce(kind, build(kind.schema, merged), by_key, used)


def overview(committee: Committee, on: date) -> list[InForce]:
    """Return every kind as it is in force for a committee, in the order of registration."""
    return [look_up(committee, kind.schema, on) for kind in KINDS.values()]


def titles(committee: Committee, kind: Kind) -> list[Regulation]:
    """Return what `history` returns without what the rules say: one that cannot be read has a title all the same."""
    return list(_inherited(committee, kind).defer("body"))


def history(committee: Committee, kind: Kind) -> list[Regulation]:
    """Return all versions of a kind that the committee may inherit, newest first."""
    return list(_inherited(committee, kind))


def _inherited(committee: Committee, kind: Kind) -> QuerySet[Regulation]:
    return (
        Regulation.objects.filter(kind=kind.name)
        .filter(Q(committee__in=committee.lineage()) | Q(committee=None))
        .select_related("committee")
        .order_by("-effective_from", "-id")
    )
