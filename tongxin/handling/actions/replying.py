"""Writing a reply: saved as often as one types, its files, the copies kept beside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from tongxin.accounts.models import Account
from tongxin.core.words import clean_line, clean_text, written_phone
from tongxin.files import actions as files
from tongxin.handling.actions.problems import HandlingError, StaleError
from tongxin.handling.choices import TaskState, TaskStates
from tongxin.handling.models import REPLY_FIELDS, Reply, ReplyFile, StaleReply, Task
from tongxin.handling.regulations import ReplyCategories
from tongxin.proposals.regulations import FormRules
from tongxin.regulations.queries import in_force

OF_THE_UNIT = ("contact", "phone")  # who answers for it there: another unit has its own
CLEANERS = {"text": clean_text, "phone": written_phone}
LINE_LIMITS = {name: int(getattr(Reply._meta.get_field(name), "max_length", 0)) for name in ("contact", "phone")}  # noqa: SLF001
SUBMITTED, SENT = "答复稿已经送出审签，现在不能修改", "答复已经送出，不能再修改"
PART_CHANGED = "承办分工有了变动，原来的答复稿不能再修改，请打开提案，在新的一份里写"
NOT_WRITTEN = {  # why a reply is not written where its unit's part stands so
    TaskState.AWAITING: "这件提案还没有签收，请签收以后再写答复稿",
    TaskState.RETURN_ASKED: "已经申请退办，等交办方决定，答复稿现在不能修改",
    TaskState.RETURNED: "这件提案已经退办，答复稿不能再修改",
    TaskState.MOVED: "这件提案已经移交其他单位办理，答复稿不能再修改",
    TaskState.RECALLED: "这件提案的交办已经撤回，答复稿不能再修改",
    TaskState.ADVICE_GIVEN: "会办意见已经送出，不能再修改",
    TaskState.ANSWERED: SENT,
}


def reply_of(task: Task) -> Reply:
    """Return the reply of the current round, begun when it is not there; one that takes the place of another starts from its text."""
    round_ = task.case.round
    before = task.replies.filter(Q(round__lt=round_) | Q(recalled_at__isnull=False)).order_by("-round", "-id").first()
    start = {name: getattr(before, name) for name in REPLY_FIELDS} if before else {}
    reply, _made = Reply.objects.get_or_create(
        task=task, round=round_, recalled_at=None, defaults={"committee": task.committee, **start}
    )
    return reply


def _clean_reply(reply: Reply, fields: Mapping[str, Any], at: datetime) -> dict[str, str]:
    clean = {name: CLEANERS.get(name, clean_line)(value) for name, value in fields.items() if name in REPLY_FIELDS}
    for name, label in (("contact", "联系人"), ("phone", "联系电话")):
        limit = LINE_LIMITS[name]
        if len(clean.get(name, "")) > limit:
            message = f"{label}最多 {limit} 字，请改短后再保存"
            raise HandlingError(message)
    if (
        clean.get("category")
        and in_force(reply.committee, ReplyCategories, timezone.localdate(at)).find(clean["category"]) is None
    ):
        message = "请从现行答复类别中选择"
        raise HandlingError(message)
    return clean


def save_reply(reply: Reply, *, fields: Mapping[str, Any], started_from: int, actor: Account, at: datetime) -> Reply:
    """Save what was typed; no event. A stale save is kept beside.

    Raises StaleError, or HandlingError when it is not being written.

    `reply` may be one that was not begun yet (`queries.draft_of`): it is begun with the first save that is allowed.
    """
    clean = _clean_reply(reply, fields, at)
    _refuse_what_was_submitted(reply)
    if reply.pk is None:
        reply = reply_of(reply.task)
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
        defaults={"fields": clean, "kept_at": at},  # type: ignore[misc]  # an EncryptedJSON takes what JSON can say
    )  # fmt: skip
    if not open_.exists():
        reply.task.refresh_from_db(fields=["state"])
        raise HandlingError(_why_not_written(reply))
    raise StaleError(copy)


def settle_copy(copy: StaleReply, *, at: datetime) -> None:
    """Put a kept copy away, once its writer has looked at both texts."""
    StaleReply.objects.filter(pk=copy.pk, settled_at=None).update(settled_at=at)


def attach_to_reply(reply: Reply, *, upload: UploadedFile, actor: Account, at: datetime) -> ReplyFile:
    """Add a file to a reply that is being written, or begins with it. Raises HandlingError or files' RefusedError."""
    rules: FormRules = in_force(reply.committee, FormRules, timezone.localdate(at))
    _refuse_more_files(reply, rules)  # before time is spent on a look into it
    with files.received([upload], limit_mb=rules.attachment_mb) as [ready], transaction.atomic():
        begun = reply if reply.pk is not None else reply_of(reply.task)
        locked = _still_written(begun)
        _refuse_more_files(locked, rules)
        files.refuse_doubles([ready], among=locked.files.all())
        file = files.store(ready, committee=reply.committee, owner=actor, at=at)
        Reply.objects.filter(pk=locked.pk).update(edited_at=at)
        return ReplyFile.objects.create(committee=reply.committee, reply=begun, file=file)


def _refuse_more_files(reply: Reply, rules: FormRules) -> None:
    _refuse_what_was_submitted(reply)
    if reply.pk is not None and reply.files.count() >= rules.attachments_max:
        message = f"最多 {rules.attachments_max} 个附件，请先移除一个"
        raise HandlingError(message)


@transaction.atomic
def detach_from_reply(attached: ReplyFile) -> None:
    """Take a file off a reply that is being written; the upload itself is cleared away later."""
    _still_written(attached.reply)
    ReplyFile.objects.filter(pk=attached.pk).delete()


def _still_written(reply: Reply) -> Reply:
    """Lock a reply and its task, in the order in which sending takes them. Raises HandlingError when it is written no more."""
    locked = Reply.objects.select_for_update().get(pk=reply.pk)
    locked.task = Task.objects.select_for_update().get(pk=locked.task_id)
    _refuse_what_was_submitted(locked)
    return locked


def _refuse_what_was_submitted(reply: Reply) -> None:
    if reply.task.state != TaskState.IN_HAND or reply.sent_at is not None:
        raise HandlingError(_why_not_written(reply))


def _why_not_written(reply: Reply) -> str:
    """Say why a reply is written no more: where it is by now, or who has the work."""
    task = reply.task
    if reply.sent_at is not None:
        return SENT
    if task.state == TaskState.MOVED and _has_another_part(task):
        return PART_CHANGED
    return NOT_WRITTEN.get(TaskState(task.state), SUBMITTED)


def _has_another_part(task: Task) -> bool:
    """Say whether the unit has the case all the same: its part was changed, not given to another."""
    others = Task.objects.filter(case=task.case_id, unit=task.unit_id).exclude(pk=task.pk)
    return others.exclude(state__in=TaskStates.gone).exists()
