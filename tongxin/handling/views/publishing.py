"""A sent reply before the public reads it: what is covered, a preview, the confirmation; or why it is kept back."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.handling import actions, queries
from tongxin.handling.forms import PublicReplyForm
from tongxin.handling.models import PublicReply

DESK = "/desk/publication/"


@requires("handling.release_reply", of_object=True)
def public_reply(request: HttpRequest, uid: str) -> HttpResponse:
    """Draw the marks on the text of a reply, show it as the public would read it, and confirm it or keep it back."""
    copy = queries.publishable(request.user, uid)
    if copy is None:
        raise Http404
    permissions.demand(request.user, "handling.release_reply", copy)
    form = PublicReplyForm(copy, data=request.POST if request.method == "POST" else None)
    step = request.POST.get("step", "")
    if request.method != "POST":
        return _show(request, copy, form)
    if not form.is_valid():
        return _show(request, copy, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if step == "withhold" or (step == "confirm" and form.agrees()):
        return _confirm(request, copy, form, shown=step == "confirm")
    return _show(
        request,
        copy,
        form,
        preview=step in {"preview", "confirm"},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else 200,
    )


def _confirm(request: HttpRequest, copy: PublicReply, form: PublicReplyForm, *, shown: bool) -> HttpResponse:
    try:
        actions.confirm_public_reply(
            copy,
            shown=shown,
            marks=form.cleaned_data["marks"]["text"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            at=timezone.now(),
        )
    except actions.HandlingError as error:
        form.add_error(None, str(error))
        return _show(request, copy, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("答复已经按公开稿公开") if shown else _("这件答复不向社会公开"))
    return redirect(DESK)


def _show(
    request: HttpRequest, copy: PublicReply, form: PublicReplyForm, *, preview: bool = False, status: int = 200
) -> HttpResponse:
    proposal = copy.reply.task.case.proposal
    context = {
        "copy": copy,
        "form": form,
        "drawn": form.drawn(),
        "preview": preview,
        "back": DESK,
        "proposal": proposal,
        "unit": copy.reply.sent_by,
        "shut": "" if proposal.released_at else _("这件提案现在没有公开，请先公开提案。"),
    }
    return render(request, "handling/public_reply.html", context, status=status)
