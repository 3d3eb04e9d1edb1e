"""Requests in another charset than UTF-8 are refused before Django sees them.

Django decodes the address of any request by the charset that its Content-Type names, whatever its method, before the
first middleware: some of Python's codecs take time that grows with the square of the length, others end in an error.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REFUSED = gettext_lazy("只接受 UTF-8 编码，请用浏览器重新打开页面再提交。")
STATUS, HEADERS = 415, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "private, no-store"}
INTERFACE = "/api/"  # where errors are problems in JSON, by RFC 9457
UTF_8 = {"utf-8", "utf8"}


def is_utf8(content_type: str) -> bool:
    """Say whether what a Content-Type names, if anything, is UTF-8.

    A value that is encoded itself (`charset*=`) is not looked at.
    """
    if "*" in content_type:
        return False
    _kind, said = parse_header_parameters(content_type)
    return said.get("charset", "utf-8").lower() in UTF_8


def _as_problem() -> bytes:
    said = {
        "type": "about:blank",
        "title": "Unsupported Media Type",
        "status": STATUS,
        "detail": _("只接受 UTF-8 编码。"),
        "code": "unsupported-media-type",
        "reasons": [],
        "fields": {},
    }
    return json.dumps(said, ensure_ascii=False).encode()


class Utf8Alone:
    """Stands before what serves requests."""

    def __init__(self, served: Callable[[dict[str, Any], Any], Iterable[bytes]]) -> None:
        self.served = served

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if is_utf8(environ.get("CONTENT_TYPE", "")):
            return self.served(environ, start_response)
        headers, body = dict(HEADERS), REFUSED.encode()
        if environ.get("PATH_INFO", "").startswith(INTERFACE):
            headers["Content-Type"], body = "application/problem+json", _as_problem()
        start_response(f"{STATUS} Unsupported Media Type", list(headers.items()))
        return [body]
