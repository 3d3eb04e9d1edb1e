"""Whether the record is what was written.

Events, heads, chains, the file outside, and the rows that events vouch for.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.audit import (
    acts,
    belonging,
    contents,
    digests,
    erasing,
    heads,
    misstored,
    moments,
    origins,
    outside,
    shapes,
    stored,
    strangers,
    truth,
    wholeness,
)
from tongxin.audit.misstored import Misstored
from tongxin.audit.models import Chain, Event, Head, Seal
from tongxin.audit.outside import NAMED, Outside, Problem

BATCH = 2000
DATABASE = "database"  # the place of what kept a verification from its end
LOST = gettext_lazy("还没有封存或者刚封存的记录被删去、改动或调换过，或者恢复过较早的备份")
CHANGED = gettext_lazy("记录被改动过，或者它前面缺少记录")
UNFINISHED = gettext_lazy("核验没有做完（{said}）。请再核验一次；还是这样的，数据库里可能有无法读取的内容，请对照日志查明")

_Owners = dict[str, set[str]]  # kind → codes of the committees that have rows of it; "" where a row has no committee
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    """What `tongxin audit verify` says: counts, what is not as it was written, what was lawfully erased.

    Of each layer the first problem: the heads file, and of each committee the record, what the files outside say of it,
    the stored files that are missing, those that were changed; up to twenty of what stands in the database and is not
    ours, of rows in another form than ours, of rows that are not what was said. What stays for long (a restored backup,
    a row that was changed and is not vouched for again) hides nothing of the others.
    """

    events: int
    sealed: int
    problems: tuple[Problem, ...] = ()
    erased: int = 0

    @property
    def ok(self) -> bool:
        """Whether all is well."""
        return not self.problems

    @property
    def first_bad(self) -> str | None:
        """Where the first problem is."""
        return self.problems[0].where if self.problems else None

    @property
    def reason(self) -> str:
        """What the first problem is."""
        return self.problems[0].reason if self.problems else ""


@dataclass
class _Read:
    """What one walk through a committee's events leaves."""

    last: dict[heads.Key, tuple[int, str, str]] = field(default_factory=dict)  # events, digest, uid of the last
    proofs: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)  # rows that are told of where nobody asks for it
    gone: dict[str, list[str]] = field(default_factory=dict)  # event → fields whose value is erased
    lawful: dict[str, list[str]] = field(default_factory=dict)  # the same, as erasures say
    events: int = 0


def verify(*, committee_code: str | None = None, reads_files: bool = True) -> Verdict:
    """Recompute everything, of one committee or of all, and name the first thing of each layer that does not fit.

    To read all stored files may take minutes: who cannot wait leaves them out, and says what was found the last time
    (`looking`).
    """
    if torn := wholeness.torn():  # what is read by an index may be anything
        return Verdict(0, 0, (torn,))
    there, problem = _outside()
    try:
        with moments.one_moment():
            verdict = _verify(committee_code, there, problem)
    except Exception as error:
        logger.exception("the record was not verified to its end")
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        verdict = Verdict(0, 0, (Problem(DATABASE, UNFINISHED.format(said=said)),))
    return replace(verdict, problems=(*verdict.problems, *(contents.problems(committee_code) if reads_files else ())))


def _verify(committee_code: str | None, there: Outside, problem: Problem | None) -> Verdict:
    owners = {kind.label: _owners(kind) for kind in truth.declared()} if committee_code is None else {}
    codes = [committee_code] if committee_code is not None else _codes(there, owners)
    unread = misstored.look(committee_code)
    problems, events, erased = [*_strangers(), *wholeness.doubled(), *wholeness.adrift(), *unread.problems, problem], 0, 0
    for code in codes:
        read = _Read()
        problems += _committee(code, there, read, unread, owners)
        events += read.events
        erased += sum(len(fields) for fields in read.gone.values())
    sealed = Seal.objects.filter(committee_code__in=codes).count()
    return Verdict(events, sealed, tuple(filter(None, problems)), erased)


def _strangers() -> Iterator[Problem]:
    """Return what stands in the database and changes rows while lawful acts write them."""
    for stranger in strangers.strangers()[:NAMED]:
        yield Problem(f"{stranger.table}:{stranger.name}", stranger.reason)


def _codes(there: Outside, owners: _Owners) -> list[str]:
    found = set(there.lines) | {act.code for act in there.noted_acts()} | _codes_in_record()
    return sorted(found.union(*owners.values()))


def _codes_in_record() -> set[str]:
    rows = (model._base_manager.order_by().distinct() for model in (Event, Head, Seal))  # noqa: SLF001 -- every row
    return {code for some in rows for code in stored.said_of(some, "committee_code")}


def _owners(kind: truth.Witnessed) -> set[str]:
    return set(stored.said_of(kind.rows(all_in_form=True).order_by().distinct(), "code_"))


def _committee(code: str, there: Outside, read: _Read, unread: Misstored, owners: _Owners) -> list[Problem | None]:
    """Return what is wrong of each layer.

    Nothing for a layer in which all is well, or whose rows cannot all be read.
    """
    broken = _events(code, read, unread)
    # a record with rows of another form is named already: what stands around those does not fit because of them
    record = None if code in unread.codes else broken or _around(code, read, unread)
    beyond = _noted(code, there) or _heads_outside(code, there)
    return [
        record,
        *islice(_rows(code, read, unread, owners), NAMED),
        beyond,
        None if code in unread.codes else _brought(code),
    ]


def _around(code: str, read: _Read, unread: Misstored) -> Problem | None:
    """Look at what stands around the events that were read: erasures, heads, keys, seals.

    Return the first that does not fit.
    """
    return _erasures(read) or _subjects(code, read) or (_keys(code) if read.events else None) or _seals(code, unread)


def read_record() -> tuple[Problem | None, set[str]]:
    """Return the first thing in the record, here or outside, that is not as it was written.

    With nothing wrong, also the keys of all rows that it tells of.
    """
    if problem := wholeness.torn() or misstored.in_record():
        return problem, set()
    there, problem = _outside()
    told = set[str]()
    for code in _codes(there, {kind.label: _owners(kind) for kind in truth.declared()}):
        read, unread = _Read(), Misstored()
        problem = problem or _events(code, read, unread) or _around(code, read, unread)
        if problem := problem or _noted(code, there) or _heads_outside(code, there):
            return problem, set()
        told |= read.proofs.keys() | read.elsewhere
    return problem, told


def _outside() -> tuple[Outside, Problem | None]:
    """Read what stands outside the database, and what is wrong of its lines.

    How far each chain says they go is read before.
    """
    noted = dict(Chain.objects.exclude(stored.misstored(Chain)).values_list("committee_code", "noted"))
    files = acts.files()
    lines, problem = outside.kept_lines()
    return Outside(noted, outside.by_committee(lines), problem is None, files), problem


# ── events and their subjects ────────────────────────────────────────────────────────────────────
def _events(code: str, read: _Read, unread: Misstored) -> Problem | None:
    """Walk all events in their order: each fits its digest, which takes in the one before.

    Return the first that does not.
    """
    problem: Problem | None = None
    kinds = {kind.label: kind for kind in truth.declared()}
    own = Event.objects.filter(committee_code=code)
    if unread.has_events:
        own = own.exclude(stored.misstored(Event))
    for event in own.order_by("id").iterator(chunk_size=BATCH):
        key = heads.key_of(event)
        number, previous, _uid = read.last.get(key, (0, "", ""))
        if not shapes.is_shaped(event):
            problem = problem or Problem(event.uid, CHANGED)
            continue
        fits = event.digest == digests.of_event(event, previous=previous) and not digests.torn(event)
        if not fits:
            problem = problem or Problem(event.uid, CHANGED)
        read.last[key] = (number + 1, event.digest, event.uid)
        words = truth.words_of(event, kinds)
        read.proofs |= words
        read.elsewhere |= event.proofs.keys() - words.keys()
        read.events += 1
        if gone := digests.erased(event):
            read.gone[event.uid] = gone
        if fits and event.kind == erasing.KIND:
            for uid, fields in event.data.get("veils", {}).items():
                read.lawful.setdefault(uid, []).extend(fields)
    return problem


def _noted(code: str, there: Outside) -> Problem | None:
    """Every event of the last hours that was noted at its commit is still there."""
    if unread := acts.unreadable(there.hours):
        return Problem(f"audit/acts/{unread}", outside.UNREAD, outside=True)
    lost = acts.lost(there.noted_acts(), code)
    return Problem(lost, LOST, outside=True) if lost else None


def _erasures(read: _Read) -> Problem | None:
    """Every value that is gone was erased under a rule, and says so."""
    for uid, fields in read.gone.items():
        if not set(fields) <= set(read.lawful.get(uid, ())):
            return Problem(uid, _("个人信息被删去，却没有按保管期限删除的记录"))
    return None


def _subjects(code: str, read: _Read) -> Problem | None:
    """Each subject's head is its last event: nothing was taken away behind it."""
    left = dict(read.last)
    for head in Head.objects.filter(committee_code=code).order_by("id").iterator(chunk_size=BATCH):
        number, digest, uid = left.pop(heads.key_of(head), (0, "", ""))
        if head.mac != digests.of_head(head):
            return Problem(uid or head.subject_uid, _("事项的末条摘要被改动过"))
        if (head.events, head.digest) != (number, digest):
            return Problem(uid or head.subject_uid, _("事项末尾的记录被删去"))
    if left:
        return Problem(next(iter(left.values()))[2], _("事项没有末条摘要"))
    return None


def _keys(code: str) -> Problem | None:
    """The keys that join an event to its subject and its people are those of the uids that the digest covers."""
    misplaced = belonging.misplaced(Event.objects.filter(committee_code=code).order_by("id"))
    return Problem(*misplaced) if misplaced else None


def _brought(code: str) -> Problem | None:
    """The records that a committee brought from elsewhere lie here as they arrived."""
    odd = origins.odd(code)
    return Problem(*odd) if odd else None


# ── the chain, and the file outside ──────────────────────────────────────────────────────────────
def _sealed(code: str, unread: Misstored) -> Iterator[Seal]:
    own = Seal.objects.filter(committee_code=code)
    if unread.has_events:
        own = own.exclude(event__in=Event.objects.filter(stored.misstored(Event)))
    return own.select_related("event").order_by("number").iterator(chunk_size=BATCH)


def _seals(code: str, unread: Misstored) -> Problem | None:
    """The links follow one another without a gap, up to the one that the chain row keeps."""
    previous, number = "", 0
    for row in _sealed(code, unread):
        number += 1
        if row.number != number:
            return Problem(row.event.uid, _("链上缺少记录"))
        if row.digest != digests.of_seal(previous, number, row.event):
            return Problem(row.event.uid, _("链上的记录被调换过"))
        previous = row.digest
    chain = Chain.objects.filter(committee_code=code).first() or Chain(committee_code=code)
    if chain.number and chain.mac != digests.of_chain(chain):
        return Problem(f"{code}:{chain.number}", _("链头被改动过"))
    if (chain.number, chain.digest) != (number, previous):
        return Problem(f"{code}:{number}", _("链尾的记录被删去"))
    return None


def _heads_outside(code: str, there: Outside) -> Problem | None:
    """Every head that was ever written outside is still true."""
    lines = there.lines.get(code, [])
    seals = outside.seals_of(code, lines)
    for line in lines:
        if line.number not in seals:
            why = _("数据库比库外留存的链头旧：恢复过较早的备份，或者末尾的记录被删去")
            return Problem(f"{code}:{line.number}", why, outside=True)
        if not line.is_true(seals[line.number]):
            return Problem(f"{code}:{line.number}", _("与库外留存的链头不符"), outside=True)
    noted = there.noted.get(code, 0)
    if there.whole and noted > max((line.number for line in lines if not line.former), default=0):
        return Problem(f"{code}:{noted}", _("库外留存的链头文件缺少已写入的行"), outside=True)
    return None


# ── rows that events vouch for ───────────────────────────────────────────────────────────────────
def _rows(code: str, read: _Read, unread: Misstored, owners: _Owners) -> Iterator[Problem]:
    """Ratings, numbers, sent replies, regulations, appointments are what their last event says.

    Return those that are not.

    Of a kind in `owners` no rows are asked of who has none.
    """
    for kind in truth.declared():
        prefix = truth.key_of(kind.label, "")
        said = {key: digest for key, digest in read.proofs.items() if key.startswith(prefix)}
        owner = None if code == "" and _national(kind) else code
        odd = unread.of(kind, owner)
        for uid in odd:
            said.pop(truth.key_of(kind.label, uid), None)  # named already, as what it is
        if (owner or "") in owners.get(kind.label, {owner or ""}):
            own = (kind.readable() if odd else kind.rows(all_in_form=True)).filter(code_=owner)
            for key, digest in truth.digests_of(kind, own.iterator(chunk_size=BATCH)):
                vouched = said.pop(key, None)
                if vouched != digest:
                    yield Problem(key, _("数据被改动过") if vouched else _("数据没有办理记录"))
        yield from (Problem(key, _("有办理记录的数据被删去")) for key, digest in said.items() if digest)


def _national(kind: truth.Witnessed) -> bool:
    """Rows without a committee (the national regulations) belong to the stream without a code."""
    return bool(kind.model._meta.get_field(kind.committee.split("__", 1)[0]).null)  # noqa: SLF001 -- Django's public-in-practice Meta
