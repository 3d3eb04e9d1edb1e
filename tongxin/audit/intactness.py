"""Whether rows whose truth matters still are what the last event that vouches for them said: asked before they are changed.

One that was changed past the house is not vouched for again, or the next lawful step would launder it. What nothing
vouches for is intact only while it does not count yet (a proposal that was not handed in). What was said counts only in
a life that is whole from there to its end: whoever blanks an event for one moment could else choose which was the last.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tongxin.accounts.models import Account
from tongxin.audit import digests, heads, shapes, truth
from tongxin.audit.models import Event, Head

TOGETHER = 100  # rows that are looked up at a time
BODY, ACCOUNT = "committees.committee", Account._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta

Given = models.Model | truth.Part
T = TypeVar("T", bound=Given)


def intact(row: Given) -> bool:
    """Say whether one row, or one part of it, still is what was said of it."""
    return bool(sound([row]))


def sound(rows: Iterable[T]) -> list[T]:
    """Return those of several rows that are intact: asked before they are changed, vouched for afterwards."""
    asked, found = list(rows), list[T]()
    for start in range(0, len(asked), TOGETHER):
        some = asked[start : start + TOGETHER]
        now, odd = truth.proofs(some), set[str]()
        for kind, own in truth.by_kind(some):
            odd |= set(_odd(kind, own, now))
        found += [given for given in some if odd.isdisjoint(truth.keys_of(given))]
    return found


@dataclass(frozen=True)
class _Place:
    """Where is told of a row: in a life of its own, or of what it belongs to, and together with others in its committee's."""

    own: heads.Key
    bulk: heads.Key
    own_id: int
    bulk_id: int


@dataclass
class _Life:
    """One life as it was read: whether each event fits the one before, and whether it comes to the end that its head keeps."""

    head: Head | None
    first: int = 0
    broken: int = 0  # the last event that does not fit
    digest: str = ""
    seen: set[str] = field(default_factory=set)

    def take(self, event: Event, *, is_known: bool = False) -> bool:
        """Take in the event that follows and say whether it can be read; one that `is_known` only stands before the first."""
        shaped = shapes.is_shaped(event)
        if not is_known and not (shaped and event.digest == digests.of_event(event, previous=self.digest)):
            self.broken = event.pk
        self.first, self.digest = self.first or event.pk, event.digest
        self.seen.add(event.digest)
        return shaped

    def is_whole(self, since: int) -> bool:
        """Say whether every event from this one on fits, and none was taken away behind them.

        The head was read before the events: what somebody else wrote meanwhile may stand behind it.
        """
        if self.head is None:
            return not self.seen
        return self.broken < (since or 1) and self.head.digest in self.seen and self.head.mac == digests.of_head(self.head)


def _odd(kind: truth.Witnessed, rows: Sequence[Any], now: Mapping[str, str]) -> Iterator[str]:
    """Return the keys of rows of which something else was said, or nothing though they count, or nobody knows what."""
    keys = {truth.key_of(kind.label, row.uid): row.uid for row in rows}
    there = _places(kind, rows)
    places = {key: there[uid] for key, uid in keys.items() if uid in there}
    yield from keys.keys() - places.keys()  # taken away
    lives = _lives(places.values())
    said = _said_alone(places, lives)
    since_when = {
        key: said[key].pk if key in said else 0 if now[key] else lives[place.own].first for key, place in places.items()
    }
    apart = {key: place for key, place in places.items() if place.bulk != place.own}  # of the committee itself all is read
    _said_together(apart, lives, said, since_when)
    for key, place in places.items():
        event = said.get(key)
        since = event.pk if event is not None else 0
        whole = lives[place.own].is_whole(since) and lives[place.bulk].is_whole(since)
        if not whole or now[key] != (event.proofs[key] if event is not None else ""):
            yield key


def _places(kind: truth.Witnessed, rows: Sequence[Any]) -> dict[str, _Place]:
    """Return for each row, by its uid, in which lives is told of it."""
    label, path = kind.told or (kind.model._meta.label_lower, "uid")  # noqa: SLF001 -- Django's public-in-practice Meta
    body = kind.committee.removesuffix("code")  # its own row has no way to go
    there = kind.model._base_manager.filter(pk__in=[row.pk for row in rows])  # noqa: SLF001 -- every row
    names = ("uid", F(kind.committee), F(f"{body}pk"), F(f"{body}uid"))
    found = list(there.values_list(*names, path.removesuffix("uid").removesuffix("__") or "pk", path))
    system = Account.objects.system() if any(code is None for _uid, code, *_more in found) else None
    return {
        uid: _Place(
            own=(code or "", label, life), own_id=key,
            bulk=(code, BODY, body_uid) if system is None or code is not None else ("", ACCOUNT, system.uid),
            bulk_id=body_id if system is None or code is not None else system.pk,
        )
        for uid, code, body_id, body_uid, key, life in found
    }  # fmt: skip


def _lives(places: Iterable[_Place]) -> dict[heads.Key, _Life]:
    """Return the lives with their heads, before any of their events is read."""
    keys = {key for place in places for key in (place.own, place.bulk)}
    codes, labels, uids = ({key[part] for key in keys} for part in range(3))
    rows = Head.objects.filter(committee_code__in=codes, subject_type__in=labels, subject_uid__in=uids)
    there = {heads.key_of(head): head for head in rows}
    return {key: _Life(there.get(key)) for key in keys}


def _said_alone(places: Mapping[str, _Place], lives: Mapping[heads.Key, _Life]) -> dict[str, Event]:
    """Read the lives in which these rows' own are told, the oldest event first; return the last that tells of each row."""
    found: dict[str, Event] = {}
    labels, ids = {place.own[1] for place in places.values()}, {place.own_id for place in places.values()}
    for event in Event.objects.filter(subject_type__in=labels, subject_id__in=ids).order_by("id"):
        life = heads.key_of(event)
        if life in lives and lives[life].take(event):
            told = (key for key in places.keys() & event.proofs.keys() if places[key].own == life)
            found |= dict.fromkeys(told, event)
    return found


def _said_together(
    places: Mapping[str, _Place], lives: Mapping[heads.Key, _Life], said: dict[str, Event], since_when: Mapping[str, int]
) -> None:
    """Add what was said later, of many rows at once, in the lives of their committees.

    They are read from where it may matter: behind what was said of a row alone; of one that does not count yet behind the
    beginning of its life, for it is imported before it is vouched for.
    """
    begins: dict[tuple[heads.Key, int], int] = {}
    for key, place in places.items():
        which = (place.bulk, place.bulk_id)
        begins[which] = min(since_when[key], begins.get(which, since_when[key]))
    begun = {life: begin for (life, _pk), begin in begins.items()}
    for event in _since(begins):
        life = heads.key_of(event)
        if life not in begun or not lives[life].take(event, is_known=event.pk <= begun[life]):
            continue
        for key in places.keys() & event.proofs.keys():
            if places[key].bulk == life and (key not in said or said[key].pk < event.pk):
                said[key] = event


def _since(begins: Mapping[tuple[heads.Key, int], int]) -> QuerySet[Event]:
    """Return the events of these lives after their beginnings, the oldest first, with the last before each beginning."""
    asked = Q(pk__in=())
    for ((_code, label, _uid), key), begin in begins.items():
        life = Event.objects.filter(subject_type=label, subject_id=key)
        before = Subquery(life.filter(pk__lte=begin).order_by("-pk").values("pk")[:1])
        asked |= Q(subject_type=label, subject_id=key, pk__gte=Coalesce(before, Value(0)))
    return Event.objects.filter(asked).order_by("id")
