"""The record of a bundle, looked at where it arrives: complete, in order, as the chain said.

With its key also every digest.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from tongxin.audit import digests
from tongxin.audit.models import Event
from tongxin.backups import archive, bundles, carried
from tongxin.backups.bundles import Bundle
from tongxin.backups.carried import Row

GAP = _("操作记录的封存链缺号或者重号：第 {number} 号")
HEAD = _("操作记录的链头与清单不符")
OUTSIDE = _("库外留存的链头与操作记录不符：第 {number} 号")
DIGEST = _("操作记录被改动过：{uid}")
SEAL = _("链上的记录被调换过：{uid}")


def events(read: Bundle) -> Iterator[tuple[Row, Row]]:
    """Return each event with what proves it, in the order in which they were written.

    Raises UnsoundError where they do not agree.
    """
    moves = {row["uid"]: row for row in read.rows(bundles.MOVES)}
    rows = read.rows(f"{bundles.ROWS}/{carried.EVENT}.jsonl")
    for proof in read.rows(bundles.EVENTS):
        row = moves.pop(proof["uid"], None) or next(rows, None)
        if row is None or row["uid"] != proof["uid"]:
            raise archive.UnsoundError(bundles.CHANGED.format(path=read.path, name=bundles.EVENTS))
        yield row, proof
    if moves or next(rows, None) is not None:
        raise archive.UnsoundError(bundles.CHANGED.format(path=read.path, name=bundles.EVENTS))


def problems(read: Bundle, key: str | None) -> list[str]:
    """Return what is wrong of the record, the first of each sort.

    With the key under which it was kept, of every digest too.
    """
    found, seals = list[str](), dict[int, Row]()
    lives: dict[tuple[str, str], str] = {}
    with digests.under(key):
        for row, proof in events(read):
            if proof["seal__number"] is not None:
                if proof["seal__number"] in seals:
                    found.append(GAP.format(number=proof["seal__number"]))
                seals[proof["seal__number"]] = proof
            if key is not None and (why := _digest(row, proof, lives, read.manifest.code)):
                found.append(why)
        found += _chain(read, seals, has_key=key is not None)
    return found


def _digest(row: Row, proof: Row, lives: dict[tuple[str, str], str], code: str) -> str:
    life = (row["subject_type"], proof["subject_uid"])
    event = as_it_was(row, proof, code)
    fits = proof["digest"] == digests.of_event(event, previous=lives.get(life, "")) and not digests.torn(event)
    lives[life] = proof["digest"]
    return "" if fits else DIGEST.format(uid=row["uid"])


def as_it_was(row: Row, proof: Row, code: str) -> Event:
    """Return an event with the keys and the uids that it had where it was written."""
    facts = {name: row[name] for name in (*digests.PLAIN, *digests.NAMES, "veils") if name in row}
    names = ("subject_id", "subject_uid", "actor_id", "actor_uid", "on_behalf_of_id", "behalf_uid", "digest", "proofs")
    facts |= {name: proof[name] for name in names}
    data: dict[str, Any] = row["data"] | proof.get("keys", {})
    moments = {name: row[name] and datetime.fromisoformat(row[name]) for name in ("at", "recorded_at")}
    return Event(pk=proof["pk"], **facts | {"committee_code": code, "data": data} | moments)


def _chain(read: Bundle, seals: dict[int, Row], *, has_key: bool) -> Iterator[str]:
    """Return what is wrong of the chain: without a gap up to its head, and what was written outside still true."""
    previous = ""
    for place, number in enumerate(sorted(seals), 1):
        if number != place:
            yield GAP.format(number=place)
            break
        proof = seals[number]
        if has_key:
            facts = {name: proof[name] for name in ("subject_id", "actor_id", "on_behalf_of_id", "digest")}
            if proof["seal__digest"] != digests.of_seal(previous, number, Event(pk=proof["pk"], **facts)):
                yield SEAL.format(uid=proof["uid"])
                break
        previous = proof["seal__digest"]
    last = seals.get(max(seals, default=0), {})
    if read.manifest.sealed != (max(seals, default=0), last.get("seal__digest", "")):
        yield str(HEAD)
    for head in read.rows(bundles.HEADS):
        sealed = seals.get(head["number"])
        if sealed is None or head["digest"] not in {sealed["seal__digest"], sealed["seal__former"]}:
            yield OUTSIDE.format(number=head["number"])
            break
