"""The desk that assigns: which unit gets which proposal, and what happens when a unit gave one back."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.audit.queries import remembered
from tongxin.committees import successions
from tongxin.committees.choices import Duty
from tongxin.committees.models import Unit
from tongxin.committees.queries import active_units, affiliations_with, running_units
from tongxin.core import asked
from tongxin.desks.paging import page_asked
from tongxin.handling import actions, queries
from tongxin.handling.choices import CaseState, Part
from tongxin.handling.forms import MoreUnitsForm, TogetherForm, UnitsForm
from tongxin.handling.models import Case
from tongxin.handling.pages.standing import standing_of_case
from tongxin.handling.pages.task import attached
from tongxin.handling.views.answers import GONE, UNPROCESSABLE, Link, overtaken, pager_of, with_params
from tongxin.proposals import queries as proposals
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.workflow import engine

PARTS = {"": "待交办", "returns": "申请退办", "again": "待改派", "ended": "单位无承办人", "done": "已交办"}
OF_TASKS = {"returns", "ended"}
ORDERS = {"returns": queries.BY_CLOCK, "ended": queries.BY_CLOCK, "done": ("over", "-assigned_at", "-id")}
LONGEST_WORD = 60


@requires("handling.assign")
def assign_desk(request: HttpRequest) -> HttpResponse:
    """Show what waits to be handed over, what units ask to give back, and what has to go to another unit."""
    looked_for = asked.words(request.GET.get("q", ""), LONGEST_WORD)
    part = asked.one_of(request.GET.get("part", "done" if looked_for else ""), PARTS)  # the search of the head names no part
    return _desk(request, part)


def _desk(request: HttpRequest, part: str, *, together: TogetherForm | None = None, status: int = 200) -> HttpResponse:
    user, on = request.user, timezone.localdate()
    lists = {
        "": queries.to_assign(user),
        "returns": queries.returns_asked(user),
        "again": queries.to_reassign(user),
        "ended": queries.without_unit(user),
        "done": queries.with_over(queries.assigned_by(user)),
    }
    notes = _notes(lists["ended"], on) if part == "ended" else {}
    own_codes = {c.code for c in queries.committees_of(user, Duty.ASSIGN)}
    scope = ("assign", on.isoformat(), sorted(affiliations_with(user, Duty.ASSIGN)))
    counted = remembered(own_codes, scope, lambda: {name: rows.count() for name, rows in lists.items()})
    words = asked.words(request.GET.get("q", ""), LONGEST_WORD) if part == "done" else ""
    total, to_come = counted[part], 0
    if words:
        of = {committee for committee, _affiliation in affiliations_with(user, Duty.ASSIGN)}
        lists["done"] = lists["done"].filter(queries.found_by(words, of, "proposal__"))
        total, to_come = lists["done"].count(), lists[""].filter(queries.found_by(words, of)).count()
    rows = queries.for_rows(lists[part]) if part in OF_TASKS else lists[part]
    page = page_asked(rows, ORDERS.get(part, ("id",)), request.GET, size=queries.SIZE)
    own = _units_of_desk(user)
    context = {
        "part": part,
        "rows": [_row(part, row, on, notes) for row in page.rows],
        "tabs": [Link(_(label), with_params(part=name), counted[name], name == part) for name, label in PARTS.items()],
        "pager": pager_of(page, total, {"part": part} | ({"q": words} if words else {})),
        "q": words,
        "to_come": to_come,
        "together": together or TogetherForm(own=own),
        "chosen": request.POST.getlist("picked"),
    }
    return render(request, "handling/assign_desk.html", context, status=status)


def _notes(rows: Any, on: date) -> dict[int, str]:
    """Say of the units in which nobody goes on with a part why that is."""
    units = list(Unit.objects.filter(pk__in=rows.order_by().values("unit")).defer("phone"))
    ended = successions.standings(units, on)
    return {
        unit.pk: _("单位%(what)s") % {"what": ended[unit.pk]} if unit.pk in ended else _("单位还没有承办人") for unit in units
    }


def _row(part: str, row: Any, on: date, notes: dict[int, str]) -> Any:
    """Make a line of the desk: a proposal, a request, or a case."""
    if part in OF_TASKS:
        return queries.row_of(row, on, note=notes.get(row.unit_id, ""))
    if part == "":
        return {"proposal": row, "proposers": queries.proposers_of(row)}
    live = queries.live_tasks(row)
    return {
        "case": row,
        "proposal": row.proposal,
        "proposers": queries.proposers_of(row.proposal),
        "tasks": live,
        "returned": [t for t in row.tasks.all() if t.is_gone],
    }


def _units_of_desk(user: Any) -> list[Unit]:
    """Return the units to which the reader's office may hand proposals over."""
    own = Q(pk__in=())
    for committee_id, affiliation in affiliations_with(user, Duty.ASSIGN):
        own |= Q(committee_id=committee_id, system=affiliation)
    return list(Unit.objects.filter(own).filter(running_units(timezone.localdate())).order_by("id"))


@requires("handling.assign", of_object=True)
def assign_together(request: HttpRequest) -> HttpResponse:
    """Hand several proposals over to one unit; each that cannot be is named with its reason. Reloaded, the address leads to the desk."""
    permissions.demand(request.user, "handling.assign")
    if request.method != "POST":
        return redirect("handling-assign")
    picked = request.POST.getlist("picked")
    form = TogetherForm(request.POST, own=_units_of_desk(request.user), picked=picked)
    if not form.is_valid():
        return _desk(request, "", together=form, status=UNPROCESSABLE)
    unit, failed, made = form.by_uid[form.cleaned_data["unit"]], [], 0
    for proposal in (
        proposals.original_visible_to(request.user)
        .filter(uid__in=picked)
        .select_related("committee__parent__parent")
        .order_by("id")
    ):
        if not permissions.allowed(request.user, "handling.assign", proposal):
            continue
        try:
            actions.assign(proposal, parts=[(unit, Part.SOLE)], actor=request.user, at=timezone.now())
        except (actions.HandlingError, engine.Blocked) as error:
            failed.append(f"{proposal}：{error}")
        except engine.WorkflowError:
            failed.append(_("%(proposal)s：已经由他人办理") % {"proposal": proposal})
        else:
            made += 1
    if made:
        messages.success(request, _("已向%(unit)s交办 %(n)s 件。") % {"unit": unit.name, "n": made})
    if failed:
        messages.error(request, _("%(n)s 件没有交办：%(what)s") % {"n": len(failed), "what": "；".join(failed)})
    return redirect("handling-assign")


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
            messages.success(
                request, _("已交办：%(units)s。") % {"units": "、".join(f"{u}（{Part(p).label}）" for u, p in form.parts)}
            )
            return redirect("handling-units", case.uid)
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
    return render(request, "handling/assign.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _examined(proposal: Proposal) -> str:
    """Return what pre-examination said of a proposal."""
    event = (
        Event.objects.filter(subject_type="proposals.proposal", subject_id=proposal.pk, kind="proposals.pass_examination")
        .order_by("-id")
        .first()
    )
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
            status = GONE
        else:
            messages.success(
                request, _("已交办：%(units)s。") % {"units": "、".join(f"{u}（{Part(p).label}）" for u, p in form.parts)}
            )
            return redirect("handling-units", uid)
    elif request.method == "POST":
        status = UNPROCESSABLE
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
