"""Every write of handling that is not the move itself: assigning, replies, contacts, ratings, closing a round."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Event
from tongxin.committees.models import Unit
from tongxin.core import calendar
from tongxin.core.templatetags.chinese import day
from tongxin.core.words import clean_line, clean_text
from tongxin.files.models import File
from tongxin.handling import queries
from tongxin.handling.choices import ANSWERING, CaseState, Part, TaskState
from tongxin.handling.models import Case, Contact, Rating, Reply, ReplyFile, StaleReply, Task
from tongxin.handling.regulations import Deadlines, ReplyCategories, Rework
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.regulations import FormRules
from tongxin.regulations.queries import in_force, look_up
from tongxin.workflow import engine

REPLY_FIELDS = ("category", "text", "contact", "phone")
SUBMITTED = "答复稿已经送出审签，现在不能修改"


class HandlingError(Exception):
    """Something that cannot be done in handling now; the message is for people."""


class StaleError(HandlingError):
    """A save of a reply that started from an old version. `copy` is what was kept beside."""

    def __init__(self, copy: StaleReply) -> None:
        super().__init__("这份答复稿在别处已经保存过新的内容，您刚写的内容已另存一份，请对照后选定")
        self.copy = copy


# ── assigning ────────────────────────────────────────────────────────────────────────────────────
def check_parts(proposal: Proposal, parts: Sequence[tuple[Unit, str]]) -> None:
    """Raise HandlingError unless the parts make sense: one sole; two or more separate; or one lead with co-handlers."""
    kinds = sorted(part for _unit, part in parts)
    units = {unit.pk for unit, _part in parts}
    problem = ""
    if len(units) != len(parts):
        problem = "同一个单位只能选一次"
    elif not parts:
        problem = "还没有选承办单位"
    elif any(unit.committee_id != proposal.committee_id for unit, _part in parts):
        problem = "只能交给本县（市）的承办单位"
    elif not (
        kinds == [Part.SOLE]
        or (len(kinds) > 1 and set(kinds) == {Part.SEPARATE})
        or (kinds.count(Part.LEAD) == 1 and len(kinds) > 1 and set(kinds) == {Part.LEAD, Part.CO})
    ):
        problem = "请选一个独办单位，或者两个以上分办单位，或者一个主办单位加会办单位"
    elif outside := [u.name for u, part in parts if part in ANSWERING and u.system != proposal.routed_to]:
        problem = f"{'、'.join(outside)}不属于本交办口，不能由您交办"
    if problem:
        raise HandlingError(problem)


@transaction.atomic
def assign(proposal: Proposal, *, parts: Sequence[tuple[Unit, str]], actor: Account, at: datetime) -> Case:
    """Hand a filed proposal over to its units (交办); every clock starts. Raises HandlingError or the engine's errors."""
    check_parts(proposal, parts)
    units = "、".join(f"{unit}（{Part(part).label}）" for unit, part in parts)
    proposal.event_facts = {"units": units}
    engine.perform(proposal, "hand_over", actor=actor, at=at, by_system=True)
    case = Case(committee=proposal.committee, proposal=proposal, assigned_at=at)
    due = _due(proposal, Part.SOLE, at)
    engine.begin(case, actor=actor, at=at, data={"units": units, "due": due.isoformat()})
    for unit, part in parts:
        _add_task(case, unit, part, actor, at)
    return case


@transaction.atomic
def assign_again(case: Case, *, parts: Sequence[tuple[Unit, str]], reason: str, actor: Account, at: datetime) -> list[Task]:
    """Give a case to further units after a return (改派); what is there already stays."""
    Case.objects.select_for_update().filter(pk=case.pk).first()  # two clerks: the second sees what the first has added
    case = Case.objects.select_related("proposal__committee", "committee").get(pk=case.pk)
    kept = [(task.unit, task.part) for task in queries.live_tasks(case)]
    if case.state != CaseState.IN_HAND:
        message = "这件提案不在办理中，不能增加承办单位"
        raise HandlingError(message)
    check_parts(case.proposal, [*kept, *parts])
    made = [_add_task(case, unit, part, actor, at) for unit, part in parts]
    audit.record(
        "cases.add_unit", case, actor=actor, at=at, acting_as=case.capacity_of(actor),
        data={"units": "、".join(f"{u}（{Part(p).label}）" for u, p in parts), "reason": reason},
    )  # fmt: skip
    return made


def _rules(proposal: Proposal, on: date) -> Deadlines:
    rules: Deadlines = in_force(proposal.committee, Deadlines, on)
    return rules


def _due(proposal: Proposal, part: str, at: datetime) -> date:
    rules, on = _rules(proposal, timezone.localdate(at)), timezone.localdate(at)
    return calendar.add_months(on, rules.co_opinion_months if part == Part.CO else rules.reply_months)


def _add_task(case: Case, unit: Unit, part: str, actor: Account, at: datetime) -> Task:
    rules, on = _rules(case.proposal, timezone.localdate(at)), timezone.localdate(at)
    task = Task(
        committee=case.committee, case=case, unit=unit, part=part, assigned_at=at, due_on=_due(case.proposal, part, at),
        sign_due_on=calendar.add_working_days(on, rules.sign_working_days),
        return_until=calendar.add_working_days(on, rules.return_working_days),
    )  # fmt: skip
    engine.begin(
        task, actor=actor, at=at, data={"unit": unit.name, "part": str(Part(part).label), "unit_id": unit.pk}
    )
    return task


# ── the reply ────────────────────────────────────────────────────────────────────────────────────
def reply_of(task: Task) -> Reply:
    """Return the reply of the current round, begun when it is not there; a second round starts from the first text."""
    round_ = task.case.round
    before = task.replies.filter(round__lt=round_).order_by("-round").first()
    start = {name: getattr(before, name) for name in REPLY_FIELDS} if before else {}
    reply, _made = Reply.objects.get_or_create(
        task=task, round=round_, defaults={"committee": task.committee, **start}
    )
    return reply


def _clean_reply(reply: Reply, fields: Mapping[str, Any], at: datetime) -> dict[str, str]:
    clean = {
        name: clean_text(value) if name == "text" else clean_line(value) for name, value in fields.items() if name in REPLY_FIELDS
    }
    for name, label in (("contact", "联系人"), ("phone", "联系电话")):
        limit = Reply._meta.get_field(name).max_length or 0  # noqa: SLF001 -- Django's public-in-practice Meta
        if len(clean.get(name, "")) > limit:
            message = f"{label}最多 {limit} 字，请改短后再保存"
            raise HandlingError(message)
    if clean.get("category") and in_force(reply.committee, ReplyCategories, timezone.localdate(at)).find(clean["category"]) is None:
        message = "请从现行答复类别中选择"
        raise HandlingError(message)
    return clean


def save_reply(reply: Reply, *, fields: Mapping[str, Any], started_from: int, actor: Account, at: datetime) -> Reply:
    """Save what was typed; no event. A stale save is kept beside. Raises StaleError, or HandlingError when it is not being written."""
    clean = _clean_reply(reply, fields, at)
    if reply.task.state != TaskState.IN_HAND or reply.sent_at is not None:
        raise HandlingError(SUBMITTED)
    if all(getattr(reply, k) == v for k, v in clean.items()) and reply.version == started_from:
        return reply
    open_ = Reply.objects.filter(pk=reply.pk, sent_at=None, task__state=TaskState.IN_HAND)
    saved = open_.filter(version=started_from).update(version=F("version") + 1, edited_at=at, **clean)
    reply.refresh_from_db()
    if saved or all(getattr(reply, k) == v for k, v in clean.items()):
        return reply
    # Outside any transaction of ours: what is kept beside must not be rolled back with the error that tells of it.
    copy, _made = StaleReply.objects.update_or_create(
        committee=reply.committee, reply=reply, account=actor, started_from=started_from, settled_at=None,
        defaults={"fields": clean, "kept_at": at},
    )  # fmt: skip
    if not open_.exists():
        raise HandlingError(SUBMITTED)
    raise StaleError(copy)


def settle_copy(copy: StaleReply, *, at: datetime) -> None:
    """Put a kept copy away, once its writer has looked at both texts."""
    StaleReply.objects.filter(pk=copy.pk, settled_at=None).update(settled_at=at)


@transaction.atomic
def attach_to_reply(reply: Reply, *, file: File, at: datetime) -> ReplyFile:
    """Join an upload to a reply that is being written. Raises HandlingError; the upload is then cleared away later."""
    most = in_force(reply.committee, FormRules, timezone.localdate(at)).attachments_max
    if reply.files.count() >= most:
        message = f"最多 {most} 个附件，请先移除一个"
        raise HandlingError(message)
    if reply.task.state != TaskState.IN_HAND or reply.sent_at is not None:
        raise HandlingError(SUBMITTED)
    reply.edited_at = at
    reply.save(update_fields=["edited_at"])
    return ReplyFile.objects.create(committee=reply.committee, reply=reply, file=file)


@transaction.atomic
def detach_from_reply(attached: ReplyFile) -> None:
    """Take a file off a reply that is being written; the upload itself is cleared away later."""
    if attached.reply.task.state != TaskState.IN_HAND or attached.reply.sent_at is not None:
        raise HandlingError(SUBMITTED)
    attached.delete()


@transaction.atomic
def record_contact(
    task: Task, *, stage: str, way: str, on: date, who: str, with_whom: str, note: str, actor: Account, at: datetime
) -> Contact:
    """Write down a talk with the proposer (面商), by a unit that has signed for the case."""
    if task.state in {TaskState.AWAITING, TaskState.RETURN_ASKED, TaskState.RETURNED}:
        message = "签收以后才能记录面商"
        raise HandlingError(message)
    if on > timezone.localdate(at):
        message = "面商日期不能在今天以后"
        raise HandlingError(message)
    made = Contact(
        committee=task.committee, task=task, stage=stage, way=way, on=on, who=clean_line(who), with_whom=clean_line(with_whom),
        note=clean_text(note), recorded_at=at,
    )  # fmt: skip
    made.full_clean(exclude=["uid"])
    made.save()
    audit.record(
        "handling.contact", task.case, actor=actor, at=at, acting_as=task.capacity_of(actor),
        data={
            "unit": task.unit.name, "stage": made.get_stage_display(), "way": made.get_way_display(), "note": made.note,
            "contact": made.pk, "on": on.isoformat(),
        },
    )  # fmt: skip
    return made


@transaction.atomic
def confirm_contact(contact: Contact, *, actor: Account, at: datetime) -> None:
    """The proposer confirms that the talk took place as written."""
    if Contact.objects.filter(pk=contact.pk, confirmed_at=None).update(confirmed_at=at):
        contact.refresh_from_db()
        audit.record(
            "handling.confirm_contact", contact.task.case, actor=actor, at=at, data={"name": actor.name, "contact": contact.pk}
        )


@transaction.atomic
def remind(task: Task, *, reason: str, actor: Account, at: datetime) -> Event:
    """Chase a unit (催办): an event and a notice; deadlines stay."""
    if task.state not in {TaskState.AWAITING, TaskState.IN_HAND, TaskState.WITH_LEADER}:
        message = f"{task.unit}没有正在办理的事项，不用催办"
        raise HandlingError(message)
    return audit.record(
        "handling.remind", task.case, actor=actor, at=at, acting_as=task.capacity_of(actor),
        data={"unit": task.unit.name, "unit_id": task.unit_id, "task": task.pk, "reason": clean_text(reason)},
    )  # fmt: skip


# ── what a step sets and does: used by the workflow tables ───────────────────────────────────────
def unit_named(task: Task, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """Every event of a task names its unit."""
    task.event_facts = {"unit": task.unit.name, "unit_id": task.unit_id, "case": task.case_id}
    return {}


def signed_now(task: Task, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """When it was signed for and who handles it."""
    return {"signed_at": at, "handler": clean_line(payload.handler)}


def return_asked(task: Task, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """The reason, and until when the assigning office answers."""
    rules = _rules(task.case.proposal, timezone.localdate(at))
    return {"return_reason": payload.reason, "return_answer_due_on": timezone.localdate(at) + timedelta(days=rules.return_answer_days)}


def return_refused(task: Task, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """The clock for signing starts again."""
    rules = _rules(task.case.proposal, timezone.localdate(at))
    return {"sign_due_on": calendar.add_working_days(timezone.localdate(at), rules.sign_working_days), "return_answer_due_on": None}


def opinion_said(task: Task, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """The co-handler's opinion for the lead."""
    return {"opinion": clean_text(payload.opinion), "opinion_at": at}


def leader_signs(task: Task, event: Event) -> None:
    """The reply carries the name of who signed it."""
    Reply.objects.filter(task=task, round=task.case.round).update(leader=event.actor_name)


def category_reviewed(task: Task, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """The supervising office may change the category; the unit's own choice is kept beside."""
    reply = reply_of(task)
    chosen = payload.category if payload is not None else reply.category
    rules = look_up(task.committee, ReplyCategories, timezone.localdate(at))
    found = rules.values.find(chosen)
    if found is None:
        raise engine.Invalid({"category": "请从现行答复类别中选择"})
    Reply.objects.filter(pk=reply.pk).update(
        category_before_review=reply.category, category=found.code, category_label=found.label, meaning=found.meaning, sent_at=at
    )
    task.event_regulation = rules.version
    task.event_facts = task.event_facts | {
        "category": found.code, "before": reply.category, "meaning": found.meaning, "round": reply.round,
    }  # fmt: skip
    return {"answered_at": at}


def open_rating_when_all_answered(task: Task, event: Event) -> None:
    """When the last answering unit has answered, the proposers are asked."""
    case = Case.objects.select_for_update().select_related("proposal", "committee").get(pk=task.case_id)
    if case.state != CaseState.IN_HAND or any(t.state != TaskState.ANSWERED for t in queries.answering_tasks(case)):
        return
    at = event.at or event.recorded_at
    due = calendar.add_working_days(timezone.localdate(at), _rules(case.proposal, timezone.localdate(at)).rating_working_days)
    case.event_facts = {"due": due.isoformat(), "round": case.round}
    engine.perform(case, "open_rating", actor=Account.objects.system(), at=at, by_system=True)
    Case.objects.filter(pk=case.pk).update(rating_due_on=due)
    if not proposals.raters(case.proposal):
        close_round(case, at=at)


# ── rating ───────────────────────────────────────────────────────────────────────────────────────
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
    entered_for: bool = False,
) -> Rating:
    """Rate one reply, once. When the last rating is in, the round closes. Raises HandlingError."""
    case = Case.objects.select_for_update().get(pk=reply.task.case_id)
    if case.state != CaseState.RATING or reply.round != case.round:
        message = "评价已经截止，或者还没有开始"
        raise HandlingError(message)
    if case.rating_due_on is not None and timezone.localdate(at) > case.rating_due_on:
        message = f"评价已于 {day(case.rating_due_on)}截止"
        raise HandlingError(message)
    if signature.pk not in {s.pk for s in proposals.raters(case.proposal)}:
        message = "只有提案人和联名委员可以评价"
        raise HandlingError(message)
    if "dissatisfied" in (attitude, result) and not comment.strip():
        message = "评为不满意的，请写明理由，供承办单位改进"
        raise HandlingError(message)
    made, new = Rating.objects.get_or_create(
        reply=reply, signature=signature,
        defaults={
            "committee": case.committee, "attitude": attitude, "result": result, "comment": clean_text(comment),
            "rated_at": at, "entered_by": actor if entered_for else None,
        },
    )  # fmt: skip
    if not new:
        message = "您已经评价过这份答复，评价提交后不能更改"
        raise HandlingError(message)
    member = signature.member if entered_for else None
    audit.record(
        "handling.rate", case, actor=actor, at=at, on_behalf_of=member.account if member else None,
        data={"name": signature.name, "signature": signature.pk, "reply": reply.pk, "entered_for": entered_for},
    )  # fmt: skip
    if not queries.outstanding(case):
        close_round(case, at=at)
    return made


@transaction.atomic
def rate_all(
    marks: Sequence[tuple[Reply, Mapping[str, str]]], *, signature: Signature, actor: Account, at: datetime, entered_for: bool = False
) -> None:
    """Rate the replies of a case together: all or none. Raises HandlingError."""
    for reply, said in marks:
        rate(
            reply, signature=signature, attitude=said["attitude"], result=said["result"], comment=said["comment"],
            actor=actor, at=at, entered_for=entered_for,
        )  # fmt: skip


@transaction.atomic
def close_round(case: Case, *, at: datetime) -> Case:
    """End the rating of a round: close, send back once or as often as the regulation says, or pass to the office.

    Not rated at all within the rule's days: closed as 未评价, never counted as 满意.
    """
    case = Case.objects.select_for_update().select_related("proposal", "committee").get(pk=case.pk)
    if case.state != CaseState.RATING:
        return case
    rules: Rework = in_force(case.committee, Rework, timezone.localdate(at))
    replies = queries.replies_to_rate(case)
    ratings = list(Rating.objects.filter(reply__in=replies).select_related("signature"))
    everyone = len(proposals.raters(case.proposal))
    again = [r for r in replies if queries.dissatisfied(r, ratings, rules.sent_back_when, everyone)]
    system = Account.objects.system()
    if again and case.round <= rules.rounds:
        send_back(case, [r.task for r in again], action="rework", actor=system, at=at)
    elif again:
        engine.perform(case, "escalate", actor=system, at=at, by_system=True)
    else:
        case.event_facts = {"unrated": True} if not ratings else {}
        engine.perform(case, "close", actor=system, at=at, by_system=True)
        Case.objects.filter(pk=case.pk).update(closed_at=at, unrated=not ratings)
    case.refresh_from_db()
    return case


def send_back(case: Case, tasks: Sequence[Task], *, action: str, actor: Account, at: datetime, payload: Any = None) -> None:
    """Begin another round for some units, with a new deadline."""
    due = timezone.localdate(at) + timedelta(days=_rules(case.proposal, timezone.localdate(at)).rework_days)
    case.event_facts = {"round": case.round + 1}
    engine.perform(case, action, actor=actor, at=at, payload=payload, by_system=True)
    reopen(case, tasks, due=due, actor=actor, at=at)


def reopen(case: Case, tasks: Sequence[Task], *, due: date, actor: Account, at: datetime) -> None:
    """Put the tasks of dissatisfied replies back in hand, in a new round."""
    Case.objects.filter(pk=case.pk).update(round=F("round") + 1, rating_due_on=None)
    case.refresh_from_db()
    for task in tasks:
        task.refresh_from_db()
        task.case = case
        task.event_facts = {"unit": task.unit.name, "unit_id": task.unit_id, "case": case.pk, "due": due.isoformat()}
        engine.perform(task, "rework", actor=actor, at=at, by_system=True)
        Task.objects.filter(pk=task.pk).update(due_on=due, answered_at=None)
        reply_of(task)


def resume_dissatisfied(case: Case, event: Event) -> None:
    """After the office's coordination, the units whose result was 不满意 handle the case again."""
    at = event.at or event.recorded_at
    rules: Rework = in_force(case.committee, Rework, timezone.localdate(at))
    replies = queries.replies_to_rate(case)
    ratings = list(Rating.objects.filter(reply__in=replies).select_related("signature"))
    everyone = len(proposals.raters(case.proposal))
    bad = {r.task_id for r in replies if queries.dissatisfied(r, ratings, rules.sent_back_when, everyone)}
    due = timezone.localdate(at) + timedelta(days=_rules(case.proposal, timezone.localdate(at)).rework_days)
    actor = event.actor or Account.objects.system()
    reopen(case, [t for t in queries.answering_tasks(case) if t.pk in bad], due=due, actor=actor, at=at)


def settled_now(case: Case, *, actor: Account, at: datetime, payload: Any) -> dict[str, Any]:  # noqa: ARG001
    """When it was closed."""
    return {"closed_at": at}
