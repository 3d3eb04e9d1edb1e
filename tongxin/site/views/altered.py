"""What somebody reads whose act was taken back, because the database holds something else than what he gave it."""

import logging
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.audit.given import AlteredError
from tongxin.core import asked

logger = logging.getLogger(__name__)


def taken_back(request: HttpRequest, error: AlteredError) -> HttpResponse:
    """Say that nothing was changed, and whom to tell. The log says which row: the reader could do nothing with it.

    409 and not 500: the request is in order, the database is not. The script of a page takes 409 for a text that is
    newer.
    """
    logger.error("an act was taken back at %s", request.path, exc_info=error)
    if request.headers.get("X-Requested-With") == "fetch":
        said = _("数据库保存的与提交的不一致，这一步没有办理。请告诉系统管理员。")
        return JsonResponse({"message": said}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    fragment = asked.by_htmx(request.headers)
    context = {"at": timezone.now()}
    return render(request, "site/_altered.html" if fragment else "site/altered.html", context, status=HTTPStatus.CONFLICT)
