"""Every error under /api/ is a problem in JSON (RFC 9457), whoever answers it.

A view, a middleware or Django itself.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja.errors import HttpError, ValidationError

PREFIX = "/api/"
TYPE = "application/problem+json"
UNREADABLE = HTTPStatus.BAD_REQUEST
MULTIPLE_CHOICES = 300
SENTENCES = {
    400: gettext_lazy("请求无法读取：请求体应当是 JSON。"),
    401: gettext_lazy("请先登录。"),
    403: gettext_lazy("您没有这项权限。"),
    404: gettext_lazy("没有找到，或者您没有权限查看。"),
    405: gettext_lazy("这个地址不接受这种请求方法。"),
    409: gettext_lazy("情况已经变了，这一步没有办理。"),
    415: gettext_lazy("只接受 UTF-8 编码。"),
    422: gettext_lazy("所填内容不符合要求，见 fields。"),
    429: gettext_lazy("请求太频繁，请稍后再试。"),
    500: gettext_lazy("系统出错，这一步没有办理。"),
    503: gettext_lazy("系统暂时不能使用，请稍后再试。"),
}


def problem(
    status: int, detail: str = "", *, code: str = "", reasons: Sequence[str] = (), fields: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a problem; without words of its own it says what its status means."""
    return HttpResponse(_written(status, detail, code, reasons, fields or {}), status=status, content_type=TYPE)


def _written(status: int, detail: str, code: str, reasons: Sequence[str], fields: Mapping[str, str]) -> bytes:
    known = HTTPStatus(status)
    said = {
        "type": "about:blank",
        "title": known.phrase,
        "status": status,
        "detail": detail or str(SENTENCES.get(status, known.phrase)),
        "code": code or known.phrase.lower().replace(" ", "-"),
        "reasons": list(reasons),
        "fields": dict(fields),
    }
    return json.dumps(said, ensure_ascii=False).encode(errors="replace")  # a name that was sent may be no text


def misshapen(errors: Sequence[Mapping[str, Any]]) -> HttpResponse:
    """Return what is wrong with the shape of what was sent, by the paths in it."""
    fields = {}
    for error in errors:
        path = [str(step) for step in error["loc"][2:4]]
        fields[".".join(path) or "body"] = _("缺少这一项。") if error["type"] == "missing" else _("格式不对。")
    return problem(422, code="invalid", fields=fields)


def register(api: Any) -> None:
    """Let what the views raise be answered as problems.

    What nobody foresaw goes on to Django, and comes back as one.
    """

    def on(kind: type[Exception], answer: Callable[[Any], HttpResponse]) -> None:
        api.add_exception_handler(kind, lambda _request, error: answer(error))

    def unforeseen(_request: HttpRequest, error: Exception) -> HttpResponse:
        raise error

    api.add_exception_handler(Exception, unforeseen)
    on(Http404, lambda _error: problem(404))
    on(PermissionDenied, lambda error: problem(403, str(error)))
    on(HttpError, lambda error: problem(error.status_code, code="csrf" if error.status_code == HTTPStatus.FORBIDDEN else ""))
    on(RawPostDataException, lambda _error: problem(UNREADABLE))
    on(ValidationError, lambda error: misshapen(error.errors))


class ProblemsInJson:
    """Stands before everything.

    Turns what would be a page into a problem, and what leads to another page into a refusal.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if not request.path_info.startswith(PREFIX) or answer.status_code < MULTIPLE_CHOICES or answer.streaming:
            return answer
        target = answer.headers.get("Location", "")
        if answer.headers.get("Content-Type", "").startswith(TYPE) or target.startswith(PREFIX):
            return answer
        status, detail, code = answer.status_code, "", ""
        if target:
            status, detail, code = _led_away(target)
            del answer.headers["Location"]
        answer.status_code = status
        answer.content = _written(status, detail, code, (), {})  # type: ignore[attr-defined]  # it does not stream
        answer.headers["Content-Type"] = TYPE
        answer.headers.pop("Content-Length", None)
        return answer


def _led_away(target: str) -> tuple[int, str, str]:
    """Say why a browser would be led to another page: it is not signed in, or has to set something up first."""
    if target.startswith(reverse("account_login")):
        return 401, "", ""
    return 403, _("请先在网页上办完这一步：%(target)s") % {"target": target}, "page-first"
