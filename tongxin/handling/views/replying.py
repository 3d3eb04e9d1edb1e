"""Writing a reply: the editor that saves itself, its files, its preview as a letter, copies kept beside."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access import permissions
from tongxin.access.views import Unsigned, requires
from tongxin.core.templatetags.chinese import clock
from tongxin.files import actions as uploads
from tongxin.handling import actions, queries
from tongxin.handling.choices import TaskState
from tongxin.handling.forms import ReplyForm, UploadForm
from tongxin.handling.models import Reply, ReplyFile, StaleReply, Task
from tongxin.handling.regulations import ReplyCategories, Review
from tongxin.handling.views.answers import GONE, UNAUTHORIZED, UNPROCESSABLE
from tongxin.handling.views.working import load
from tongxin.proposals.regulations import FormRules
from tongxin.regulations.queries import in_force


def _form(reply: Reply, task: Task, data: Any = None) -> ReplyForm:
    on = timezone.localdate()
    return ReplyForm(
        data, categories=in_force(task.committee, ReplyCategories, on), review=in_force(task.committee, Review, on), reply=reply
    )


def _started_from(form: ReplyForm) -> int:
    return int(form.cleaned_data["version"])


@requires("handling.write_reply", of_object=True)
def reply(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the editor; save on POST where there is no script; take a file."""
    task = load(request, uid, "handling.write_reply")
    draft = queries.draft_of(task)
    if task.state != TaskState.IN_HAND:
        return redirect("handling-task", uid)
    if request.method == "POST" and "upload" in request.POST:
        return _take_file(request, task)
    form = _form(draft, task, request.POST or None)
    status = 200
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_reply(
                queries.draft_of(task),
                fields=form.cleaned_data,
                started_from=_started_from(form),
                actor=request.user,
                at=timezone.now(),
            )
        except actions.StaleError as error:
            form.add_error(None, str(error))
            theirs = error.copy.reply
            form.data = {name: request.POST.get(name, "") for name in request.POST} | {"version": theirs.version}
        except actions.HandlingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已保存。"))
            return redirect("handling-reply", uid)
        status = GONE
    elif request.method == "POST":
        status = UNPROCESSABLE
    return _editor(request, task, draft, form, theirs=theirs, status=status)


def _editor(
    request: HttpRequest,
    task: Task,
    draft: Reply,
    form: ReplyForm,
    *,
    theirs: Reply | None = None,
    upload: Any = None,
    status: int = 200,
) -> HttpResponse:
    on = timezone.localdate()
    rules: FormRules = in_force(task.committee, FormRules, on)
    held = _files(draft, request.user)
    shown = queries.sections(task.case, request.user)
    kept = queries.kept_copies(task, request.user) if draft.pk else ()
    context = {
        "task": task,
        "case": task.case,
        "proposal": task.case.proposal,
        "form": form,
        "draft": draft,
        "theirs": theirs,
        "chip": queries.task_chip(task, on=on),
        "upload": upload or UploadForm(),
        "files": held,
        "may_add_file": len(held) < rules.attachments_max,
        "file_mb": rules.attachment_mb,
        "files_most": rules.attachments_max,
        "advice": [line for line in shown.tasks if line.advice],
        "contacts": shown.contacts,
        "kept": kept,
        "verdict": queries.verdict_for_unit(task, task.case) if task.case.round > 1 else None,
        "again": queries.reason_again(task.case),
        "before": [line for line in shown.replies if line.reply.round < task.case.round],
    }
    return render(request, "handling/reply.html", context, status=status)


def _files(draft: Reply, user: Any) -> list[dict[str, str]]:
    if not draft.pk:
        return []
    base = f"{draft.task.get_absolute_url()}reply/files"
    return [row | {"remove_url": f"{base}/{row['uid']}/remove/"} for row in queries.file_lines(draft, user)]


def _take_file(request: HttpRequest, task: Task) -> HttpResponse:
    """Keep an upload with the reply; the text is saved by its own form and stays as it is."""
    form, at = UploadForm(request.POST, request.FILES), timezone.now()
    if form.is_valid():
        try:
            kept = actions.attach_to_reply(
                queries.draft_of(task), upload=form.cleaned_data["file"], actor=request.user, at=at
            ).file
        except (uploads.RefusedError, actions.HandlingError) as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("已添加附件“%(name)s”。") % {"name": kept.name})
            return redirect(f"{task.get_absolute_url()}reply/#files")
    draft = queries.draft_of(task)
    return _editor(request, task, draft, _form(draft, task), upload=form, status=UNPROCESSABLE)


@requires("handling.write_reply", of_object=True)
@require_POST
def detach(request: HttpRequest, uid: str, file: str) -> HttpResponse:
    """Take a file off the reply."""
    task = load(request, uid, "handling.write_reply")
    row = get_object_or_404(ReplyFile.objects.select_related("file", "reply__task"), uid=file, reply__task=task)
    try:
        actions.detach_from_reply(row)
    except actions.HandlingError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("已移除附件“%(name)s”。") % {"name": row.file.name})
    return redirect(f"{task.get_absolute_url()}reply/#files")


@requires("handling.write_reply", of_object=True, unsigned=Unsigned.SCRIPT)
@require_POST
def autosave_reply(request: HttpRequest, uid: str) -> HttpResponse:
    """Take what was typed so far; a save that started from an old version is kept beside and both are told."""
    if not request.user.is_authenticated:
        return JsonResponse({"message": _("登录已经到期或者已经退出，您写的内容已存在本机。")}, status=UNAUTHORIZED)
    task = load(request, uid, "handling.write_reply")
    form = _form(queries.draft_of(task), task, request.POST)
    if not form.is_valid():
        return JsonResponse(
            {"message": "".join(str(error) for errors in form.errors.values() for error in errors)}, status=UNPROCESSABLE
        )
    at = timezone.now()
    try:
        saved = actions.save_reply(
            queries.draft_of(task), fields=form.cleaned_data, started_from=_started_from(form), actor=request.user, at=at
        )
    except actions.StaleError as error:
        theirs = error.copy.reply
        return JsonResponse(
            {
                "version": theirs.version,
                "fields": {name: getattr(theirs, name) for name in actions.REPLY_FIELDS},
                "mine_kept_as": error.copy.uid,
                "message": str(error),
                "url": _copy_url(task, error.copy),
            },
            status=GONE,
        )
    except actions.HandlingError as error:
        return JsonResponse({"message": str(error)}, status=UNPROCESSABLE)
    return JsonResponse({"version": saved.version, "saved_at": clock(saved.edited_at or at)})


def _copy_url(task: Task, copy: StaleReply) -> str:
    return f"{task.get_absolute_url()}reply/copies/{copy.uid}/"


@requires("handling.write_reply", of_object=True)
def kept_copy(request: HttpRequest, uid: str, copy: str) -> HttpResponse:
    """Show a copy that was kept beside next to what is saved; put it away when its writer says so."""
    task = load(request, uid, "handling.write_reply")
    found = queries.kept_copies(task, request.user).filter(uid=copy).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        actions.settle_copy(found, at=timezone.now())
        messages.success(request, _("这一份已收起。"))
        return redirect("handling-reply", uid)
    labels = {"category": _("答复类别"), "text": _("答复内容"), "contact": _("联系人"), "phone": _("联系电话")}
    rows = [(label, getattr(found.reply, name), found.fields.get(name, "")) for name, label in labels.items()]
    context = {"task": task, "copy": found, "rows": [row for row in rows if row[1] != row[2]]}
    return render(request, "handling/kept_copy.html", context)


@requires("handling.view", of_object=True)
def preview_reply(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the reply of the present round as the letter it will be."""
    task = load(request, uid, "handling.view")
    draft = queries.draft_of(task)
    draft.task = task
    if not (
        queries.may_read_draft(draft, request.user)
        or draft.sent_at
        or permissions.allowed(request.user, "handling.write_reply", task)
    ):
        raise Http404
    found = in_force(task.committee, ReplyCategories, timezone.localdate()).find(draft.category)
    draft.category_label = draft.category_label or (found.label if found else "")
    context = {
        "task": task,
        "case": task.case,
        "letter": queries.letter_of(draft, task.case, for_the_public=False),
        "files": queries.file_lines(draft, request.user) if draft.pk else (),
        "writes": task.state == TaskState.IN_HAND and permissions.allowed(request.user, "handling.write_reply", task),
    }
    return render(request, "handling/preview.html", context)
