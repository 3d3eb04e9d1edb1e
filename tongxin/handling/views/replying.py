"""Writing a reply: the editor (it saves itself as `handling.drafts` declares), its files, its preview as a letter."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.drafts.actions import LateError
from tongxin.drafts.queries import open_copies
from tongxin.files import actions as uploads
from tongxin.handling import actions, queries
from tongxin.handling.choices import TaskState
from tongxin.handling.drafts import REPLY, form_of
from tongxin.handling.forms import ReplyForm, UploadForm
from tongxin.handling.models import Reply, ReplyFile, Task
from tongxin.handling.regulations import ReplyCategories
from tongxin.handling.views.working import load
from tongxin.proposals.regulations import FormRules
from tongxin.regulations.queries import in_force
from tongxin.ui.saying import refuse


@requires("handling.write_reply", of_object=True)
def reply(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the editor; save on POST where there is no script; take a file."""
    task = load(request, uid, "handling.write_reply")
    draft, takes_file = queries.draft_of(task), request.method == "POST" and "upload" in request.POST
    if task.state != TaskState.IN_HAND and (takes_file or request.method != "POST"):
        return redirect("handling-task", uid)
    if takes_file:
        return _take_file(request, task)
    if request.method == "POST":
        return _save(request, task, draft)
    return _editor(request, task, draft, form_of(draft, task))


def _save(request: HttpRequest, task: Task, draft: Reply) -> HttpResponse:
    """Save where there is no script. What came too late stands beside the text, on a page of both."""
    form = form_of(draft, task, request.POST)
    if not form.is_valid():
        return _editor(request, task, draft, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    started_from = int(form.cleaned_data["version"])
    try:
        actions.save_reply(draft, fields=form.cleaned_data, started_from=started_from, actor=request.user, at=timezone.now())
    except LateError as late:
        messages.warning(request, str(late))
        return redirect(late.copy)
    except actions.HandlingError as error:
        form.add_error(None, str(error))
        return _editor(request, task, draft, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("已保存。"))
    return redirect("handling-reply", task.uid)


def _editor(
    request: HttpRequest,
    task: Task,
    draft: Reply,
    form: ReplyForm,
    *,
    upload: Any = None,
    status: int = 200,
) -> HttpResponse:
    on = timezone.localdate()
    rules: FormRules = in_force(task.committee, FormRules, on)
    held = _files(draft, request.user)
    shown = queries.sections(task.case, request.user)
    context = {
        "task": task,
        "case": task.case,
        "proposal": task.case.proposal,
        "form": form,
        "draft": draft,
        "chip": queries.task_chip(task, on=on),
        "upload": upload or UploadForm(),
        "files": held,
        "may_add_file": len(held) < rules.attachments_max,
        "file_mb": rules.attachment_mb,
        "files_most": rules.attachments_max,
        "advice": [line for line in shown.tasks if line.advice],
        "contacts": shown.contacts,
        "copies": open_copies(request.user, REPLY, task.uid),
        "autosave_url": REPLY.address(task.uid),
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
    return _editor(request, task, draft, form_of(draft, task), upload=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@requires("handling.write_reply", of_object=True)
@require_POST
def detach(request: HttpRequest, uid: str, file: str) -> HttpResponse:
    """Take a file off the reply."""
    task = load(request, uid, "handling.write_reply")
    row = get_object_or_404(ReplyFile.objects.select_related("file", "reply__task"), uid=file, reply__task=task)
    try:
        actions.detach_from_reply(row)
    except actions.HandlingError as error:
        refuse(request, _("%(why)s。") % {"why": error}, at="files")
    else:
        messages.success(request, _("已移除附件“%(name)s”。") % {"name": row.file.name})
    return redirect(f"{task.get_absolute_url()}reply/#files")


@requires("handling.write_reply", of_object=True)
def former_copy(request: HttpRequest, uid: str, copy: str) -> HttpResponse:
    """Lead from where a kept copy had its page before."""
    return redirect("draft-copy", REPLY.name, load(request, uid, "handling.write_reply").uid, copy)


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
