"""How a row begins on a page: a matter declares what is asked and the act.

Form, page and the way to the new row come from that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from tongxin.access.views import View, requires
from tongxin.workflow.engine import Invalid
from tongxin.workflow.forms import form_for, payload_of, writes

UNPROCESSABLE = 422


@dataclass(frozen=True)
class Beginning:
    """The page on which a row begins: `name` is its address's too; `asks` is a frozen dataclass as a step's.

    `begins(said, *, actor, at)` is the act, which returns the row. It raises Invalid for what the form could not know.
    """

    name: str
    title: Any
    permission: str
    asks: type
    begins: Callable[..., Any]
    back: str = "/home/"


def page_of_beginning(beginning: Beginning) -> View:
    """Return the view on which a row begins, under its own permission."""

    @requires(beginning.permission)
    def begin(request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        form = form_for(beginning.asks, subject=None, actor=request.user, at=at, data=request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                row = beginning.begins(payload_of(beginning.asks, form), actor=request.user, at=at)
            except Invalid as error:
                for field, sentence in error.problems.items():
                    form.add_error(field if field in form.fields else None, sentence)
            else:
                messages.success(request, f"{beginning.title}：{row}")
                return redirect(row)
        context = {"beginning": beginning, "form": form, "keep": beginning.name if writes(beginning.asks) else ""}
        return render(request, "desks/begin.html", context, status=UNPROCESSABLE if form.errors else 200)

    begin.__doc__ = f"Begin {beginning.name}."
    return begin
