"""Taking an assignment back, and moving a part to another unit: what the steps set and do."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees import actions as units_of
from tongxin.committees import queries as bodies
from tongxin.committees.models import Unit, UnitChange
from tongxin.handling import queries
from tongxin.handling.actions.following import Move
from tongxin.handling.actions.reckoning import keep_tentative
from tongxin.handling.actions.replying import OF_THE_UNIT, reply_of
from tongxin.handling.actions.steps import open_rating_when_all_answered
from tongxin.handling.choices import ANSWERING, Part
from tongxin.handling.models import REPLY_FIELDS, Case, Reply, ReplyFile, Task, TentativeDate
from tongxin.proposals.models import Proposal
from tongxin.workflow import engine
from tongxin.workflow.table import Setting

NOT_NOW = _("请从现在的承办单位中选择")


# ── taking an assignment back ────────────────────────────────────────────────────────────────────
def recall_parts(case: Case, event: Event) -> None:
    """Every unit is let off, and the proposal waits to be assigned again.

    Its numbers, its talks and its events stay.
    """
    at, actor = event.at or event.recorded_at, event.actor or Account.objects.system()
    for task in queries.live_tasks(Case.objects.get(pk=case.pk)):
        _let_off(task, reason=event.data.get("reason", ""), actor=actor, at=at)
    proposal = Proposal.objects.get(pk=case.proposal_id)
    said = Setting(facts={"reason": event.data.get("reason", "")})
    engine.perform(proposal, "recall_assignment", actor=actor, at=at, by_system=True, also=said)


def _let_off(task: Task, *, reason: str, actor: Account, at: datetime) -> None:
    engine.perform(task, "recall_assignment", actor=actor, at=at, payload={"reason": reason}, by_system=True)


def assigned_anew(case: Case, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """A case whose assignment was taken back goes on: every clock begins anew."""
    return Setting({"assigned_at": at})


# ── moving a part ────────────────────────────────────────────────────────────────────────────────
def moving_said(task: Task, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """The event names both units, the part and until when it is answered there.

    Until when it was, and whether that was over.

    Both units are held before the part is: who ends one at the same time comes before or after.
    """
    to, on = Unit.objects.get(committee_id=task.committee_id, uid=payload.to), timezone.localdate(at)
    to = units_of.hold_units(task.unit_id, to.pk)[to.pk]
    if not bodies.is_running(to, on):
        raise engine.Invalid({"to": NOT_NOW})
    due, late = queries.due_by(task, payload.clock, on), queries.late_by(task, on)
    before = {"before": task.due_on.isoformat()} if task.due_on is not None and (late or task.due_on != due) else {}
    facts = {
        "unit": task.unit.name,
        "unit_id": task.unit_id,
        "case": task.case_id,
        "to": to.name,
        "to_id": to.pk,
        "part": str(Part(task.part).label),
        **queries.said_of(due),
        **before,
        **({"late": late} if late else {}),
    }
    return Setting(facts=facts)


def begin_moved(task: Task, event: Event) -> None:
    """Another unit goes on with a part. One that has a part of the case already does not get a second.

    Who gives advice and gets the answer to write answers from now on, and what it gave stays to be read; who answers
    already, or gives advice already, takes the moved part into its own.
    """
    at, actor = event.at or event.recorded_at, event.actor or Account.objects.system()
    Case.objects.select_for_update(of=("self",)).get(pk=task.case_id)
    case = Case.objects.select_related("proposal__committee", "committee").get(pk=task.case_id)
    to = Unit.objects.get(pk=event.data["to_id"])
    own = next((t for t in queries.live_tasks(case) if t.unit_id == to.pk), None)
    if own is not None and (own.part in ANSWERING or task.part == Part.CO):
        open_rating_when_all_answered(own, event)
        return
    if own is not None:
        engine.perform(own, "change_part", actor=actor, at=at, by_system=True)
    made = _begin(task, to, event, was=own, actor=actor, at=at)
    if event.data.get("draft") == queries.GOES and made.answers:
        _hand_draft_over(task, made, at=at)


def _begin(task: Task, to: Unit, event: Event, *, was: Task | None, actor: Account, at: datetime) -> Task:
    on, committee = timezone.localdate(at), task.committee
    keys = {"sign_due_on": "sign_working_days", "return_until": "return_working_days"}
    kept = queries.due_by(task, event.data.get("clock", ""), on)
    anew = kept not in {task.due_on, queries.former_due(task)} or event.data.get("clock") == queries.ANEW
    if anew:
        keys["due_on"] = queries.due_key(task)
    clocks = {field: queries.reckon(committee, key, on) for field, key in keys.items()}
    dates = {"due_on": kept} | {field: clock.due_on for field, clock in clocks.items()}
    again = on if anew and task.again_on is not None else task.again_on
    made = Task(
        committee=committee, case=task.case, unit=to, part=task.part, assigned_at=at, moved_from=task, again_on=again, **dates
    )
    said = {"unit": to.name, "part": str(made.get_part_display()), "unit_id": to.pk, "from": event.data["unit"]}
    engine.begin(made, actor=actor, at=at, data=said | ({"was": str(was.get_part_display())} if was is not None else {}))
    keep_tentative(made, clocks)
    if not anew:  # where the date that it has is tentative, it is set again for the unit that has it now
        line = [part.pk for part in queries.line_of(task)]
        kept_so = TentativeDate.objects.filter(task__in=line, field="due_on", due_on=kept).order_by("-task").first()
        if kept_so is not None:
            TentativeDate.objects.filter(pk=kept_so.pk).update(task=made)
    return made


def _hand_draft_over(task: Task, made: Task, *, at: datetime) -> None:
    """The text and the files that were not sent go along; the old unit's reply keeps what it wrote, without the files.

    Whom to ask does not go along: the next unit names its own.
    """
    draft = Reply.objects.filter(task=task, round=task.case.round, sent_at=None).first()
    if draft is None:
        return
    begun = reply_of(made)
    said = {name: getattr(draft, name) for name in REPLY_FIELDS if name not in OF_THE_UNIT}
    Reply.objects.filter(pk=begun.pk).update(**said, edited_at=at)
    ReplyFile.objects.filter(reply=draft).update(reply=begun)


def follow_end_of_unit(change: UnitChange, at: datetime) -> None:
    """The open parts of a unit that ended go to the units that follow it, as was chosen for each, or to the only one.

    Where nobody follows, a part stays and waits on the assigning office's desk.
    """
    on, system = timezone.localdate(at), Account.objects.system()
    heirs = {unit.uid: unit for unit in Unit.objects.filter(uid__in=change.successors)}
    only = next(iter(heirs)) if len(heirs) == 1 else ""
    for task in queries.open_at(change.unit).order_by("id"):
        to = heirs.get(change.plan.get(task.uid, only))
        if to is None or not bodies.is_running(to, on):
            continue
        reason = f"{change.unit.name}{change.get_kind_display()}，{change.reason}"
        said = Move(to.uid, change.dates.get(task.uid) or queries.clock_on_end(task, on), queries.GOES, reason)
        engine.perform(task, "move", actor=system, at=at, payload=said, by_system=True)
