"""Moving a part to another unit: which units may go on with it, which dates it may have there, what goes along."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.committees.models import Unit
from tongxin.committees.queries import active_units
from tongxin.committees.successions import heirs_of, without_clerk
from tongxin.core.templatetags.chinese import deadline
from tongxin.handling.choices import ANSWERING, Part, TaskState, TaskStates
from tongxin.handling.models import REPLY_FIELDS, Case, Reply, Task
from tongxin.handling.queries.cases import live_tasks
from tongxin.handling.queries.lists import own
from tongxin.handling.queries.reckoning import due_on

STAYS, ANEW, FORMER = "stays", "anew", "former"
GOES, LEFT = "goes", "left"


def sent_replies(case: Case) -> QuerySet[Reply]:
    """Return every reply of a case that was sent, in whichever round and by whichever unit."""
    return Reply.objects.filter(task__case=case, sent_at__isnull=False).select_related("task__unit").order_by("id")


def _candidates(task: Task, on: date) -> QuerySet[Unit]:
    rows = active_units(task.committee, on).exclude(pk=task.unit_id)
    return rows.filter(system=task.affiliation) if task.part in ANSWERING else rows


def receivers_of(task: Any, _actor: Any, at: datetime) -> list[tuple[str, str]]:
    """Name the units that may go on with a part: those that follow its unit first, then those of its 归口."""
    on = timezone.localdate(at)
    rows = list(_candidates(task, on).defer("phone"))
    heirs = {unit.pk for unit in heirs_of(task.unit, on)}
    known = names_for_work(rows, on)
    own = {other.unit_id: other for other in live_tasks(task.case)}
    named = sorted(rows, key=lambda unit: (unit.pk not in heirs, unit.pk))
    return [(u.uid, f"{known[u.pk]}{_told_beside(task, own.get(u.pk), heir=u.pk in heirs)}") for u in named]


def _told_beside(task: Task, own: Task | None, *, heir: bool) -> str:
    """Say beside a unit's name what has to be known before a part moves to it."""
    said = [_("承接原单位职责")] if heir else []
    if own is not None:
        stays = own.part in ANSWERING or task.part == Part.CO
        words = _("本案%(part)s单位，移交后并入其办理") if stays else _("本案会办单位，移交后改为%(part)s")
        said.append(words % {"part": (own if stays else task).get_part_display()})
    return f"（{'；'.join(said)}）" if said else ""


def names_for_work(units: Iterable[Unit], on: date) -> dict[int, str]:
    """Name units for whoever gives them work: those in which nobody can sign for it say so."""
    units = list(units)
    alone = set(without_clerk(on).filter(pk__in=[unit.pk for unit in units]).values_list("pk", flat=True))
    return {u.pk: _("%(name)s（还没有承办人）") % {"name": u.name} if u.pk in alone else u.name for u in units}


def may_receive(task: Task, at: datetime) -> set[str]:
    """Return the units to which the assigning office may move a part."""
    return set(_candidates(task, timezone.localdate(at)).values_list("uid", flat=True))


def open_at(unit: Unit) -> QuerySet[Task]:
    """Return the open parts of a unit."""
    return Task.objects.filter(unit=unit, state__in=TaskStates.open).select_related("unit", "committee", "case__proposal")


def open_counts(units: list[int]) -> dict[int, int]:
    """Count the open parts of units."""
    rows = Task.objects.filter(unit__in=units, state__in=TaskStates.open).order_by().values("unit")
    return {row["unit"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def due_key(task: Task) -> str:
    """Name the limit of the regulation by which a part is answered."""
    if task.part == Part.CO:
        return "co_opinion_months"
    return "rework_days" if task.case.round > 1 else "reply_months"


def due_anew(task: Task, on: date) -> date:
    """Return until when a unit that gets a part on a day answers when its clock begins anew."""
    return due_on(task.committee, due_key(task), on)


def sign_due_of(task: Task, on: date) -> date:
    """Return until when a unit that gets a part on a day signs for it."""
    return due_on(task.committee, "sign_working_days", on)


def default_clock(task: Task, on: date) -> str:
    """Say which date a part has at its next unit: the old one where more than the days for signing are left."""
    return STAYS if task.due_on is not None and task.due_on > sign_due_of(task, on) else ANEW


def late_by(task: Task, on: date) -> int:
    """Say how many days the answer of a part is overdue."""
    return max((on - task.due_on).days, 0) if task.due_on is not None else 0


def clock_on_end(task: Task, on: date) -> str:
    """Say which date a part has at the successor of a unit that ended.

    What is overdue stays so, a reorganisation excuses nothing.
    """
    return STAYS if late_by(task, on) else default_clock(task, on)


def former_due(task: Task) -> date | None:
    """Return the last day that a part had at a unit before, in the same handling, where it has another one now."""
    now, before = task, task.moved_from
    while before is not None:
        begun = timezone.localdate(now.assigned_at) if now.assigned_at else None
        if begun is not None and now.again_on is not None and now.again_on > begun:
            return None  # it was begun once more since
        if before.due_on is not None and before.due_on != task.due_on:
            return before.due_on
        now, before = before, before.moved_from
    return None


def due_by(task: Task, clock: str, on: date) -> date:
    """Return until when a part is answered at its next unit, by what was chosen."""
    found = {STAYS: task.due_on, FORMER: former_due(task) if clock == FORMER else None}.get(clock)
    return found or due_anew(task, on)


def said_until(day: date, on: date) -> str:
    """Write a last day, with how long it is over."""
    late = (on - day).days
    return (
        _("%(day)s，已超期 %(n)s 天") % {"day": deadline(day), "n": late} if late > 0 else _("%(day)s前") % {"day": deadline(day)}
    )


def clocks_to_choose(task: Any, _actor: Any, at: datetime) -> list[tuple[str, str]]:
    """Offer the dates, the one that is right by default first; what was before an earlier move may be had again."""
    on = timezone.localdate(at)
    words = {STAYS: _("不变，%(day)s"), ANEW: _("重新起算，%(day)s"), FORMER: _("恢复移交前的期限，%(day)s")}
    first = [STAYS, ANEW] if default_clock(task, on) == STAYS else [ANEW, STAYS]
    days = {STAYS: task.due_on, ANEW: due_anew(task, on), FORMER: former_due(task)}
    offered: dict[date, str] = {}
    for clock in (*first, FORMER):
        if (due := days[clock]) is not None:
            offered.setdefault(due, clock)  # of two that come to the same day the first is enough
    return [(clock, words[clock] % {"day": said_until(due, on)}) for due, clock in offered.items()]


def clock_by_default(task: Any, _actor: Any) -> str:
    """Return the choice that stands there before somebody chooses."""
    return default_clock(task, timezone.localdate())


def has_draft(task: Any, _actor: Any, _at: datetime) -> bool:
    """Say whether something was written that may go along: any field of the reply, or a file."""
    draft = Reply.objects.filter(task=task, round=task.case.round, sent_at=None).first() if task.answers else None
    return draft is not None and (any(getattr(draft, name) for name in REPLY_FIELDS) or draft.files.exists())


def drafts_to_choose(task: Any, _actor: Any, _at: datetime) -> list[tuple[str, str]]:
    """Say what may become of the draft, and what has to be done once more where it was handed in already."""
    goes = _("随案移交承接单位，联系人和联系电话由承接单位另填")
    if lost := lost_by_moving(task):
        goes = _("%(goes)s。%(lost)s") % {"goes": goes, "lost": lost}
    return [(GOES, goes), (LEFT, _("不移交，由承接单位重新起草"))]


def draft_by_default(_task: Any, _actor: Any) -> str:
    """A draft goes with its part unless somebody says otherwise: what stands there before is what loses nothing."""
    return GOES


def lost_by_moving(task: Task) -> str:
    """Say which step of a part is undone when it moves: its next unit signs for it first, whatever was done before."""
    again = _("移交后回到待签收，由承接单位签收，重新审签、送审")
    said = {
        TaskState.RETURN_ASKED: _("退办申请还没有答复：移交后回到待签收，原申请不再答复"),
        TaskState.WITH_LEADER: _("答复稿在单位审签：%(again)s") % {"again": again},
        TaskState.UNDER_REVIEW: _("答复待审：%(again)s") % {"again": again},
    }
    return said.get(TaskState(task.state), "")


def without_unit(on: date, *scope: Any) -> QuerySet[Task]:
    """Return the open parts in a scope in whose unit nobody can go on with them on a day.

    It ended, or has no clerk (yet).

    They wait for its office to be moved, or for a clerk to be appointed.
    """
    return Task.objects.filter(own(scope, "case__proposal__"), state__in=TaskStates.open, unit__in=without_clerk(on))
