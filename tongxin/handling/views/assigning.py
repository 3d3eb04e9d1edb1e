"""The desk that assigns: which unit gets which proposal, and what happens when a unit gave one back."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.audit import kinds
from tongxin.audit.queries import last_of
from tongxin.committees.choices import Duty
from tongxin.committees.queries import active_units
from tongxin.core.templatetags.chinese import case_number
from tongxin.handling import actions, queries
from tongxin.handling.choices import CaseState, Part
from tongxin.handling.forms import MoreUnitsForm, UnitsForm
from tongxin.handling.models import Case
from tongxin.handling.pages.standing import standing_of_case
from tongxin.handling.pages.task import attached
from tongxin.handling.views.answers import overtaken
from tongxin.proposals import queries as proposals
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.workflow import engine


@requires("handling.assign", of_object=True)
def assign(request: HttpRequest, uid: str) -> HttpResponse:
    """Hand one proposal over (交办), with the deadlines shown before it is done."""
    found = proposals.original_visible_to(request.user).filter(uid=uid)
    proposal = found.select_related("committee__parent__parent", "session__term").prefetch_related("signatures__member").first()
    if proposal is None:
        raise Http404
    permissions.demand(request.user, "handling.assign", proposal)
    if proposal.state != State.FILED:
        return overtaken(request, proposal, proposal.get_absolute_url())
    on = timezone.localdate()
    everyone = list(active_units(proposal.committee, on))
    own = [u for u in everyone if u.system == proposal.routed_to]
    form = UnitsForm(
        request.POST or None, own=own, everyone=everyone, ways=["sole", "lead", "separate"], suggested=proposal.suggested_units
    )
    if request.method == "POST" and form.is_valid():
        try:
            case = actions.assign(proposal, parts=form.parts, actor=request.user, at=timezone.now())
        except actions.HandlingError as error:
            form.add_error(None, str(error))
        except engine.Overtaken:
            return overtaken(request, proposal, proposal.get_absolute_url())
        else:
            return _on_to_the_next(request, case)
    case = Case(proposal=proposal, committee=proposal.committee)
    context = {
        "proposal": proposal,
        "form": form,
        "limits": queries.limits_for(proposal.committee, on),
        "proposers": proposals.signers(proposal),
        "contact": proposals.contact_note(proposal),
        "opinion": _examined(proposal),
        "attached": attached(case, request.user),
    }
    return render(request, "handling/assign.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else 200)


def _on_to_the_next(request: HttpRequest, case: Case) -> HttpResponse:
    """Open what waits next to be handed over, the one behind it first; say what was just done, also when nothing waits any more."""
    units = "、".join(f"{task.unit}（{task.get_part_display()}）" for task in queries.live_tasks(case))
    said = _("%(number)s已交办：%(units)s。") % {"number": case_number(case.proposal.number), "units": units}
    waiting = queries.to_assign(*queries.scope_of(request.user, Duty.ASSIGN)).order_by("id")
    following = waiting.filter(pk__gt=case.proposal_id).values_list("uid", flat=True).first()
    following = following or waiting.values_list("uid", flat=True).first()
    if following is None:
        messages.success(request, said + _("待交办的都已交办。"))
        return redirect("handling-assign")
    messages.success(request, said + _("这是下一件，还有 %(n)s 件待交办。") % {"n": waiting.count()})
    return redirect("handling-assign-one", following)


def _examined(proposal: Proposal) -> str:
    """Return what pre-examination said of a proposal."""
    event = last_of(proposal, kind="proposals.pass_examination")
    return kinds.detail(event) if event else ""


@requires("handling.assign", of_object=True)
def units(request: HttpRequest, uid: str) -> HttpResponse:
    """Show who handles a case, answer requests to be let off, and give it to further units after a return."""
    found = queries.cases_visible_to(request.user).filter(uid=uid)
    case = found.select_related("proposal__session__term", "committee__parent__parent").first()
    if case is None:
        raise Http404
    case.proposal.committee = case.committee
    permissions.demand(request.user, "handling.assign", case)
    on = timezone.localdate()
    ways, shown = _ways(case), queries.sections(case, request.user)
    taken = {t.unit_id for t in queries.live_tasks(case)}
    everyone = [u for u in active_units(case.committee, on) if u.pk not in taken]
    form = None
    if ways:
        own = [u for u in everyone if u.system == case.affiliation]
        form = MoreUnitsForm(request.POST or None, own=own, everyone=everyone, ways=ways, suggested=case.proposal.suggested_units)
    status = 200
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            actions.assign_again(
                case, parts=form.parts, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now()
            )
        except actions.HandlingError as error:
            form.add_error(None, str(error))
            status = HTTPStatus.CONFLICT
        else:
            messages.success(
                request, _("已交办：%(units)s。") % {"units": "、".join(f"{u}（{Part(p).label}）" for u, p in form.parts)}
            )
            return redirect("handling-units", uid)
    elif request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "case": case, "proposal": case.proposal, "where": standing_of_case(case).word, "sections": shown, "form": form, "limits": queries.limits_for(case.committee, on),
        "returned": [t for t in case.tasks.all() if t.is_gone and t.unit_id not in taken], "asked": [t for t in case.tasks.all() if t.awaits_return_answer],
    }  # fmt: skip
    return render(request, "handling/units.html", context, status=status)


def _ways(case: Case) -> list[str]:
    """Return how further units may join a case, by what is left of it."""
    if case.state != CaseState.IN_HAND:
        return []
    parts = {t.part for t in queries.live_tasks(case)}
    if Part.SOLE in parts:
        return []
    if Part.LEAD in parts:
        return ["co"]
    if Part.SEPARATE in parts:
        return ["separate"]
    return ["lead"] if Part.CO in parts else ["sole", "lead", "separate"]
