"""What a step sets and does: used by the workflow tables."""

from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.core.words import clean_line, clean_text
from tongxin.handling import queries
from tongxin.handling.actions import facts
from tongxin.handling.actions.again import co_due
from tongxin.handling.actions.rating import close_round
from tongxin.handling.actions.reckoning import dates_set
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Advice, Case, Rating, Reply, Task
from tongxin.handling.regulations import ReplyCategories, Secrecy
from tongxin.proposals import queries as proposals
from tongxin.regulations.queries import in_force, look_up
from tongxin.workflow import engine
from tongxin.workflow.table import Setting


def unit_named(task: Task, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Every event of a task names its unit."""
    return Setting(facts=facts.of_part(task.unit.name, task.unit_id, task.case_id))


def signed_now(task: Task, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """When it was signed for and who handles it."""
    return Setting({"signed_at": at, "handler": clean_line(payload.handler)})


def return_asked(task: Task, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """The reason, and until when the assigning office answers."""
    clock = queries.reckon(task.committee, "return_answer_days", timezone.localdate(at))
    return Setting({"return_reason": payload.reason}) | dates_set(task, {"return_answer_due_on": clock})


def return_refused(task: Task, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """The clock for signing starts again."""
    clock = queries.reckon(task.committee, "sign_working_days", timezone.localdate(at))
    return dates_set(task, {"sign_due_on": clock}) | Setting({"return_answer_due_on": None})


def keep_advice(task: Task, event: Event) -> None:
    """Keep the co-handler's advice for the lead beside those it gave before."""
    case = Case.objects.get(pk=task.case_id)
    Advice.objects.create(
        committee=task.committee,
        task=task,
        round=case.round,
        text=clean_text(event.data["advice"]),
        given_at=event.at or event.recorded_at,
    )


def advice_due(task: Task, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Until when a co-handler that is asked again answers.

    Its own date where that is still to come, else a further one.
    """
    on = timezone.localdate(at)
    if task.due_on is not None and task.due_on > on:
        return Setting()
    leads = [t.due_on for t in queries.answering_tasks(task.case) if t.due_on is not None and t.due_on > on]
    dates = co_due(task, on, before=min(leads, default=None))
    return dates | Setting({"again_on": on}, facts=queries.said_of(dates.values["due_on"]))


def leader_signs(task: Task, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """The reply carries the name of who signed it."""
    draft = Reply.objects.filter(task=task, round=task.case.round, sent_at=None)
    return Setting(writes=(partial(draft.update, leader=actor.name),))


def category_reviewed(task: Task, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """The supervising office may change the category; the unit's own choice is kept beside."""
    # before the reply: a recall holds the case first, too
    task.case = Case.objects.select_for_update(of=("self",)).select_related("proposal", "committee").get(pk=task.case_id)
    reply = queries.draft_of(task)
    chosen = payload.category if payload is not None else reply.category
    rules = look_up(task.committee, ReplyCategories, timezone.localdate(at))
    found = rules.values.find(chosen)
    if found is None:
        raise engine.Invalid({"category": _("请从现行答复类别中选择")})
    send = partial(
        Reply.objects.filter(pk=reply.pk).update,
        category_before_review=reply.category,
        category=found.code,
        category_label=found.label,
        meaning=found.meaning,
        unit_name=task.unit.name,
        sent_at=at,
    )
    return Setting(
        {"answered_at": at, "unit_name": task.unit.name},
        facts=facts.sent(found.code, found.meaning, before=reply.category, round=reply.round),
        regulation=rules.version,
        proves=audit.sound([reply, *reply.files.all()]),
        writes=(send,),
    )


def open_rating_when_all_answered(task: Task, event: Event) -> None:
    """When the last answering unit has answered, the proposers are asked."""
    case = Case.objects.select_for_update(of=("self",)).select_related("proposal", "committee").get(pk=task.case_id)
    if case.state != CaseState.IN_HAND or any(t.state != TaskState.ANSWERED for t in queries.answering_tasks(case)):
        return
    at = event.at or event.recorded_at
    engine.perform(case, "open_rating", actor=Account.objects.system(), at=at, by_system=True)
    if not proposals.raters(case.proposal):
        close_round(case, at=at)


def rating_opened(case: Case, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Until when the proposers rate, and from how many ratings on the units are told their counts, as the form promises."""
    clock = queries.reckon(case.committee, "rating_working_days", timezone.localdate(at))
    said = queries.said_of(clock.due_on) | {"round": case.round}
    rules: Secrecy = in_force(case.committee, Secrecy, timezone.localdate(at))
    replies = Reply.objects.filter(task__case=case, round=case.round, sent_at__isnull=False, recalled_at=None, counts_from=None)
    counts = Setting(facts=said, proves=audit.sound(replies), writes=(partial(replies.update, counts_from=rules.minimum),))
    return counts | dates_set(case, {"rating_due_on": clock})


def rating_suspended(case: Case, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Another last day is set when every reply is there again."""
    return Setting({"rating_due_on": None})


def begun_again(case: Case, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Another round, whose rating is not open yet."""
    return Setting({"round": case.round + 1, "rating_due_on": None})


def closed_now(case: Case, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """When it was closed, and whether nobody rated."""
    rated = Rating.objects.filter(reply__in=queries.replies_to_rate(case)).exists()
    return Setting({"closed_at": at, "unrated": not rated})


def settled_now(case: Case, *, actor: Account, at: datetime, payload: Any) -> Setting:
    """When it was closed, and whether nobody rated.

    One that was closed without a rating may be taken up and settled.
    """
    return closed_now(case, actor=actor, at=at, payload=payload)


def closed_no_more(case: Case, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """It is as if it had not been closed: what is counted by the day of closing counts it when it is closed again."""
    return Setting({"closed_at": None, "unrated": False})


def units_chosen(case: Case, *, actor: Account, at: datetime, payload: Any) -> Setting:  # noqa: ARG001
    """Say by their names which units handle it again: of one that ended the unit that goes on with its work."""
    may = queries.who_answers_again(case, timezone.localdate(at))
    chosen = [one for one in may if one.key in payload.units]
    heirs = {one.task.uid: one.heir.uid for one in chosen if one.heir is not None}
    names = "、".join(dict.fromkeys(one.name for one in chosen))
    said = {"round": case.round + 1, "units": names, "tasks": [one.task.uid for one in chosen]}
    return Setting(facts=said | ({"heirs": heirs} if heirs else {}))
