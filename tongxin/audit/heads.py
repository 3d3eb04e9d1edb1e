"""Each event takes in the digest of its subject's event before it; a head row keeps the last."""

from collections.abc import Iterable, Sequence

from tongxin.audit import acts, digests
from tongxin.audit.models import Event, Head
from tongxin.core.prepared import Prepared

BATCH = 500
BROKEN = "broken"
Key = tuple[str, str, str]


LOCKED = Prepared(
    lambda codes, labels, uids: Head.objects.select_for_update().filter(
        committee_code__in=codes, subject_type__in=labels, subject_uid__in=uids
    )
)  # asked by every act


def key_of(row: Event | Head) -> Key:
    """Return whose life an event or a head belongs to: committee, kind of subject, uid."""
    return (row.committee_code, row.subject_type, row.subject_uid)


def link(event: Event) -> None:
    """Give an event that is about to be written its digest. Must stand in the transaction that writes it.

    The head row is locked, so that two events of one subject stand one behind the other on either database.
    """
    head, begins = _locked(event)
    _follow(head, event, begins=begins)
    head.save(update_fields=["events", "digest", "mac"])
    acts.note([event])


def _locked(event: Event) -> tuple[Head, bool]:
    """Return the subject's head, and whether its life begins with this event."""
    whose = [[part] for part in key_of(event)]
    if there := list(LOCKED.objects(*whose)):
        return there[0], False
    Head.objects.bulk_create([_new(event)], ignore_conflicts=True)
    [made] = LOCKED.objects(*whose)
    return made, made.events == 0


def _new(event: Event) -> Head:
    return Head(committee_code=event.committee_code, subject_type=event.subject_type, subject_uid=event.subject_uid)


def _follow(head: Head, event: Event, *, begins: bool) -> None:
    sound = begins or head.mac == digests.of_head(head)
    event.digest = digests.of_event(event, previous=head.digest)
    head.events, head.digest = head.events + 1, event.digest
    head.mac = digests.of_head(head) if sound else BROKEN  # what was forged stays found


def link_many(events: Sequence[Event]) -> None:
    """Give many events their digests, in the given order, and write the heads: for imports and made worlds."""
    heads = _read({key_of(event) for event in events})
    known = set(heads)
    for event in events:
        key = key_of(event)
        begins = key not in heads
        if begins:
            heads[key] = _new(event)
        _follow(heads[key], event, begins=begins)
    Head.objects.bulk_create([h for key, h in heads.items() if key not in known], batch_size=BATCH)
    Head.objects.bulk_update([heads[key] for key in known], ["events", "digest", "mac"], batch_size=BATCH)
    acts.note(events)


def _read(keys: Iterable[Key]) -> dict[Key, Head]:
    by_kind: dict[tuple[str, str], list[str]] = {}
    for code, subject_type, uid in sorted(keys):  # two imports lock them in the same order
        by_kind.setdefault((code, subject_type), []).append(uid)
    found: dict[Key, Head] = {}
    for (code, subject_type), uids in by_kind.items():
        rows = Head.objects.select_for_update().filter(committee_code=code, subject_type=subject_type).order_by("subject_uid")
        for start in range(0, len(uids), BATCH):
            found |= {key_of(head): head for head in rows.filter(subject_uid__in=uids[start : start + BATCH])}
    return found
