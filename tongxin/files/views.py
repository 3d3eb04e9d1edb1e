"""Downloads: signed, expiring, bound to the reader, and never run in the browser."""

from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from tongxin.access.permissions import demand
from tongxin.access.views import requires
from tongxin.files import queries
from tongxin.files.choices import KINDS
from tongxin.files.models import File

GONE = 410


@requires("files.download", of_object=True)
def download(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Send a file to the person the link was made for; tell when the link is too old."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    file = File.objects.filter(uid=uid).select_related("committee").first()
    good = queries.link_is_good(uid, request.user, request.GET.get("t", ""))
    if file is None or good is False:
        raise Http404
    demand(request.user, "files.download", file)
    if good is None:
        return _expired(request, file)
    try:
        content = file.content.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(content, as_attachment=True, filename=file.name, content_type=KINDS[file.kind].media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _expired(request: HttpRequest, file: File) -> HttpResponse:
    return render(request, "files/expired.html", {"file": file, "fresh": queries.link(file, request.user)}, status=GONE)
