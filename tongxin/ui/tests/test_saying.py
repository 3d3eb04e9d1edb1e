"""What became of an act is said once, in the part of the page where it was tried, to who opens a page."""

from typing import Any

from django.contrib import messages
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.test import RequestFactory

from tongxin.ui.saying import refuse

PAGE = """{% include "ui/_messages.html" %}<section id="files">{% refused "files" %}</section>{% include "ui/_toasts.html" %}"""
WITHOUT = """{% include "ui/_messages.html" %}{% include "ui/_toasts.html" %}"""
FILE, WHOLE = "“图.png”太大。", "还没有办。"


def _answer(page: str = "", cookies: Any = None, **headers: str) -> tuple[str, HttpResponse]:
    """Open a page, or where none is named do what is refused twice: one file, and a step of the whole page."""
    request: HttpRequest = RequestFactory().get("/", headers=headers)  # type: ignore[arg-type]
    request.session = {}  # type: ignore[assignment]
    request.COOKIES.update(cookies or {})
    said: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        if page:
            said.append(Template(page).render(RequestContext(request)))
        else:
            refuse(request, FILE, at="files")
            messages.error(request, WHOLE)
        return HttpResponse()

    answer = MessageMiddleware(view)(request)
    return "".join(said), answer


def _kept(answer: HttpResponse) -> dict[str, str]:
    return {name: morsel.value for name, morsel in answer.cookies.items() if morsel.value}


def test_it_stands_in_the_part_where_it_was_tried_and_what_concerns_the_page_at_its_head() -> None:
    kept = _kept(_answer()[1])
    said, answer = _answer(PAGE, kept)
    head, rest = said.split('<section id="files">')
    assert (WHOLE in head, FILE in head, FILE in rest.split("</section>")[0], said.count(FILE)) == (True, False, True, 1)
    assert _kept(answer) == {}  # said once


def test_where_the_page_has_no_such_part_it_is_said_all_the_same_and_stays() -> None:
    said, _ = _answer(WITHOUT, _kept(_answer()[1]))
    assert 'data-toast="stays"' in said
    assert said.count(FILE) == 1


def test_what_a_page_asks_for_by_itself_says_nothing_and_takes_nothing_away() -> None:
    kept = _kept(_answer()[1])
    for headers in ({"HX-Request": "true"}, {"X-Requested-With": "fetch"}):
        said, answer = _answer(PAGE, kept, **headers)
        assert (FILE in said, WHOLE in said, answer.cookies.get("messages")) == (False, False, None)
    assert FILE in _answer(PAGE, kept)[0]
