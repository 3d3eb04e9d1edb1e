"""Files of a proposal's text."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access.permissions import demand
from tongxin.access.views import requires
from tongxin.core.templatetags.chinese import size
from tongxin.files import queries as files
from tongxin.files.actions import RefusedError
from tongxin.proposals import actions, queries
from tongxin.proposals.models import Proposal
from tongxin.ui.saying import refuse

PLACE = "attachments"  # the part of the editor where files are


def attachment_rows(proposal: Proposal, user: Any, *, removable: bool = False) -> list[dict[str, Any]]:
    """Return the attachments as the list component draws them, with links for this reader."""
    return [
        {
            "kind": a.file.kind,
            "name": a.file.name,
            "size": size(a.file.size),
            "url": files.link(a.file, user),
            "checked": _("已检查，未见涉密标志"),
            "remove_url": f"/proposals/{proposal.uid}/attachments/{a.uid}/remove/" if removable else "",
        }
        for a in proposal.attachments.all()
    ]


def _load(request: HttpRequest, uid: str) -> Proposal:
    proposal = queries.writable(request.user, uid)
    if proposal is None:
        raise Http404
    demand(request.user, "proposals.edit", proposal)
    return proposal


@requires("proposals.edit", of_object=True)
@require_POST
def add(request: HttpRequest, uid: str) -> HttpResponse:
    """Take files in, all or none; a refusal is shown among the files."""
    proposal, uploads = _load(request, uid), request.FILES.getlist("uploads")
    if not uploads:
        refuse(request, _("请先选择文件，再点添加。"), at=PLACE)
    else:
        try:
            made = actions.attach(proposal, uploads=uploads, actor=request.user, at=timezone.now())
        except (RefusedError, actions.ProposalError) as error:
            several = _("这次选的文件都没有添加。") if len(uploads) > 1 else ""
            refuse(request, f"{str(error).rstrip('。')}。{several}", at=PLACE)
        else:
            messages.success(request, _("已添加附件 %(n)s 个。") % {"n": len(made)})
    return redirect(f"/proposals/{uid}/edit/#{PLACE}")


@requires("proposals.edit", of_object=True)
@require_POST
def remove(request: HttpRequest, uid: str, attachment_uid: str) -> HttpResponse:
    """Take a file off."""
    proposal = _load(request, uid)
    attachment = next((a for a in proposal.attachments.all() if a.uid == attachment_uid), None)
    if attachment is None:
        messages.info(request, _("这个附件已经移除过了。"))
    else:
        try:
            actions.detach(attachment, actor=request.user, at=timezone.now())
        except actions.ProposalError as error:
            refuse(request, f"{error}。", at=PLACE)
        else:
            messages.success(request, _("已移除附件《%(name)s》。") % {"name": attachment.file.name})
    return redirect(f"/proposals/{uid}/edit/#{PLACE}")
