"""Earlier proposals like the one being written: kept per process and committee, brought up to date from the event stream."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from tongxin.audit.models import Event
from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import case_number
from tongxin.proposals.choices import State, States
from tongxin.proposals.models import Proposal
from tongxin.proposals.queries.reading import visible_to
from tongxin.proposals.regulations import SimilarRules
from tongxin.regulations.queries import in_force

if TYPE_CHECKING:
    from tongxin.texts.similarity import Index, Match

EARLIER = (*States.filed, State.MERGED, State.NOT_FILED)
Outcomes = Callable[[Iterable[Proposal]], Mapping[int, str]]
_outcomes: list[Outcomes] = []


@dataclass(frozen=True)
class Similar:
    """An earlier proposal like this one: how much, and because of which words."""

    proposal: Proposal
    score: float
    because: tuple[str, ...]
    outcome: str = ""

    @property
    def title(self) -> str:
        return str(self.proposal.title)

    @property
    def url(self) -> str:
        """Its own page; the page of the lead proposal when it was merged."""
        return (self.proposal.merged_into or self.proposal).get_absolute_url()

    @property
    def line(self) -> str:
        """Session, number and what became of it, for people."""
        shown = self.proposal.merged_into or self.proposal
        session = str(shown.session) if shown.session else ""
        number = case_number(shown.number)
        outcome = "、".join(part for part in ("已并案" if shown is not self.proposal else "", self.outcome) if part)
        return "　".join(part for part in (f"{session}{number}", outcome or self.proposal.outcome) if part)


def _empty() -> "Index":
    from tongxin.texts.similarity import Index  # noqa: PLC0415 -- scikit-learn loads for seconds; commands do without

    return Index()


@dataclass
class _Kept:
    index: "Index" = field(default_factory=_empty)
    seen: int = 0  # the newest event that was looked at
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept: dict[str, _Kept] = {}
_door = threading.Lock()


def register_outcome(outcomes: Outcomes) -> None:
    """Let the app above say in a short word what became of proposals: (proposals) → {id: word}, in one query."""
    _outcomes.append(outcomes)


def similar(
    committee: Committee, text: str, *, title: str = "", exclude: Proposal | None = None, n: int = 5, least: float | None = None
) -> "list[Match]":
    """Return the earlier proposals of a committee like a text, most alike first; the keys are ids."""
    kept = _fresh(committee)
    with kept.lock:
        left_out = [exclude.pk] if exclude is not None and exclude.pk else []
        return kept.index.query(text, title=title, n=n, exclude=left_out, least=least or 0.0)


def similar_for(
    user: Any, committee: Committee, text: str, *, title: str = "", exclude: Proposal | None = None, on: Any
) -> list[Similar]:
    """Return what may be shown to `user` while writing: only proposals they may see (for a merged one, its lead), by the rules."""
    rules = in_force(committee, SimilarRules, on)
    if not rules.shown:
        return []
    found = similar(committee, text, title=title, exclude=exclude, n=rules.shown * 3, least=rules.threshold_percent / 100)
    rows = Proposal.objects.filter(pk__in=[m.key for m in found]).select_related("session__term", "merged_into__session__term")
    by_id = {row.pk: row for row in rows}
    pages = {(row.merged_into_id or row.pk) for row in by_id.values()}
    seen = set(visible_to(user).filter(pk__in=pages).values_list("pk", flat=True)) if pages else set()
    shown = [(m, by_id[m.key]) for m in found if m.key in by_id and (by_id[m.key].merged_into_id or m.key) in seen][: rules.shown]
    words: dict[int, str] = {}
    for outcomes in _outcomes:
        words |= outcomes([row.merged_into or row for _m, row in shown])
    return [Similar(row, m.score, m.because, words.get(row.merged_into_id or row.pk, "")) for m, row in shown]


def warm(committee: Committee) -> int:
    """Read a committee's texts before somebody waits for them. Returns how many there are."""
    kept = _fresh(committee)
    with kept.lock:
        kept.index.learn()
        return len(kept.index)


def _fresh(committee: Committee) -> _Kept:
    """Return the committee's texts, with what happened since the last look: one query when nothing did."""
    with _door:
        kept = _kept.setdefault(committee.uid, _Kept())
    with kept.lock:
        newest = Event.objects.filter(committee_code=committee.code).order_by("-id").values_list("id", flat=True).first() or 0
        if newest < kept.seen:  # another database than before
            kept.index, kept.seen = _empty(), 0
        if newest > kept.seen:
            _catch_up(kept, committee, newest)
    return kept


def _catch_up(kept: _Kept, committee: Committee, newest: int) -> None:
    from tongxin.texts.similarity import Text  # noqa: PLC0415 -- as above

    rows = Proposal.objects.filter(committee=committee)
    if kept.seen:
        changed = Event.objects.filter(
            committee_code=committee.code, id__gt=kept.seen, subject_type="proposals.proposal"
        ).values_list("subject_id", flat=True)
        rows = rows.filter(pk__in=set(changed))
        kept.index.remove(set(changed) - set(rows.filter(state__in=EARLIER).values_list("pk", flat=True)))
    earlier = rows.filter(state__in=EARLIER).order_by("pk")
    fields = ("pk", "title", "situation", "analysis", "suggestions")
    kept.index.add(
        Text(pk, title, f"{situation}\n{analysis}\n{suggestions}")
        for pk, title, situation, analysis, suggestions in earlier.values_list(*fields).iterator(chunk_size=2000)
    )
    kept.seen = newest


WARMED = 20_000  # reading more takes a core for longer than somebody would wait; then the first writer does


def warm_all() -> None:
    """Read committees' texts in the background of a server that starts, so that nobody waits for the first likeness."""
    try:
        for committee in Committee.objects.order_by("id"):
            if Proposal.objects.filter(committee=committee)[: WARMED + 1].count() <= WARMED:
                warm(committee)
    finally:
        connection.close()
