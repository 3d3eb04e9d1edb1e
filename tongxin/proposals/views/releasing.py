"""Publication by the office: the text with what has to be covered, a preview, the confirmation.

And the files released with it.
"""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tongxin.access import permissions
from tongxin.access.views import Unsigned, requires
from tongxin.core.templatetags.chinese import size
from tongxin.files.queries import link
from tongxin.files.views import send
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import States
from tongxin.proposals.forms import CoveringForm
from tongxin.proposals.models import Attachment, Proposal

LABELS = {
    "title": gettext_lazy("案由"),
    "situation": gettext_lazy("情况"),
    "analysis": gettext_lazy("分析"),
    "suggestions": gettext_lazy("建议"),
    "suggested_units": gettext_lazy("建议承办单位"),
}


def _load(request: HttpRequest, uid: str) -> Proposal:
    found = (
        queries.original_visible_to(request.user)
        .filter(uid=uid)
        .select_related("committee__parent__parent", "public_copy__confirmed_by")
        .prefetch_related("attachments__file")
        .first()
    )
    if found is None:
        raise Http404
    permissions.demand(request.user, "proposals.release", found)
    return found


def _shut(proposal: Proposal) -> str:
    """Say why it cannot be published now; nothing when it can."""
    if not proposal.consents_to_publication:
        return _("提案人没有同意公开，不能公开。")
    if proposal.state not in States.filed:
        return _("提案还没有立案，或者已经并案、撤案，不能公开。")
    return ""


def _form(proposal: Proposal, data: Any = None) -> CoveringForm:
    copy = queries.copy_of(proposal)
    texts = {name: (LABELS[name], getattr(proposal, name)) for name in LABELS}
    covered = queries.covered_in(copy) if copy is not None else None
    return CoveringForm(texts, queries.proposed_marks(proposal), version=proposal.version, ticked=covered, data=data)


def _ticked_files(request: HttpRequest, proposal: Proposal) -> list[Attachment]:
    """Return the attachments that are to go with the text: those ticked.

    Before anything was ticked, those that went before.
    """
    if request.method == "POST":
        picked = set(request.POST.getlist("file"))
        return [a for a in proposal.attachments.all() if a.uid in picked]
    return [f.attachment for f in queries.public_files(proposal)]


@requires("proposals.release", of_object=True)
def release(request: HttpRequest, uid: str) -> HttpResponse:
    """Draw the marks on the text, show it as the public would read it, and release it.

    A released one is corrected here.
    """
    proposal = _load(request, uid)
    if request.method != "POST" or _shut(proposal):
        return _show(request, proposal, _form(proposal))
    form = _form(proposal, request.POST)
    if not form.is_valid():
        return _show(request, proposal, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    step = request.POST.get("step")
    if step == "confirm" and form.agrees():
        return _confirm(request, proposal, form)
    return _show(
        request,
        proposal,
        form,
        preview=step in {"preview", "confirm"},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else 200,
    )


def _confirm(request: HttpRequest, proposal: Proposal, form: CoveringForm) -> HttpResponse:
    said: dict[str, Any] = {
        "marks": form.cleaned_data["marks"],
        "files": _ticked_files(request, proposal),
        "version": form.cleaned_data["version"],
        "actor": request.user,
        "at": timezone.now(),
    }
    try:
        if proposal.released_at is None:
            actions.release(proposal, **said)
            messages.success(request, _("提案已经向社会公开"))
        else:
            actions.confirm_copy(proposal, **said)
            messages.success(request, _("公开稿已经核对，公开页面已按核对后的文字显示"))
    except actions.ProposalError as error:
        form.add_error(None, str(error))
        return _show(request, proposal, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect(proposal.get_absolute_url())


def _show(
    request: HttpRequest, proposal: Proposal, form: CoveringForm, *, preview: bool = False, status: int = 200
) -> HttpResponse:
    picked = {a.pk for a in _ticked_files(request, proposal)}
    files = [(a, size(a.file.size), link(a.file, request.user), a.pk in picked) for a in proposal.attachments.all()]
    context = {
        "proposal": proposal,
        "form": form,
        "drawn": form.drawn(),
        "preview": preview,
        "shut": _shut(proposal),
        "files": files,
        "label": _("核对公开稿") if proposal.released_at else _("向社会公开"),
        "back": proposal.get_absolute_url(),
        "stale": proposal.released_at is not None and queries.copy_of(proposal) is None,
        "copy": queries.copy_of(proposal),
    }
    return render(request, "proposals/office_release.html", context, status=status)


@require_safe
@requires("proposals.view", of_object=True, unsigned=Unsigned.PUBLIC)
def public_file(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Send a released attachment to anybody, as long as it is released."""
    found = queries.public_file(uid)
    if found is None:
        raise Http404
    permissions.demand(request.user, "proposals.view", found.attachment.proposal)
    return send(request, found.attachment.file)
