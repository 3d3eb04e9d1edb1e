"""What becomes of the matters of a unit that ends: foreseen before it does, and who goes on with what afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tongxin.committees import queries as bodies
from tongxin.committees.models import Unit
from tongxin.committees.successions import Prospect, heirs_of
from tongxin.core.templatetags.chinese import TENTATIVE, case_number, deadline, why_tentative
from tongxin.handling.choices import CaseState, Part, TaskState
from tongxin.handling.models import Case, Task
from tongxin.handling.queries.cases import answered_tasks, live_tasks
from tongxin.handling.queries.deadlines import rule_of
from tongxin.handling.queries.moving import (
    ANEW,
    STAYS,
    clock_on_end,
    due_anew,
    late_by,
    lost_by_moving,
    open_at,
    said_until,
    sign_due_of,
)

Choice = tuple[str, str]


def prospect_of(unit: Unit, on: date, heirs: int) -> Prospect:
    """Foresee what becomes of a unit's parts when it ends on a day.

    By which rule dates stay, and what of answers not rated yet.
    """
    tasks = list(open_at(unit))
    said = []
    if tasks and heirs:
        length, source = rule_of(unit.committee, "sign_working_days", on)
        rule = _(
            "在承接单位的签收期限（%(length)s，%(day)s）以后到期的，期限不变；在这以前到期的，重新起算；已经超期的不变，仍算超期。%(source)s"
        )
        day = deadline(sign_due_of(tasks[0], on))
        said.append(rule % {"length": length, "day": day, "source": f"（{source}）" if source else ""})
    dates = {task.uid: _dates(task, on) for task in tasks} if heirs else {}
    if any(str(TENTATIVE) in words for choices in dates.values() for _key, words in choices):
        said.append(why_tentative())
    if waiting := answered_and_open(unit):
        said.append(_waiting_in_words(waiting, heirs))
    return Prospect(said, dates, {task.uid: lost_by_moving(task) for task in tasks} if heirs else {})


def answered_and_open(unit: Unit) -> Sequence[Task]:
    """Return the parts of a unit that it has answered, of cases that are not closed: they may come back to it."""
    rows = Task.objects.filter(unit=unit, state=TaskState.ANSWERED).exclude(case__state=CaseState.CLOSED)
    return list(rows.select_related("case__proposal").order_by("id"))


def _waiting_in_words(tasks: Sequence[Task], heirs: int) -> str:
    names = "、".join(f"{case_number(task.case.proposal.number)}《{task.case.proposal.title}》" for task in tasks)
    who = {0: _("交办部门移交其他单位"), 1: _("承接单位")}.get(heirs, _("交办部门选定的承接单位"))
    sentence = _("已答复、还没有办结 %(n)s 件：%(names)s。评价照常进行；需要重新办理的，由%(who)s办理。")
    return sentence % {"n": len(tasks), "names": names, "who": who}


def _dates(task: Task, on: date) -> list[Choice]:
    """Return which dates a part may have at the next unit.

    There is nothing to choose where enough of the old one is left.
    """
    what, anew = _("答复期限") if task.answers else _("会办意见期限"), deadline(due_anew(task, on))
    if task.due_on is None:
        return [(ANEW, _("%(what)s %(day)s") % {"what": what, "day": anew})]
    stays = (STAYS, _("%(what)s不变，%(until)s") % {"what": what, "until": said_until(task.due_on, on)})
    changed = _("%(what)s重新起算，%(before)s → %(day)s") % {"what": what, "before": deadline(task.due_on), "day": anew}
    if clock_on_end(task, on) == ANEW:
        return [(ANEW, changed), stays]
    return [stays, (ANEW, changed)] if late_by(task, on) else [stays]


# ── who goes on with what is taken up once more ──────────────────────────────────────────────────
def heir_of(task: Task, on: date, chosen: str = "") -> Unit | None:
    """Return the unit that goes on with the work of a part's unit that ended.

    The one that was chosen, else the only one.
    """
    heirs = heirs_of(task.unit, on)
    if chosen:
        return next((unit for unit in heirs if unit.uid == chosen), None)
    return heirs[0] if len(heirs) == 1 else None


def own_part_of(unit: Unit, case: Case) -> Task | None:
    """Return the part in which a unit answers in a case."""
    return next((task for task in live_tasks(case) if task.unit_id == unit.pk and task.part != Part.CO), None)


@dataclass(frozen=True)
class Answerer:
    """Who may handle a part of a case again.

    Its own unit, or of one that ended a unit that goes on with its work (`heir`).
    """

    task: Task
    heir: Unit | None = None

    @property
    def key(self) -> str:
        """By what it is chosen."""
        return f"{self.task.uid}:{self.heir.uid}" if self.heir is not None else self.task.uid

    @property
    def name(self) -> str:
        """The name of the unit that handles it."""
        return (self.heir or self.task.unit).name


def who_answers_again(case: Case, on: date) -> list[Answerer]:
    """Return who may handle a case again; where several units go on with a part, each of them."""
    found: list[Answerer] = []
    for task in answered_tasks(case):
        heirs = [] if bodies.is_running(task.unit, on) else heirs_of(task.unit, on)
        found += [Answerer(task, heir) for heir in heirs] or [Answerer(task)]
    return found
