"""Chaining events per committee, off the write path, so that any later change, deletion or reordering is found.

Link n is a keyed digest over link n-1, the number, the keys that hold in this database, and the event's own digest. The
chain row keeps the last link. After the commit each head also goes to a file outside the database; every line takes in
a digest of all that stands before it, so that the file can only grow: without it, whoever owns database and key could
chain anew. How far the file had grown is noted beside the keys: with database and file cut together, nothing begins
anew unseen.
"""

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tongxin.audit import acts, belonging, digests, origins, stored
from tongxin.audit.heads import BROKEN
from tongxin.audit.models import Chain, Event, Seal
from tongxin.core.faults import SomeFailedError

BATCH = 2000
NOTED = re.compile(rb"([0-9]{1,15}) ([0-9a-f]{64})\n")  # a petabyte is enough
NOTED_BYTES = 100
LATE = timedelta(minutes=15)  # three rounds of the worker


def heads_file() -> Path:
    """Where the heads are kept, outside the database."""
    path: Path = settings.TONGXIN_HOME / "audit" / "heads.jsonl"
    return path


def seal(*, at: datetime) -> int:
    """Chain every event not yet sealed; return how many. Events of transactions still open are taken next time.

    One that cannot be read keeps none of the others back: the chain's order is that of sealing, so that it takes its
    place when it is as it was written again. Until then what was noted of it stays too. Raises SomeFailedError for
    such.
    """
    total, noted, brought, left = 0, acts.Noted(), origins.Brought(), list[int]()
    for keys in _unsealed():
        spoiled = _spoiled(keys)
        total += _seal_batch([key for key in keys if key not in spoiled], at, noted, brought)
        left += sorted(spoiled)
    note_heads(at=at)
    if left:
        raise SomeFailedError(len(left), total + len(left), _("第 %(left)s 条操作记录无法读取") % {"left": left[0]})
    acts.shed()
    return total


def _unsealed() -> Iterator[list[int]]:
    """Yield the keys of events not yet sealed, in batches, each behind the last.

    What cannot be sealed is met but once.
    """
    last = 0
    while keys := list(Event.objects.filter(seal=None, pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = keys[-1]
        yield keys


def _spoiled(keys: list[int]) -> set[int]:
    """Return the events in which something stands that we never wrote: some of that cannot even be read."""
    return set(Event.objects.filter(stored.misstored(Event), pk__in=keys).values_list("pk", flat=True))


def count_unreadable() -> int:
    """Return how many events cannot be sealed because they cannot be read; `verify` names them."""
    return sum(len(_spoiled(keys)) for keys in _unsealed())


def waiting_longer(now: datetime) -> datetime | None:
    """Return when the oldest event was written that should be sealed, with its head outside, and is not.

    Nothing when all is well.

    What cannot be read is counted by itself: it does not wait for the worker.
    """
    oldest = next(filter(None, map(_first_written, _unsealed())), None)
    behind = Chain.objects.filter(number__gt=F("noted")).values_list("committee_code", "number")
    for code, number in behind:
        sealed = Seal.objects.filter(committee_code=code, number=number).values_list("sealed_at", flat=True).first()
        oldest = min(filter(None, (oldest, sealed)), default=None)
    return oldest if oldest is not None and oldest < now - LATE else None


def _first_written(keys: list[int]) -> datetime | None:
    rows = Event.objects.filter(pk__in=keys).exclude(pk__in=_spoiled(keys))
    return rows.order_by("id").values_list("recorded_at", flat=True).first()


@transaction.atomic
def _seal_batch(keys: list[int], at: datetime, noted: acts.Noted, brought: origins.Brought) -> int:
    chains = {c.committee_code: c for c in Chain.objects.select_for_update()}
    # another worker may have sealed some meanwhile
    batch = list(Event.objects.filter(pk__in=keys, seal=None).order_by("id"))
    if missing := {e.committee_code for e in batch} - set(chains):
        Chain.objects.bulk_create([Chain(committee_code=code) for code in sorted(missing)], ignore_conflicts=True)
        chains = {c.committee_code: c for c in Chain.objects.select_for_update()}
    broken = {code for code, chain in chains.items() if chain.number and chain.mac != digests.of_chain(chain)}
    broken |= _misplaced(batch, brought) | noted.turned(batch)
    seals = []
    for event in batch:
        chain = chains[event.committee_code]
        chain.number, chain.digest = chain.number + 1, digests.of_seal(chain.digest, chain.number + 1, event)
        seals.append(
            Seal(event=event, committee_code=chain.committee_code, number=chain.number, digest=chain.digest, sealed_at=at)
        )
    Seal.objects.bulk_create(seals)
    for code in {e.committee_code for e in batch}:
        chains[code].mac = BROKEN if code in broken else digests.of_chain(chains[code])  # what was forged stays found
        chains[code].save(update_fields=["number", "digest", "mac"])
    return len(batch)


def _misplaced(batch: list[Event], brought: origins.Brought) -> set[str]:
    """Return the committees some of whose events hang on another row: a seal would make that look as written."""
    keys, codes = [event.pk for event in batch], {event.committee_code for event in batch}
    if belonging.misplaced(Event.objects.filter(pk__in=keys), brought) is None:
        return set()
    return {code for code in codes if belonging.misplaced(Event.objects.filter(pk__in=keys, committee_code=code), brought)}


def note_heads(*, at: datetime) -> int:
    """Write each chain's head that is not there yet into the file; return how many.

    What a crash leaves out, the next round writes.
    """
    behind = Chain.objects.filter(number__gt=F("noted")).order_by("committee_code")
    if not behind.exists() and not growth_lags():
        return 0
    with appending() as out:
        heads = list(behind)  # not before it is our turn: another worker may have written later ones meanwhile
        before = Grown.of(out)
        sound = begins_as_noted(out)
        for chain in heads:
            _append(out, chain, at, before)
        out.flush()
        os.fsync(out.fileno())
        for chain in heads:  # before anything else can fail: what stands in the file is not written again
            Chain.objects.filter(pk=chain.pk, noted__lt=chain.number).update(noted=chain.number)
        if sound:  # what was cut stays found
            note_growth(before)
    return len(heads)


@contextmanager
def appending() -> Iterator[BinaryIO]:
    """Open the heads file, for one at a time, to read and to add to."""
    path = heads_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    begins = not path.exists()
    with path.open("ab+") as out:
        fcntl.flock(out, fcntl.LOCK_EX)  # two workers write one behind the other
        if begins:
            _keep_names(path.parent)
        yield out


def _keep_names(folder: Path) -> None:
    """Have the disk keep which files a folder holds.

    After a power cut a file whose name went would look as if taken away.
    """
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


class Grown:
    """How long the heads file is and the digest of all of it, kept along while it is read or written."""

    def __init__(self) -> None:
        self.size, self.ended, self._sum = 0, True, hashlib.sha256()

    @classmethod
    def of(cls, source: BinaryIO) -> "Grown":
        """Read a whole file."""
        source.seek(0)
        made = cls()
        for line in source:
            made.add(line)
        return made

    def add(self, raw: bytes) -> None:
        """Take in what follows."""
        self._sum.update(raw)
        self.size, self.ended = self.size + len(raw), raw.endswith(b"\n")

    @property
    def digest(self) -> str:
        """Return the digest of all so far."""
        return self._sum.copy().hexdigest()


def _append(out: BinaryIO, chain: Chain, at: datetime, before: Grown) -> None:
    """Write one head behind all that stands before it."""
    if not before.ended:  # a line that a full disk or a kill cut off stays as it is, on its own
        out.write(b"\n")
        before.add(b"\n")
    line = line_of(chain.committee_code, chain.number, chain.digest, at.isoformat(), before.digest)
    out.write(line)
    before.add(line)


def line_of(code: str, number: int, digest: str, at: str, after: str) -> bytes:
    """Return one line of the heads file; `after` is the digest of all that stands in front of it."""
    row = {"committee": code, "number": number, "digest": digest, "at": at, "after": after}
    row["mac"] = digests.mac("line", *row.values())
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def lines_of(source: Iterable[bytes]) -> Iterator[tuple[bytes, str]]:
    """Return each line of the heads file with the digest of all that stands in front of it."""
    before = Grown()
    for raw in source:
        yield raw, before.digest
        before.add(raw)


# ── how far the file had grown, beside the keys ──────────────────────────────────────────────────
def growth_file() -> Path:
    """Where it is noted: with the keys, which whoever has the database and the heads file does not have."""
    path: Path = settings.TONGXIN_HOME / "keys" / "heads"
    return path


class GrowthUnreadError(Exception):
    """What stands beside the keys is not what we noted there."""


def grown_to() -> tuple[int, str] | None:
    """Return the length and the digest that the heads file had at the last round; nothing where it was never noted.

    Raises GrowthUnreadError for what is none of ours.
    """
    try:
        with growth_file().open("rb") as source:
            found = NOTED.fullmatch(source.read(NOTED_BYTES))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise GrowthUnreadError from error
    if found is None:
        raise GrowthUnreadError
    return int(found[1]), found[2].decode()


def begins_as_noted(source: BinaryIO) -> bool:
    """Say whether the heads file still begins with all that it held at the last round."""
    try:
        noted = grown_to()
    except GrowthUnreadError:
        return False
    if noted is None:
        return True
    size, digest = noted
    if source.seek(0, os.SEEK_END) < size:
        return False
    source.seek(0)
    return hashlib.sha256(source.read(size)).hexdigest() == digest


def growth_lags() -> bool:
    """Say whether the heads file holds more than is noted beside the keys: that could not be written, or not yet."""
    try:
        path, noted = heads_file(), grown_to()
    except GrowthUnreadError:
        return True
    return path.exists() and path.stat().st_size > (noted[0] if noted else 0)


def note_growth(now: Grown) -> None:
    """Note how far the heads file has grown.

    On the disk before it has its name: an empty note would look like a forgery.
    """
    path = growth_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as out:
        out.write(f"{now.size} {now.digest}\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
    _keep_names(path.parent)
