"""The paper as it will read, and handing it in."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access.permissions import demand
from tongxin.access.views import requires
from tongxin.audit import kinds
from tongxin.core.templatetags.chinese import moment
from tongxin.proposals import queries
from tongxin.proposals.choices import MEMBERS_FORMS, Answer, Form, States
from tongxin.proposals.models import Proposal
from tongxin.proposals.views.attachments import attachment_rows
from tongxin.workflow import engine


def _load(request: HttpRequest, uid: str) -> Proposal:
    proposal = queries.writable(request.user, uid)
    if proposal is None:
        raise Http404
    demand(request.user, "proposals.write_it", proposal)
    return proposal


@requires("proposals.write_it", of_object=True)
def preview(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the proposal as the paper will read, with what still blocks its submission."""
    proposal, at = _load(request, uid), timezone.now()
    offer = engine.offer_for(proposal, "submit", request.user, at=at)
    session, season = queries.session_and_season_at(proposal.committee, at)
    older = queries.outdated_signers(proposal) if offer else []
    signers = [s for s in queries.signers(proposal) if s not in older]
    if offer and proposal.form in MEMBERS_FORMS:  # as it will be handed in
        proposal.form = Form.JOINT if len(signers) > 1 else Form.INDIVIDUAL
    context = {
        "proposal": proposal,
        "offer": offer,
        "where": "" if offer else queries.standing_of(proposal, request.user),
        "checks": queries.checks(proposal, on=timezone.localdate(at)) if offer else [],
        "signers": signers,
        "older": older,
        "files": attachment_rows(proposal, request.user),
        "session": proposal.session or session,
        "season": proposal.season or season,
        "waiting": [s for s in proposal.signatures.all() if s.answer == Answer.INVITED],
    }
    return render(request, "proposals/preview.html", context)


@requires("proposals.write_it", of_object=True)
@require_POST
def submit(request: HttpRequest, uid: str) -> HttpResponse:
    """Hand in exactly what was previewed; a second click is told what the first one did."""
    proposal = _load(request, uid)
    if proposal.state in States.with_the_proposer and request.POST.get("version") != str(proposal.version):
        return _look_again(request, uid)
    try:
        engine.perform(proposal, "submit", actor=request.user, at=timezone.now())
    except engine.Overtaken as error:
        if _load(request, uid).state in States.with_the_proposer:  # saved in this very moment
            return _look_again(request, uid)
        said = error.event
        what = _("%(when)s：%(what)s。") % {"when": moment(said.at), "what": kinds.sentence(said)} if said else ""
        messages.info(request, _("这件提案已经办过这一步，没有重复提交。") + what)
    except engine.NotAllowed:
        messages.info(
            request, _("这件提案现在是“%(state)s”，不能提交。") % {"state": queries.standing_of(proposal, request.user)}
        )
    except engine.Blocked as error:
        messages.error(request, "；".join(error.reasons) + "。")
        return redirect("proposal-preview", uid)
    else:
        serial = proposal.serial
        messages.success(request, _("已提交，收件号 %(n)s。审查结果会通知您。") % {"n": serial} if serial else _("已提交。"))
    return redirect(proposal)


def _look_again(request: HttpRequest, uid: str) -> HttpResponse:
    messages.warning(request, _("预览之后正文又改过，还没有提交。请看过现在的正文再提交。"))
    return redirect("proposal-preview", uid)
