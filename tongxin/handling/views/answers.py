"""Answers that several pages give: the links of a list, a small form, what somebody else did first."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongxin.audit import audience
from tongxin.core import asked
from tongxin.desks.paging import Slice
from tongxin.handling import queries
from tongxin.workflow import engine

GONE = 409
UNPROCESSABLE = 422


@dataclass(frozen=True)
class Link:
    """A tab, a lane or a chip of a list."""

    label: str
    url: str
    count: int = 0
    current: bool = False
    level: str = ""
    word: str = ""
    text: str = ""


@dataclass(frozen=True)
class Pager:
    """The way to the pages beside this one."""

    caption: str
    previous_url: str
    next_url: str


def chosen(request: HttpRequest, parts: Container[str], default: str) -> tuple[str, str]:
    """Return which part of a list is asked for and which deadline level; what is not known counts as not asked."""
    part, level = request.GET.get("part", ""), request.GET.get("level", "")
    return part if part in parts else default, level if level in queries.LEVELS else ""


def with_params(**params: str) -> str:
    """Return the query string of a list with these filters; empty ones are left out."""
    kept = {name: value for name, value in params.items() if value}
    return f"?{urlencode(kept)}" if kept else "?"


def pager_of(page: Slice, total: int, filters: dict[str, str]) -> Pager:
    """Return the pager of a list under its filters."""
    return Pager(
        _("共 %(n)s 件") % {"n": total},
        with_params(**filters, before=page.rows[0].uid) if page.has_previous and page.rows else "",
        with_params(**filters, after=page.rows[-1].uid) if page.has_next and page.rows else "",
    )


def lanes_of(counted: dict[str, int], filters: dict[str, str]) -> list[Link]:
    """Return the four deadline levels as links that filter the list; the chosen one leads back to all."""
    words = {
        "red": (_("红牌"), _("已过期限")), "yellow": (_("黄牌"), _("就要到期")), "soon": (_("临期"), _("请抓紧办理")),
        "ok": (_("正常"), _("期限还早")),
    }  # fmt: skip
    chosen, rest = filters.get("level", ""), {k: v for k, v in filters.items() if k != "level"}
    return [
        Link(
            word, with_params(**rest, level="" if chosen == name else name), counted[name], chosen == name, name, word,
            _("显示全部") if chosen == name else text,
        )
        for name, (word, text) in words.items()
    ]  # fmt: skip


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
    status = UNPROCESSABLE if form.is_bound and not fragment else 200
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
    return render(request, "workflow/overtaken.html", {"sentence": sentence, "subject": subject, "back": back}, status=GONE)
