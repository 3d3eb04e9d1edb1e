"""Downloads: signed, expiring, bound to the reader, never run in the browser, compared with what was received before they are sent."""

import logging
from http import HTTPStatus

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from tongxin.access.permissions import demand
from tongxin.access.views import requires
from tongxin.files import queries
from tongxin.files.choices import KINDS, SHEETS
from tongxin.files.models import File

logger = logging.getLogger(__name__)


@requires("files.download", of_object=True)
def download(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Send a file to the person the link was made for; tell when the link is too old, or the file has gone since."""
    file = File.objects.filter(uid=uid).select_related("committee").first()
    good = queries.link_is_good(uid, request.user, request.GET.get("t", ""))
    if good is False:
        raise Http404
    if file is None:
        return render(request, "files/removed.html", status=HTTPStatus.GONE)
    demand(request.user, "files.download", file)
    return _expired(request, file) if good is None else send(request, file)


def send(request: HttpRequest, file: File) -> HttpResponseBase:
    """Send a file that this reader may have, once its bytes are compared with what was received.

    Else say what is wrong.

    409 and not 500: the request is in order, what is kept is not, and a proxy neither asks again nor shows a page of
    its own.
    """
    try:
        content = queries.open_checked(file)
    except (queries.ChangedError, queries.LostError) as error:
        logger.exception("file %s is not sent", file.uid)
        lost = isinstance(error, queries.LostError)
        return render(request, "files/not_sent.html", {"file": file, "lost": lost}, status=HTTPStatus.CONFLICT)
    answer = FileResponse(content, as_attachment=True, filename=file.name, content_type=(KINDS | SHEETS)[file.kind].media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"  # a copy kept on the way would outlive the permission
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _expired(request: HttpRequest, file: File) -> HttpResponse:
    return render(
        request, "files/expired.html", {"file": file, "fresh": queries.link(file, request.user)}, status=HTTPStatus.GONE
    )
