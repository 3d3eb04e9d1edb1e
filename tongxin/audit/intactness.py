"""Whether rows whose truth matters still are what the last event that vouches for them said.

Asked before they are changed.

One that was changed past the house is not vouched for again, or the next lawful step would launder it. What nothing
vouches for is intact only while it does not count yet (a proposal that was not handed in). What was said counts only in
a life that is whole from there to its end: whoever blanks an event for one moment could else choose which was the last.

Who asks holds the rows from then on, to the end of the transaction in which they are changed: what another hand
lawfully did between the look at a row and the look at its events would else pass for a change past the house, for good.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection, models, transaction
from django.db.models import F, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tongxin.accounts.models import Account
from tongxin.audit import digests, heads, shapes, truth
from tongxin.audit.models import Event, Head
from tongxin.core.prepared import Prepared

TOGETHER = 1000  # rows that are looked up at a time: for each such many the committee's own life is read once
ERASE = "audit.erase"  # speaks of many rows together, and of those last

Given = models.Model | truth.Part
T = TypeVar("T", bound=Given)

# ── the questions that every act asks ────────────────────────────────────────────────────────────
HEADS = Prepared(
    lambda codes, labels, uids: Head.objects.filter(committee_code__in=codes, subject_type__in=labels, subject_uid__in=uids)
)
LIVES = Prepared(lambda labels, keys: Event.objects.filter(subject_type__in=labels, subject_id__in=keys).order_by("id"))


def _since(labels: Sequence[str], keys: Sequence[int], begins: Sequence[int]) -> QuerySet[Event]:
    """Return the events of one life after where it begins, the oldest first, with the last before it."""
    own = Event.objects.filter(subject_type__in=labels, subject_id__in=keys)
    before = Subquery(own.filter(pk__lte=begins[0]).order_by("-pk").values("pk")[:1])
    return own.filter(pk__gte=Coalesce(before, Value(0))).order_by("id")


SINCE = Prepared(_since)


def intact(row: Given) -> bool:
    """Say whether one row, or one part of it, still is what was said of it."""
    return bool(sound([row]))


def sound(rows: Iterable[T]) -> list[T]:
    """Return those of several rows that are intact.

    Asked before they are changed, vouched for afterwards, held meanwhile.

    Raises TransactionManagementError outside a transaction, in which nothing can be held.
    """
    if not connection.in_atomic_block:
        message = "rows can be held, and vouched for, only in the transaction that changes them"
        raise transaction.TransactionManagementError(message)
    asked, found = list(rows), list[T]()
    for start in range(0, len(asked), TOGETHER):
        some = asked[start : start + TOGETHER]
        _hold(some)
        odd = set(_odd(truth.by_kind(some), truth.proofs(some)))
        found += [given for given in some if odd.isdisjoint(truth.keys_of(given))]
    return found


def _hold(rows: Sequence[Given]) -> None:
    """Hold the rows, in one order for everybody: from here on nobody else changes them.

    On SQLite who writes holds everything.
    """
    keys: dict[type[models.Model], set[Any]] = {}
    for kind, own in truth.by_kind(rows):
        keys.setdefault(kind.model, set()).update(row.pk for row in own)
    for model, some in keys.items():
        held = model._base_manager.select_for_update(no_key=True)  # noqa: SLF001 -- every row; who only points there goes on
        list(held.filter(pk__in=some).order_by("pk").values_list("pk", flat=True))


class _Where(NamedTuple):
    """A life, and the key by which its events are found: it is an index, the uid is not."""

    life: heads.Key
    pk: int


class _Place(NamedTuple):
    """Where is told of a row: in a life of its own, or of what it belongs to.

    And together with others in its committee's.
    """

    alone: _Where
    together: _Where


@dataclass
class _Life:
    """One life as it was read.

    Whether each event fits the one before, and whether it comes to the end that its head keeps.
    """

    head: Head | None
    first: int = 0
    broken: int = 0  # the last event that does not fit
    digest: str = ""
    seen: set[str] = field(default_factory=set)

    def take(self, event: Event, *, is_known: bool = False) -> bool:
        """Take in the event that follows and say whether it can be read.

        One that `is_known` only stands before the first.
        """
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


def _odd(asked: Sequence[tuple[truth.Witnessed, list[Any]]], now: Mapping[str, str]) -> Iterator[str]:
    """Return the keys of rows of which something else was said, or nothing though they count, or nobody knows what.

    What is vouched for of one row in several parts is told in one life: that is read once for all of them.
    """
    places = _places(asked)
    yield from {truth.key_of(kind.label, row.uid) for kind, rows in asked for row in rows} - places.keys()  # taken away
    lives = _lives(places.values())
    said = _said_alone(places, lives)
    begins = {key: _begin(said.get(key), lives[place.alone.life], counts=bool(now[key])) for key, place in places.items()}
    # of the committee itself all is read
    apart = {key: place for key, place in places.items() if place.together != place.alone}
    said, late = _said_together(apart, lives, begins, said)
    yield from late
    for key, place in places.items():
        event = said.get(key)
        since, digest = (event.pk, event.proofs[key]) if event is not None else (0, "")
        if now[key] != digest or not all(lives[where.life].is_whole(since) for where in place):
            yield key


def _begin(event: Event | None, life: _Life, *, counts: bool) -> int:
    """Return behind which event something may be said of a row together with others.

    Behind what was said of it alone; where nothing was, of one that counts anywhere, and of one that does not count yet
    behind the beginning of its life: it is imported before it is vouched for.
    """
    if event is not None:
        return event.pk
    return 0 if counts else life.first


@cache
def _whereabouts(kind: truth.Witnessed) -> Prepared:
    """Return the question in whose life rows are told of, by their primary keys."""
    _label, path = _told(kind)
    owner, body = path.removesuffix("uid").removesuffix("__") or "pk", kind.committee.removesuffix("code")
    there = kind.model._base_manager  # noqa: SLF001 -- every row
    named = {
        "life_": F(path),
        "life_pk_": F(owner),
        "code_": F(kind.committee),
        "body_": F(f"{body}uid"),
        "body_pk_": F(f"{body}pk"),
    }
    return Prepared(lambda keys: there.filter(pk__in=keys).values("uid", **named))


def _told(kind: truth.Witnessed) -> tuple[str, str]:
    return kind.told or (kind.model._meta.label_lower, "uid")  # noqa: SLF001 -- Django's public-in-practice Meta


def _places(asked: Sequence[tuple[truth.Witnessed, list[Any]]]) -> dict[str, _Place]:
    """Return for each row that is there, by its key, in which lives is told of it.

    Looked up once for all that is told there.
    """
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    places: dict[str, _Place] = {}
    for kind, rows in asked:
        keys = tuple(row.pk for row in rows)
        where = (kind.model, *_told(kind), kind.committee, keys)
        if where not in found:
            found[where] = list(_whereabouts(kind).rows(keys))
        places |= _placed(kind, found[where])
    return places


def _placed(kind: truth.Witnessed, found: Sequence[dict[str, Any]]) -> dict[str, _Place]:
    label, _path = _told(kind)
    system = Account.objects.system() if any(row["code_"] is None for row in found) else None
    places = {}
    for row in found:
        code = row["code_"]
        # national rows belong to no committee: the system's account tells of them
        if code is None and system is not None:
            together = _Where(("", truth.ACCOUNT, system.uid), system.pk)
        else:
            together = _Where((code, truth.BODY, row["body_"]), row["body_pk_"])
        alone = _Where((code or "", label, row["life_"]), row["life_pk_"])
        places[truth.key_of(kind.label, row["uid"])] = _Place(alone, together)
    return places


def _lives(places: Iterable[_Place]) -> dict[heads.Key, _Life]:
    """Return the lives with their heads, before any of their events is read."""
    keys = {where.life for place in places for where in place}
    codes, labels, uids = ({key[part] for key in keys} for part in range(3))
    there = {heads.key_of(head): head for head in HEADS.objects(codes, labels, uids)}
    return {key: _Life(there.get(key)) for key in keys}


def _said_alone(places: Mapping[str, _Place], lives: Mapping[heads.Key, _Life]) -> dict[str, Event]:
    """Read the lives in which these rows' own are told, the oldest event first.

    Return the last that tells of each row.
    """
    found: dict[str, Event] = {}
    by_label: dict[str, set[int]] = {}
    for place in places.values():
        by_label.setdefault(place.alone.life[1], set()).add(place.alone.pk)
    for event in (event for label, keys in by_label.items() for event in LIVES.objects([label], keys)):
        life = heads.key_of(event)
        if life in lives and lives[life].take(event):
            told = (key for key in places.keys() & event.proofs.keys() if places[key].alone.life == life)
            found |= dict.fromkeys(told, event)
    return found


def _said_together(
    places: Mapping[str, _Place], lives: Mapping[heads.Key, _Life], begins: Mapping[str, int], alone: Mapping[str, Event]
) -> tuple[dict[str, Event], set[str]]:
    """Return what was said last of rows, alone or of many at once, and of which too much was said in bulk.

    What is said together is read from where it may stand in the committees' lives: when a row is written in bulk, once
    and before anything is said of it alone, and when it is erased, last of all. Whoever swaps the keys of two events in
    two lives around one act could else choose which of them is the last.
    """
    first: dict[_Where, int] = {}
    for key, place in places.items():
        first[place.together] = min(begins[key], first.get(place.together, begins[key]))
    begun = {where.life: begin for where, begin in first.items()}
    last, late = dict(alone), set[str]()
    for event in (event for where, begin in first.items() for event in SINCE.objects([where.life[1]], [where.pk], [begin])):
        life = heads.key_of(event)
        if life not in begun or not lives[life].take(event, is_known=event.pk <= begun[life]):
            continue
        for key in places.keys() & event.proofs.keys():
            if places[key].together.life != life:
                continue
            if key not in last or (event.kind == ERASE and last[key].pk < event.pk):
                last[key] = event
            elif last[key].pk < event.pk:
                late.add(key)
    return last, late
