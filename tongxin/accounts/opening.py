"""What somebody reaches for in the wrong one of his seats.

A page is offered in the right one, what was sent is done there.

The page itself is asked, as that seat, since it alone knows who may read it. So nobody learns anything here that he
could not open by changing the seat himself, and whoever has no other seat is answered as if the thing did not exist.
"""

from collections.abc import Iterable
from copy import copy
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import resolve
from django.utils.translation import gettext as _

from tongxin.accounts import actions, seats
from tongxin.core import asked

LOOKS = {"GET", "HEAD"}


class _Unsaid(list[Any]):
    """Takes what a page that is only asked wants to tell: it is told when the page is shown."""

    def add(self, *_said: Any, **_more: Any) -> None:
        """Keep nothing."""


def answers(request: HttpRequest, target: str, *, seat: str = "") -> int:
    """Return the status with which a page answers its reader as he is, or as he would be in another of his seats.

    Reads write nothing, so it may be asked; who a duty lets in, or the own account, is let in whatever the seat.
    """
    asking, address = copy(request), urlsplit(target)
    asking.path = asking.path_info = address.path
    asking.GET = asked.query(address.query)  # type: ignore[assignment]
    asking._messages = _Unsaid()  # type: ignore[attr-defined]  # noqa: SLF001 -- what is to be said waits for the page that is shown
    if seat:
        asking.user = copy(request.user)
        asking.user.chosen_seat = seat  # type: ignore[union-attr]  # asked of who is signed in
    try:
        match = asking.resolver_match = resolve(address.path)
        answer: HttpResponseBase = match.func(asking, *match.args, **match.kwargs)
    except (Http404, PermissionDenied):
        return HTTPStatus.NOT_FOUND
    return answer.status_code


def in_another_seat(request: HttpRequest) -> HttpResponse | None:
    """Answer for a page that was not found in the seat in which somebody acts; nothing where no other seat finds it."""
    others = [seat for seat in seats.held(request.user) if not seat.chosen]  # type: ignore[arg-type]
    if not others:
        return None
    return _offer(request, others) if request.method in LOOKS else _do(request, others)


def _by_script(request: HttpRequest) -> bool:
    return asked.by_htmx(request.headers) or request.headers.get("X-Requested-With") == "fetch"


def _offer(request: HttpRequest, others: Iterable[seats.Held]) -> HttpResponse | None:
    """Offer the seats that open the page; a piece of a page is not found."""
    if _by_script(request):
        return None
    here = request.get_full_path()
    fitting = [seat for seat in others if answers(request, here, seat=seat.uid) < HTTPStatus.BAD_REQUEST]
    if not fitting:
        return None
    return render(request, "accounts/other_seat.html", {"fitting": fitting, "target": here}, status=HTTPStatus.NOT_FOUND)


def _do(request: HttpRequest, others: Iterable[seats.Held]) -> HttpResponse | None:
    """Do what was sent from a page of another seat in that seat.

    It was changed in another window, and nothing typed is lost.

    It is sent to one seat after the other, so a view must look before it writes: what it does not find has left
    nothing, as tests/architecture/test_not_found.py asks of all. A script goes on without a word: its page is still
    that seat's, and another window may well be the other's.
    """
    for seat in others:
        answer = _answer_in(request, seat.uid)
        if answer is None:
            continue
        if not _by_script(request) or "HX-Redirect" in answer.headers:
            actions.act_in(request, seat.uid)
            messages.info(request, _("这一页是%(committee)s委员身份的，已换回这个身份") % {"committee": seat.committee})
        return answer
    return None


def _answer_in(request: HttpRequest, seat: str) -> HttpResponse | None:
    """Let the view answer as if the person acted in a seat; nothing where it finds nothing.

    However it ends, the person acts afterwards in the seat in which he acted: the page of an error is of this one.
    """
    match, user = resolve(request.path_info), request.user
    acted_in, user.chosen_seat = user.chosen_seat, seat  # type: ignore[union-attr]  # asked of who is signed in
    try:
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
    except (Http404, PermissionDenied):
        return None
    finally:
        user.chosen_seat = acted_in  # type: ignore[union-attr]
    return answer
