"""Whether rows whose truth matters still are what the last event that vouches for them said: asked before they are changed.

One that was changed past the house is not vouched for again, or the next lawful step would launder it. What nothing
vouches for is intact only while it does not count yet (a proposal that was not handed in).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet

from tongxin.audit import digests, heads, truth
from tongxin.audit.models import Event

TOGETHER = 100  # rows that are looked up at a time

Said = tuple[Event, str]  # what vouches for a row, and the digest of the event before it in that life


def intact(row: models.Model) -> bool:
    """Say whether one row still is what was said of it."""
    return bool(sound([row]))


def sound(rows: Iterable[models.Model]) -> list[models.Model]:
    """Return those of several rows that are intact: asked before they are changed, vouched for afterwards."""
    asked = list(rows)
    found: list[models.Model] = []
    for start in range(0, len(asked), TOGETHER):
        some = asked[start : start + TOGETHER]
        now, odd = truth.proofs(some), set[tuple[str, str]]()
        by_model: dict[type[models.Model], list[Any]] = {}
        for row in some:
            by_model.setdefault(type(row), []).append(row)
        for model, own in by_model.items():
            for kind in truth.declared_for(model):
                odd |= {(model.__name__, row.uid) for row in _odd(kind, own, now)}
        found += [row for row in some if (type(row).__name__, row.uid) not in odd]  # type: ignore[attr-defined]
    return found


def _odd(kind: truth.Witnessed, rows: Sequence[Any], now: dict[str, str]) -> Iterator[Any]:
    """Return the rows of which something else was said, or nothing though they count."""
    keys = {truth.key_of(kind.label, row.uid): row for row in rows}
    places = _places(kind, rows)
    said = _said(kind, keys, places)
    for key, row in keys.items():
        if key not in said:
            if now[key]:
                yield row
            continue
        event, previous = said[key]
        if event.proofs[key] != now[key] or event.digest != digests.of_event(event, previous=previous):
            yield row


def _places(kind: truth.Witnessed, rows: Sequence[Any]) -> dict[str, tuple[str, int | None, str]]:
    """Return for each row, by its uid, whose it is and in whose life the events of it stand: committee, key and uid."""
    path = kind.told[1] if kind.told else "uid"
    there = kind.model._base_manager.filter(pk__in=[row.pk for row in rows])  # noqa: SLF001 -- every row
    found = there.values_list("uid", F(kind.committee), path.removesuffix("uid").removesuffix("__") or "pk", path)
    return {uid: (code or "", key, life or "") for uid, code, key, life in found}


def _said(kind: truth.Witnessed, keys: dict[str, Any], places: dict[str, tuple[str, int | None, str]]) -> dict[str, Said]:
    """Return what was said last of each row: in its own life, or later in bulk."""
    codes = {code for code, _key, _uid in places.values()}
    found: dict[str, Said] = {}
    last: dict[heads.Key, str] = {}
    for event in _lives(kind, places):
        life = heads.key_of(event)
        for key in keys.keys() & event.proofs.keys():
            if places.get(keys[key].uid, ("", None, ""))[1:] == (event.subject_id, event.subject_uid):
                found[key] = event, last.get(life, "")
        last[life] = event.digest
    for event in _bulk(kind, codes, keys):
        later = [key for key in keys.keys() & event.proofs.keys() if key not in found or found[key][0].pk < event.pk]
        found |= dict.fromkeys(later, (event, _before(event))) if later else {}
    return found


def _lives(kind: truth.Witnessed, places: dict[str, tuple[str, int | None, str]]) -> QuerySet[Event]:
    """Return the events of the lives in which these rows' own are told, the oldest first."""
    label = kind.told[0] if kind.told else kind.model._meta.label_lower  # noqa: SLF001 -- Django's public-in-practice Meta
    keys = {key for _code, key, _uid in places.values()}
    return Event.objects.filter(subject_type=label, subject_id__in=keys).order_by("id")


def _bulk(kind: truth.Witnessed, codes: Iterable[str], keys: Iterable[str]) -> QuerySet[Event]:
    """Return the events that vouch for many rows at once, these among them, in the committees whose rows they are."""
    of_it = Q(kind="audit.vouch", data__label=kind.label) | Q(kind="audit.erase")
    own = Event.objects.filter(of_it, committee_code__in=set(codes), kind__in=("audit.vouch", "audit.erase"))
    return own.filter(proofs__has_any_keys=list(keys)).order_by("id")


def _before(event: Event) -> str:
    """Return the digest of the event before it in its subject's life."""
    code, subject_type, uid = heads.key_of(event)
    life = Event.objects.filter(subject_type=subject_type, subject_id=event.subject_id, committee_code=code, subject_uid=uid)
    return life.filter(pk__lt=event.pk).order_by("-pk").values_list("digest", flat=True).first() or ""
