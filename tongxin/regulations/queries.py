"""Which rule is in force where and when, and where each value of it comes from."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.committees.models import Committee
from tongxin.regulations.models import Regulation
from tongxin.regulations.schema import BY_SCHEMA, KINDS, Kind, SchemaError, build


@dataclass(frozen=True)
class InForce:
    """A kind's values for a committee on a day, and for each key the regulation it comes from."""

    kind: Kind
    values: Any
    sources: dict[str, Regulation]
    versions: tuple[Regulation, ...]
    on: date

    @property
    def version(self) -> str:
        """Name every version that took part, in the order in which they were asked: what events pin."""
        by_series = groupby(self.versions, key=lambda row: row.version.rpartition(":")[0])
        return " ".join(f"{series}:{','.join(r.effective_from.isoformat() for r in rows)}" for series, rows in by_series)

    def was_introduced_later(self, key: str) -> bool:
        """Say whether a key did not exist on the day, so that it has the value with which it was introduced."""
        return key in self.sources and self.sources[key].effective_from > self.on


def named_in(version: str) -> list[str]:
    """Return the single versions that a pin names: YX:handling.deadlines:2026-07-01,2026-01-01 are two."""
    series = [one.rpartition(":") for one in version.split()]
    return [f"{head}:{day}" for head, _colon, days in series for day in days.split(",")]


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
            # an import's keys may lie behind
            newest = tuple(Regulation.objects.aggregate(Max("id"), Count("id")).values())
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

    A version states what changes: of one committee the newest that says something about a key holds. The nearest
    committee up the tree that says something wins; the national library stands above all. A key that did not exist on
    that day has the national value with which it was introduced. Decision 0028.
    """
    kind, kept = BY_SCHEMA[schema], _kept.fresh()
    key = (committee.pk, kind.name, on)
    if key not in kept:
        kept[key] = _compose(kind, _versions(committee, kind, on), on)
    return kept[key]


def in_force(committee: Committee, schema: Any, on: date) -> Any:
    """Return just the values: an instance of `schema`."""
    return look_up(committee, schema, on).values


def as_pinned(schema: type, version: str, on: date) -> InForce:
    """Return the values of a kind as an event of a day pinned them: those versions alone, whatever was adopted since.

    What did not exist then has the national value with which it was introduced.
    """
    kind = BY_SCHEMA[schema]
    found = Regulation.objects.filter(kind=kind.name).select_related("committee").order_by("effective_from")
    rows = {row.version: row for row in found}
    named = [rows[one] for one in named_in(version) if one in rows]
    return _compose(kind, [*named, *(row for row in found if row.committee is None)], on)


def _versions(committee: Committee, kind: Kind, on: date) -> Sequence[Regulation]:
    """Return the versions in the order in which they are asked.

    Those that have begun: nearest committee first, its newest first. Then the national ones, the oldest first: what
    nothing in force says has the value of the version that introduced it, which may begin after the day.
    """
    lineage = committee.lineage()
    begun = Q(committee__in=lineage, effective_from__lte=on) | Q(committee=None)
    by_committee: dict[int | None, list[Regulation]] = {}
    rows = Regulation.objects.filter(begun, kind=kind.name).select_related("committee").order_by("-effective_from")
    for row in rows:
        by_committee.setdefault(row.committee_id, []).append(row)
    own = [row for one in lineage for row in by_committee.get(one.pk, [])]
    national = by_committee.get(None, [])
    return [*own, *(row for row in national if row.effective_from <= on), *reversed(national)]


def _compose(kind: Kind, versions: Sequence[Regulation], on: date) -> InForce:
    """Take each key from the first version that says it. What this program no longer knows is left aside."""
    known = {f.name for f in fields(kind.schema)}
    sources: dict[str, Regulation] = {}
    given_up: dict[tuple[int | None, str], Regulation] = {}
    used: set[Regulation] = set()
    for row in versions:
        for key in known.intersection(row.says):
            if key in sources:
                continue
            if giver := given_up.get((row.committee_id, key)):
                used.add(giver)
            else:
                sources[key] = row
        for key in row.gives_up:
            given_up.setdefault((row.committee_id, key), row)
    if not sources:
        message = _("“%(kind)s”还没有规定，请先装入制度库（tongxin migrate 会装入全国默认规定）") % {"kind": kind.label}
        raise MissingRegulationError(message)
    used.update(sources.values())
    values = build(kind.schema, {key: row.says[key] for key, row in sources.items()}, adopted=True)
    by_key = {f.name: sources[f.name] for f in fields(kind.schema) if f.name in sources}
    return InForce(kind, values, by_key, tuple(row for row in dict.fromkeys(versions) if row in used), on)


def without_national_value() -> dict[str, set[str]]:
    """Return by kind the keys that the national rules of this installation do not say: those of a newer program.

    A kind that no national rule speaks of at all is asked of nobody before the library is there.
    """
    said: dict[str, set[str]] = {}
    for name, body in Regulation.objects.filter(committee=None).values_list("kind", "body"):
        said.setdefault(name, set()).update(body)
    wanted = {name: {f.name for f in fields(KINDS[name].schema)} - keys for name, keys in said.items() if name in KINDS}
    return {name: keys for name, keys in wanted.items() if keys}


def outside_limits(found: InForce) -> str:
    """Say which value no longer fits the limits of this program: it was adopted before they were set, and holds."""
    try:
        build(found.kind.schema, {key: row.says[key] for key, row in found.sources.items()})
    except SchemaError as problem:
        return str(problem)
    return ""


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
