"""Asking members to co-sign: inviting, taking back, asking again after a change, entering an answer given on paper."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access.permissions import demand
from tongxin.access.views import requires
from tongxin.core import asked
from tongxin.core.templatetags.chinese import moment
from tongxin.members.models import Member
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import Answer
from tongxin.proposals.forms import InviteForm
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.regulations import FormRules
from tongxin.regulations.queries import in_force
from tongxin.ui.saying import refuse

PLACE = "cosigners"  # the part of the editor where names are


# ── inviting ─────────────────────────────────────────────────────────────────────────────────────
def _load(request: HttpRequest, uid: str, permission: str) -> Proposal:
    proposal = queries.writable(request.user, uid)
    if proposal is None:
        raise Http404
    demand(request.user, permission, proposal)
    return proposal


def _signature(proposal: Proposal, uid: str) -> Signature | None:
    return next((s for s in proposal.signatures.all() if s.uid == uid), None)


@requires("proposals.invite", of_object=True)
def invite(request: HttpRequest, uid: str) -> HttpResponse:
    """Search members and ask them to co-sign until a cut-off."""
    proposal = _load(request, uid, "proposals.invite")
    at = timezone.now()
    rules: FormRules = in_force(proposal.committee, FormRules, timezone.localdate(at))
    given = request.POST if request.method == "POST" else request.GET
    chosen = list(
        Member.objects.sitting(timezone.localdate(at)).filter(
            committee_id=proposal.committee_id, uid__in=given.getlist("m")[: rules.cosigners_max + 1]
        )
    )
    until = queries.latest_cutoff(proposal, at) or InviteForm.default_until(at, rules.cosign_days)
    form = InviteForm(request.POST if "send" in request.POST else None, initial={"until": given.get("until") or until})
    problem = ""
    if "send" in request.POST and form.is_valid():
        problem = _send(request, proposal, chosen, form.cleaned_data["until"], rules)
        if not problem:
            return redirect(f"/proposals/{uid}/edit/#{PLACE}")
    text = asked.words(given.get("q", ""), 40)
    found = [m for m in queries.candidates(proposal, text, on=timezone.localdate(at)) if m not in chosen]
    context = {
        "proposal": proposal,
        "form": form,
        "q": text,
        "found": found[:20],
        "more": len(found) > 20,  # noqa: PLR2004
        "chosen": chosen,
        "rules": rules,
        "problem": problem,
    }
    if asked.by_htmx(request.headers) and request.headers.get("HX-Target") == "candidates":
        return render(request, "proposals/_candidates.html", context)
    return render(
        request, "proposals/invite.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if problem or form.errors else 200
    )


def _send(request: HttpRequest, proposal: Proposal, chosen: list[Member], until: Any, rules: FormRules) -> str:
    """Send the invitations; returns a sentence when they cannot be sent."""
    if not chosen:
        return _("请先选择要邀请的委员。")
    signed = sum(s.answer in {Answer.INVITED, Answer.ACCEPTED} for s in proposal.signatures.all())
    if signed - 1 + len(chosen) > rules.cosigners_max:
        return _("联名委员最多 %(n)s 位，请少选几位。") % {"n": rules.cosigners_max}
    try:
        made = actions.invite_cosigners(proposal, members=chosen, until=until, actor=request.user, at=timezone.now())
    except actions.ProposalError as error:
        return f"{error}。"
    names = "、".join(s.name for s in made)
    messages.success(request, _("已邀请%(names)s联名。") % {"names": names} if made else _("所选委员都已邀请过。"))
    return ""


@requires("proposals.invite", of_object=True)
@require_POST
def take_back(request: HttpRequest, uid: str, signature_uid: str) -> HttpResponse:
    """Take back an invitation that was not answered."""
    proposal = _load(request, uid, "proposals.invite")
    signature = _signature(proposal, signature_uid)
    if signature is None:
        messages.info(request, _("这份邀请已经收回过了。"))
    else:
        try:
            actions.remove_invitation(signature, actor=request.user, at=timezone.now())
        except actions.ProposalError as error:
            refuse(request, f"{error}。", at=PLACE)
        else:
            messages.success(request, _("已收回对%(name)s的联名邀请。") % {"name": signature.name})
    return redirect(f"/proposals/{uid}/edit/#{PLACE}")


@requires("proposals.invite", of_object=True)
@require_POST
def ask_again(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask those who agreed to an older text to confirm the present one (请重新确认)."""
    proposal = _load(request, uid, "proposals.invite")
    at = timezone.now()
    rules: FormRules = in_force(proposal.committee, FormRules, timezone.localdate(at))
    until = queries.latest_cutoff(proposal, at) or InviteForm.default_until(at, rules.cosign_days)
    try:
        made = actions.ask_again(proposal, until=until, actor=request.user, at=at)
    except actions.ProposalError as error:
        refuse(request, f"{error}。", at=PLACE)
    else:
        names = "、".join(s.name for s in made)
        said = _("已请%(names)s重新确认，%(until)s 截止。提交前没有确认的，不列入联名。")
        messages.success(request, said % {"names": names, "until": moment(until)})
    return redirect(f"/proposals/{uid}/edit/#{PLACE}")


@requires("proposals.answer_for", of_object=True)
@require_POST
def answer_for(request: HttpRequest, uid: str, signature_uid: str) -> HttpResponse:
    """The office enters that a member agreed on paper to the text as it is, under a proposal that it enters on behalf."""
    proposal = _load(request, uid, "proposals.answer_for")
    signature = _signature(proposal, signature_uid)
    if signature is None:
        messages.info(request, _("这份邀请已经收回过了。"))
    elif asked.version(request.POST.get("version", "")) != proposal.version:
        refuse(request, _("您打开以后，正文又改过。请核对委员书面同意的是不是现在的正文。"), at=PLACE)
    else:
        signature.proposal = proposal
        try:
            actions.answer_invitation(signature, accept=True, actor=request.user, at=timezone.now(), entered_for=True)
        except actions.ProposalError as error:
            refuse(request, f"{error}。", at=PLACE)
        else:
            messages.success(request, _("已代录%(name)s的书面同意。") % {"name": signature.name})
    return redirect(f"/proposals/{uid}/edit/#{PLACE}")
