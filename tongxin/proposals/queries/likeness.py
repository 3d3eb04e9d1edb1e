"""Earlier proposals like the one being written.

Kept per process and committee, brought up to date from the event stream.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.audit.models import Event
from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import case_number
from tongxin.proposals.choices import State, States
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries.above import above
from tongxin.proposals.queries.lists import standings_of
from tongxin.proposals.queries.publication import public_titles, published
from tongxin.proposals.queries.visibility import original_visible_to
from tongxin.proposals.regulations import SimilarRules
from tongxin.regulations.queries import in_force

if TYPE_CHECKING:
    from tongxin.texts.similarity import Index, Match

EARLIER = (*States.filed, State.MERGED, State.NOT_FILED)


@dataclass(frozen=True)
class Similar:
    """An earlier proposal like this one: how much, and because of which words.

    `title` is the one the reader may know.
    """

    proposal: Proposal
    title: str
    score: float
    because: tuple[str, ...] = ()
    answer: str = ""  # the category of the newest one, in a short word
    standing: str = ""  # where it, or what it was merged into, stands now: in the word of its own page
    merged: bool = False  # something merged into it is like this one; what, the reader may not know

    @property
    def url(self) -> str:
        """Its own page, also when it was merged: who is told its title may read it."""
        return self.proposal.get_absolute_url()

    @property
    def _joined(self) -> str:
        if self.proposal.merged_into:
            return _("已并入%(number)s") % {"number": case_number(self.proposal.merged_into.number)}
        return _("有提案并入") if self.merged else ""

    @property
    def line(self) -> str:
        """Session, number and what became of it, for people."""
        shown = self.proposal.merged_into or self.proposal
        session = str(shown.session) if shown.session else ""
        number = "" if self.proposal.merged_into else case_number(shown.number)
        became = "、".join(part for part in (self._joined, self.answer, self.standing) if part)
        return "　".join(part for part in (f"{session}{number}", became) if part)


def _empty() -> "Index":
    from tongxin.texts.similarity import Index  # noqa: PLC0415 -- numpy and scipy take a moment and 20 MB; commands do without

    return Index()


@dataclass
class _Kept:
    index: "Index" = field(default_factory=_empty)
    seen: int = 0  # the newest event that was looked at
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept: dict[tuple[str, bool], _Kept] = {}  # by committee: its own texts, and the public ones
_door = threading.Lock()


def similar(
    committee: Committee,
    text: str,
    *,
    title: str = "",
    exclude: Proposal | None = None,
    n: int = 5,
    least: float | None = None,
    public: bool = False,
) -> "list[Match]":
    """Return the earlier proposals of a committee like a text, most alike first; the keys are ids.

    With `public` only the redacted copies of published ones are compared: nothing that is covered makes two texts
    alike.
    """
    kept = _fresh(committee, public=public)
    with kept.lock:
        left_out = [exclude.pk] if exclude is not None and exclude.pk else []
        return kept.index.query(text, title=title, n=n, exclude=left_out, least=least or 0.0)


def similar_for(
    user: Any, committee: Committee, text: str, *, title: str = "", exclude: Proposal | None = None, on: Any
) -> list[Similar]:
    """Return what may be shown to `user`: originals that they may read, published copies beside them, nothing else.

    Where only the lead of a merged one may be read, the lead stands there alone: no title, no words of the other.
    """
    rules = in_force(committee, SimilarRules, on)
    if not rules.shown:
        return []
    asked = {"title": title, "exclude": exclude, "n": rules.shown * 3, "least": rules.threshold_percent / 100}
    found: dict[int, Similar] = {}
    if user is not None and user.is_authenticated:
        found = _inside(user, similar(committee, text, **asked))
    if len(found) < rules.shown:
        found = _public(similar(committee, text, public=True, **asked)) | found
    shown = sorted(found.values(), key=lambda s: -s.score)[: rules.shown]
    return _standing(user, [s for s in shown if exclude is None or s.proposal.pk != exclude.pk])


def _standing(user: Any, found: list[Similar]) -> list[Similar]:
    """Say of each where it stands, as far as the reader may know: a merged one stands where its lead does."""
    now = standings_of([one.proposal.merged_into or one.proposal for one in found], user)
    return [replace(one, standing=now[(one.proposal.merged_into or one.proposal).pk].word) for one in found]


def _inside(user: Any, matches: "list[Match]") -> dict[int, Similar]:
    """Return the matches whose own text somebody may read, and the leads they may read of merged ones they may not."""
    rows = {p.pk: p for p in _rows(m.key for m in matches)}
    pages = set(rows) | {row.merged_into_id for row in rows.values() if row.merged_into_id}
    seen = set(original_visible_to(user).filter(pk__in=pages).values_list("pk", flat=True)) if pages else set()
    words = above().answered([row.merged_into or row for row in rows.values() if row.pk in seen or row.merged_into_id in seen])
    found: dict[int, Similar] = {}
    for match in matches:
        row = rows.get(match.key)  # type: ignore[call-overload]  # the keys are ids
        if row is None:
            continue
        lead = row.merged_into
        if row.pk in seen:
            found[row.pk] = Similar(row, row.title, match.score, match.because, words.get((lead or row).pk, ""))
        elif lead is not None and lead.pk in seen and lead.pk not in found:
            found[lead.pk] = Similar(lead, lead.title, match.score, (), words.get(lead.pk, ""), merged=True)
    return found


def _public(matches: "list[Match]") -> dict[int, Similar]:
    """Return the matches that everybody may read, under their public titles."""
    rows = {p.pk: p for p in _rows(m.key for m in matches).filter(published())}
    titles = public_titles(rows)
    return {
        row.pk: Similar(row, titles[row.pk], match.score, match.because)
        for match in matches
        if (row := rows.get(match.key))  # type: ignore[call-overload]  # the keys are ids
    }


def _rows(ids: Iterable[Any]) -> QuerySet[Proposal]:
    return Proposal.objects.filter(pk__in=list(ids)).select_related("session__term", "merged_into__session__term")


def warm(committee: Committee) -> int:
    """Read a committee's texts before somebody waits for them. Returns how many there are."""
    kept = _fresh(committee)
    with kept.lock:
        kept.index.catch_up()
        return len(kept.index)


def _fresh(committee: Committee, *, public: bool = False) -> _Kept:
    """Return the committee's texts, with what happened since the last look: one query when nothing did."""
    with _door:
        kept = _kept.setdefault((committee.uid, public), _Kept())
    with kept.lock:
        newest = Event.objects.filter(committee_code=committee.code).order_by("-id").values_list("id", flat=True).first() or 0
        if newest < kept.seen:  # another database than before
            kept.index, kept.seen = _empty(), 0
        if newest > kept.seen:
            _catch_up(kept, committee, newest, public=public)
    return kept


def _catch_up(kept: _Kept, committee: Committee, newest: int, *, public: bool) -> None:
    every = Proposal.objects.filter(published() if public else Q(state__in=EARLIER), committee=committee)
    if kept.seen:
        events = Event.objects.filter(committee_code=committee.code, id__gt=kept.seen, subject_type="proposals.proposal")
        changed = set(events.values_list("subject_id", flat=True))
        earlier = every.filter(pk__in=changed)
        kept.index.remove(changed - set(earlier.values_list("pk", flat=True)))
        _read(kept, earlier, public=public)
        # an import, or who wrote longer than others, took its keys before what was seen
        if every.count() != len(kept.index):
            there = set(every.values_list("pk", flat=True))
            kept.index.remove(kept.index.keys() - there)
            _read(kept, every.filter(pk__in=there - kept.index.keys()), public=public)
    else:
        _read(kept, every, public=public)
    kept.seen = newest


def _read(kept: _Kept, rows: QuerySet[Proposal], *, public: bool) -> None:
    from tongxin.texts.similarity import Text  # noqa: PLC0415 -- as above

    of = "public_copy__" if public else ""
    fields = ("pk", *(f"{of}{name}" for name in ("title", "situation", "analysis", "suggestions")))
    kept.index.add(
        Text(pk, title, f"{situation}\n{analysis}\n{suggestions}")
        for pk, title, situation, analysis, suggestions in rows.order_by("pk").values_list(*fields).iterator(chunk_size=2000)
    )


WARMED = 20_000  # reading more takes a core for longer than somebody would wait; then the first writer does


def warm_all() -> None:
    """Read committees' texts in the background of a server that starts, so that nobody waits for the first likeness."""
    try:
        for committee in Committee.objects.order_by("id"):
            if Proposal.objects.filter(committee=committee)[: WARMED + 1].count() <= WARMED:
                warm(committee)
    finally:
        connection.close()
