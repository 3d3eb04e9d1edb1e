"""Answers that several pages give: a small form, where one goes on, what somebody else did first."""

from http import HTTPStatus
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongxin.audit import audience
from tongxin.core import asked
from tongxin.workflow import engine


def small_form(
    request: HttpRequest, form: Form, *, title: str, submit: str, subject: Any, back: str, lead: str = ""
) -> HttpResponse:
    """Show a short form: in the slot below the buttons when htmx asks, else as a page."""
    fragment = asked.by_htmx(request.headers)
    context = {
        "form": form,
        "title": title,
        "submit": submit,
        "subject": subject,
        "back": back,
        "lead": lead,
        "post_to": request.path,
        "keep": request.path.strip("/").replace("/", "-"),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and not fragment else 200
    return render(request, "handling/_small_form.html" if fragment else "handling/small_form.html", context, status=status)


def done(request: HttpRequest, target: str) -> HttpResponse:
    """Go on to a page, for htmx too."""
    if asked.by_htmx(request.headers):
        # With a fragment the browser would only scroll, and show the page as it was.
        return HttpResponse(status=204, headers={"HX-Redirect": target.partition("#")[0]})
    return HttpResponse(status=302, headers={"Location": target})


def overtaken(request: HttpRequest, subject: Any, back: str) -> HttpResponse:
    """Say who did what in the meantime; nothing was changed."""
    event = engine.last_event(subject)
    sentence = audience.said_to(request.user, subject, event)
    return render(
        request, "workflow/overtaken.html", {"sentence": sentence, "subject": subject, "back": back}, status=HTTPStatus.CONFLICT
    )
