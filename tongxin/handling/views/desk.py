"""The office's desk of proposals: the list, what is done to ticked rows, the ledger as a file."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.access.permissions import allowed
from tongxin.access.views import requires
from tongxin.committees import queries as bodies
from tongxin.committees.models import Committee
from tongxin.handling.forms import DeskFilter, Reason
from tongxin.handling.pages import bulk as actions
from tongxin.handling.pages import desk
from tongxin.handling.pages import ledger as sheets
from tongxin.ui.navigation import NavItem

PLACE = ("before", "after")


def committee_of(request: HttpRequest) -> Committee:
    """Return the committee whose desk is asked for: the first of one's own unless `in` names another."""
    own = desk.desk_committees(request.user)
    asked = request.GET.get("in") or request.POST.get("in", "")
    found = next((c for c in own if c.code == asked), own[0] if own and not asked else None)
    if found is None:
        raise PermissionDenied
    return found


def _url(data: QueryDict, **change: str) -> str:
    kept = {k: v for k, v in data.items() if v and k not in PLACE and k != "csrfmiddlewaretoken"} | change
    said = urlencode({k: v for k, v in kept.items() if v})
    return f"{reverse('desk-proposals')}?{said}" if said else reverse("desk-proposals")


def _key(row: desk.Row) -> str:
    return f"{row.clock.isoformat() if row.clock else ''}.{row.proposal.uid}"


def _pager(request: HttpRequest, w: desk.Wanted, found: desk.Listing) -> dict[str, str]:
    many = desk.counted(found.total)
    return {
        "caption": _("共 %(n)s 件，每页 %(size)s 件") % {"n": many, "size": w.size},
        "previous_url": _url(request.GET, before=_key(found.rows[0])) if found.has_previous and found.rows else "",
        "next_url": _url(request.GET, after=_key(found.rows[-1])) if found.has_next and found.rows else "",
    }


@require_safe
@requires("proposals.examine")
def proposals(request: HttpRequest) -> HttpResponse:
    """Show the proposals of a committee by stage, clock and filter."""
    committee = committee_of(request)
    form = DeskFilter(request.GET, committee=committee)
    w = form.wanted()
    found = desk.listing(request.user, w)
    session = bodies.session_on(committee, timezone.localdate())
    here, counts = {"in": request.GET.get("in", "")}, desk.figures(committee, session)
    context = {
        "committee": committee,
        "form": form,
        "w": w,
        "listing": found,
        "page": _pager(request, w, found),
        "session": session,
        "header": [
            (f, _url(QueryDict(), stage=f.key, session=str(session.pk) if session else "", **here)) for f in counts.header
        ],
        "lanes": _lanes(counts.lanes, w, here),
        "tabs": [
            NavItem(f.label, _url(QueryDict(), stage=f.key, **here), count=f.count, current=f.key == w.stage.key)  # type: ignore[arg-type]
            for f in counts.tabs
        ],
        "chosen": [{"label": words, "url": _url(request.GET, **{name: ""})} for name, words in form.chosen(w)],
        "clear_url": _url(QueryDict(), stage=w.stage.key if w.stage.tab else "", **here),
        "may": {name: allowed(request.user, f"proposals.{name}", committee) for name in ("release", "export", "enter")}
        | {
            "file": allowed(request.user, "handling.file_many", committee),
            "remind": allowed(request.user, "handling.remind_many", committee),
        },
        "sizes": [(n, _url(request.GET, size=str(n)), n == w.size) for n in desk.SIZES],
        "query": _url(request.GET).partition("?")[2],
        "others": [c for c in desk.desk_committees(request.user) if c.pk != committee.pk],
    }
    return render(request, "handling/desk_proposals.html", context)


def _lanes(figures: list[desk.Figure], w: desk.Wanted, here: dict[str, str]) -> list[dict[str, Any]]:
    text = {
        "red": _("已经超过期限"), "yellow": _("即将到期，须马上办"), "soon": _("快要到期"), "ok": _("期限还早"),
    }  # fmt: skip
    return [
        {
            "level": f.key,
            "count": f.count,
            "word": f.label,
            "text": text[f.key],
            "current": w.level == f.key,
            "url": _url(QueryDict(), stage="open", level=f.key, **here),
        }
        for f in figures
    ]


@require_POST
@requires("proposals.export")
def export(request: HttpRequest) -> HttpResponseBase:
    """Give the current filter (or the ticked rows) as a file; the export is an event."""
    committee = committee_of(request)
    picked = tuple(request.POST.getlist("pick"))
    data = QueryDict(request.POST.get("query", ""))
    form = DeskFilter(data, committee=committee)
    w = form.wanted(picked)
    if not allowed(request.user, "proposals.export", committee):
        raise PermissionDenied
    kind = "csv" if request.POST.get("format") == "csv" else "xlsx"
    words = [words for _name, words in form.chosen(w)] or [_("没有另加条件")]
    title = _("所选 %(n)s 件") % {"n": len(picked)} if picked else str(w.stage.label)
    path, rows = sheets.ledger(
        desk.whole(request.user, w), kind=kind, title=title, filters=words, person=request.user.name, at=timezone.now()
    )
    actions.note_export(committee, rows=rows, actor=request.user, at=timezone.now(), words=f"{title}：{'；'.join(words)}")
    return sheets.download(path, kind=kind, name=f"{committee.short_name}提案台账-{timezone.localdate():%Y%m%d}")


@require_POST
@requires("proposals.examine")
def bulk(request: HttpRequest) -> HttpResponseBase:
    """Do one thing to the ticked rows: first show what it means, then do it row by row and say what happened."""
    committee = committee_of(request)
    act, picked = request.POST.get("act", ""), tuple(dict.fromkeys(request.POST.getlist("pick")))[: desk.SIZES[-1]]
    if act == "export":
        return export(request)
    back = f"{reverse('desk-proposals')}?{request.POST.get('query', '')}"
    known = actions.BULK.get(act)
    if known is None or not allowed(request.user, known.permission, committee):
        raise PermissionDenied
    if not picked:
        messages.warning(request, _("请先勾选提案。"))
        return redirect(back)
    rows = actions.ticked(request.user, committee, picked)
    form = Reason(request.POST if request.POST.get("confirmed") else None) if act == "remind" else None
    if request.POST.get("confirmed") and (form is None or form.is_valid()):
        said = form.cleaned_data["reason"] if form else ""
        outcome = actions.to_many(act, rows, reason=said, actor=request.user, at=timezone.now())
        (messages.warning if outcome.left else messages.success)(request, outcome.sentence)
        return redirect(back)
    context = {
        "act": act,
        "known": known,
        "form": form,
        "query": request.POST.get("query", ""),
        "back": back,
        "open": [r for r in rows if act in r.can.split()],
        "shut": [r for r in rows if act not in r.can.split()],
        "committee": committee,
    }
    return render(request, "handling/desk_bulk.html", context)


@require_POST
@requires("proposals.pass_on")
def passing_on_export(request: HttpRequest) -> HttpResponseBase:
    """Give what waits to be passed on as a file."""
    committee = committee_of(request)
    rows = desk.to_pass_on(request.user, committee, request.POST.get("kind", ""))
    title = _("待转出的提案")
    path, number = sheets.ledger(rows, kind="xlsx", title=title, filters=[title], person=request.user.name, at=timezone.now())
    actions.note_export(committee, rows=number, actor=request.user, at=timezone.now(), words=title)
    return sheets.download(path, kind="xlsx", name=f"{committee.short_name}待转出提案-{timezone.localdate():%Y%m%d}")
