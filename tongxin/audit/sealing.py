"""Chaining events so that any later change, deletion or reordering is found.

The chain runs per committee, off the write path. Link n is H(link n-1 ‖ canonical event); H is SHA-256, or SM3 by
setting. The head of each day also goes to a file outside the database: without it, whoever owns the database could
chain anew.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tongxin.audit.models import Event, Seal

FIELDS = (
    "uid", "committee_code", "kind", "subject_type", "subject_id", "subject_label", "actor_id", "actor_name", "acting_as",
    "on_behalf_of_id", "behalf_name", "from_state", "to_state", "data", "regulation_version", "request", "via", "at",
    "recorded_at",
)  # fmt: skip
BATCH = 2000


@dataclass(frozen=True)
class Verdict:
    """What `tongxin audit verify` says: counts, whether all is well, and the first event that is not."""

    events: int
    sealed: int
    ok: bool
    first_bad: str | None
    reason: str = ""


def canonical(event: Event) -> bytes:
    """Write an event as bytes that depend on its facts alone."""
    row: dict[str, object] = {}
    for name in FIELDS:
        value = getattr(event, name)
        row[name] = value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link(previous: str, event: Event) -> str:
    """Return the next digest of the chain, with its algorithm in front, as in sha256:9f86…."""
    name = settings.AUDIT_DIGEST
    digest = hashlib.new(name, previous.encode() + b"\n" + canonical(event)).hexdigest()
    return f"{name}:{digest}"


def heads_file() -> Path:
    """Where each day's heads are kept, outside the database."""
    path: Path = settings.TONGXIN_HOME / "audit" / "heads.jsonl"
    return path


@transaction.atomic
def seal(*, at: datetime) -> int:
    """Chain every event not yet sealed; return how many. Events of transactions still open are taken next time."""
    total = 0
    heads: dict[str, Seal] = {}
    while batch := list(Event.objects.filter(seal=None).order_by("id")[:BATCH]):
        rows = []
        for event in batch:
            code = event.committee_code
            if code not in heads:
                last = Seal.objects.filter(committee_code=code).order_by("-number").first()
                heads[code] = last or Seal(committee_code=code, number=0, digest="")
            head = heads[code]
            heads[code] = Seal(
                event=event, committee_code=code, number=head.number + 1, digest=link(head.digest, event), sealed_at=at
            )
            rows.append(heads[code])
        Seal.objects.bulk_create(rows)
        total += len(rows)
    if total:
        _write_heads(heads.values(), at)
    return total


def _write_heads(heads: object, at: datetime) -> None:
    path = heads_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as out:
        for head in heads:  # type: ignore[attr-defined]
            row = {"committee": head.committee_code, "number": head.number, "digest": head.digest, "at": at.isoformat()}
            out.write(json.dumps(row) + "\n")


def _sealed(code: str) -> Iterator[Seal]:
    return Seal.objects.filter(committee_code=code).select_related("event").order_by("number").iterator(chunk_size=BATCH)


def _break_in(code: str, kept: dict[int, str]) -> tuple[str | None, str]:
    """Return the uid of the first event at which a committee's chain breaks, and why."""
    previous, expected = "", 1
    for row in _sealed(code):
        if row.number != expected:
            return row.event.uid, "链上缺少记录"
        if row.digest != link(previous, row.event):
            return row.event.uid, "记录被改动过"
        if kept.get(row.number, row.digest) != row.digest:
            return row.event.uid, "与库外留存的链头不符"
        previous, expected = row.digest, expected + 1
    if beyond := [number for number in kept if number >= expected]:
        return f"{code}:{min(beyond)}", "库外留存的链头在库内已不存在"
    return None, ""


def kept_heads() -> dict[str, dict[int, str]]:
    """Read the heads kept outside the database: committee → number → digest."""
    kept: dict[str, dict[int, str]] = {}
    path = heads_file()
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            kept.setdefault(row["committee"], {})[row["number"]] = row["digest"]
    return kept


def verify(*, committee_code: str | None = None) -> Verdict:
    """Recompute the chains (of one committee, or all) and compare them with the seals and the heads kept outside."""
    events, seals = Event.objects.all(), Seal.objects.all()
    kept = kept_heads()
    codes = sorted(set(seals.values_list("committee_code", flat=True).distinct()) | set(kept))
    if committee_code is not None:
        events = events.filter(committee_code=committee_code)
        seals = seals.filter(committee_code=committee_code)
        codes = [committee_code]
    for code in codes:
        bad, reason = _break_in(code, kept.get(code, {}))
        if bad:
            return Verdict(events.count(), seals.count(), ok=False, first_bad=bad, reason=reason)
    return Verdict(events.count(), seals.count(), ok=True, first_bad=None)
