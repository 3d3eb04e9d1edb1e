"""Writing a proposal: a new one, an own one, on behalf of somebody.

The text saves itself as `proposals.drafts` declares.
"""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed, demand
from tongxin.access.views import requires
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.core import asked
from tongxin.drafts.actions import LateError
from tongxin.drafts.queries import open_copies
from tongxin.drafts.table import is_empty
from tongxin.members.rules import sitting_member_of
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import State, States
from tongxin.proposals.drafts import TEXT, Beginning, token_for
from tongxin.proposals.forms import AttachForm, BehalfForm, TextForm, typed_text
from tongxin.proposals.models import Proposal
from tongxin.proposals.regulations import FormRules
from tongxin.proposals.views.attachments import attachment_rows
from tongxin.regulations.queries import in_force

NEEDS_A_DRAFT = {"invite", "attach"}  # what is asked for before a word is written
THEN = {"preview": "preview/", "invite": "invite/", "attach": "edit/#attachments"}


# ── beginning ────────────────────────────────────────────────────────────────────────────────────
@requires("proposals.write")
def new(request: HttpRequest) -> HttpResponse:
    """Open an empty form under an address of its own, so that a reload finds what was typed. Nothing is written yet."""
    member = sitting_member_of(request.user)
    if member is None:
        return redirect("proposal-behalf")
    return redirect("proposal-new-form", token_for(request.user, member.committee, member=member))


@requires("proposals.enter")
def behalf(request: HttpRequest) -> HttpResponse:
    """Ask in whose name the office enters a proposal (代录)."""
    inside = bodies.committees_with(request.user, Duty.PROPOSAL_OFFICE)
    committee = Committee.objects.filter(pk__in=inside).order_by("pk").first()
    if committee is None:
        raise Http404
    form = BehalfForm(committee, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        body = data["body"] if data["who"] == "body" else ""
        return redirect("proposal-new-form", token_for(request.user, committee, member=form.found, body=body, form=data["form"]))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else 200
    return render(request, "proposals/behalf.html", {"form": form, "committee": committee}, status=status)


@requires("proposals.write", of_object=True)
def new_form(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the empty form; the first save makes the draft, after that this address leads to it."""
    begun = Beginning(request.user, token)
    if Proposal.objects.filter(uid=begun.uid).exists():
        return edit(request, begun.uid)
    at = timezone.now()
    rules = in_force(begun.committee, FormRules, timezone.localdate(at))
    blank = Proposal(committee=begun.committee, form=begun.form, version=0)
    if request.method == "POST":
        text, problem = typed_text(request.POST)
        if problem:
            return _show(request, blank, rules, token=token, begun=begun, typed=text, problem=problem)
        if is_empty(text) and request.POST.get("then") not in NEEDS_A_DRAFT:
            messages.info(request, _("没有填写内容，没有保存草稿。"))
            return redirect("proposal-new-form", token)
        try:
            proposal = begun.make(request.user, text, at)
        except actions.ProposalError as refused:
            return _show(request, blank, rules, token=token, begun=begun, typed=text, problem=f"{refused}。")
        return redirect(f"/proposals/{proposal.uid}/{THEN.get(request.POST.get('then', ''), 'edit/')}")
    return _show(request, blank, rules, token=token, begun=begun)


# ── writing ──────────────────────────────────────────────────────────────────────────────────────
@requires("proposals.edit", of_object=True)
def edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the editor; without scripts it saves on POST."""
    proposal = _mine(request, uid)
    if proposal.state not in States.with_the_proposer and request.method != "POST":
        messages.info(
            request, _("这件提案现在是“%(state)s”，正文不能再改。") % {"state": queries.standing_of(proposal, request.user)}
        )
        return redirect(proposal)
    if proposal.state in States.with_the_proposer:
        demand(request.user, "proposals.edit", proposal)
    rules = in_force(proposal.committee, FormRules, timezone.localdate())
    if request.method != "POST":
        return _show(request, proposal, rules)
    text, problem = typed_text(request.POST)
    if problem:
        return _show(request, proposal, rules, typed=text, problem=problem)
    try:
        actions.save_text(proposal, fields=text, started_from=_version(request), actor=request.user, at=timezone.now())
    except LateError as late:
        messages.warning(request, str(late))
        return redirect(late.copy)
    if "then" not in request.POST:
        messages.success(request, _("已保存草稿。"))
    return redirect(f"/proposals/{uid}/{THEN.get(request.POST.get('then', ''), 'edit/')}")


def _mine(request: HttpRequest, uid: str) -> Proposal:
    proposal = queries.writable(request.user, uid)
    if proposal is None:
        raise Http404
    if not allowed(request.user, "proposals.write_it", proposal):
        demand(request.user, "proposals.edit", proposal)
    return proposal


def _version(request: HttpRequest) -> int:
    return asked.version(request.POST.get("version", ""))


def _show(
    request: HttpRequest,
    proposal: Proposal,
    rules: FormRules,
    *,
    token: str = "",
    begun: Any = None,
    typed: Any = None,
    problem: str = "",
) -> HttpResponse:
    at, user = timezone.now(), request.user
    is_new, returned = proposal.pk is None, proposal.state == State.RETURNED
    address = f"/proposals/new/{token}/" if is_new else f"/proposals/{proposal.uid}/"
    session, season = queries.session_and_season_at(proposal.committee, at)
    context = {
        "proposal": proposal,
        "rules": rules,
        "is_new": is_new,
        "returned": returned,
        "why_returned": queries.why_returned(proposal) if returned else "",
        "may_discard": proposal.state in {State.DRAFT, State.GATHERING},
        "form": TextForm.of(proposal, rules, typed),
        "problem": problem,
        "autosave_url": TEXT.address(token or proposal.uid),
        "post_to": address if is_new else f"{address}edit/",
        "key": begun.uid if begun else proposal.uid,
        "session": session,
        "season": season,
        "committee": proposal.committee if bodies.has_to_do_with_several(user) else None,
        "behalf": begun.name if begun and (begun.first is None or begun.first.account_id != user.pk) else _behalf(proposal),
        "units": [u.name for u in bodies.active_units(proposal.committee, timezone.localdate(at))],
        "attach_form": AttachForm(rules),
        "until": queries.latest_cutoff(proposal, at),
        **({} if is_new else _panels(proposal, user, at)),
    }
    return render(request, "proposals/edit.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else 200)


def _behalf(proposal: Proposal) -> str:
    if proposal.entered_by_id is None or proposal.pk is None:
        return ""
    return next((s.name for s in proposal.signatures.all() if s.role == "first"), "")


def _panels(proposal: Proposal, user: Any, at: Any) -> dict[str, Any]:
    return {
        "checks": queries.checks(proposal, on=timezone.localdate(at)),
        "signatures": list(proposal.signatures.all()),
        "older": {s.pk for s in queries.outdated_signers(proposal)},
        "may_answer_for": allowed(user, "proposals.answer_for", proposal),
        "files": attachment_rows(proposal, user, removable=True),
        "copies": open_copies(user, TEXT, proposal.uid),
    }


@requires("proposals.edit", of_object=True)
def former_copy(request: HttpRequest, uid: str, copy_uid: str) -> HttpResponse:
    """Lead from where a kept copy had its page before."""
    return redirect("draft-copy", TEXT.name, _mine(request, uid).uid, copy_uid)
