"""Who was asked to co-sign answers, confirms a changed text, leaves, takes over.

And who was not endorses what was filed.
"""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access.permissions import allowed, demand
from tongxin.access.views import requires
from tongxin.core import asked
from tongxin.members.models import Member
from tongxin.members.rules import sitting_member_of
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import Answer, States
from tongxin.proposals.forms import AnswerForm, LeavingForm
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.rules import signature_of
from tongxin.proposals.views.attachments import attachment_rows


# ── answering ────────────────────────────────────────────────────────────────────────────────────
@requires("proposals.answer_invitation", of_object=True)
def invitation(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the text to somebody who was asked to co-sign, and take the answer."""
    signature = queries.invitation_for(request.user, uid)
    if signature is None:
        gone = queries.taken_back(request.user, uid)
        if not gone:
            raise Http404
        return render(request, "proposals/invitation_gone.html", {"sentence": gone})
    # the answer stands above the text and below it: what was wrong is said where one answered
    above = "above" in request.POST
    posted = request.POST if request.method == "POST" else None
    top, below = AnswerForm(posted if above else None, auto_id="above_%s"), AnswerForm(None if above else posted)
    used = top if above else below
    if posted is not None and used.is_valid():
        _answer(request, signature, used.cleaned_data["reason"])
        return redirect("proposal-invitation", uid)
    return _invited(
        request,
        signature,
        {"top": top, "form": below, "leaving": LeavingForm()},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if used.errors else 200,
    )


def _invited(request: HttpRequest, signature: Signature, forms: dict[str, Any], *, status: int) -> HttpResponse:
    context = _invitation_context(request, signature, timezone.now()) | forms
    return render(request, "proposals/invitation.html", context, status=status)


def _answer(request: HttpRequest, signature: Signature, reason: str) -> None:
    at, answer = timezone.now(), request.POST.get("answer", "")
    version = asked.version(request.POST.get("version", ""))
    try:
        if answer == "confirm":
            actions.confirm_text(signature, version=version, actor=request.user, at=at)
            messages.success(request, _("已确认现在的正文，联名继续有效。"))
        elif answer == "accept" and version != signature.proposal.version:
            messages.warning(request, _("您打开以后，正文又改过。请看过现在的正文再答复。"))
        elif answer in {"accept", "decline"}:
            accept = answer == "accept"
            actions.answer_invitation(signature, accept=accept, actor=request.user, at=at, reason=reason)
            messages.success(request, _("已同意联名，谢谢您。") if accept else _("已谢绝联名，第一提案人会看到。"))
        else:
            messages.error(request, _("请选择同意联名或谢绝。"))
    except actions.ProposalError as error:
        messages.error(request, f"{error}。")


def _invitation_context(request: HttpRequest, signature: Signature, at: Any) -> dict[str, Any]:
    proposal = signature.proposal
    with_proposer = proposal.state in States.with_the_proposer
    session, season = queries.session_and_season_at(proposal.committee, at)
    invited = signature.answer == Answer.INVITED
    lapsed = invited and bool(queries.why_over(proposal, at))
    difference = queries.difference_for(signature) if signature.answer in {Answer.ACCEPTED, Answer.INVITED} else None
    waits = queries.waits_for_a_successor(proposal) if invited and not lapsed else ""
    readable = signature.answer == Answer.ACCEPTED or (invited and with_proposer)
    return {
        "signature": signature,
        "proposal": proposal,
        "lapsed": lapsed,
        "readable": readable,
        "waits": waits,
        "open": invited and not lapsed and not waits,
        "accepted": signature.answer == Answer.ACCEPTED,
        "difference": difference if readable else None,
        "outdated": signature.answer == Answer.ACCEPTED and difference is not None and with_proposer,
        "may_leave": signature.answer == Answer.ACCEPTED
        and proposal.state in {"gathering", "returned", "submitted", "in_decision"},
        "session": proposal.session or session,
        "season": proposal.season or season,
        "may_take_over": allowed(request.user, "proposals.take_over", proposal),
        "files": attachment_rows(proposal, request.user) if readable else [],
        "signatures": queries.signers(proposal) if readable else [],
    }


@requires("proposals.leave", of_object=True)
@require_POST
def leave(request: HttpRequest, uid: str) -> HttpResponse:
    """Take one's name off a proposal (退出联名)."""
    signature = queries.invitation_for(request.user, uid)
    if signature is None:
        raise Http404
    form = LeavingForm(request.POST)
    if not form.is_valid():
        forms = {"top": AnswerForm(auto_id="above_%s"), "form": AnswerForm(), "leaving": form}
        return _invited(request, signature, forms, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if signature.answer == Answer.LEFT:
        messages.info(request, _("您已经退出联名。"))
        return redirect("proposals")
    demand(request.user, "proposals.leave", signature.proposal)
    try:
        actions.leave(signature, actor=request.user, at=timezone.now(), reason=form.cleaned_data["reason"])
    except actions.ProposalError as error:
        messages.error(request, f"{error}。")
        return redirect("proposal-invitation", uid)
    messages.success(request, _("已退出联名，第一提案人会看到。"))
    return redirect("proposals")


# ── when the first proposer is gone ──────────────────────────────────────────────────────────────
@requires("proposals.take_over", of_object=True)
@require_POST
def take_over(request: HttpRequest, uid: str) -> HttpResponse:
    """Become the first proposer of a text whose first proposer does not sit any more."""
    proposal = queries.writable(request.user, uid)
    member = sitting_member_of(request.user)
    if proposal is None or member is None:
        raise Http404
    demand(request.user, "proposals.take_over", proposal)
    try:
        actions.take_over(proposal, member=member, actor=request.user, at=timezone.now())
    except actions.ProposalError as error:
        messages.error(request, f"{error}。")
        return redirect(proposal)
    messages.success(request, _("已接手这件提案，您现在是第一提案人。"))
    return redirect("proposal-edit", uid)


# ── endorsing ────────────────────────────────────────────────────────────────────────────────────
@requires("proposals.endorse", of_object=True)
@require_POST
def endorse(request: HttpRequest, uid: str) -> HttpResponse:
    """Support somebody else's filed proposal (附议)."""
    proposal = queries.for_page(request.user, uid)
    if proposal is None:
        raise Http404
    member = sitting_member_of(request.user)
    if member is None:
        demand(request.user, "proposals.endorse", proposal)
        raise Http404
    if any(e.member_id == member.pk for e in proposal.endorsements.all()):
        messages.info(request, _("您已经附议过这件提案。"))
    elif signature_of(request.user, proposal) is not None:
        messages.info(request, _("您是这件提案的提案人，无需再附议。"))
    else:
        demand(request.user, "proposals.endorse", proposal)
        _endorse(request, proposal, member)
    return redirect(proposal)


def _endorse(request: HttpRequest, proposal: Proposal, member: Member) -> None:
    try:
        actions.endorse(proposal, member=member, actor=request.user, at=timezone.now())
    except actions.ProposalError as refused:
        messages.error(request, f"{refused}。")
    else:
        messages.success(request, _("已附议这件提案。"))
