"""Saving by itself, in the words of the script of the page; and two texts side by side."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongxin.access import permissions
from tongxin.access.views import Unsigned, requires
from tongxin.core import asked
from tongxin.core.templatetags.chinese import clock
from tongxin.drafts import actions, queries
from tongxin.drafts.table import Draft, is_empty, known

LONGEST_TAB, LONGEST_UID = 24, 12


def _draft(kind: str) -> Draft:
    draft = known().get(kind)
    if draft is None:
        raise Http404
    return draft


def _holder(request: HttpRequest, draft: Draft, uid: str) -> Any:
    """Return what a text belongs to, if its reader may see it and write there.

    Nothing tells whether there is another's.
    """
    holder = draft.find(request.user, uid)
    if holder is not None:
        permissions.demand(request.user, draft.may, holder)
    return holder


# ── saving by itself ─────────────────────────────────────────────────────────────────────────────
@requires("drafts.write", of_object=True, unsigned=Unsigned.SCRIPT)
@require_POST
def save(request: HttpRequest, kind: str, uid: str) -> JsonResponse:
    """Take what was typed so far.

    200 saved, with the version; 401 the session has ended; 404 not there, or not the writer's; 409 saved elsewhere:
    both texts, and the copy that was kept; 422 cannot be kept as it is; 423 written no more: the copy that was kept.
    """
    if not request.user.is_authenticated:
        return _said(_("登录已经到期或者已经退出，您写的内容已存在本机。"), HTTPStatus.UNAUTHORIZED)
    draft = _draft(kind)
    holder = _holder(request, draft, uid)
    if holder is None:
        begun = draft.begin(request.user, uid)
        if begun is None:
            raise Http404
        holder = _holder(request, draft, begun.uid)
        if holder is None:
            return _begin(request, draft, begun)
    return _save(request, draft, holder)


def _said(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"message": sentence}, status=status)


def _sentence(refused: Exception) -> str:
    """Say what a matter's act refuses, as a whole sentence."""
    return f"{str(refused).removesuffix('。')}。"


def _begin(request: HttpRequest, draft: Draft, begun: Any) -> JsonResponse:
    """Make the row with the first save that has a word in it; an empty form leaves nothing behind."""
    at = timezone.now()
    fields, problem = draft.typed(None, request.POST)
    if problem:
        return _said(problem, HTTPStatus.UNPROCESSABLE_ENTITY)
    if is_empty(fields):
        return JsonResponse({"version": 0, "saved_at": ""})
    try:
        begun.make(request.user, fields, at)
    except draft.refuses as refused:
        return _said(_sentence(refused), HTTPStatus.UNPROCESSABLE_ENTITY)
    made = _holder(request, draft, begun.uid)
    if made is None:
        raise Http404
    text = draft.text(made)
    if text.version == 1 and actions.holds(text, fields):
        return JsonResponse({"version": 1, "saved_at": clock(at)})
    return _save(request, draft, made)


def _save(request: HttpRequest, draft: Draft, holder: Any) -> JsonResponse:
    fields, problem = draft.typed(holder, request.POST)
    if problem:
        return _said(problem, HTTPStatus.UNPROCESSABLE_ENTITY)
    at = timezone.now()
    try:
        text = draft.save(holder, fields=fields, started_from=_version(request), actor=request.user, at=at, tab=_tab(request))
    except actions.StaleError as late:
        answer = {
            "version": draft.text(holder).version,
            "fields": {name: _as_field(value) for name, value in draft.values(holder).items()},
            "mine_kept_as": late.copy.uid,
            "message": str(late),
            "url": late.copy.get_absolute_url(),
        }
        return JsonResponse(answer, status=HTTPStatus.CONFLICT)
    except actions.ClosedError as late:
        answer = {"message": str(late), "mine_kept_as": late.copy.uid, "url": late.copy.get_absolute_url()}
        return JsonResponse(answer, status=HTTPStatus.LOCKED)
    except draft.refuses as refused:
        return _said(_sentence(refused), HTTPStatus.UNPROCESSABLE_ENTITY)
    _settle_chosen(request, draft, holder)
    return JsonResponse({"version": text.version, "saved_at": clock(text.edited_at or at)})


def _settle_chosen(request: HttpRequest, draft: Draft, holder: Any) -> None:
    """Put the copies away between which and the text the writer has just chosen on the page."""
    chosen = [asked.words(uid, LONGEST_UID) for uid in request.POST.getlist("chosen")]
    for copy in queries.open_copies(request.user, draft, holder.uid).filter(uid__in=chosen) if chosen else ():
        actions.settle(copy, at=timezone.now())


def _version(request: HttpRequest) -> int:
    return asked.version(request.POST.get("version", ""))


def _tab(request: HttpRequest) -> str:
    return asked.words(request.POST.get("tab", ""), LONGEST_TAB)


def _as_field(value: Any) -> Any:
    """Write a value as the field of the page has it."""
    return ("1" if value else "0") if isinstance(value, bool) else value


# ── two texts ────────────────────────────────────────────────────────────────────────────────────
@requires("drafts.write", of_object=True)
def copy(request: HttpRequest, kind: str, uid: str, copy: str) -> HttpResponse:
    """Show a kept copy beside the text and take the choice, field by field."""
    draft = _draft(kind)
    holder = _holder(request, draft, uid)
    if holder is None:
        raise Http404
    kept = get_object_or_404(queries.copies_of(request.user, draft, uid), uid=copy)
    is_open = draft.is_open(holder)
    if request.method == "POST":
        return _choose(request, draft, holder, kept) if is_open else _put_away(request, draft, holder, kept)
    context = {
        "copy": kept,
        "rows": queries.differences(draft, holder, kept.fields),
        "version": draft.text(holder).version,
        "is_open": is_open,
        "subject": holder,
        "editor": draft.editor(holder),
        "label": draft.label,
    }
    return render(request, "drafts/copy.html", context)


def _choose(request: HttpRequest, draft: Draft, holder: Any, kept: Any) -> HttpResponse:
    chosen = {
        name: value for name, value in kept.fields.items() if request.POST.get(f"use_{name}") == "mine" and name in draft.labels
    }
    try:
        if chosen:
            draft.save(holder, fields=chosen, started_from=_version(request), actor=request.user, at=timezone.now())
    except actions.LateError as late:
        messages.warning(request, str(late))
        return redirect(late.copy)
    except draft.refuses as refused:
        messages.warning(request, _sentence(refused))
        return redirect(kept)
    return _put_away(request, draft, holder, kept, said=_("已按您的选择保存。"))


def _put_away(request: HttpRequest, draft: Draft, holder: Any, kept: Any, said: str = "") -> HttpResponse:
    actions.settle(kept, at=timezone.now())
    messages.success(request, said or _("这一份已收起。"))
    return redirect(draft.editor(holder))
