"""Moving a part to another unit: which units may go on with it, which dates it may have there, what goes along."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Unit
from tongxin.committees.queries import active_units
from tongxin.committees.successions import succeeds
from tongxin.core.templatetags.chinese import deadline
from tongxin.handling.choices import ANSWERING, Part, TaskStates
from tongxin.handling.models import Case, Reply, Task
from tongxin.handling.queries.reckoning import due_on

STAYS, ANEW = "stays", "anew"
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
    heirs = {unit.pk for unit in rows if succeeds(unit, task.unit)}
    named = sorted(rows, key=lambda unit: (unit.pk not in heirs, unit.pk))
    return [(u.uid, _("%(name)s（承接原单位职责）") % {"name": u.name} if u.pk in heirs else u.name) for u in named]


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


def clocks_to_choose(task: Any, _actor: Any, at: datetime) -> list[tuple[str, str]]:
    """Offer both dates, the one that is right by default first."""
    on = timezone.localdate(at)
    anew = (ANEW, _("重新起算，%(day)s前") % {"day": deadline(due_anew(task, on))})
    if task.due_on is None:
        return [anew]
    stays = (STAYS, _("不变，%(day)s前") % {"day": deadline(task.due_on)})
    return [stays, anew] if default_clock(task, on) == STAYS else [anew, stays]


def clock_by_default(task: Any, _actor: Any) -> str:
    """Return the choice that stands there before somebody chooses."""
    return default_clock(task, timezone.localdate())


def drafts_to_choose(_task: Any, _actor: Any, _at: datetime) -> list[tuple[str, str]]:
    """Say what may become of the draft."""
    return [(GOES, _("随案移交接办单位")), (LEFT, _("不移交，由接办单位重新起草"))]


def draft_by_default(task: Any, _actor: Any) -> str:
    """A draft goes with the part where its unit ended: whoever follows goes on with its work."""
    return GOES if not bodies.is_running(task.unit, timezone.localdate()) else LEFT


def without_unit(user: Any) -> QuerySet[Task]:
    """Return the open parts whose unit has ended and that wait for the reader's office to be moved."""
    seen = Q(pk__in=())
    for committee_id, affiliation in bodies.affiliations_with(user, Duty.ASSIGN):
        seen |= Q(committee_id=committee_id, case__proposal__routed_to=affiliation)
    return Task.objects.filter(seen, state__in=TaskStates.open, unit__active_until__lt=timezone.localdate())
