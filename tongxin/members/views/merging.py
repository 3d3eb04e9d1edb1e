"""One person kept twice: who looks like one, both beside each other, the merger, and the way back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.committees.queries import has_to_do_with_several
from tongxin.core import asked
from tongxin.members import merging, queries
from tongxin.members.actions import StandingError
from tongxin.members.forms import Apart, Merge, Other, Part
from tongxin.members.models import Member
from tongxin.members.views.loading import load, not_done, typed_in

SHOWN = 50  # pairs of the list; the others follow when these are done


@requires("members.merge")
def doubles(request: HttpRequest) -> HttpResponse:
    """List the pairs that look like one person, with what is alike (疑似重复)."""
    found = queries.doubles(queries.kept_by(request.user))
    context = {"pairs": found[:SHOWN], "total": len(found), "several": has_to_do_with_several(request.user)}  # type: ignore[arg-type]
    return render(request, "members/doubles.html", context)


@requires("members.merge", of_object=True)
def choose_double(request: HttpRequest, uid: str) -> HttpResponse:
    """Choose by name or number with whom a member is to be made one."""
    found = _load(request, uid)
    form = Other(request.POST or None)
    alike: list[Member] = []
    if request.method == "POST" and form.is_valid():
        alike = queries.one_like(found, asked.words(form.cleaned_data["named"], 60))
        if len(alike) == 1:
            return redirect("member-double", uid=uid, other=alike[0].uid)
        if not alike:
            form.add_error("named", _("本会没有这个姓名或者编号的另一位委员，请核对。"))
    return render(request, "members/choose_double.html", {"form": form, "member": found, "alike": alike})


@requires("members.merge", of_object=True)
def merge(request: HttpRequest, uid: str, other: str) -> HttpResponse:
    """Show two members beside each other, ask which stays and what of each; say what will happen; then do it."""
    one, second = _load(request, uid), _load(request, other)
    context = {"member": one, "other": second, "lines": queries.lines(one, second)}
    if refusal := queries.why_not_merged(one, second):
        return render(request, "members/double.html", context | {"refusal": refusal})
    form = Merge(request.POST or None, one=one, other=second)
    if request.method == "POST" and form.is_valid() and "again" not in request.POST:
        stays, goes = form.pair()
        if "confirmed" not in request.POST:
            said = queries.what_follows_merging(stays, goes, form.taken())
            return render(
                request, "members/merge.html", context | {"form": form, "stays": stays, "goes": goes, "sentences": said}
            )
        try:
            merging.merge(
                stays, goes, taken=form.taken(), reason=form.cleaned_data["reason"], actor=_actor(request), at=timezone.now()
            )
        except StandingError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _("已合并，保留编号 %(number)s") % {"number": stays.number})
            return redirect("member", uid=stays.uid)
    return render(request, "members/double.html", context | {"form": form})


@requires("members.merge", of_object=True)
def tell_apart(request: HttpRequest, uid: str, other: str) -> HttpResponse:
    """Say of two who look like one person that they are two: the pair does not come back."""
    one, second = _load(request, uid), _load(request, other)
    if one.pk == second.pk or one.committee_id != second.committee_id:
        raise Http404
    form = Apart(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            merging.tell_apart(one, second, reason=form.cleaned_data["reason"], actor=_actor(request), at=timezone.now())
        except StandingError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _("已登记：不是同一人"))
            return redirect("members-doubles")
    return render(request, "members/apart.html", {"form": form, "member": one, "other": second})


@requires("members.merge", of_object=True)
def part(request: HttpRequest, uid: str, other: str) -> HttpResponse:
    """Take a merger back: what follows is said before, or why it cannot be."""
    found = _load(request, uid)
    merger = next((each for each in queries.mergers(found) if each.goes.uid == other), None)
    if merger is None:
        return _parted_already(request, found, other)
    context: dict[str, Any] = {"member": found, "merger": merger, "refusal": queries.why_not_parted(found, merger)}
    form = Part(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            merging.part(found, merger.goes, reason=form.cleaned_data["reason"], actor=_actor(request), at=timezone.now())
        except StandingError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _("已撤销合并，编号 %(number)s 重新列入名册") % {"number": merger.goes.number})
            return redirect("member", uid=uid)
    sentences = [] if context["refusal"] else queries.what_follows_parting(found, merger)
    return render(request, "members/part.html", context | {"form": form, "sentences": sentences})


def _parted_already(request: HttpRequest, member: Member, other: str) -> HttpResponse:
    """Say that a merger was taken back meanwhile; not found where there was none."""
    event = queries.parted(member, other)
    if event is None:
        raise Http404
    why = _("%(other_name)s（编号 %(other_number)s）并入%(name)s（编号 %(number)s）的合并已经撤销") % event.data
    return not_done(request, member, typed_in(request), why, by=event)


def _load(request: HttpRequest, uid: str) -> Member:
    """Return a member for who may merge it; not found for anybody else, and where it went into another already."""
    found = load(request, uid)
    permissions.demand(request.user, "members.merge", found)
    return found


def _actor(request: HttpRequest) -> Any:
    return request.user
