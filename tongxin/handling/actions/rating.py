"""What proposers say of the replies, and what follows from it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New
from tongxin.core.templatetags.chinese import day
from tongxin.core.words import clean_text
from tongxin.handling import queries
from tongxin.handling.actions import facts
from tongxin.handling.actions.again import begin_again
from tongxin.handling.actions.problems import HandlingError
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Rating, Reply, Task
from tongxin.handling.regulations import Rework
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Signature
from tongxin.regulations.queries import in_force
from tongxin.workflow import engine
from tongxin.workflow.table import Setting


def _demand_rateable(case: Case, reply: Reply, signature: Signature, at: datetime) -> None:
    if case.state != CaseState.RATING or reply.round != case.round:
        message = _("评价已经截止，或者还没有开始")
        raise HandlingError(message)
    if case.rating_due_on is not None and timezone.localdate(at) > case.rating_due_on:
        message = _("评价已于 %(rating_due_on)s截止") % {"rating_due_on": day(case.rating_due_on)}
        raise HandlingError(message)
    if Reply.objects.filter(pk=reply.pk, recalled_at__isnull=False).exists():
        message = _("这份答复已经撤回，请等待新的答复")
        raise HandlingError(message)
    if (signature.pk, signature.member_id) not in {(s.pk, s.member_id) for s in proposals.raters(case.proposal)}:
        message = _("只有提案人和联名委员可以评价")
        raise HandlingError(message)
    if queries.given_by(signature, [reply]):
        message = _("这份答复已经评价过，评价提交后不能更改")
        raise HandlingError(message)


@transaction.atomic
def rate(
    reply: Reply,
    *,
    signature: Signature,
    attitude: str,
    result: str,
    comment: str,
    actor: Account,
    at: datetime,
    passes_on: bool = False,
    closes_early: bool = False,
    entered_for: bool = False,
) -> Rating:
    """Rate one reply, once. Nothing else changes: the round closes in the daily batch. Raises HandlingError."""
    case = Case.objects.select_for_update().get(pk=reply.task.case_id)
    _demand_rateable(case, reply, signature, at)
    if "dissatisfied" in (attitude, result) and not comment.strip():
        message = _("评为不满意的，请写明理由")
        raise HandlingError(message)
    made = Rating.objects.create(
        reply=reply, signature=signature, committee=case.committee, attitude=attitude, result=result, comment=clean_text(comment),
        passes_on=passes_on, closes_early=closes_early, rated_at=at, entered_by=actor if entered_for else None,
    )  # fmt: skip
    member = signature.member if entered_for else None
    audit.record(
        "handling.rate", case, actor=actor, at=at, on_behalf_of=member.account if member else None, proves=[New(made)],
        data=facts.rated(signature.name, signature.pk, reply.pk, entered_for=entered_for),
    )  # fmt: skip
    return made


@transaction.atomic
def rate_all(
    marks: Sequence[tuple[Reply, Mapping[str, Any]]],
    *,
    signature: Signature,
    actor: Account,
    at: datetime,
    closes_early: bool = False,
    entered_for: bool = False,
) -> None:
    """Rate the replies of a case together: all or none. Raises HandlingError."""
    for reply, said in marks:
        rate(
            reply, signature=signature, attitude=said["attitude"], result=said["result"], comment=said["comment"],
            passes_on=said["passes_on"], closes_early=closes_early, actor=actor, at=at, entered_for=entered_for,
        )  # fmt: skip


def note_reading(case: Case, *, actor: Account, at: datetime) -> None:
    """Record that somebody of the office looked at who rated, when and what."""
    audit.record("handling.read_ratings", case, actor=actor, at=at, acting_as=case.capacity_of(actor))


@transaction.atomic
def close_round(case: Case, *, at: datetime) -> Case:
    """End the rating of a round: close, send back once or as often as the regulation says, or pass to the office.

    Not rated at all within the rule's days: closed as 未评价, never counted as 满意; no event says so, since it tells of each rater.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("proposal", "committee").get(pk=case.pk)
    if case.state != CaseState.RATING:
        return case
    rules: Rework = in_force(case.committee, Rework, timezone.localdate(at))
    again = queries.rejected(case, timezone.localdate(at))
    system = Account.objects.system()
    if again and case.round <= rules.rounds:
        send_back(case, [r.task for r in again], action="rework", actor=system, at=at)
    elif again:
        engine.perform(case, "escalate", actor=system, at=at, by_system=True)
    else:
        engine.perform(case, "close", actor=system, at=at, by_system=True)
    case.refresh_from_db()
    return case


def send_back(case: Case, tasks: Sequence[Task], *, action: str, actor: Account, at: datetime, payload: Any = None) -> None:
    """Begin another round for some units, with a new deadline. The lead may ask a co-handler again where it needs to."""
    said = Setting(facts={"round": case.round + 1})
    engine.perform(case, action, actor=actor, at=at, payload=payload, by_system=True, also=said)
    begin_again(case, tasks, co=False, actor=actor, at=at)
