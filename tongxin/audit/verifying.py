"""Whether the record is what was written: events, heads, chains, the file outside, and the rows that events vouch for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain as joined
from pathlib import Path
from typing import BinaryIO

from django.db import models

from tongxin.audit import acts, belonging, digests, erasing, heads, moments, sealing, shapes, stored, truth
from tongxin.audit.models import Chain, Event, Head, Seal

BATCH = 2000
ASKED = 500  # what a database takes in one list of values
HEADS_GONE = "库外留存的链头文件不见了"
ODD_FORM = "数据的存储形式不是系统写入的，被改动过"
UNREAD = "库外留存的文件读不出来"
HEADS_CUT = "库外留存的链头文件被删去或改写过：与密钥旁记下的长度、摘要不符"


@dataclass(frozen=True)
class Problem:
    """The first thing that is not as it was written: an event's uid, `code:number` of a head, `table:uid` of a row."""

    where: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What `tongxin audit verify` says: counts, whether all is well, the first thing that is not, what was lawfully erased."""

    events: int
    sealed: int
    ok: bool
    first_bad: str | None
    reason: str = ""
    erased: int = 0


@dataclass
class _Read:
    """What one walk through a committee's events leaves."""

    last: dict[heads.Key, tuple[int, str, str]] = field(default_factory=dict)  # events, digest, uid of the last
    proofs: dict[str, str] = field(default_factory=dict)
    gone: dict[str, list[str]] = field(default_factory=dict)  # event → fields whose value is erased
    lawful: dict[str, list[str]] = field(default_factory=dict)  # the same, as erasures say
    events: int = 0


@dataclass(frozen=True)
class Line:
    """One line of the heads file; a former one is of the chain before events had keyed digests."""

    code: str
    number: int
    digest: str
    former: bool


@dataclass(frozen=True)
class _Outside:
    """What stands outside the database, read before it: all of it was written after the commit of what it tells of."""

    noted: dict[str, int]  # how far each chain says that its head was written into the file
    lines: list[Line]
    hours: list[tuple[Path, int]]

    def noted_acts(self) -> Iterator[acts.Act]:
        return joined.from_iterable(acts.read(path, size) for path, size in self.hours)


def verify(*, committee_code: str | None = None) -> Verdict:
    """Recompute everything, of one committee or of all, and name the first thing that does not fit."""
    noted = dict(Chain.objects.values_list("committee_code", "noted"))
    files = acts.kept()
    lines, problem = kept_lines()
    with moments.one_moment():
        if odd := _oddly_stored():  # what is stored like that may not be readable: nothing else is asked
            return Verdict(0, 0, ok=False, first_bad=odd.where, reason=odd.reason)
        return _verify(committee_code, _Outside(noted, lines, files), problem)


def _verify(committee_code: str | None, outside: _Outside, problem: Problem | None) -> Verdict:
    codes = [committee_code] if committee_code is not None else _codes(outside)
    events = sealed = erased = 0
    for code in codes:
        read = _Read()
        problem = problem or _committee(code, outside, read)
        events += read.events or Event.objects.filter(committee_code=code).count()
        sealed += Seal.objects.filter(committee_code=code).count()
        erased += sum(len(fields) for fields in read.gone.values())
    if problem:
        return Verdict(events, sealed, ok=False, first_bad=problem.where, reason=problem.reason, erased=erased)
    return Verdict(events, sealed, ok=True, first_bad=None, erased=erased)


def _oddly_stored() -> Problem | None:
    """Return the first row, of the record or of what it vouches for, with a value in a form that only SQLite takes."""
    own: list[type[models.Model]] = [Event, Head, Chain, Seal]
    for model in (*own, *(kind.model for kind in truth.declared())):
        if (where := stored.odd(model)) is not None:
            return Problem(truth.key_of(model._meta.label_lower, where), ODD_FORM)  # noqa: SLF001 -- Django's public-in-practice Meta
    return None


def _codes(outside: _Outside) -> list[str]:
    found = set(Event.objects.order_by().values_list("committee_code", flat=True).distinct())
    found |= set(Head.objects.order_by().values_list("committee_code", flat=True).distinct())
    found |= set(Seal.objects.order_by().values_list("committee_code", flat=True).distinct())
    found |= {line.code for line in outside.lines} | {act.code for act in outside.noted_acts()}
    return sorted(found | {str(code) for kind in truth.declared() for code in _owners(kind)})


def _owners(kind: truth.Witnessed) -> set[str]:
    return {code or "" for code in kind.rows().order_by().values_list("code_", flat=True).distinct()}


def _committee(code: str, outside: _Outside, read: _Read) -> Problem | None:
    return (
        _events(code, read)
        or _noted(code, outside)
        or _erasures(read)
        or _subjects(code, read)
        or _keys(code)
        or _seals(code)
        or _heads_outside(code, outside)
        or _rows(code, read)
    )


# ── events and their subjects ────────────────────────────────────────────────────────────────────
def _events(code: str, read: _Read) -> Problem | None:
    """Walk the events in their order: each fits its digest, which takes in the one before."""
    for event in Event.objects.filter(committee_code=code).order_by("id").iterator(chunk_size=BATCH):
        key = heads.key_of(event)
        number, previous, _uid = read.last.get(key, (0, "", ""))
        if not shapes.is_shaped(event):
            return Problem(event.uid, "记录被改动过，或者它前面缺少记录")
        if event.digest != digests.of_event(event, previous=previous) or digests.torn(event):
            return Problem(event.uid, "记录被改动过，或者它前面缺少记录")
        read.last[key] = (number + 1, event.digest, event.uid)
        read.proofs |= event.proofs
        read.events += 1
        if gone := digests.erased(event):
            read.gone[event.uid] = gone
        if event.kind == erasing.KIND:
            for uid, fields in event.data.get("veils", {}).items():
                read.lawful.setdefault(uid, []).extend(fields)
    return None


def _noted(code: str, outside: _Outside) -> Problem | None:
    """Every event of the last hours that was noted at its commit is still there."""
    if unread := acts.unreadable(outside.hours):
        return Problem(f"audit/acts/{unread}", UNREAD)
    odd = acts.lost(outside.noted_acts(), code)
    return Problem(odd, "近两小时内写入过的记录被删去，或者恢复过较早的备份") if odd else None


def _erasures(read: _Read) -> Problem | None:
    """Every value that is gone was erased under a rule, and says so."""
    for uid, fields in read.gone.items():
        if not set(fields) <= set(read.lawful.get(uid, ())):
            return Problem(uid, "个人信息被删去，却没有按保管期限删除的记录")
    return None


def _subjects(code: str, read: _Read) -> Problem | None:
    """Each subject's head is its last event: nothing was taken away behind it."""
    left = dict(read.last)
    for head in Head.objects.filter(committee_code=code).order_by("id").iterator(chunk_size=BATCH):
        number, digest, uid = left.pop(heads.key_of(head), (0, "", ""))
        if head.mac != digests.of_head(head):
            return Problem(uid or head.subject_uid, "事项的末条摘要被改动过")
        if (head.events, head.digest) != (number, digest):
            return Problem(uid or head.subject_uid, "事项末尾的记录被删去")
    if left:
        return Problem(next(iter(left.values()))[2], "事项没有末条摘要")
    return None


def _keys(code: str) -> Problem | None:
    """The keys that join an event to its subject and its people are those of the uids that the digest covers."""
    odd = belonging.misplaced(Event.objects.filter(committee_code=code).order_by("id"))
    return Problem(*odd) if odd else None


# ── the chain, and the file outside ──────────────────────────────────────────────────────────────
def _sealed(code: str) -> Iterator[Seal]:
    return Seal.objects.filter(committee_code=code).select_related("event").order_by("number").iterator(chunk_size=BATCH)


def _seals(code: str) -> Problem | None:
    """The links follow one another without a gap, up to the one that the chain row keeps."""
    previous, number = "", 0
    for row in _sealed(code):
        number += 1
        if row.number != number:
            return Problem(row.event.uid, "链上缺少记录")
        if row.digest != digests.of_seal(previous, number, row.event):
            return Problem(row.event.uid, "链上的记录被调换过")
        previous = row.digest
    chain = Chain.objects.filter(committee_code=code).first() or Chain(committee_code=code)
    if chain.number and chain.mac != digests.of_chain(chain):
        return Problem(f"{code}:{chain.number}", "链头被改动过")
    if (chain.number, chain.digest) != (number, previous):
        return Problem(f"{code}:{number}", "链尾的记录被删去")
    return None


def kept_lines() -> tuple[list[Line], Problem | None]:
    """Read the heads file: every line as written, in an order that can only have grown. A cut-off line says nothing."""
    path = sealing.heads_file()
    if not path.exists():
        noted = sealing.grown_to()
        return [], Problem("audit/heads.jsonl", HEADS_GONE) if noted and noted[0] else None
    if not path.is_file():
        return [], Problem("audit/heads.jsonl", UNREAD)
    with path.open("rb") as source:
        found, problem = _lines(source)
        if problem is None and not sealing.begins_as_noted(source):
            problem = Problem("audit/heads.jsonl", HEADS_CUT)
        return found, problem


def _lines(source: BinaryIO) -> tuple[list[Line], Problem | None]:
    found: list[Line] = []
    for raw, before in sealing.lines_of(source):
        try:
            row = shapes.head_in(raw)
        except shapes.MisshapenError:
            return found, Problem("audit/heads.jsonl", "库外留存的链头文件被改动过")
        if row is None:
            continue  # cut off by a full disk or a kill: the next line takes it in as it is
        line = Line(row["committee"], row["number"], row["digest"], former="mac" not in row)
        if not line.former and sealing.line_of(line.code, line.number, line.digest, str(row.get("at", "")), before) != raw:
            return found, Problem(f"{line.code}:{line.number}", "库外留存的链头文件被改动过")
        found.append(line)
    return found, None


def _heads_outside(code: str, outside: _Outside) -> Problem | None:
    """Every head that was ever written outside is still true."""
    lines = [line for line in outside.lines if line.code == code]
    asked = sorted({line.number for line in lines})
    seals: dict[int, Seal] = {}
    for start in range(0, len(asked), ASKED):
        rows = Seal.objects.filter(committee_code=code, number__in=asked[start : start + ASKED])
        seals |= {seal.number: seal for seal in rows}
    for line in lines:
        seal = seals.get(line.number)
        if seal is None:
            return Problem(f"{code}:{line.number}", "数据库比库外留存的链头旧：恢复过较早的备份，或者末尾的记录被删去")
        if line.digest != (seal.former if line.former else seal.digest):
            return Problem(f"{code}:{line.number}", "与库外留存的链头不符")
    noted = outside.noted.get(code, 0)
    if noted > max((line.number for line in lines if not line.former), default=0):
        return Problem(f"{code}:{noted}", "库外留存的链头文件缺少已写入的行")
    return None


# ── rows that events vouch for ───────────────────────────────────────────────────────────────────
def _rows(code: str, read: _Read) -> Problem | None:
    """Ratings, numbers, sent replies, regulations, appointments are what their last event says."""
    for kind in truth.declared():
        prefix = truth.key_of(kind.label, "")
        said = {key: digest for key, digest in read.proofs.items() if key.startswith(prefix)}
        own = kind.rows().filter(code_=None if code == "" and _national(kind) else code)
        for key, digest in truth.digests_of(kind, own.iterator(chunk_size=BATCH)):
            vouched = said.pop(key, None)
            if vouched != digest:
                return Problem(key, "数据被改动过" if vouched else "数据没有办理记录")
        if lost := next((key for key, digest in said.items() if digest), None):
            return Problem(lost, "有办理记录的数据被删去")
    return None


def _national(kind: truth.Witnessed) -> bool:
    """Rows without a committee (the national regulations) belong to the stream without a code."""
    return bool(kind.model._meta.get_field(kind.committee.split("__", 1)[0]).null)  # noqa: SLF001 -- Django's public-in-practice Meta
