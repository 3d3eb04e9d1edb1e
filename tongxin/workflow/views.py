"""The one view that serves every step of every lifecycle."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from tongxin.access.views import requires
from tongxin.audit import audience, kinds
from tongxin.core import asked
from tongxin.workflow import engine
from tongxin.workflow.forms import form_for, payload_of, writes, written_in
from tongxin.workflow.table import T, Workflow, one_visible, workflow_of

UID = 40


@requires("workflow.step", of_object=True)
def transition(request: HttpRequest, name: str, uid: str, action: str) -> HttpResponse:
    """Show the form of a step, or why it is blocked; take it on POST; tell what happened when somebody was faster."""
    subject = one_visible(request.user, name, uid)
    if subject is None:
        raise Http404
    workflow, at = workflow_of(subject), timezone.now()
    offer = engine.offer_for(subject, action, request.user, at=at)
    if offer is None:
        return _too_late(request, workflow, subject, action)
    row = offer.row
    form = form_for(row.asks, subject=subject, actor=request.user, at=at, data=request.POST or None) if row.asks else None
    seen = asked.words(request.POST.get("seen", ""), UID)
    if seen and (last := engine.last_event(subject)) is not None and last.uid != seen:
        return _meanwhile(request, workflow, offer, subject, form)
    if request.method == "POST" and not offer.blocked and (form is None or form.is_valid()):
        taken = _take(request, workflow, row, subject, form)
        if taken is not None:
            return taken
    return _show(request, workflow=workflow, row=row, subject=subject, form=form, offer=offer)


def _take(request: HttpRequest, workflow: Workflow, row: T, subject: Any, form: Any) -> HttpResponse | None:
    """Take the step; nothing where the form is to be shown again, with what was wrong."""
    payload = payload_of(row.asks, form) if row.asks and form is not None else None
    seen = asked.words(request.POST.get("seen", ""), UID)
    try:
        event = engine.perform(subject, row.action, actor=request.user, at=timezone.now(), payload=payload, seen=seen)
    except engine.Invalid as error:
        for field, sentence in error.problems.items():
            form.add_error(field if form is not None and field in form.fields else None, sentence)
        return None
    except engine.Overtaken:
        return _too_late(request, workflow, subject, row.action)
    except engine.WorkflowError as error:
        if form is not None:
            form.add_error(None, str(error))
            return None
        messages.error(request, str(error))
    else:
        messages.success(request, row.said(kinds.sentence(event)))
    return _back(request, subject)


def _show(
    request: HttpRequest, *, workflow: Workflow, row: T, subject: Any, form: Any, offer: Any, meanwhile: str = ""
) -> HttpResponse:
    context = {
        "row": row,
        "subject": subject,
        "form": form,
        "offer": offer,
        "grave": row.action in workflow.grave,
        "seen": getattr(engine.last_event(subject), "uid", ""),
        "back": _next(request) or subject.get_absolute_url(),
        "post_to": request.get_full_path(),
        "meanwhile": meanwhile,
        "written": _written(request, workflow, row.action) if offer.blocked else [],
        "keep": f"{workflow.name}-{subject.uid}-{row.action}" if writes(row.asks) else "",
    }
    fragment = asked.by_htmx(request.headers)
    wrong = request.method == "POST" and form is not None and form.errors
    status = HTTPStatus.CONFLICT if meanwhile else HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    # htmx swaps only 2xx by default; the fragment shows its own errors.
    return render(
        request, "workflow/_step.html" if fragment else "workflow/step.html", context, status=200 if fragment else status
    )


def _meanwhile(request: HttpRequest, workflow: Workflow, offer: Any, subject: Any, form: Any) -> HttpResponse:
    """Somebody did something after the form was opened, and the step can still be taken.

    Nothing was done, what was typed is in the form.
    """
    event = engine.last_event(subject)
    if offer.blocked or not _written(request, workflow, offer.row.action) or _is_own(request, workflow, event, offer.row.action):
        return _too_late(request, workflow, subject, offer.row.action)
    sentence = audience.said_to(request.user, subject, event)
    return _show(request, workflow=workflow, row=offer.row, subject=subject, form=form, offer=offer, meanwhile=sentence)


def _written(request: HttpRequest, workflow: Workflow, action: str) -> list[tuple[str, str]]:
    """Return what was typed for a step, in whatever state its form was opened."""
    asks = next((row.asks for row in workflow.rows if row.action == action and row.asks), None)
    return list(written_in(asks, request.POST))


def _is_own(request: HttpRequest, workflow: Workflow, event: Any, action: str) -> bool:
    return event is not None and event.actor_id == request.user.pk and event.kind == workflow.kind(action)


def _too_late(request: HttpRequest, workflow: Workflow, subject: Any, action: str) -> HttpResponse:
    """Say who did what in the meantime; nothing was changed. What was typed is given back, to be read and copied."""
    event = engine.last_event(subject)
    if event is None:
        raise Http404
    sentence = audience.said_to(request.user, subject, event)
    if _is_own(request, workflow, event, action):
        messages.info(request, sentence)
        return _back(request, subject)
    context = {
        "sentence": sentence,
        "subject": subject,
        "back": subject.get_absolute_url(),
        "written": _written(request, workflow, action),
    }
    fragment = asked.by_htmx(request.headers)
    return render(
        request,
        "workflow/_overtaken.html" if fragment else "workflow/overtaken.html",
        context,
        status=200 if fragment else HTTPStatus.CONFLICT,
    )


def _next(request: HttpRequest) -> str:
    return asked.address(request.GET.get("next", ""), host=request.get_host())


def _back(request: HttpRequest, subject: Any) -> HttpResponse:
    target = _next(request) or subject.get_absolute_url()
    if asked.by_htmx(request.headers):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)
