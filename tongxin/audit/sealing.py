"""Chaining events per committee, off the write path, so that any later change, deletion or reordering is found.

Link n is a keyed digest over link n-1, the number, the keys that hold in this database, and the event's own digest. The
chain row keeps the last link. After the commit each head also goes to a file outside the database; every line takes in a
digest of all that stands before it, so that the file can only grow: without it, whoever owns database and key could chain
anew.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import F

from tongxin.audit import belonging, digests
from tongxin.audit.heads import BROKEN
from tongxin.audit.models import Chain, Event, Seal

BATCH = 2000


def heads_file() -> Path:
    """Where the heads are kept, outside the database."""
    path: Path = settings.TONGXIN_HOME / "audit" / "heads.jsonl"
    return path


def seal(*, at: datetime) -> int:
    """Chain every event not yet sealed; return how many. Events of transactions still open are taken next time."""
    total = 0
    while done := _seal_batch(at):
        total += done
    note_heads(at=at)
    return total


@transaction.atomic
def _seal_batch(at: datetime) -> int:
    chains = {c.committee_code: c for c in Chain.objects.select_for_update()}
    batch = list(Event.objects.filter(seal=None).order_by("id")[:BATCH])
    if missing := {e.committee_code for e in batch} - set(chains):
        Chain.objects.bulk_create([Chain(committee_code=code) for code in sorted(missing)], ignore_conflicts=True)
        chains = {c.committee_code: c for c in Chain.objects.select_for_update()}
    broken = {code for code, chain in chains.items() if chain.number and chain.mac != digests.of_chain(chain)}
    broken |= _misplaced(batch)
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


def _misplaced(batch: list[Event]) -> set[str]:
    """Return the committees some of whose events hang on another row: a seal would make that look as written."""
    keys, codes = [event.pk for event in batch], {event.committee_code for event in batch}
    if belonging.misplaced(Event.objects.filter(pk__in=keys)) is None:
        return set()
    return {code for code in codes if belonging.misplaced(Event.objects.filter(pk__in=keys, committee_code=code))}


def note_heads(*, at: datetime) -> int:
    """Write each chain's head that is not there yet into the file; return how many. What a crash leaves out, the next round writes."""
    behind = list(Chain.objects.filter(number__gt=F("noted")).order_by("committee_code"))
    if not behind:
        return 0
    with _appending(heads_file()) as out:
        out.seek(0)
        before = out.read()
        for chain in behind:
            before += _append(out, chain, at, before)
        out.flush()
        os.fsync(out.fileno())
    for chain in behind:
        Chain.objects.filter(pk=chain.pk, noted__lt=chain.number).update(noted=chain.number)
    return len(behind)


@contextmanager
def _appending(path: Path) -> Iterator[BinaryIO]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as out:
        fcntl.flock(out, fcntl.LOCK_EX)  # two workers write one behind the other
        yield out


def _append(out: BinaryIO, chain: Chain, at: datetime, before: bytes) -> bytes:
    """Write one head behind all that stands before it; return what was written."""
    # a line that a full disk or a kill cut off stays as it is, on its own
    gap = b"\n" if before and not before.endswith(b"\n") else b""
    added = gap + line_of(chain.committee_code, chain.number, chain.digest, at.isoformat(), before + gap)
    out.write(added)
    return added


def line_of(code: str, number: int, digest: str, at: str, before: bytes) -> bytes:
    """Return one line of the heads file; `before` is all that stands in front of it."""
    row = {"committee": code, "number": number, "digest": digest, "at": at, "after": hashlib.sha256(before).hexdigest()}
    row["mac"] = digests.mac("line", *row.values())
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"
