"""Handing a proposal over to its units, and to further ones after a return."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.committees import actions as units_of
from tongxin.committees import queries as bodies
from tongxin.committees.models import Unit
from tongxin.handling import queries
from tongxin.handling.actions import facts
from tongxin.handling.actions.problems import HandlingError
from tongxin.handling.actions.reckoning import keep_tentative
from tongxin.handling.choices import ANSWERING, CaseState, Part
from tongxin.handling.models import Case, Task
from tongxin.handling.regulations import Deadlines
from tongxin.proposals.models import Proposal
from tongxin.regulations.queries import look_up
from tongxin.workflow import engine
from tongxin.workflow.table import Setting


def check_parts(
    proposal: Proposal, parts: Sequence[tuple[Unit, str]], *, kept: Sequence[tuple[Unit, str]] = (), on: date
) -> None:
    """Raise HandlingError unless the parts make sense: one sole; two or more separate; or one lead with co-handlers."""
    everyone = [*kept, *parts]
    kinds = sorted(part for _unit, part in everyone)
    units = {unit.pk for unit, _part in everyone}
    problem = ""
    if len(units) != len(everyone):
        problem = _("同一个单位只能选一次")
    elif not parts:
        problem = _("还没有选承办单位")
    elif any(unit.committee_id != proposal.committee_id for unit, _part in parts):
        problem = _("只能交给本县（市）的承办单位")
    elif ended := [unit.name for unit, _part in parts if not bodies.is_running(unit, on)]:
        problem = _("%(ended)s已经撤销，不能再交办") % {"ended": "、".join(ended)}
    elif not (
        kinds == [Part.SOLE]
        or (len(kinds) > 1 and set(kinds) == {Part.SEPARATE})
        or (kinds.count(Part.LEAD) == 1 and len(kinds) > 1 and set(kinds) == {Part.LEAD, Part.CO})
    ):
        problem = _("请选一个独办单位，或者两个以上分办单位，或者一个主办单位加会办单位")
    elif outside := [u.name for u, part in parts if part in ANSWERING and u.system != proposal.routed_to]:
        problem = _("%(outside)s不属于本交办口，不能由您交办") % {"outside": "、".join(outside)}
    if problem:
        raise HandlingError(problem)


def _held(parts: Sequence[tuple[Unit, str]]) -> list[tuple[Unit, str]]:
    """Hold the units before the case, and read them anew: who ends one at the same time comes before or after."""
    rows = units_of.hold_units(*(unit.pk for unit, _part in parts))
    return [(rows[unit.pk], part) for unit, part in parts]


@transaction.atomic
def assign(proposal: Proposal, *, parts: Sequence[tuple[Unit, str]], actor: Account, at: datetime) -> Case:
    """Hand a filed proposal over to its units (交办); every clock starts. Raises HandlingError or the engine's errors."""
    parts = _held(parts)
    check_parts(proposal, parts, on=timezone.localdate(at))
    units = facts.units(parts)
    engine.perform(proposal, "hand_over", actor=actor, at=at, by_system=True, also=Setting(facts={"units": units}))
    case = Case.objects.filter(proposal=proposal).first() or Case(committee=proposal.committee, proposal=proposal, assigned_at=at)
    rules = look_up(proposal.committee, Deadlines, timezone.localdate(at)).version
    due = queries.due_on(proposal.committee, "reply_months", timezone.localdate(at))
    said = {"units": units} | queries.said_of(due)
    if case.pk is None:
        engine.begin(case, actor=actor, at=at, data=said, regulation=rules)
    else:  # its assignment was taken back: the same case goes on
        engine.perform(case, "assign", actor=actor, at=at, by_system=True, also=Setting(facts=said, regulation=rules))
    for unit, part in parts:
        _add_task(case, unit, part, actor, at)
    return case


@transaction.atomic
def assign_again(case: Case, *, parts: Sequence[tuple[Unit, str]], reason: str, actor: Account, at: datetime) -> list[Task]:
    """Give a case to further units after a return (改派); what is there already stays."""
    parts = _held(parts)
    Case.objects.select_for_update().filter(pk=case.pk).first()  # two clerks: the second sees what the first has added
    case = Case.objects.select_related("proposal__committee", "committee").get(pk=case.pk)
    kept = [(task.unit, task.part) for task in queries.live_tasks(case)]
    if case.state != CaseState.IN_HAND:
        message = _("这件提案不在办理中，不能增加承办单位")
        raise HandlingError(message)
    check_parts(case.proposal, parts, kept=kept, on=timezone.localdate(at))
    made = [_add_task(case, unit, part, actor, at) for unit, part in parts]
    audit.record(
        "cases.add_unit",
        case,
        actor=actor,
        at=at,
        acting_as=case.capacity_of(actor),
        data={"units": facts.units(parts), "reason": reason},
    )
    return made


def _add_task(case: Case, unit: Unit, part: str, actor: Account, at: datetime) -> Task:
    on = timezone.localdate(at)
    keys = {
        "sign_due_on": "sign_working_days",
        "return_until": "return_working_days",
        "due_on": "co_opinion_months" if part == Part.CO else "reply_months",
    }
    clocks = {field: queries.reckon(case.committee, key, on) for field, key in keys.items()}
    dates = {field: clock.due_on for field, clock in clocks.items()}
    task = Task(committee=case.committee, case=case, unit=unit, part=part, assigned_at=at, **dates)
    engine.begin(task, actor=actor, at=at, data=facts.given(unit.name, unit.pk, part))
    keep_tentative(task, clocks)
    return task
