"""Co-signing: inviting, answering, confirming a changed text, leaving; endorsing what was filed."""

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
from tongxin.core.templatetags.chinese import moment
from tongxin.members.models import Member
from tongxin.members.rules import sitting_member_of
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import Answer, States
from tongxin.proposals.forms import AnswerForm, InviteForm
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.regulations import FormRules
from tongxin.proposals.rules import signature_of
from tongxin.proposals.views.attachments import attachment_rows
from tongxin.regulations.queries import in_force

UNPROCESSABLE = 422


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
            return redirect(f"/proposals/{uid}/edit/#cosigners")
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
    return render(request, "proposals/invite.html", context, status=UNPROCESSABLE if problem or form.errors else 200)


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
            messages.error(request, f"{error}。")
        else:
            messages.success(request, _("已收回对%(name)s的联名邀请。") % {"name": signature.name})
    return redirect(f"/proposals/{uid}/edit/#cosigners")


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
        messages.error(request, f"{error}。")
    else:
        names = "、".join(s.name for s in made)
        said = _("已请%(names)s重新确认，%(until)s 截止。提交前没有确认的，不列入联名。")
        messages.success(request, said % {"names": names, "until": moment(until)})
    return redirect(f"/proposals/{uid}/edit/#cosigners")


@requires("proposals.answer_for", of_object=True)
@require_POST
def answer_for(request: HttpRequest, uid: str, signature_uid: str) -> HttpResponse:
    """The office enters that a member agreed on paper to the text as it is, under a proposal that it enters on behalf."""
    proposal = _load(request, uid, "proposals.answer_for")
    signature = _signature(proposal, signature_uid)
    if signature is None:
        messages.info(request, _("这份邀请已经收回过了。"))
    elif asked.version(request.POST.get("version", "")) != proposal.version:
        messages.warning(request, _("您打开以后，正文又改过。请核对委员书面同意的是不是现在的正文。"))
    else:
        signature.proposal = proposal
        try:
            actions.answer_invitation(signature, accept=True, actor=request.user, at=timezone.now(), entered_for=True)
        except actions.ProposalError as error:
            messages.error(request, f"{error}。")
        else:
            messages.success(request, _("已代录%(name)s的书面同意。") % {"name": signature.name})
    return redirect(f"/proposals/{uid}/edit/#cosigners")


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
    at = timezone.now()
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _answer(request, signature, form.cleaned_data["reason"])
        return redirect("proposal-invitation", uid)
    return render(request, "proposals/invitation.html", _invitation_context(request, signature, form, at))


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


def _invitation_context(request: HttpRequest, signature: Signature, form: AnswerForm, at: Any) -> dict[str, Any]:
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
        "form": form,
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
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("原因请写在 200 字以内。"))
        return redirect("proposal-invitation", uid)
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
