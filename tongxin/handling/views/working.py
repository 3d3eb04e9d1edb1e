"""The unit's inbox and its working page for one case."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.core.templatetags.chinese import size
from tongxin.files import queries as files
from tongxin.handling import actions, queries
from tongxin.handling.choices import TaskState, TaskStates
from tongxin.handling.forms import ContactForm
from tongxin.handling.models import Case, Reply, Task
from tongxin.handling.regulations import ReplyCategories
from tongxin.handling.views.answers import done, small_form
from tongxin.proposals import queries as proposals
from tongxin.regulations.queries import in_force
from tongxin.workflow import engine
from tongxin.workflow.table import workflow_of
from tongxin.workflow.templatetags.steps import Button, buttons, in_order


def load(request: HttpRequest, uid: str, permission: str) -> Task:
    """Return a unit's part with what its page needs, if the reader may see it and do this."""
    task = queries.part_for(request.user, uid)
    if task is None:
        raise Http404
    permissions.demand(request.user, permission, task)
    return task


@requires("handling.view", of_object=True)
def task(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a unit's part: what to do, by when and why, the text, the talks, the other units, the reply."""
    mine = load(request, uid, "handling.view")
    case, on = mine.case, timezone.localdate()
    shown = queries.sections(case, request.user)
    mine = next(t for t in case.tasks.all() if t.pk == mine.pk)
    writes = permissions.allowed(request.user, "handling.write_reply", mine) and mine.state == TaskState.IN_HAND
    reply = queries.draft_of(mine) if writes else None
    context = {
        "task": mine,
        "case": case,
        "proposal": case.proposal,
        "sections": shown,
        "chip": queries.task_chip(mine, on=on),
        "badge": workflow_of(mine).badges[mine.state],
        "others": [line for line in shown.tasks if line.task.pk != mine.pk],
        "limits": [] if mine.is_gone else queries.limits_of(mine),
        "actions": _bar(request, mine, reply, shown.units_url),
        "proposers": proposals.signers(case.proposal),
        "contact": proposals.contact_note(case.proposal),
        "reply": reply,
        "categories": in_force(mine.committee, ReplyCategories, on).categories if mine.answers else (),
        "verdict": _verdict(request.user, mine),
        "again": queries.reason_again(case) if mine.state in TaskStates.open else "",
        "events": queries.history_of(case, request.user)[:60],
        "attached": attached(case, request.user),
        "in_unit": permissions.allowed(request.user, "handling.inbox"),
    }
    return render(request, "handling/task.html", context)


def _verdict(user: Any, task: Task) -> queries.Verdict | None:
    """Return why a case came back, for its own unit and the offices over it; not for the co-handlers."""
    if task.case.round == 1 or task.state == TaskState.ANSWERED or not permissions.allowed(user, "handling.hear_verdict", task):
        return None
    return queries.verdict_for_unit(task, task.case)


def attached(case: Case, user: Any) -> list[dict[str, str]]:
    """Return the proposal's files, ready for the list of attachments."""
    rows = case.proposal.attachments.select_related("file")
    return [{"kind": a.file.kind, "name": a.file.name, "size": size(a.file.size), "url": files.link(a.file, user)} for a in rows]


def _reviews(user: Any, task: Task) -> bool:
    return any(o.row.action == "send" for o in engine.available(task, user, at=timezone.now()))


def _own_pages(request: HttpRequest, task: Task, reply: Reply | None) -> list[Button]:
    """Return the ways to the pages on which the work is done: writing the reply, and reviewing it beside the proposal."""
    made, base = [], task.get_absolute_url()
    if reply is not None:
        label = _("继续写答复") if reply.text else _("起草答复")
        made.append(Button(label, f"{base}reply/", (), main=not reply.text, stop=False, page=True))
    if _reviews(request.user, task):
        made.append(Button(_("对照原文审核答复"), f"{base}review/", (), main=True, stop=False, page=True))
    return made


def _bar(request: HttpRequest, task: Task, reply: Reply | None, units_url: str) -> list[Button]:
    """Return every button of a part's page; of one that is gone the way to the case's units, for who assigns."""
    made = [*_own_pages(request, task, reply), *buttons(task, request.user), *_buttons(request, task)]
    if task.is_gone and task.case.is_in_hand and units_url:
        made.append(Button(_("调整承办单位"), units_url, (), main=False, stop=False, page=True))
    return in_order(made)


def _buttons(request: HttpRequest, task: Task) -> list[Button]:
    """Return the steps that are not moves: recording a talk, chasing the unit."""
    made, base = [], task.get_absolute_url()
    may_record = permissions.allowed(request.user, "handling.contact", task)
    if may_record and task.state in {
        TaskState.IN_HAND,
        TaskState.WITH_LEADER,
        TaskState.UNDER_REVIEW,
        TaskState.ANSWERED,
        TaskState.OPINION_GIVEN,
    }:
        made.append(Button(_("记录面商"), f"{base}contact/", (), main=False, stop=False))
    if permissions.allowed(request.user, "handling.remind", task) and task.state in {
        TaskState.AWAITING,
        TaskState.IN_HAND,
        TaskState.WITH_LEADER,
    }:
        made.append(Button(_("催办"), f"{base}remind/", (), main=False, stop=False))
    return made


@requires("handling.contact", of_object=True)
def record_contact(request: HttpRequest, uid: str) -> HttpResponse:
    """Record a talk with the proposer."""
    task = load(request, uid, "handling.contact")
    start = {"on": timezone.localdate(), "who": task.handler or request.user.name}
    signers, again = proposals.together(task.case.proposal), task.case.round > 1
    form = ContactForm(request.POST or None, initial=start, signers=signers, again=again)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_contact(task, **form.cleaned_data, actor=request.user, at=timezone.now())
        except actions.HandlingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已记录面商，并请到场的提案人确认。"))
            return done(request, f"{task.get_absolute_url()}#contacts")
    return small_form(
        request, form, title=_("记录面商"), submit=_("保存面商记录"), subject=task.case.proposal, back=task.get_absolute_url(),
        lead=_("提案人会看到这条记录，由到场的提案人确认。"),
    )  # fmt: skip
