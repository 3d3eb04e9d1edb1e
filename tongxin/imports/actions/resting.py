"""What rests on an import by now: which of its records were worked with since, and all that hangs together with those.

What hangs together (a member with the seat and the posts of his row; a proposal with its names, its case, what went into it)
stays or goes as one. Only what rows name besides (sectors, units) is asked about by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import models

from tongxin.audit import audience, kinds
from tongxin.audit.kinds import Audience
from tongxin.audit.models import Event
from tongxin.committees.models import Sector, Session, SpecialCommittee, Unit
from tongxin.core.templatetags.chinese import moment
from tongxin.imports.actions.recording import MANY
from tongxin.imports.models import Import
from tongxin.imports.queries import records_of
from tongxin.imports.rules import OFFERED
from tongxin.sheets.reading import batches
from tongxin.site.queries.row_names import word_of_kind

SHOWN = 5  # of what was done with one record
BODIES = {model._meta.label_lower for model in (Sector, SpecialCommittee, Session, Unit)}  # noqa: SLF001 -- Django's Meta
# Acts after which a record is still as it was made: a look at it, a code that nobody has used.
HARMLESS = {"audit.read_protected", "members.invite"}
SECRET = {"handling.rating"}  # that somebody rated is seen by those alone whose look is an event
WORKED_WITH = "又有办理"  # all that is said of what was done among others
TOGETHER = "与同表的另一条连在一起（并案）"
Key = tuple[str, int]  # a record: label of its model, primary key


@dataclass
class Records:
    """The records of one model that an import made, as they stand now."""

    model: type[models.Model]
    keys: dict[int, str]  # primary key → uid
    lost: int  # of which there is nothing any more

    @property
    def label(self) -> str:
        """The label of the model."""
        return self.model._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta

    @property
    def all(self) -> models.QuerySet[Any]:
        """Every row, whatever its manager hides."""
        return self.model._base_manager.all()  # noqa: SLF001 -- as above


def made_by(run: Import) -> dict[str, Records]:
    """Return the records that an import made, by model."""
    found = {}
    for label, uids in records_of(run).items():
        model = apps.get_model(label)
        keys: dict[int, str] = {}
        for some in batches(uids, MANY):
            rows = model._base_manager.filter(uid__in=some, committee=run.committee_id)  # noqa: SLF001 -- as above
            keys |= dict(rows.values_list("pk", "uid"))
        found[label] = Records(model, keys, len(uids) - len(keys))
    return found


def is_beside(run: Import, label: str) -> bool:
    """Say whether records were made only because rows name them: they stay where others need them by now."""
    return label in BODIES and label != OFFERED[run.kind].main


# ── what rests on it ─────────────────────────────────────────────────────────────────────────────
@dataclass
class Touched:
    """What was done with one record since: events, by their keys, and what else there is of it, in words."""

    events: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


class Resting:
    """What rests on an import, and so what of it stays where the rest is taken back."""

    def __init__(self, run: Import) -> None:
        self.run = run
        self.found = made_by(run)
        self.own = {label: records for label, records in self.found.items() if not is_beside(run, label)}
        self.lost = sum(records.lost for records in self.own.values())
        self.is_secret = False  # something rests on it that is told to nobody here, not even of which record
        self.touched = defaultdict[Key, Touched](Touched)
        for records in self.own.values():
            self._note_events(records)
            self._note_references(records)
            self._note_links(records)

    def __bool__(self) -> bool:
        return bool(self.touched or self.lost or self.is_secret)

    @property
    def main(self) -> Records:
        """The records of which each row of the sheet made one."""
        label = OFFERED[self.run.kind].main
        return self.own.get(label) or Records(apps.get_model(label), {}, 0)

    @property
    def is_apart(self) -> bool:
        """Whether what was worked with stands apart from the rest: the rest can be taken back by itself.

        Not where something is told to nobody: which records stay would tell of which it is.
        """
        return bool(self.touched) and not self.lost and not self.is_secret and 0 < len(self.stays) < len(self.main.keys)

    @property
    def taken(self) -> int:
        """How many rows of the sheet can be taken back."""
        return len(self.main.keys) - len(self.stays)

    @property
    def figures(self) -> str:
        """What somebody agrees to: how many go, how many stay, and which. Nothing where all goes."""
        if not self:
            return ""
        uids = sorted(self.main.keys[key] for key in self.stays)
        return f"{self.taken}-{len(uids)}-{sha256(' '.join(uids).encode()).hexdigest()[:12]}"

    @cached_property
    def kept(self) -> dict[str, set[int]]:
        """What stays, by model: what was worked with, and what hangs together with it."""
        kept = defaultdict[str, set[int]](set)
        if not self.touched:
            return kept
        groups = self._groups
        staying = {groups.top(key) for key in self.touched}
        for label, records in self.own.items():
            kept[label] = {key for key in records.keys if groups.top((label, key)) in staying}
        return kept

    @property
    def stays(self) -> list[int]:
        """The rows of the sheet that stay, by the keys of their records, in their order."""
        return sorted(self.kept[self.main.label])

    @cached_property
    def _groups(self) -> "_Groups":
        return _Groups(self.own)

    # ── finding it ──
    def _note_events(self, records: Records) -> None:
        """Acts on the records since. One that is told by the day alone is told here to nobody."""
        for some in batches(records.keys, MANY):
            since = Event.objects.filter(subject_type=records.label, subject_id__in=some).exclude(via="import")
            for pk, kind, subject in since.exclude(kind__in=HARMLESS).order_by("pk").values_list("pk", "kind", "subject_id"):
                known = kinds.KINDS.get(kind)
                if known is None or known.by_day:
                    self.is_secret = True
                elif subject is not None:
                    self.touched[records.label, subject].events.append(pk)

    def _note_references(self, records: Records) -> None:
        """Rows of others that point to the records."""
        for relation in records.model._meta.related_objects:  # noqa: SLF001 -- Django's public-in-practice Meta
            other: Any = relation.related_model
            label, name = other._meta.label_lower, relation.field.name  # noqa: SLF001 -- as above
            mine = self.found[label].keys if label in self.found else {}
            what = f"有相关的{word_of_kind(label) or '资料'}"
            for some in batches(records.keys, MANY):
                pairs = other._base_manager.filter(**{f"{name}__in": some}).values_list("pk", f"{name}_id")  # noqa: SLF001 -- as above
                for key, target in pairs:
                    if key in mine:
                        continue
                    if label in SECRET:
                        self.is_secret = True
                    else:
                        self.touched[records.label, target].words.append(what)

    def _note_links(self, records: Records) -> None:
        """Records that were hung on an older one of their like, which tells of it: a proposal merged into one that was there."""
        for name in own_links(records.model):
            for some in batches(records.keys, MANY):
                hung = records.all.filter(pk__in=some, **{f"{name}__isnull": False}).exclude(
                    **{f"{name}__in": list(records.keys)}
                )
                for key in hung.values_list("pk", flat=True):
                    self.touched[records.label, key].words.append("已并入原有的一件，那一件的办理经过里有记载")

    # ── saying it ──
    def page(self, *, after: int, most: int) -> tuple[list[tuple[Any, list[str]]], bool]:
        """Return some of the records that stay, each with what was done since, and whether there are more."""
        keys = self.stays[after : after + most]
        rows, why = self.main.all.in_bulk(keys), self.why(keys)
        return [(rows[key], why[key]) for key in keys if key in rows], len(self.stays) > after + most

    def goes(self, most: int) -> list[Any]:
        """Return the first of the records that can be taken back."""
        staying = self.kept[self.main.label]
        keys = [key for key in sorted(self.main.keys) if key not in staying][:most]
        rows = self.main.all.in_bulk(keys)
        return [rows[key] for key in keys if key in rows]

    def why(self, mains: Sequence[int]) -> dict[int, list[str]]:
        """Say of rows of the sheet that stay what was done with them since, in as many questions whatever their number."""
        together = defaultdict[Key, list[int]](list)
        for main in mains:
            together[self._groups.top((self.main.label, main))].append(main)
        found = {key: touched for key, touched in self.touched.items() if self._groups.top(key) in together}
        events = Event.objects.in_bulk([pk for touched in found.values() for pk in touched.events])
        said = defaultdict[int, list[str]](list)
        for (label, own), touched in found.items():
            mine = together[self._groups.top((label, own))]
            main = own if label == self.main.label and own in mine else mine[0]
            said[main] += [*(act(events[pk]) for pk in touched.events if pk in events), *touched.words]
        return {main: _shortened(said[main]) or [TOGETHER] for main in mains}


class _Groups:
    """Which records hang together, by whatever points from one to the other."""

    def __init__(self, own: Mapping[str, Records]) -> None:
        self.above: dict[Key, Key] = {}
        by_model = {records.model: records for records in own.values()}
        for label, records in own.items():
            for link in records.model._meta.concrete_fields:  # noqa: SLF001 -- Django's public-in-practice Meta
                target = by_model.get(link.related_model) if link.related_model else None  # type: ignore[call-overload]
                if target is None:
                    continue
                for some in batches(records.keys, MANY):
                    pairs = records.all.filter(pk__in=some, **{f"{link.name}__isnull": False}).values_list("pk", link.attname)
                    for key, other in pairs:
                        if other in target.keys:
                            self._join((label, key), (target.label, other))

    def top(self, key: Key) -> Key:
        """Return the one record that stands for all that hang together with one."""
        while (above := self.above.get(key, key)) != key:
            self.above[key] = self.above.get(above, above)
            key = above
        return key

    def _join(self, one: Key, other: Key) -> None:
        first, second = self.top(one), self.top(other)
        if first != second:
            self.above[first] = second


def act(event: Event) -> str:
    """Say who did what and when. The clerk is of the office: what was done among others he is not told."""
    kind = kinds.KINDS[event.kind]
    if kind.audience == Audience.INSIDE:
        return WORKED_WITH
    what = kinds.sentence(event)
    more = kinds.detail(event) if audience.tells_the_record(event) else ""
    who = kinds.who_did(event)
    said = what if who in what else f"{who}：{what}"
    return f"{moment(event.recorded_at)}　{said}{f'（{more}）' if more else ''}"


def _shortened(said: Iterable[str]) -> list[str]:
    """Keep what differs, and of much the newest."""
    each = list(dict.fromkeys(said))
    return each if len(each) <= SHOWN else [f"另有 {len(each) - SHOWN} 次办理", *each[-SHOWN:]]


def own_links(model: type[models.Model]) -> list[str]:
    """Return by which fields rows of a model point to their like."""
    return [link.name for link in model._meta.concrete_fields if link.related_model is model]  # noqa: SLF001 -- as above


def in_order(records: list[Records]) -> Iterator[Records]:
    """Yield each before those it points to."""
    left = {one.model: one for one in records}
    while left:
        pointed = {
            link.related_model for model in left for link in model._meta.concrete_fields  # noqa: SLF001 -- as above
            if link.related_model is not model
        }  # fmt: skip
        model = next(model for model in left if model not in pointed)
        yield left.pop(model)
