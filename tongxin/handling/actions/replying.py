"""Writing a reply: saved as often as one types, its files, the copies kept beside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.accounts.models import Account
from tongxin.core.words import clean_line, clean_text, written_phone
from tongxin.drafts import actions as drafts
from tongxin.files import actions as files
from tongxin.handling.actions.problems import HandlingError
from tongxin.handling.choices import TaskState, TaskStates
from tongxin.handling.models import REPLY_FIELDS, Reply, ReplyFile, Task
from tongxin.handling.regulations import ReplyCategories
from tongxin.proposals.regulations import FormRules
from tongxin.regulations.queries import in_force

NAME = "handling.reply"
STALE = gettext_lazy("这份答复稿在别处已经保存过新的内容，您刚写的内容已另存一份，请对照后选定")
OF_THE_UNIT = ("contact", "phone")  # who answers for it there: another unit has its own
CLEANERS = {"text": clean_text, "phone": written_phone}
LINE_LIMITS = {name: int(getattr(Reply._meta.get_field(name), "max_length", 0)) for name in ("contact", "phone")}  # noqa: SLF001
SUBMITTED, SENT = gettext_lazy("答复稿已经送出审签，现在不能修改"), gettext_lazy("答复已经送出，不能再修改")
PART_CHANGED = gettext_lazy("承办分工有了变动，原来的答复稿不能再修改，请打开提案，在新的一份里写")
NOT_WRITTEN = {  # why a reply is not written where its unit's part stands so
    TaskState.AWAITING: gettext_lazy("这件提案还没有签收，请签收以后再写答复稿"),
    TaskState.RETURN_ASKED: gettext_lazy("已经申请退办，等交办方决定，答复稿现在不能修改"),
    TaskState.RETURNED: gettext_lazy("这件提案已经退办，答复稿不能再修改"),
    TaskState.MOVED: gettext_lazy("这件提案已经移交其他单位办理，答复稿不能再修改"),
    TaskState.RECALLED: gettext_lazy("这件提案的交办已经撤回，答复稿不能再修改"),
    TaskState.ADVICE_GIVEN: gettext_lazy("会办意见已经送出，不能再修改"),
    TaskState.ANSWERED: SENT,
}


def reply_of(task: Task) -> Reply:
    """Return the reply of the current round, begun when it is not there.

    One that takes the place of another starts from its text.
    """
    round_ = task.case.round
    before = task.replies.filter(Q(round__lt=round_) | Q(recalled_at__isnull=False)).order_by("-round", "-id").first()
    start = {name: getattr(before, name) for name in REPLY_FIELDS} if before else {}
    reply, _made = Reply.objects.get_or_create(
        task=task, round=round_, recalled_at=None, defaults={"committee": task.committee, **start}
    )
    return reply


def _clean_reply(reply: Reply, fields: Mapping[str, Any], at: datetime) -> dict[str, str]:
    clean = {name: CLEANERS.get(name, clean_line)(value) for name, value in fields.items() if name in REPLY_FIELDS}
    for name, label in (("contact", _("联系人")), ("phone", _("联系电话"))):
        limit = LINE_LIMITS[name]
        if len(clean.get(name, "")) > limit:
            message = _("%(label)s最多 %(limit)s 字，请改短后再保存") % {"label": label, "limit": limit}
            raise HandlingError(message)
    if (
        clean.get("category")
        and in_force(reply.committee, ReplyCategories, timezone.localdate(at)).find(clean["category"]) is None
    ):
        message = _("请从现行答复类别中选择")
        raise HandlingError(message)
    return clean


def save_reply(
    reply: Reply, *, fields: Mapping[str, Any], started_from: int, actor: Account, at: datetime, tab: str = ""
) -> Reply:
    """Save what was typed; no event. What comes too late is kept beside.

    `reply` may be one that was not begun yet (`queries.draft_of`): it is begun with the first save that is allowed.
    Raises drafts.StaleError or, when it is not being written, drafts.ClosedError, both with the kept copy;
    HandlingError for what cannot be saved as it is.
    """
    clean = _clean_reply(reply, fields, at)
    if reply.pk is None and _is_written(reply):
        reply = reply_of(reply.task)
    open_rows = Reply.objects.filter(pk=reply.pk, sent_at=None, task__state=TaskState.IN_HAND)
    saving = drafts.Saving(
        NAME,
        reply.task,
        reply,
        open_rows,
        stale=STALE,
        closed=lambda: _("%(why_not_written)s。您刚写的内容已另存一份") % {"why_not_written": _why_not_written(reply)},
    )
    drafts.save(saving, fields=clean, started_from=started_from, actor=actor, at=at, tab=tab)
    return reply


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
        message = _("最多 %(attachments_max)s 个附件，请先移除一个") % {"attachments_max": rules.attachments_max}
        raise HandlingError(message)


@transaction.atomic
def detach_from_reply(attached: ReplyFile) -> None:
    """Take a file off a reply that is being written; the upload itself is cleared away later."""
    _still_written(attached.reply)
    ReplyFile.objects.filter(pk=attached.pk).delete()


def _still_written(reply: Reply) -> Reply:
    """Lock a reply and its task, in the order in which sending takes them.

    Raises HandlingError when it is written no more.
    """
    locked = Reply.objects.select_for_update().get(pk=reply.pk)
    locked.task = Task.objects.select_for_update().get(pk=locked.task_id)
    _refuse_what_was_submitted(locked)
    return locked


def _is_written(reply: Reply) -> bool:
    return reply.task.state == TaskState.IN_HAND and reply.sent_at is None


def _refuse_what_was_submitted(reply: Reply) -> None:
    if not _is_written(reply):
        raise HandlingError(_why_not_written(reply))


def _why_not_written(reply: Reply) -> str:
    """Say why a reply is written no more: where it is by now, or who has the work."""
    task = reply.task
    task.refresh_from_db(fields=["state"])
    if reply.sent_at is not None:
        return str(SENT)
    if task.state == TaskState.MOVED and _has_another_part(task):
        return str(PART_CHANGED)
    return str(NOT_WRITTEN.get(TaskState(task.state), SUBMITTED))


def _has_another_part(task: Task) -> bool:
    """Say whether the unit has the case all the same: its part was changed, not given to another."""
    others = Task.objects.filter(case=task.case_id, unit=task.unit_id).exclude(pk=task.pk)
    return others.exclude(state__in=TaskStates.gone).exists()
