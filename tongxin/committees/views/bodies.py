"""The pages of units and of terms and sessions."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.committees import actions, queries
from tongxin.committees.choices import System
from tongxin.committees.forms import PlenaryForm, SessionForm, UnitForm
from tongxin.committees.models import Committee, Session, Unit
from tongxin.committees.views.reorganising import of_a_unit_that_began


def own_committee(request: HttpRequest) -> Committee:
    """Return the committee in whose seat one acts. Raises Http404 where there is none."""
    found = queries.committee_of(request.user)
    if found is None:
        raise Http404
    return found


def _unit_page(request: HttpRequest, committee: Committee, unit: Unit | None) -> HttpResponse:
    permissions.demand(request.user, "committees.change_units", committee)
    names = ("name", "short_name", "system", "contact", "phone")
    start = {n: getattr(unit, n) for n in names} if unit else {"system": System.GOVERNMENT}
    form = UnitForm(request.POST or None, initial=start, committee=committee, unit=unit)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if unit is not None:  # a name is another act's: what the form read of it may be of before
            said = {name: value for name, value in said.items() if name != "name"}
        try:
            saved = actions.save_unit(committee, unit, fields=said, actor=request.user, at=timezone.now())
        except ValidationError as problem:  # somebody was faster
            form.add_error(None, problem)
        else:
            messages.success(request, _("已保存%(name)s") % {"name": saved.name})
            return redirect("units")
    return render(request, "committees/unit.html", {"form": form, "unit": unit})


@requires("committees.change_units", of_object=True)
def add_unit(request: HttpRequest) -> HttpResponse:
    """Add a unit."""
    return _unit_page(request, own_committee(request), None)


@requires("committees.change_units", of_object=True)
@of_a_unit_that_began
def unit(request: HttpRequest, uid: str) -> HttpResponse:
    """Change a unit's data."""
    found = Unit.objects.filter(uid=uid, committee=own_committee(request)).first()
    if found is None:
        raise Http404
    return _unit_page(request, found.committee, found)


def _plenary(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("plenary_from", "plenary_until", "cut_off_at")}


@requires("committees.keep_sessions")
def sessions(request: HttpRequest) -> HttpResponse:
    """The sessions of the committee; set up the next one."""
    committee = own_committee(request)
    permissions.demand(request.user, "committees.keep_sessions", committee)
    last = committee.sessions.select_related("term").order_by("-starts_on").first()
    start = {"term": last.term.number, "number": last.number + 1} if last else {"term": 1, "number": 1}
    form = SessionForm(request.POST or None, initial=start, committee=committee)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = actions.open_session(
            committee,
            term=data["term"],
            number=data["number"],
            starts_on=data["starts_on"],
            actor=request.user,
            at=timezone.now(),
        )
        if data["plenary_from"]:
            actions.set_plenary(made, **_plenary(data), actor=request.user, at=timezone.now())
        messages.success(request, _("已设立%(name)s") % {"name": made})
        return redirect("sessions")
    context = {"sessions": committee.sessions.select_related("term"), "form": form, "committee": committee}
    return render(request, "committees/sessions.html", context)


@requires("committees.keep_sessions", of_object=True)
def session(request: HttpRequest, uid: str) -> HttpResponse:
    """When a session's plenary is held and its 大会提案 close."""
    found = Session.objects.filter(uid=uid, committee=own_committee(request)).select_related("term", "committee").first()
    if found is None:
        raise Http404
    permissions.demand(request.user, "committees.keep_sessions", found)
    start = {name: getattr(found, name) for name in ("plenary_from", "plenary_until", "cut_off_at")}
    form = PlenaryForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        actions.set_plenary(found, **_plenary(form.cleaned_data), actor=request.user, at=timezone.now())
        messages.success(request, _("已改定%(name)s的会期") % {"name": found})
        return redirect("sessions")
    return render(request, "committees/session.html", {"session": found, "form": form})
