"""The pages on which units are renamed, ended and restored: what would happen is shown before it does."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.audit.models import Event
from tongxin.committees import queries, reorganising, successions
from tongxin.committees.choices import Change, Undoing
from tongxin.committees.models import Unit, UnitChange
from tongxin.committees.unit_forms import EndForm, PlanForm, RenameForm, UndoForm

COURSE = 100
UNDONE = {
    Undoing.CALL_OFF: gettext_lazy("已取消待生效的变动，%(name)s照常承办"),
    Undoing.RESTORE: gettext_lazy("已恢复承办单位%(name)s，承办人员需要重新任命"),
    Undoing.TAKE_NAME_BACK: gettext_lazy("已撤销更名，恢复原名称%(name)s"),
}


def _load(request: HttpRequest, uid: str) -> Unit:
    """Load a unit to reorganise; nobody else learns whether there is one."""
    found = Unit.objects.filter(uid=uid).select_related("committee").first()
    if found is None or not permissions.allowed(request.user, "committees.reorganise", found):
        raise Http404
    return found


def of_a_unit_that_began(page: Callable[[HttpRequest, str], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """Let a page change no unit that never began: its own page says why, whoever kept the address."""

    @wraps(page)
    def shown(request: HttpRequest, uid: str) -> HttpResponse:
        found = Unit.objects.filter(uid=uid).exclude(dropped_at=None).select_related("committee").first()
        if found is None or not permissions.allowed(request.user, "committees.reorganise", found):
            return page(request, uid)
        messages.error(request, f"{successions.why_never(found)}。")
        return redirect("unit-course", uid)

    return shown


def _about(unit: Unit) -> dict[str, Any]:
    """Return what every one of these pages shows of a unit: who serves there, what is open, what waits to change."""
    on = timezone.localdate()
    former, waiting = list(unit.former_names.all()), successions.waiting_change(unit)
    return {
        "unit": unit,
        "people": list(successions.serving(unit, on)),
        "work": queries.open_work(unit),
        "today": on,
        "waiting": waiting,
        "former": [(row.name, row.ends_on - timedelta(days=1)) for row in former],
        "undo": successions.what_may_be_undone(unit),
        "served_last": successions.served_last(unit, on),
        "waiting_said": successions.change_in_words(waiting) if waiting is not None else "",
        "held_up": waiting is not None and successions.is_held_up(waiting, on),
        "founded": "、".join(one.name for one in successions.founded_for(waiting)) if waiting is not None else "",
        "standing": successions.standings([unit], on).get(unit.pk, ""),
        "ended": unit.active_until is not None and unit.active_until < on,
    }


@requires("committees.reorganise", of_object=True)
@of_a_unit_that_began
def rename(request: HttpRequest, uid: str) -> HttpResponse:
    """Give a unit another name from a day on."""
    unit = _load(request, uid)
    form = RenameForm(request.POST or None, unit=unit)
    if request.method == "POST" and form.is_valid():
        try:
            change = reorganising.rename(unit, **form.cleaned_data, actor=request.user, at=timezone.now())
        except reorganising.UnitError as problem:
            form.add_error(None, f"{problem}。")
        else:
            return _done(request, unit, change.done_at is not None, _("已更名为%(name)s") % {"name": change.name})
    return _shown(request, "committees/unit_rename.html", form, _about(unit))


def _done(request: HttpRequest, unit: Unit, at_once: bool, word: str) -> HttpResponse:  # noqa: FBT001 -- whether it took effect
    messages.success(request, word if at_once else _("已登记，到那一天自动生效"))
    return redirect("unit-course", unit.uid)


def _shown(request: HttpRequest, template: str, form: Any, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context | {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else 200)


@requires("committees.reorganise", of_object=True)
@of_a_unit_that_began
def end(request: HttpRequest, uid: str) -> HttpResponse:
    """End a unit: first how, then what would happen to each open matter, then done."""
    unit = _load(request, uid)
    about = _about(unit)
    others = [one for one in queries.units_to_come(unit.committee, timezone.localdate()) if one.pk != unit.pk]
    form = EndForm(request.POST or None, others=others)
    if request.method != "POST" or not form.is_valid():
        return _shown(request, "committees/unit_end.html", form, about)
    said, confirmed = form.cleaned_data, "confirmed" in request.POST
    foreseen = successions.prospect_of(unit, said["on"], len(form.heirs))
    plan = PlanForm(request.POST if confirmed else None, work=about["work"], heirs=form.heirs, foreseen=foreseen)
    if confirmed and plan.is_valid():
        chosen = [form.by_uid[uid] for uid in said["successors"]]
        how = reorganising.Ending(said["kind"], chosen, said["made"], plan.plan, plan.dates)
        try:
            change = reorganising.end(unit, how=how, on=said["on"], reason=said["reason"], actor=request.user, at=timezone.now())
        except reorganising.UnitError as problem:
            form.add_error(None, f"{problem}。")
            return _shown(request, "committees/unit_end.html", form, about)
        return _done(request, unit, change.done_at is not None, f"{unit.name}{_done_in_words(change, form.heirs)}")
    kept = [(name, value) for name in EndForm.field_order for value in request.POST.getlist(name)]
    shown = {
        "plan": plan,
        "kept": kept,
        "heirs": form.heirs,
        "said": said,
        "foreseen": foreseen.sentences,
        "what": form.kind_in_words,
        "people": list(successions.serving(unit, said["on"])),
    }
    return render(request, "committees/unit_end_preview.html", about | shown)


def _done_in_words(change: UnitChange, heirs: list[tuple[str, str]]) -> str:
    names = "、".join(name for _key, name in heirs)
    if change.kind == Change.MERGE:
        return _("已并入%(names)s") % {"names": names}
    what = _("已%(what)s") % {"what": change.get_kind_display()}
    return _("%(what)s，由%(names)s承接") % {"what": what, "names": names} if names else what


@requires("committees.reorganise", of_object=True)
@of_a_unit_that_began
def restore(request: HttpRequest, uid: str) -> HttpResponse:
    """Let a unit that ended go on, call off what waits, or take a wrong name back.

    The one that the form was shown for.
    """
    unit = _load(request, uid)
    about = _about(unit)
    form = UndoForm(request.POST or None, initial={"shown": about["undo"].key if about["undo"] else ""})
    if request.method == "POST" and form.is_valid():
        try:
            done = reorganising.undo(unit, **form.cleaned_data, actor=request.user, at=timezone.now())
        except reorganising.OvertakenError as problem:  # the page of the unit says how it stands now
            messages.error(request, f"{problem}。")
            return redirect("unit-course", unit.uid)
        except reorganising.UnitError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, UNDONE[done.act] % {"name": done.name})
            return redirect("unit-course", unit.uid)
    return _shown(request, "committees/unit_restore.html", form, about)


@requires("committees.reorganise", of_object=True)
def course(request: HttpRequest, uid: str) -> HttpResponse:
    """What became of a unit: names, successors, people, open matters, events, and the acts that are open."""
    unit = _load(request, uid)
    events = Event.objects.filter(subject_type="committees.unit", subject_id=unit.pk).order_by("-id")[:COURSE]
    return render(request, "committees/unit_course.html", _about(unit) | {"events": events})
