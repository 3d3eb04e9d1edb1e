"""What rests on an import by now: which of its records were worked with since, and all that hangs together with those.

What hangs together (a member with the seat and the posts of his row; a proposal with its names, its case, what went
into it) stays or goes as one. Only what rows name besides (sectors, units) is asked about by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.audit import audience, kinds
from tongxin.audit.kinds import Audience
from tongxin.audit.models import Event
from tongxin.audit.naming import word_of_kind
from tongxin.core.templatetags.chinese import moment
from tongxin.imports.models import Import
from tongxin.imports.queries.naming import named_by
from tongxin.imports.queries.numbering import Series, series_of
from tongxin.imports.queries.records import AT_ONCE, Records, is_beside, made_by, own_links
from tongxin.imports.rules import OFFERED
from tongxin.sheets.reading import batches

SHOWN = 5  # of what was done with one record
# Acts after which a record is still as it was made: a look at it, a code that nobody has used.
HARMLESS = {"audit.read_protected", "members.invite"}
SECRET = {"handling.rating"}  # that somebody rated is seen by those alone whose look is an event
WORKED_WITH = gettext_lazy("又有办理")  # all that is said of what was done among others
TOGETHER = gettext_lazy("与同表的另一条连在一起（并案）")
Key = tuple[str, int]  # a record: label of its model, primary key


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
        self.named = named_by(run.committee_id)
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

    @cached_property
    def series(self) -> list[Series]:
        """The series of which numbers go with what is taken back."""
        return series_of(self.run, self.main.label, self.main.keys.keys() - self.kept[self.main.label])

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
    def _links(self) -> list[tuple[Key, Key]]:
        return list(_links_among(self.own))

    @cached_property
    def _groups(self) -> "_Groups":
        return _Groups(self._links)

    @cached_property
    def _single(self) -> "_Groups":
        """What hangs on each row of the sheet by itself, whatever other rows that one is joined with."""
        main = self.main.label
        return _Groups((one, other) for one, other in self._links if not one[0] == other[0] == main)

    # ── finding it ──
    def _note_events(self, records: Records) -> None:
        """Acts on the records since. One that is told by the day alone is told here to nobody."""
        for some in batches(records.keys, AT_ONCE):
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
            what = _related(label)
            for some in batches(records.keys, AT_ONCE):
                pairs = other._base_manager.filter(**{f"{name}__in": some}).values_list("pk", f"{name}_id")  # noqa: SLF001 -- as above
                for key, target in pairs:
                    if key in mine:
                        continue
                    if label in SECRET:
                        self.is_secret = True
                    else:
                        self.touched[records.label, target].words.append(what)

        for key, uid in records.keys.items():
            self._note_names(records.label, key, uid)

    def _note_names(self, label: str, key: int, uid: str) -> None:
        """Rows of others that name a record by its uid: a merger that waits for its day names who goes on."""
        for other in self.named.get(uid, ()):
            self.touched[label, key].words.append(_related(other))

    def _note_links(self, records: Records) -> None:
        """Records that were hung on an older one of their like, which tells of it.

        A proposal merged into one that was there.
        """
        for name in own_links(records.model):
            for some in batches(records.keys, AT_ONCE):
                hung = records.all.filter(pk__in=some, **{f"{name}__isnull": False}).exclude(
                    **{f"{name}__in": list(records.keys)}
                )
                for key in hung.values_list("pk", flat=True):
                    self.touched[records.label, key].words.append(_("已并入原有的一件，那一件的办理经过里有记载"))

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
        shown = {(self.main.label, main) for main in mains}
        found = defaultdict[int, Touched](Touched)
        for key, touched in self.touched.items():
            main = self._row_of(key, mains)
            if main is not None and (self.main.label, main) in shown:
                found[main].events += touched.events
                found[main].words += touched.words
        events = Event.objects.in_bulk([pk for touched in found.values() for pk in touched.events])
        said = {
            main: [*(act(events[pk]) for pk in sorted(touched.events) if pk in events), *touched.words]
            for main, touched in found.items()
        }
        return {main: _shortened(said.get(main, ())) or [str(TOGETHER)] for main in mains}

    @cached_property
    def _rows(self) -> dict[Key, int]:
        return {self._single.top((self.main.label, key)): key for key in self.main.keys}

    def _row_of(self, key: Key, mains: Sequence[int]) -> int | None:
        """Return the row of the sheet on which a record hangs.

        Of what hangs on none, the first of those shown that it stays with.
        """
        if key[0] == self.main.label:
            return key[1]
        alone = self._rows.get(self._single.top(key))
        if alone is not None:
            return alone
        top = self._groups.top(key)
        return next((main for main in mains if self._groups.top((self.main.label, main)) == top), None)


def _related(label: str) -> str:
    return _("有相关的%(word_of_kind)s") % {"word_of_kind": word_of_kind(label) or _("资料")}


def _links_among(own: Mapping[str, Records]) -> Iterator[tuple[Key, Key]]:
    """Yield which record points to which other one."""
    by_model = {records.model: records for records in own.values()}
    for label, records in own.items():
        for link in records.model._meta.concrete_fields:  # noqa: SLF001 -- Django's public-in-practice Meta
            target = by_model.get(link.related_model) if link.related_model else None  # type: ignore[call-overload]
            if target is None:
                continue
            for some in batches(records.keys, AT_ONCE):
                pairs = records.all.filter(pk__in=some, **{f"{link.name}__isnull": False}).values_list("pk", link.attname)
                yield from (((label, key), (target.label, other)) for key, other in pairs if other in target.keys)


class _Groups:
    """Which records hang together, by whatever points from one to the other."""

    def __init__(self, links: Iterable[tuple[Key, Key]]) -> None:
        self.above: dict[Key, Key] = {}
        for one, other in links:
            self._join(one, other)

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
        return str(WORKED_WITH)
    what = kinds.sentence(event)
    more = kinds.detail(event) if audience.tells_the_record(event) else ""
    who = kinds.who_did(event)
    said = what if who in what else f"{who}：{what}"
    return f"{moment(event.recorded_at)}　{said}{f'（{more}）' if more else ''}"


def _shortened(said: Iterable[str]) -> list[str]:
    """Keep what differs, and of much the newest."""
    each = list(dict.fromkeys(said))
    return each if len(each) <= SHOWN else [_("另有 %(n)s 次办理") % {"n": len(each) - SHOWN}, *each[-SHOWN:]]
