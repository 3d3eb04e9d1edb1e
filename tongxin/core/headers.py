"""Requests with a header that no browser of ours sends are refused before anything reads it.

Django and Python read a Content-Type and a cookie in quotes in time that grows with the square of the length, before
the first middleware and for anybody: one long line would hold a process for seconds.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

REFUSED = _("浏览器送来的请求头太长，请清除本网站的 Cookie 后重新打开页面。")
STATUS, HEADERS = 431, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "private, no-store"}
LONGEST = 8 * 1024  # all of them together where `tongxin serve` runs (`cli.running`), each of them under another server
LONGEST_KIND = 256  # a Content-Type: a form's has some 70 characters
SENT = ("HTTP_", "CONTENT_")  # what WSGI calls the headers of a request


def are_short(environ: dict[str, Any]) -> bool:
    """Say whether every header of a request is of a length that is read at once.

    >>> are_short({"HTTP_COOKIE": "a" * 8192}), are_short({"HTTP_COOKIE": "a" * 8193}), are_short({"CONTENT_TYPE": "a" *
    257})
    (True, False, False)
    """
    if len(environ.get("CONTENT_TYPE", "")) > LONGEST_KIND:
        return False
    return all(len(value) <= LONGEST for name, value in environ.items() if name.startswith(SENT))


class ShortAlone:
    """Stands before what serves requests."""

    def __init__(self, served: Callable[[dict[str, Any], Any], Iterable[bytes]]) -> None:
        self.served = served

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if are_short(environ):
            return self.served(environ, start_response)
        start_response(f"{STATUS} Request Header Fields Too Large", list(HEADERS.items()))
        return [REFUSED.encode()]
