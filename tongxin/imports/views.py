"""The pages of imports: upload and history, one import at each of its stages, its undoing."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.committees import queries as bodies
from tongxin.core import asked
from tongxin.files.actions import RefusedError
from tongxin.imports import actions, queries
from tongxin.imports.choices import AT_WORK, Stage
from tongxin.imports.forms import Undo, UndoTheRest, Upload
from tongxin.imports.models import Import
from tongxin.imports.rules import OFFERED, Offered, kinds_with
from tongxin.sheets import templates

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _kinds(request: HttpRequest) -> list[Offered]:
    kinds = kinds_with(request.user, bodies.committee_of(request.user))
    if not kinds:
        raise PermissionDenied
    return kinds


@requires("imports.handle")
def imports(request: HttpRequest) -> HttpResponse:
    """Upload sheets, and see what was imported before."""
    kinds = _kinds(request)
    form = Upload(kinds, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        committee = bodies.committee_of(request.user)
        assert committee is not None  # noqa: S101 -- some kind is kept there
        try:
            run = actions.upload(
                form.cleaned_data["kind"],
                form.cleaned_data["uploads"],
                committee=committee,
                actor=request.user,
                at=timezone.now(),
            )
        except RefusedError as problem:
            form.add_error("uploads", str(problem))
        else:
            return redirect("import", run.uid)
    lines, older = queries.lines(request.user, before=asked.number(request.GET.get("before", "")))
    context = {
        "form": form,
        "kinds": kinds,
        "lines": lines,
        "older": older,
        "max_mb": settings.IMPORT_MAX_MB,
        "max_rows": settings.IMPORT_MAX_ROWS,
        "keep_days": settings.IMPORT_KEEP_DAYS,
    }
    return render(request, "imports/imports.html", context)


@require_safe
@requires("imports.handle")
def template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Give the empty workbook of a kind."""
    found = next((offered for offered in _kinds(request) if offered.name == kind), None)
    if found is None:
        raise Http404
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "template.xlsx"
        templates.write(out, found.kind)
        content = out.open("rb")  # the open handle keeps it until it was read
    name = _("%(kind)s导入表.xlsx") % {"kind": found.label}
    return FileResponse(content, as_attachment=True, filename=name, content_type=XLSX)


@require_safe
@requires("imports.read_columns")
def columns(request: HttpRequest) -> HttpResponse:
    """Say what each column of every sheet is for: what it is called, what may stand in it, an example."""
    return render(request, "imports/columns.html", {"kinds": OFFERED.values()})


def _run(request: HttpRequest, uid: str) -> Import:
    run = get_object_or_404(queries.visible_to(request.user).select_related("rejects", "beat"), uid=uid)
    permissions.demand(request.user, "imports.handle", run)
    return run


@require_safe
@requires("imports.handle", of_object=True)
def one(request: HttpRequest, uid: str) -> HttpResponse:
    """One import: what the worker does, what would happen, what happened."""
    run = _run(request, uid)
    tab = request.GET.get("odd") == "1"
    counts = queries.counted(run)
    warnings = tab if counts[False] else bool(counts[True])
    spots, more = queries.spots(run, warnings=warnings, after=asked.number(request.GET.get("after", "")) or 0)
    tabs = [
        {"label": _("有错的行"), "count": counts[False], "url": "?", "current": not warnings},
        {"label": _("提示"), "count": counts[True], "url": "?odd=1", "current": warnings},
    ]
    shown, more_rows = queries.rows_of(run, after=0, most=queries.PAGE)
    line = queries.line_of(run)
    context = {
        "several_files": len(line.files) > 1,
        "several_sheets": len({spot.sheet for spot in spots}) > 1,
        "run": run,
        "line": line,
        "at_work": run.stage in AT_WORK,
        "shown": shown,
        "more_rows": more_rows,
        "spots": spots,
        "more": more,
        "warnings": warnings,
        "tabs": tabs if counts[False] and counts[True] else [],
        "counts": counts,
        "rejects": queries.rejects_link(run, request.user),
        "paged": "after" in request.GET,
        "can_take": bool(run.created and not run.unreadable),
        "can_drop": queries.may_be_dropped(run),
    }
    return render(request, "imports/import.html", context)


@require_safe
@requires("imports.handle", of_object=True)
def progress(request: HttpRequest, uid: str) -> HttpResponse:
    """How far the worker is, as a piece of the page; when it is done the page is loaded anew."""
    run = _run(request, uid)
    if not asked.by_htmx(request.headers):
        return redirect("import", run.uid)
    answer = render(request, "imports/_progress.html", {"run": run, "line": queries.line_of(run)})
    if run.stage not in AT_WORK:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@requires("imports.handle", of_object=True)
def take(request: HttpRequest, uid: str) -> HttpResponse:
    """Import what was looked through."""
    run = _run(request, uid)
    seen, skips = request.POST.get("seen", ""), request.POST.get("skip") == "1"
    _decided(request, lambda: actions.confirm(run, skips=skips, seen=seen, actor=request.user, at=timezone.now()))
    return redirect("import", run.uid)


@require_POST
@requires("imports.handle", of_object=True)
def drop(request: HttpRequest, uid: str) -> HttpResponse:
    """Do nothing with what was uploaded."""
    run = _run(request, uid)
    if not _decided(request, lambda: actions.drop(run, actor=request.user, at=timezone.now())):
        return redirect("import", run.uid)
    messages.success(request, _("已放弃，没有写入任何内容。"))
    return redirect("imports")


@require_POST
@requires("imports.handle", of_object=True)
def again(request: HttpRequest, uid: str) -> HttpResponse:
    """Look through the files once more."""
    run = _run(request, uid)
    _decided(request, lambda: actions.check_again(run, actor=request.user, at=timezone.now()))
    return redirect("import", run.uid)


def _decided(request: HttpRequest, act: Callable[[], None]) -> bool:
    """Let somebody decide; say so where somebody else was faster, or other figures stand by now."""
    try:
        act()
    except actions.NotNowError:
        messages.warning(request, _("这次导入已经不在这一步，或者核对的结果有变，没有办理。请看现在的情况。"))
        return False
    return True


@require_safe
@requires("imports.handle", of_object=True)
def rows(request: HttpRequest, uid: str) -> HttpResponse:
    """All that an import brings, by name and number: rows of the sheet; once it is in, the records."""
    run = _run(request, uid)
    shown, more = queries.rows_of(run, after=asked.number(request.GET.get("after", "")) or 0, most=queries.MANY)
    context = {"run": run, "line": queries.line_of(run), "shown": shown, "more": more, "paged": "after" in request.GET}
    return render(request, "imports/rows.html", context)


@requires("imports.handle", of_object=True)
def undo(request: HttpRequest, uid: str) -> HttpResponse:
    """Take back what an import made: all of it, or what was not worked with since; what stays is shown before."""
    run = _run(request, uid)
    if run.stage != Stage.IMPORTED:
        return redirect("import", run.uid)
    resting = queries.Resting(run)
    form = _form_of_undoing(request, run, resting)
    if request.method == "POST" and form is not None and form.is_valid():
        reason, seen = form.cleaned_data["reason"], form.cleaned_data.get("seen", "")
        _decided(request, lambda: actions.ask_undo(run, reason=reason, seen=seen, actor=request.user))
        return redirect("import", run.uid)
    after = asked.number(request.GET.get("after", "")) or 0
    stays, more = resting.page(after=after, most=queries.PAGE)
    shown = queries.shown(run, [record for record, _why in stays])
    context = {
        "run": run,
        "line": queries.line_of(run),
        "resting": resting,
        "form": form,
        "stays": [{"shown": one, "why": why} for one, (_record, why) in zip(shown, stays, strict=True)],
        "more": after + queries.PAGE if more else None,
        "paged": "after" in request.GET,
        "goes": queries.shown(run, resting.goes(queries.PAGE)),
        "series": [one for one in resting.series if one.is_main] if form is not None else [],
    }
    return render(request, "imports/undo.html", context)


def _form_of_undoing(request: HttpRequest, run: Import, resting: queries.Resting) -> Undo | None:
    """Return what is asked before undoing: nothing where it cannot be done."""
    if not resting:
        return Undo(request.POST or None)
    if not resting.is_apart:
        return None
    said = _("留下上面列出的 %(left)s %(unit)s，撤回其余的 %(taken)s %(unit)s")
    agreement = said % {"left": len(resting.stays), "taken": resting.taken, "unit": OFFERED[run.kind].unit}
    return UndoTheRest(request.POST or None, agreement=agreement, figures=resting.figures)
