"""Writing a proposal: a new one, an own one, on behalf of somebody; saving by itself; two texts side by side."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access.permissions import allowed, demand
from tongxin.access.views import Unsigned, requires
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.core import asked
from tongxin.core.templatetags.chinese import clock
from tongxin.members.rules import sitting_member_of
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import State, States
from tongxin.proposals.forms import AttachForm, BehalfForm, TextForm, typed_text
from tongxin.proposals.models import TEXT_FIELDS, Proposal
from tongxin.proposals.regulations import FormRules
from tongxin.proposals.views.attachments import attachment_rows
from tongxin.proposals.views.beginning import Beginning, token_for
from tongxin.regulations.queries import in_force

CONFLICT, UNPROCESSABLE, UNAUTHORIZED, LOCKED = 409, 422, 401, 423
THEN = {"preview": "preview/", "invite": "invite/", "attach": "edit/#attachments"}


# ── beginning ────────────────────────────────────────────────────────────────────────────────────
@requires("proposals.write")
def new(request: HttpRequest) -> HttpResponse:
    """Open an empty form under an address of its own, so that a reload finds what was typed. Nothing is written yet."""
    member = sitting_member_of(request.user)
    if member is None:
        return redirect("proposal-behalf")
    return redirect("proposal-new-form", token_for(request, member.committee, member=member))


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
        return redirect("proposal-new-form", token_for(request, committee, member=form.found, body=body, form=data["form"]))
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "proposals/behalf.html", {"form": form, "committee": committee}, status=status)


@requires("proposals.write", of_object=True)
def new_form(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the empty form; the first save makes the draft, after that this address leads to it."""
    begun = Beginning(request, token)
    if Proposal.objects.filter(uid=begun.uid).exists():
        return edit(request, begun.uid)
    at = timezone.now()
    rules = in_force(begun.committee, FormRules, timezone.localdate(at))
    blank = Proposal(committee=begun.committee, form=begun.form, version=0)
    if request.method == "POST":
        text, problem = typed_text(request.POST)
        if problem:
            return _show(request, blank, rules, token=token, begun=begun, typed=text, problem=problem)
        try:
            proposal = _create(request, begun, text)
        except actions.ProposalError as refused:
            return _show(request, blank, rules, token=token, begun=begun, typed=text, problem=f"{refused}。")
        return redirect(f"/proposals/{proposal.uid}/{THEN.get(request.POST.get('then', ''), 'edit/')}")
    return _show(request, blank, rules, token=token, begun=begun)


def _create(request: HttpRequest, begun: Beginning, text: Mapping[str, Any]) -> Proposal:
    """Make the draft; when another tab was first, its draft."""
    try:
        with transaction.atomic():
            return actions.draft(
                begun.committee, actor=request.user, at=timezone.now(), first=begun.first, body=begun.body, form=begun.form,
                text=text, uid=begun.uid,
            )  # fmt: skip
    except IntegrityError:
        return Proposal.objects.get(uid=begun.uid)


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
        actions.save_text(proposal, text=text, started_from=_version(request), actor=request.user, at=timezone.now())
    except actions.StaleError as error:
        messages.warning(request, str(error))
        return redirect("proposal-copy", uid, error.copy.uid)
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
    request: HttpRequest, proposal: Proposal, rules: FormRules, *, token: str = "", begun: Any = None, typed: Any = None,
    problem: str = "",
) -> HttpResponse:  # fmt: skip
    at, user = timezone.now(), request.user
    is_new = proposal.pk is None
    address = f"/proposals/new/{token}/" if is_new else f"/proposals/{proposal.uid}/"
    session, season = queries.session_and_season_at(proposal.committee, at)
    context = {
        "proposal": proposal, "rules": rules, "is_new": is_new, "returned": proposal.state == State.RETURNED,
        "may_discard": proposal.state in {State.DRAFT, State.GATHERING}, "form": TextForm.of(proposal, rules, typed), "problem": problem,
        "autosave_url": f"{address}autosave/", "post_to": address if is_new else f"{address}edit/",
        "key": begun.uid if begun else proposal.uid, "session": session, "season": season,
        "committee": proposal.committee if bodies.has_to_do_with_several(user) else None,
        "behalf": begun.name if begun and (begun.first is None or begun.first.account_id != user.pk) else _behalf(proposal),
        "units": [u.name for u in bodies.active_units(proposal.committee, timezone.localdate(at))],
        "attach_form": AttachForm(rules), "until": queries.latest_cutoff(proposal, at),
        **({} if is_new else _panels(proposal, user, at)),
    }  # fmt: skip
    return render(request, "proposals/edit.html", context, status=UNPROCESSABLE if problem else 200)


def _behalf(proposal: Proposal) -> str:
    if proposal.entered_by_id is None or proposal.pk is None:
        return ""
    return next((s.name for s in proposal.signatures.all() if s.role == "first"), "")


def _panels(proposal: Proposal, user: Any, at: Any) -> dict[str, Any]:
    return {
        "checks": queries.checks(proposal, on=timezone.localdate(at)), "signatures": list(proposal.signatures.all()),
        "older": {s.pk for s in queries.outdated_signers(proposal)}, "may_answer_for": allowed(user, "proposals.answer_for", proposal),
        "files": attachment_rows(proposal, user, removable=True), "copies": queries.open_copies(user, proposal),
    }  # fmt: skip


# ── saving by itself ─────────────────────────────────────────────────────────────────────────────
def _signed_out() -> JsonResponse:
    return JsonResponse({"message": _("登录已经到期或者已经退出，您写的内容已存在本机。")}, status=UNAUTHORIZED)


@requires("proposals.edit", of_object=True, unsigned=Unsigned.SCRIPT)
@require_POST
def autosave(request: HttpRequest, uid: str) -> JsonResponse:
    """Save what was typed; answers in the words of the autosave module."""
    if not request.user.is_authenticated:
        return _signed_out()
    return _autosave(request, _mine(request, uid))


@requires("proposals.write", of_object=True, unsigned=Unsigned.SCRIPT)
@require_POST
def autosave_new(request: HttpRequest, token: str) -> JsonResponse:
    """The first save of a new form makes the draft; later ones save into it."""
    if not request.user.is_authenticated:
        return _signed_out()
    begun = Beginning(request, token)
    known = queries.writable(request.user, begun.uid)
    if known is not None:
        return _autosave(request, known)
    text, problem = typed_text(request.POST)
    if problem:
        return JsonResponse({"message": problem}, status=UNPROCESSABLE)
    if not any(value.strip() for value in text.values() if isinstance(value, str)):
        return JsonResponse({"version": 0, "saved_at": clock(timezone.now())})
    proposal = _create(request, begun, text)
    if proposal.entered_by_id is None and proposal.version == 1 and all(getattr(proposal, n) == v for n, v in text.items()):
        return JsonResponse({"version": 1, "saved_at": clock(timezone.now())})
    return _autosave(request, queries.writable(request.user, begun.uid) or proposal)


def _autosave(request: HttpRequest, proposal: Proposal) -> JsonResponse:
    text, problem = typed_text(request.POST)
    if problem:
        return JsonResponse({"message": problem}, status=UNPROCESSABLE)
    at = timezone.now()
    try:
        saved = actions.save_text(proposal, text=text, started_from=_version(request), actor=request.user, at=at)
    except actions.StaleError as error:
        if error.closed:
            return JsonResponse({"message": str(error)}, status=LOCKED)
        kept = {name: getattr(proposal, name) for name in TEXT_FIELDS}
        fields = {name: ("1" if value else "0") if isinstance(value, bool) else value for name, value in kept.items()}
        url = f"/proposals/{proposal.uid}/copies/{error.copy.uid}/"
        answer = {
            "version": proposal.version,
            "fields": fields,
            "mine_kept_as": error.copy.uid,
            "message": str(error),
            "url": url,
        }
        return JsonResponse(answer, status=CONFLICT)
    return JsonResponse({"version": saved.version, "saved_at": clock(at)})


# ── two texts ────────────────────────────────────────────────────────────────────────────────────
@requires("proposals.edit", of_object=True)
def copy(request: HttpRequest, uid: str, copy_uid: str) -> HttpResponse:
    """Show a kept copy beside the text and take the choice, field by field."""
    proposal = _mine(request, uid)
    kept = queries.copy_for(request.user, proposal, copy_uid)
    if kept is None:
        raise Http404
    editable = proposal.state in States.with_the_proposer
    if request.method == "POST" and editable:
        demand(request.user, "proposals.edit", proposal)
        chosen = {
            name: kept.fields[name] for name in TEXT_FIELDS if request.POST.get(f"use_{name}") == "mine" and name in kept.fields
        }
        try:
            actions.save_text(proposal, text=chosen, started_from=_version(request), actor=request.user, at=timezone.now())
        except actions.StaleError as error:
            messages.warning(request, str(error))
            return redirect("proposal-copy", uid, error.copy.uid)
        actions.settle_copy(kept, at=timezone.now())
        messages.success(request, _("已按您的选择保存。"))
        return redirect("proposal-edit", uid)
    fields = TextForm.base_fields
    rows = [
        {"name": name, "label": fields[name].label, "theirs": theirs, "mine": mine, "flag": isinstance(theirs, bool)}
        for name, theirs, mine in queries.differences(proposal, kept.fields)
    ]
    return render(request, "proposals/copy.html", {"proposal": proposal, "copy": kept, "rows": rows, "editable": editable})
