"""The desk that assigns.

What waits to be handed over, what units ask to give back, what needs another unit, what is handed over.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access.permissions import allowed
from tongxin.accounts.models import Account
from tongxin.audit.queries import remembered
from tongxin.committees import successions
from tongxin.committees.choices import Duty
from tongxin.committees.models import Unit
from tongxin.committees.queries import affiliated, affiliations_with, committees_held, running_units
from tongxin.core.templatetags.chinese import case_number, day
from tongxin.desks.listings import Act, Cell, Column, Listing, Question, Saying, Tab, Ticking, always
from tongxin.desks.reading import Rows
from tongxin.handling import actions, queries
from tongxin.handling.choices import Part
from tongxin.handling.forms import TogetherForm
from tongxin.handling.lists import tasks
from tongxin.handling.models import Case, Task
from tongxin.handling.pages.standing import standing_of_case
from tongxin.handling.queries.lists import Row
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Proposal

PATHS: dict[type, str] = {Proposal: "", Case: "proposal__", Task: "case__proposal__"}


# ── which rows ───────────────────────────────────────────────────────────────────────────────────
PARTS: dict[str, Callable[..., QuerySet[Any]]] = {
    "": lambda _on, *scope: queries.to_assign(*scope),
    "returns": lambda _on, *scope: queries.for_rows(queries.returns_asked(*scope)),
    "again": lambda _on, *scope: queries.to_reassign(*scope),
    "ended": lambda on, *scope: queries.for_rows(queries.without_unit(on, *scope)),
    "done": lambda _on, *scope: queries.with_over(queries.assigned_by(*scope)),
}


def _asked(q: Question) -> list[Any]:
    return [q.on, *queries.scope_of(q.user, Duty.ASSIGN)]


def _counts(q: Question) -> Mapping[str, int]:
    codes = {c.code for c in committees_held(q.user, Duty.ASSIGN)}
    scope = ("assign", q.on.isoformat(), sorted(affiliations_with(q.user, Duty.ASSIGN)))
    return remembered(codes, scope, lambda: {name: rows(*_asked(q)).count() for name, rows in PARTS.items()})


def _find(rows: QuerySet[Any], words: str, q: Question) -> QuerySet[Any]:
    of = {committee for committee, _affiliation in affiliations_with(q.user, Duty.ASSIGN)}
    return rows.filter(queries.found_by(words, of, PATHS[rows.model]))


def _to_come(q: Question) -> Saying | None:
    """Say of what is looked for among what is handed over that it waits, or how that part is ordered."""
    if not q.words:
        return Saying(_("在办的在前，已办结的在后；都按交办时间，新交办的在前。"))
    waiting = _find(PARTS[""](*_asked(q)), q.words, q).count()
    return Saying("", "?", _("待交办里有 %(n)s 件") % {"n": waiting}) if waiting else None


# ── lines ────────────────────────────────────────────────────────────────────────────────────────
def _proposals(found: list[Proposal], _q: Question) -> list[Proposal]:
    queries.with_signers(found)
    return found


def _cases(found: list[Case], _q: Question) -> list[Case]:
    queries.with_parts(found)
    return found


def _lines_of_ended(found: list[Task], q: Question) -> Iterable[Row]:
    notes = _notes({task.unit_id for task in found}, q.on)
    return [queries.row_of(task, q.on, note=notes[task.unit_id]) for task in queries.with_others(found)]


def _notes(units: set[int], on: date) -> dict[int, str]:
    """Say of the units in which nobody goes on with a part why that is."""
    known = list(Unit.objects.filter(pk__in=units).defer("phone"))
    ended = successions.standings(known, on)
    return {
        unit.pk: _("单位%(what)s") % {"what": ended[unit.pk]} if unit.pk in ended else _("单位还没有承办人") for unit in known
    }


def _units_of(case: Case) -> Cell:
    parts: dict[str, list[str]] = {}
    for task in queries.live_tasks(case):
        parts.setdefault(str(task.get_part_display()), []).append(task.unit.name)
    gone = [f"{t.unit.name}　{t.state_word}" for t in case.tasks.all() if t.is_gone]
    return Cell("；".join(f"{part}　{'、'.join(names)}" for part, names in parts.items()) or "—", below=gone)


def _standing(case: Case) -> Cell:
    """Say where a case stands, as the page of its proposal does."""
    standing = standing_of_case(case)
    return Cell(standing.word, badge=standing.kind)


WAITING = (
    Column(
        "title", gettext_lazy("案由"),
        lambda p: Cell(p.title, reverse("handling-assign-one", args=[p.uid]), below=queries.proposers_of(p)), "title", width=48,
    ),
    Column("number", gettext_lazy("案号"), lambda p: case_number(p.number), "nowrap"),
    Column("suggested", gettext_lazy("建议承办单位"), lambda p: p.suggested_units, "wide", width=24),
    Column("filed", gettext_lazy("立案"), lambda p: day(p.decided_at), "nowrap"),
)  # fmt: skip
CASES = (
    Column(
        "title", gettext_lazy("案由"),
        lambda c: Cell(c.proposal.title, reverse("handling-units", args=[c.uid]), below=queries.proposers_of(c.proposal)), "title",
        width=48,
    ),
    Column("number", gettext_lazy("案号"), lambda c: case_number(c.proposal.number), "nowrap"),
    Column("units", gettext_lazy("承办单位"), _units_of, "wide", width=36),
    Column("state", gettext_lazy("状态"), _standing, "nowrap"),
)  # fmt: skip
TASKS = tasks.columns(tasks.titled(tasks.page_of), named=always)


# ── handing several over at once ─────────────────────────────────────────────────────────────────
def units_of_desk(user: Any) -> list[Unit]:
    """Return the units to which the reader's office may hand proposals over."""
    own = affiliated(user, Duty.ASSIGN, path="system")
    return list(Unit.objects.filter(own).filter(running_units(timezone.localdate())).order_by("id"))


def _together(proposal: Proposal, said: Mapping[str, Any], *, actor: Account, at: datetime, **_seen: str) -> None:
    actions.assign(proposal, parts=[(said["unit"], Part.SOLE)], actor=actor, at=at)


def _ticked(q: Question, uids: Sequence[str]) -> Sequence[Proposal]:
    found = proposals.original_visible_to(q.user).filter(uid__in=uids).select_related("committee__parent__parent")
    return [p for p in found.order_by("id") if allowed(q.user, "handling.assign", p)]


TOGETHER = Act(
    "together",
    gettext_lazy("一并交办"),
    "handling.assign",
    _together,
    lambda _proposal: "",
    gettext_lazy("都由一个单位独办。单位立即收到通知，签收和答复的期限从今天起算。"),
    asks=lambda q, data: TogetherForm(data, own=units_of_desk(q.user)),
    refusals=(actions.HandlingError,),
)


def _says(sentence: Any) -> Any:
    return lambda _q: Saying(sentence)


def _tab(key: str, label: Any, order: tuple[str, ...], columns: tuple[Column, ...], **more: Any) -> Tab:
    return Tab(
        key,
        label,
        Rows(PARTS[key], _asked),
        order,
        columns,
        gettext_lazy("共 %(n)s 件"),
        _says(gettext_lazy("这里没有提案。")),
        **more,
    )


ENDED = gettext_lazy(
    "这些单位已经撤销，或者还没有承办人，没有人签收、办理：移交其他单位，或者请安全管理员任命承办人。任命以后自动移出这里。"
)
ASSIGN = Listing(
    "handling-assign",
    gettext_lazy("交办"),
    "handling.assign",
    (
        _tab("", gettext_lazy("待交办"), ("id",), WAITING, lines=_proposals, acts=("together",)),
        _tab("returns", gettext_lazy("申请退办"), queries.BY_CLOCK, TASKS, lines=tasks.lines),
        _tab("again", gettext_lazy("待改派"), ("id",), CASES, lines=_cases),
        _tab("ended", gettext_lazy("单位无承办人"), queries.BY_CLOCK, TASKS, lines=_lines_of_ended, hint=_says(ENDED)),
        _tab("done", gettext_lazy("已交办"), ("over", "-assigned_at", "-id"), CASES, lines=_cases, hint=_to_come),
    ),
    intro=gettext_lazy("只列出本交办口的提案。点案由选定承办单位；都由一个单位独办的，可以勾选后一并交办。"),
    find=_find,
    find_label=gettext_lazy("案号、案由、委员、单位"),
    found_in="done",
    counts=_counts,
    acts=(TOGETHER,),
    ticked=Ticking(_ticked),
    sizes=(queries.SIZE,),
    printed=True,
)  # fmt: skip
