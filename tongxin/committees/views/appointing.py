"""The pages of who does what: appointed, ended, handed over, let in again."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.accounts import names, slips
from tongxin.accounts.actions import VALID
from tongxin.accounts.models import Account
from tongxin.accounts.queries import has_second_factor, must_set_up_factor
from tongxin.committees import actions, listing, queries, resetting
from tongxin.committees.choices import Duty
from tongxin.committees.forms import AppointmentForm, EndForm, FactorForm, TransferForm
from tongxin.committees.models import Appointment, Committee, said_of_somebody
from tongxin.committees.views.bodies import own_committee


@requires("committees.appoint")
def appoint(request: HttpRequest) -> HttpResponse:
    """Appoint somebody to a duty."""
    committee = own_committee(request)
    permissions.demand(request.user, "committees.appoint", committee)
    form = AppointmentForm(request.POST or None, committee=committee)
    if request.method == "POST" and form.is_valid():
        data, unit = form.cleaned_data, form.units.get(form.cleaned_data["unit"])
        try:
            account, code = actions.appoint_person(
                committee,
                name=data["name"],
                username=data["username"],
                duty=data["duty"],
                starts_on=data["starts_on"],
                scope={"unit": unit, "affiliation": data["affiliation"], "body": data["body"]},
                actor=request.user,
                at=timezone.now(),
            )
        except actions.AppointmentError as problem:
            form.add_error("duty", f"{problem}。")
        else:
            duty = said_of_somebody(data["duty"], unit)
            word = _("已任命%(name)s承担%(duty)s") % {"name": account.name, "duty": duty}
            return _appointed(request, committee, account, code, word, duty=duty)
    return render(request, "committees/appoint.html", {"form": form})


def _appointed(request: HttpRequest, committee: Committee, account: Any, code: str, word: str, *, duty: str) -> HttpResponse:
    """Show the slip of somebody who is new here; else go back to the list."""
    if code:
        return _slip(request, committee, account, code, duty=duty)
    messages.success(request, word)
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Return where an act on an appointment began: the search in which it was found."""
    return listing.back(request.GET.get("next", ""))


def _appointment(request: HttpRequest, uid: str) -> Appointment:
    """Load an appointment to act on; nobody else learns whether there is one."""
    found = Appointment.objects.filter(uid=uid).select_related("account", "committee", "unit").first()
    if found is None or not permissions.allowed(request.user, "committees.appoint", found):
        raise Http404
    return found


def _slip(
    request: HttpRequest, committee: Committee, account: Account, code: str, *, duty: str, resets: bool = False
) -> HttpResponse:
    made = slips.slip(
        account.name,
        names.of(account)[0],
        code,
        request=request,
        realm=committee.code,
        committee=committee.short_name,
        resets=resets,
        duty="" if resets else duty,
        sets_up_factor=must_set_up_factor(account),
        coded=has_second_factor(account),
        back=_back(request),
    )
    return slips.keep(request, made, at=timezone.now())


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect(_back(request))


@requires("committees.appoint", of_object=True)
def reset(request: HttpRequest, uid: str) -> HttpResponse:
    """Make a code for somebody of the own committee who forgot the password, and show the slip.

    What follows is said before.
    """
    found, at = _appointment(request, uid), timezone.now()
    resets = found.account.has_usable_password()
    if request.method != "POST":
        locks = resetting.locks([found], at=at)
        if why := resetting.why_no_reset_code(found, request.user, locks):
            return _refused(request, why)
        context = {"appointment": found, "resets": resets, "coded": found.account_id in locks.coded, "days": VALID.days}
        context["back"] = _back(request)
        return render(request, "committees/reset.html", context)
    try:
        code = actions.make_reset_code(found, actor=request.user, at=at)
    except actions.AppointmentError as problem:
        return _refused(request, str(problem))
    return _slip(request, found.committee, found.account, code, duty=found.named_duty, resets=resets)


@requires("committees.appoint", of_object=True)
def reset_second_factor(request: HttpRequest, uid: str) -> HttpResponse:
    """Reset the second factor of somebody who lost the phone and the recovery codes: what follows is said before."""
    found, at = _appointment(request, uid), timezone.now()
    if request.method != "POST" and (why := resetting.why_no_factor_reset(found, request.user, resetting.locks([found], at=at))):
        return _refused(request, why)
    form = FactorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reset_second_factor(found, **form.cleaned_data, actor=request.user, at=at)
        except actions.AppointmentError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _("已重置%(name)s的动态口令，已告知本人和审计管理员") % {"name": found.account.name})
            return redirect(_back(request))
    context = {"appointment": found, "form": form, "back": _back(request)}
    return render(request, "committees/reset_second_factor.html", context)


@requires("committees.appoint", of_object=True)
def end_appointment(request: HttpRequest, uid: str) -> HttpResponse:
    """End an appointment from a day on, with the reason: what follows is said before."""
    found, at = _appointment(request, uid), timezone.now()
    if not Appointment.objects.filter(queries.not_over(timezone.localdate(at)), pk=found.pk).exists():
        messages.info(request, _("这项任命已经终止"))
        return redirect(_back(request))
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.end_appointment(found, ends_on=said["on"], reason=said["reason"], actor=request.user, at=at)
        except actions.AppointmentError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _("已免去%(who)s") % {"who": found})
            return redirect(_back(request))
    context: dict[str, Any] = {"appointment": found, "form": form, "today": timezone.localdate(at), "back": _back(request)}
    if found.unit is not None:
        context |= {"work": queries.open_work(found.unit), "others": queries.fellows(found, timezone.localdate(at))}
    elif queries.is_last(found, timezone.localdate(at)):
        context["last"] = "guard" if found.duty in queries.ALONE else "other"
    return render(request, "committees/end_appointment.html", context)


@requires("committees.appoint", of_object=True)
def transfer(request: HttpRequest, uid: str) -> HttpResponse:
    """Hand a unit's clerkship over (承办人变动): what is open at the unit, who takes over."""
    found = _appointment(request, uid)
    if found.duty != Duty.UNIT_CLERK or found.unit is None:
        raise Http404
    form = TransferForm(request.POST or None, committee=found.committee)
    if request.method == "POST" and form.is_valid():
        try:
            account, code = actions.transfer_clerk(found, **form.cleaned_data, actor=request.user, at=timezone.now())
        except actions.AppointmentError as problem:
            form.add_error(None, f"{problem}。")
        else:
            word = _("承办人已变动为%(name)s，在办事项已告知") % {"name": account.name}
            return _appointed(request, found.committee, account, code, word, duty=found.named_duty)
    context = {"appointment": found, "form": form, "work": queries.open_work(found.unit), "back": _back(request)}
    return render(request, "committees/transfer.html", context)
