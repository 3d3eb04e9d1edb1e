"""The pages of any list that an app declares: the list, what is done to its ticked rows, the list as a file."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.access.views import View, requires
from tongxin.desks.acts import MOST, Ticked, ticked, to_each
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
    return shown(listing, QueryDict(request.POST.get("query", "")), request.user, at=timezone.now())


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
    """Return the view that does something to ticked rows: first it shows what that means, then it says what became of each."""

    @requires(listing.permission)
    def acts(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            return redirect(listing.name)
        page, picked = _asked(listing, request), list(dict.fromkeys(request.POST.getlist("pick")))[:MOST]
        back = f"{reverse(listing.name)}{page.address()}"
        name = request.POST.get("act", "")
        act = next((a for a in page.acts if a.name == name), None)
        if act is None and (name != EXPORT or not page.leaves):
            raise PermissionDenied
        if not picked:
            messages.warning(request, _("请先勾选。"))
            return redirect(back)
        if act is None:
            return leave(page, ending="xlsx", picked=picked)
        return _act(request, page, act, picked, back)

    acts.__doc__ = f"Do something to ticked rows of list {listing.name}."
    return acts


def _act(request: HttpRequest, page: Shown, act: Act, picked: Sequence[str], back: str) -> HttpResponse:
    found, confirmed = ticked(page.listing, page.question, act, picked), bool(request.POST.get("confirmed"))
    form = act.asks(page.question, request.POST if confirmed else None) if act.asks else None
    if not confirmed or (form is not None and not form.is_valid()):
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None and form.errors else 200
        return render(request, "desks/act.html", _context(page, act, found, picked, back) | {"form": form}, status=status)
    outcome = to_each(act, found, page.question, form.cleaned_data if form is not None else {})
    if not outcome.left and not outcome.gone:
        messages.success(request, outcome.sentence)
        return redirect(back)
    return render(request, "desks/acted.html", _context(page, act, found, picked, back) | {"outcome": outcome})


def _context(page: Shown, act: Act, found: Ticked, picked: Sequence[str], back: str) -> dict[str, Any]:
    title = next((column for column in page.columns if column.look == "title"), page.columns[0])
    return {
        "list": page,
        "act": act,
        "back": back,
        "open": [title.cell(line) for line in found.open],
        "picked": picked,
        "shut": [(title.cell(line), why) for line, why in found.shut],
        "gone": found.gone,
    }
