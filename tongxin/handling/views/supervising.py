"""The desk that supervises: what is late, what waits for review, chasing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.views import requires
from tongxin.handling import actions, queries
from tongxin.handling.choices import TaskState
from tongxin.handling.forms import RemindForm
from tongxin.handling.pages.task import attached
from tongxin.handling.regulations import ReplyCategories
from tongxin.handling.views.answers import done, small_form
from tongxin.handling.views.working import load
from tongxin.proposals import queries as proposals
from tongxin.regulations.queries import in_force


@requires("handling.remind", of_object=True)
def remind(request: HttpRequest, uid: str) -> HttpResponse:
    """Chase a unit: it is told, the deadline stays."""
    task = load(request, uid, "handling.remind")
    form = RemindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.remind(task, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
        except actions.HandlingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已催办%(unit)s。") % {"unit": task.unit.name})
            return done(request, task.get_absolute_url())
    return small_form(
        request,
        form,
        title=_("催办%(unit)s") % {"unit": task.unit.name},
        submit=_("催办"),
        subject=task.case.proposal,
        back=task.get_absolute_url(),
        lead=_("承办人会收到这段话，办理期限不变。"),
    )


@requires("handling.review", of_object=True)
def review(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a reply beside the proposal it answers, with the steps open to the supervising office."""
    task = load(request, uid, "handling.review")
    if task.state != TaskState.UNDER_REVIEW:
        return redirect("handling-task", uid)
    case = task.case
    shown = queries.sections(case, request.user)
    draft = queries.draft_of(task)
    draft.task = task
    found = in_force(task.committee, ReplyCategories, timezone.localdate()).find(draft.category)
    draft.category_label = found.label if found else ""
    context = {
        "task": task,
        "case": case,
        "proposal": case.proposal,
        "sections": shown,
        "draft": draft,
        "letter": queries.letter_of(draft, case, for_the_public=False),
        "proposers": proposals.signers(case.proposal),
        "contact": proposals.contact_note(case.proposal),
        "chip": queries.task_chip(task, on=timezone.localdate()),
        "attached": attached(case, request.user),
        "advice": [line for line in shown.tasks if line.advice],
    }
    return render(request, "handling/review.html", context)
