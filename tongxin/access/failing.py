"""What is answered when a view could not do its work: where the database or the disk is why, that is said, and no text is lost."""

import errno
import sys
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

RETRY_AFTER = 30  # seconds
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
# SQLite says by the same error that a table is missing: that is a fault of ours, and waiting does not mend it
SQLITE_PASSING = ("unable to open", "disk is full", "locked", "disk i/o", "readonly")
SECRETS = ("password", "code", "token", "secret")
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 -- a name
LONG = 40  # characters: what one does not write again gladly
MOST = 1 << 20


@dataclass(frozen=True)
class Written:
    """What somebody had written when it could not be taken."""

    fields: list[tuple[str, str]]  # with the token of the form: it is sent again as it was

    @property
    def texts(self) -> list[str]:
        """Return the longer texts, to be read and copied."""
        return [value for name, value in self.fields if len(value) >= LONG and name != TOKEN]


def answer(request: HttpRequest) -> HttpResponse:
    """Answer an error that nobody caught; called while it is handled."""
    if not is_passing(sys.exc_info()[1]):
        return server_error(request)
    said = {"written": _written(request), "path": request.get_full_path()}
    page = render_to_string("503.html", said)  # without the request: who is signed in stands in the database
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER)})


def is_passing(error: BaseException | None) -> bool:
    """Say whether it is the database that is away, or the disk that is full: what is sent again later is taken."""
    if isinstance(error, OSError):
        return error.errno in FULL
    if isinstance(error, OperationalError) and connection.vendor == "sqlite":
        return any(said in str(error).lower() for said in SQLITE_PASSING)
    return isinstance(error, OperationalError | InterfaceError)


def _written(request: HttpRequest) -> Written | None:
    """Return what a form held, but nothing of one that holds a secret: a page may stand open on a shared machine."""
    try:
        held = [(name, value) for name, values in request.POST.lists() for value in values] if request.method == "POST" else []
    except Exception:  # noqa: BLE001 -- a body that was cut off is one fault more, and not the one to tell of
        return None
    if any(secret in name.lower() for name, _value in held for secret in SECRETS if name != TOKEN):
        return None
    return Written(held) if held and sum(len(value) for _name, value in held) <= MOST else None
