"""The pages of any list that an app declares: the list, what is done to its ticked rows, the list as a file."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.access.views import View, requires
from tongxin.core import asked
from tongxin.desks.acts import MOST, Picks, Ticked, picks_in, ticked, to_each
from tongxin.desks.leaving import TYPES, leave
from tongxin.desks.listings import Act, Listing
from tongxin.desks.shown import Shown, shown

EXPORT = "export"  # of ticked rows, beside the list's own acts


def paths_of(listing: Listing, address: str) -> list[URLPattern]:
    """Return the addresses of a list: its page, and where it has them its acts and its sheet."""
    found = [path(address, page_of(listing), name=listing.name)]
    if listing.acts or listing.sheet:
        found.append(path(f"{address}acts/", acts_of(listing), name=f"{listing.name}-acts"))
    if listing.sheet:
        found.append(path(f"{address}sheet/", sheet_of(listing), name=f"{listing.name}-sheet"))
    return found


def page_of(listing: Listing) -> View:
    """Return the view of a list, under its own permission."""

    @require_safe
    @requires(listing.permission)
    def page(request: HttpRequest) -> HttpResponse:
        found = shown(listing, request.GET, request.user, at=timezone.now())
        return render(request, "desks/list.html", {"list": found} | _addresses(listing))

    page.__doc__ = f"List {listing.name}."
    return page


def _addresses(listing: Listing) -> dict[str, str]:
    return {
        "acts_url": reverse(f"{listing.name}-acts") if listing.acts or listing.sheet else "",
        "sheet_url": reverse(f"{listing.name}-sheet") if listing.sheet else "",
    }


def _asked(listing: Listing, request: HttpRequest) -> Shown:
    """Return the page that an act or a sheet was asked from."""
    return shown(listing, asked.query(request.POST.get("query", "")), request.user, at=timezone.now())


def sheet_of(listing: Listing) -> View:
    """Return the view that gives a list as a file; each time it leaves is an event."""

    @requires(listing.permission)
    def sheet(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            return redirect(listing.name)  # signed in again, or reloaded
        ending = request.POST.get("format", "")
        return leave(_asked(listing, request), ending=ending if ending in TYPES else "xlsx")

    sheet.__doc__ = f"Give list {listing.name} as a file."
    return sheet


def acts_of(listing: Listing) -> View:
    """Return the view that does something to ticked rows.

    First it shows what that means, then it says what became of each.
    """

    @requires(listing.permission)
    def acts(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            return redirect(listing.name)
        page, picks = _asked(listing, request), picks_in(request.POST.getlist("pick"))
        back = f"{reverse(listing.name)}{page.address()}"
        name = request.POST.get("act", "")
        act = next((a for a in page.acts if a.name == name), None)
        if act is None and (name != EXPORT or not page.leaves):
            raise PermissionDenied
        if not picks or len(picks) > MOST:
            messages.warning(request, _("一次最多 %(n)s 件，请分几次办理。") % {"n": MOST} if picks else _("请先勾选。"))
            return redirect(back)
        if act is None:
            return leave(page, ending="xlsx", picked=list(picks))
        return _act(request, page, act, picks, back)

    acts.__doc__ = f"Do something to ticked rows of list {listing.name}."
    return acts


def _act(request: HttpRequest, page: Shown, act: Act, picks: Picks, back: str) -> HttpResponse:
    found = ticked(page.listing, page.question, act, picks)
    confirmed = bool(request.POST.get("confirmed")) and None not in picks.values()  # what was not shown is shown first
    form = act.asks(page.question, request.POST if confirmed else None) if act.asks else None
    if not confirmed or (form is not None and not form.is_valid()):
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None and form.errors else 200
        return render(request, "desks/act.html", _context(page, act, found, picks, back) | {"form": form}, status=status)
    outcome = to_each(page.listing, act, found, page.question, form.cleaned_data if form is not None else {})
    if not outcome.left and not outcome.gone:
        messages.success(request, outcome.sentence)
        return redirect(back)
    return render(request, "desks/acted.html", _context(page, act, found, picks, back) | {"outcome": outcome})


def _context(page: Shown, act: Act, found: Ticked, picks: Picks, back: str) -> dict[str, Any]:
    title = next((column for column in page.columns if column.look == "title"), page.columns[0])
    shown = {uid: found.seen.get(uid, "") if seen is None else seen for uid, seen in picks.items()}
    return {
        "list": page,
        "act": act,
        "back": back,
        "open": [title.cell(line) for line in found.open],
        "picked": [f"{uid}:{seen}" for uid, seen in shown.items()],
        "shut": [(title.cell(line), why) for line, why in found.shut],
        "gone": found.gone,
    }
