"""What is held about oneself, and what is over and may be taken away."""

import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.committees.models import Committee
from tongxin.privacy import actions, queries, sheets
from tongxin.privacy.forms import Confirmation
from tongxin.privacy.table import ERASABLE
from tongxin.sheets.exporting import TooLong

UID = re.compile(r"[0-9a-z]{1,12}")
KEY = re.compile(r"[0-9]{1,18}", re.ASCII)


# ── one's own ────────────────────────────────────────────────────────────────────────────────────
@require_safe
@requires("privacy.own")
def held(request: HttpRequest) -> HttpResponse:
    """Everything the system holds about whoever asks, and how long."""
    sections = queries.held_about(request.user, timezone.localdate())
    empty = [section for section in sections if not section.part.rows]
    return render(request, "privacy/held.html", {"sections": sections, "empty": empty})


@require_POST
@requires("privacy.own")
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the same, whole, as a file; taking it along is an event."""
    kind = "json" if request.POST.get("format") == "json" else "xlsx"
    sections = queries.held_about(request.user, timezone.localdate(), most=None)
    try:
        answer = sheets.written(sections, kind=kind, name=_("本人信息-%(day)s") % {"day": f"{timezone.localdate():%Y%m%d}"})
    except TooLong as problem:
        messages.error(request, _("没有导出：%(problem)s。") % {"problem": problem})
        return redirect("held")
    actions.note_export(request.user, form=kind.upper(), at=timezone.now())
    return answer


# ── what is over ─────────────────────────────────────────────────────────────────────────────────
def _committee(request: HttpRequest) -> Committee:
    """Return the committee that is asked for, the first of one's own where none is."""
    own = queries.executing(request.user, timezone.localdate())
    asked = request.GET.get("in") or request.POST.get("in", "")
    found = next((c for c in own if c.code == asked), own[0] if own and not asked else None)
    if found is None:
        raise PermissionDenied
    return found


def _keeping(request: HttpRequest, key: str) -> queries.Keeping:
    if key not in ERASABLE:
        raise Http404
    committee = _committee(request)
    found = next(k for k in queries.keepings(committee, timezone.localdate()) if k.key == key)
    permissions.demand(request.user, "privacy.erase", found)
    return found


@require_safe
@requires("privacy.keep")
def keep(request: HttpRequest) -> HttpResponse:
    """Every sort of personal values one takes away: the rule, where it comes from, how many are due."""
    committee, today = _committee(request), timezone.localdate()
    found = queries.executed_by(request.user, committee, today)
    numbers = queries.counts(found)
    context = {
        "committee": committee,
        "rows": [(k, numbers[k.key]) for k in found],
        "others": [c for c in queries.executing(request.user, today) if c.pk != committee.pk],
    }
    return render(request, "privacy/keep.html", context)


@require_safe
@requires("privacy.erase", of_object=True)
def due(request: HttpRequest, key: str) -> HttpResponse:
    """The list of exactly what will go, by pages."""
    keeping = _keeping(request, key)
    after = request.GET.get("after", "")
    page = queries.page(keeping, after if UID.fullmatch(after) else "")
    here = f"?in={keeping.committee.code}"
    pager = {
        "caption": _("共 %(n)s 份，每页 %(size)s 份") % {"n": page.total, "size": queries.SHOWN},
        "previous_url": here if after else "",
        "next_url": f"{here}&after={page.next}" if page.next else "",
    }
    return render(request, "privacy/due.html", {"keeping": keeping, "page": page, "pager": pager, "after": after})


@requires("privacy.erase", of_object=True)
def erase(request: HttpRequest, key: str) -> HttpResponse:
    """First ask whether the list was looked at; confirmed, take away what is due and say what remains.

    Reloaded or typed in, the address leads to the list; so it does when another list is due than the one that was
    looked at.
    """
    keeping = _keeping(request, key)
    due = f"{reverse('privacy-due', args=[key])}?in={keeping.committee.code}"
    if request.method != "POST":
        return redirect(due)
    total, back = keeping.rows.count(), f"{reverse('privacy')}?in={keeping.committee.code}"
    if not total:
        messages.info(request, _("现在没有到期的“%(what)s”。") % {"what": keeping.erasable.label})
        return redirect(back)
    seen = request.POST.get("seen", "")
    form = Confirmation(request.POST if request.POST.get("confirmed") else None, initial={"seen": seen})
    try:
        if request.POST.get("confirmed") and form.is_valid():
            outcome = actions.erase(keeping, seen=seen, actor=request.user, at=timezone.now())
            (messages.warning if outcome.left else messages.success)(request, _sentence(keeping, outcome))
            return redirect(back)
        keeping.demand_unchanged(seen)
    except queries.ListChangedError:
        messages.warning(request, _("清单有了变化，现在是 %(n)s 份。请重新核对后再确认。") % {"n": total})
        return redirect(due)
    context = {"keeping": keeping, "total": total, "form": form, "back": back, "most": actions.AT_ONCE}
    return render(request, "privacy/erase.html", context)


def _sentence(keeping: queries.Keeping, outcome: actions.Outcome) -> str:
    said = _("已删除“%(what)s” %(n)s 份。") % {"what": keeping.erasable.label, "n": outcome.done}
    if not outcome.left:
        return said
    return said + _("一次最多删除 %(most)s 份，还有 %(left)s 份，请接着办理。") % {"most": actions.AT_ONCE, "left": outcome.left}


@require_safe
@requires("privacy.keep")
def past(request: HttpRequest) -> HttpResponse:
    """What was erased in the committee, by whom, under which rule, newest first."""
    committee, before = _committee(request), request.GET.get("before", "")
    rows, older = queries.history(committee, int(before) if KEY.fullmatch(before) else None)
    return render(request, "privacy/past.html", {"committee": committee, "rows": rows, "older": older})
