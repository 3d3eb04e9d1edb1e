"""What is answered when a view could not do its work.

Where the database or the disk is why, that is said, and no text is lost.
"""

import errno
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from tongxin.access import labels
from tongxin.core import asked, room
from tongxin.core.database import NotThereError

RETRY_AFTER = 30  # seconds
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FULL = NO_ROOM | {errno.EROFS, errno.EIO}
REASON, DISK_FULL = "X-Tongxin-Reason", "disk-full"  # read by autosave.js, which says it beside the text
# SQLite says by the same error that a table is missing: that is a fault of ours, and waiting does not mend it
SQLITE_PASSING = ("unable to open", "disk is full", "locked", "disk i/o", "readonly")
SECRETS = ("password", "code", "token", "secret")
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 -- a name
LONG = 40  # characters: what one does not write again gladly
MOST = 1 << 20


@dataclass(frozen=True)
class Shown:
    """One answer as the form had it, to be read and copied."""

    label: str  # empty where it is not known
    text: str

    @property
    def rows(self) -> int:
        """How many lines it is shown on."""
        return 6 if len(self.text) >= LONG or "\n" in self.text else 1


@dataclass(frozen=True)
class Written:
    """What somebody had written when it could not be taken."""

    fields: list[tuple[str, str]]  # with the token of the form: it is sent again as it was
    shown: list[Shown]


def answer(request: HttpRequest) -> HttpResponse:
    """Answer an error that nobody caught; called while it is handled."""
    error = sys.exc_info()[1]
    if not is_passing(error):
        return server_error(request)
    full, (files, dropped) = is_full(error), _files(request)
    said = {
        "written": _written(request, error),
        "path": request.get_full_path(),
        "full": full,
        "files": files,
        "dropped": dropped,
        "back": _came_from(request),
    }
    page = render_to_string("503.html", said)  # without the request: who is signed in stands in the database
    reason = {REASON: DISK_FULL} if full else {}
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER), **reason})


def is_passing(error: BaseException | None) -> bool:
    """Say whether it is the database that is away, or the disk that is full: what is sent again later is taken."""
    if isinstance(error, OSError):
        return error.errno in FULL
    if isinstance(error, NotThereError) or isinstance(getattr(error, "__cause__", None), NotThereError):
        return True
    if isinstance(error, OperationalError) and connection.vendor == "sqlite":
        return any(said in str(error).lower() for said in SQLITE_PASSING)
    return isinstance(error, OperationalError | InterfaceError)


def is_full(error: BaseException | None) -> bool:
    """Say whether it is for want of room on a disk: by what failed, or by the disks themselves."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return True
    return "disk is full" in str(error).lower() or room.is_full()


def _files(request: HttpRequest) -> tuple[list[str], bool]:
    """Return the names of the files that came with a form, and whether there were any: none of them is kept.

    What was cut off while it was read has no names; that there were files is known all the same.
    """
    if request.method != "POST" or request.content_type != "multipart/form-data":
        return [], False
    try:
        names = [str(file.name) for _name, files in request.FILES.lists() for file in files]
    except Exception:  # noqa: BLE001 -- a body that was cut off is one fault more, and not the one to tell of
        return [], True
    return names, bool(names)


def _came_from(request: HttpRequest) -> str:
    """Return the page of ours that a form was sent from; the address itself where it was only read.

    Else the home page.
    """
    if request.method != "POST":
        return request.get_full_path()
    try:
        came = asked.address(request.headers.get("Referer", ""), host=request.get_host())
    except DisallowedHost:
        return "/"
    return asked.address(urlsplit(came)._replace(scheme="", netloc="", fragment="").geturl()) or "/"


def _written(request: HttpRequest, error: BaseException | None) -> Written | None:
    """Return what a form held, but nothing of one that holds a secret: a page may stand open on a shared machine."""
    try:
        held = [(name, value) for name, values in request.POST.lists() for value in values] if request.method == "POST" else []
    except Exception:  # noqa: BLE001 -- a body that was cut off is one fault more, and not the one to tell of
        return None
    if any(secret in name.lower() for name, _value in held for secret in SECRETS if name != TOKEN):
        return None
    if not held or sum(len(value) for _name, value in held) > MOST:
        return None
    return Written(held, _shown(request, held, error))


def _shown(request: HttpRequest, held: list[tuple[str, str]], error: BaseException | None) -> list[Shown]:
    """Return what a person wrote and chose, each under the label that the form had.

    Without a label only what is long.
    """
    answers: dict[str, list[str]] = {}
    for name, value in held:
        if name != TOKEN:
            answers.setdefault(name, []).append(value)
    try:
        fields = labels.fields_of(request, answers, error)
        said = {name: labels.in_words(fields.get(name), values) for name, values in answers.items()}
    except Exception:  # noqa: BLE001 -- what is offered may stand in the database that is away: then without labels
        fields, said = {}, {}
    found = []
    for name, values in answers.items():
        if text := said.get(name, "").strip("\n"):
            found.append(Shown(str(fields[name].label or ""), text))
        elif name not in fields:
            found += [Shown("", value) for value in values if len(value) >= LONG]
    return found
