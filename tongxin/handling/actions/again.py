"""Handling once more: another round for the units that have to, and a reply that was sent by mistake taken back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.handling import queries
from tongxin.handling.actions.following import who_takes_up
from tongxin.handling.actions.reckoning import dates_set
from tongxin.handling.actions.replying import reply_of
from tongxin.handling.choices import CaseState, Part, TaskState
from tongxin.handling.models import Case, PublicReply, Reply, Task
from tongxin.workflow import engine
from tongxin.workflow.table import Setting

TOO_LATE = _("这件提案已经不在办理和评价期内，答复不能撤回")


def rework_due(task: Task, on: date) -> Setting:
    """Set until when a unit that handles a case again has to answer."""
    return dates_set(task, {"due_on": queries.reckon(task.committee, "rework_days", on)})


def co_due(task: Task, on: date, *, before: date | None) -> Setting:
    """Set until when a co-handler gives advice once more.

    As long as the rule says for the first, not after the answer is due.
    """
    return dates_set(task, {"due_on": queries.reckon(task.committee, "co_opinion_months", on)}, latest=before)


def begin_again(
    case: Case, tasks: Sequence[Task], *, co: bool, actor: Account, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """Put tasks back in hand in the round that the case has begun, with a new deadline.

    Where it is wanted the co-handlers' too.
    """
    on, said = timezone.localdate(at), dict(facts or {})
    due = queries.due_on(case.committee, "rework_days", on)
    chosen = said.pop("heirs", {})
    for task in who_takes_up(case, tasks, chosen, on):
        heir = {"heir": chosen[task.uid]} if task.uid in chosen else {}
        _take_up(task, "rework", case, dates=rework_due(task, on), facts=said | heir, actor=actor, at=at)
        task.refresh_from_db()
        if not task.is_gone:  # its unit ended, and another goes on with it
            reply_of(task)
    for task in queries.live_tasks(case) if co else ():
        if task.part == Part.CO and task.state == TaskState.ADVICE_GIVEN:
            _take_up(task, "consult_again", case, dates=co_due(task, on, before=due), facts=said, actor=actor, at=at)


def _take_up(
    task: Task, action: str, case: Case, *, dates: Setting, facts: Mapping[str, Any], actor: Account, at: datetime
) -> None:
    task.refresh_from_db()
    task.case = case
    named = {"unit": task.unit.name, "unit_id": task.unit_id, "case": case.pk}
    said = named | queries.said_of(dates.values["due_on"]) | dict(facts)
    anew = Setting({"answered_at": None, "again_on": timezone.localdate(at)}, facts=said)
    engine.perform(task, action, actor=actor, at=at, by_system=True, also=dates | anew)


def resume_chosen(case: Case, event: Event) -> None:
    """After the office's coordination, the units that it chose handle the case again."""
    chosen = [task for task in queries.answered_tasks(case) if task.uid in event.data["tasks"]]
    facts = {"reason": event.data.get("reason", ""), "heirs": event.data.get("heirs", {})}
    begin_again(
        case,
        chosen,
        co=bool(event.data.get("co")),
        actor=event.actor or Account.objects.system(),
        at=event.at or event.recorded_at,
        facts=facts,
    )


# ── a reply that was sent by mistake ─────────────────────────────────────────────────────────────
def answer_recalled(task: Task, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Take a sent reply back: it stays as it was sent, with what was said of it, and the public reads it no more.

    The round stays the same. Another one would end the rating of the other units' replies, which nobody rejected, and
    use up a second handling that the regulation grants for dissatisfaction.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("proposal", "committee").get(pk=task.case_id)
    task.case = case
    reply = queries.sent_reply(task)
    if case.state not in {CaseState.IN_HAND, CaseState.RATING} or reply is None:
        raise engine.Blocked([str(TOO_LATE)])
    shown = PublicReply.objects.filter(reply=reply, is_shown=True)
    on = timezone.localdate(at)
    before, anew = task.due_on, queries.due_on(task.committee, "rework_days", on)
    dates = Setting({"due_on": before}) if before is not None and before > anew else rework_due(task, on)
    return dates | Setting(
        {"answered_at": None},
        facts={"round": reply.round} | queries.said_of(dates.values["due_on"]),
        proves=audit.sound([reply, *shown]),
        writes=(
            partial(Reply.objects.filter(pk=reply.pk).update, recalled_at=at),
            partial(shown.update, is_shown=False),
        ),
    )


def suspend_rating(task: Task, event: Event) -> None:
    """Nobody is asked to rate while an answer is missing.

    Ratings of the other replies stay, and are asked for no more.
    """
    at = event.at or event.recorded_at
    case = Case.objects.select_related("proposal", "committee").get(pk=task.case_id)
    task.case = case
    if case.state == CaseState.RATING:
        engine.perform(case, "suspend_rating", actor=event.actor or Account.objects.system(), at=at, by_system=True)
    reply_of(task)
