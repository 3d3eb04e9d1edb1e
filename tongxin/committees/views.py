"""Units and appointments; the audit reader stands here too, because whose events one may read is an appointment."""

from typing import Any
from urllib.parse import urlencode

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
from tongxin.audit import audience, kinds, looking, verifying
from tongxin.audit import queries as audit
from tongxin.audit.models import Event
from tongxin.audit.templatetags.timeline import entry
from tongxin.committees import actions, findings, listing, queries, resetting, successions
from tongxin.committees.choices import Duty, System
from tongxin.committees.forms import AppointmentForm, EndForm, FactorForm, PlenaryForm, SessionForm, TransferForm, UnitForm
from tongxin.committees.models import Appointment, Committee, Session, Unit, said_of_somebody
from tongxin.core import asked

PAGE = 50


def _own(request: HttpRequest) -> Committee:
    found = queries.committee_of(request.user)
    if found is None:
        raise Http404
    return found


@requires("committees.view_units")
def units(request: HttpRequest) -> HttpResponse:
    """The handling units of the reader's committee, by 归口."""
    committee = _own(request)
    words, system = asked.words(request.GET.get("q", ""), 60), asked.one_of(request.GET.get("system", ""), System.values)
    state = asked.one_of(request.GET.get("state", ""), (successions.IN_USE, successions.ENDED))
    found = successions.lines(committee, words=words, system=system, state=state, on=timezone.localdate())
    context = {
        "lines": found, "state": state, "tabs": _states(state, words), "q": words, "system": system, "systems": System.choices,
        "changes": permissions.allowed(request.user, "committees.change_units", committee),
    }  # fmt: skip
    return render(request, "committees/units.html", context)


def _states(state: str, words: str) -> list[dict[str, Any]]:
    """Return the ways to the units in use and to those that ended."""
    parts = {successions.IN_USE: _("在用"), successions.ENDED: _("已撤销")}
    said = {name: urlencode({key: value for key, value in (("state", name), ("q", words)) if value}) for name in parts}
    return [{"label": label, "count": None, "url": f"?{said[name]}", "current": name == state} for name, label in parts.items()]


def _unit_page(request: HttpRequest, committee: Committee, unit: Unit | None) -> HttpResponse:
    permissions.demand(request.user, "committees.change_units", committee)
    names = ("name", "short_name", "system", "contact", "phone")
    start = {n: getattr(unit, n) for n in names} if unit else {"system": System.GOVERNMENT}
    form = UnitForm(request.POST or None, initial=start, committee=committee, unit=unit)
    if request.method == "POST" and form.is_valid():
        saved = actions.save_unit(committee, unit, fields=form.cleaned_data, actor=request.user, at=timezone.now())
        messages.success(request, _("已保存%(name)s") % {"name": saved.name})
        return redirect("units")
    return render(request, "committees/unit.html", {"form": form, "unit": unit})


@requires("committees.change_units", of_object=True)
def add_unit(request: HttpRequest) -> HttpResponse:
    """Add a unit."""
    return _unit_page(request, _own(request), None)


@requires("committees.change_units", of_object=True)
def unit(request: HttpRequest, uid: str) -> HttpResponse:
    """Change a unit's data."""
    found = Unit.objects.filter(uid=uid, committee=_own(request)).first()
    if found is None:
        raise Http404
    return _unit_page(request, found.committee, found)


def _plenary(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("plenary_from", "plenary_until", "cut_off_at")}


@requires("committees.keep_sessions")
def sessions(request: HttpRequest) -> HttpResponse:
    """The sessions of the committee; set up the next one."""
    committee = _own(request)
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
    found = Session.objects.filter(uid=uid, committee=_own(request)).select_related("term", "committee").first()
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


@requires("committees.appoint")
def appointments(request: HttpRequest) -> HttpResponse:
    """Who holds which duty now or will, or held it: found by name, duty or unit, paged by key."""
    committee = _own(request)
    permissions.demand(request.user, "committees.appoint", committee)
    words, after = (asked.words(request.GET.get(name, ""), 60) for name in ("q", "after"))
    part = asked.one_of(request.GET.get("part", ""), listing.PARTS, listing.NOW)
    context = listing.page(committee, part=part, words=words, after=after, reader=request.user, at=timezone.now())
    return render(request, "committees/appointments.html", context)


@requires("committees.appoint")
def appoint(request: HttpRequest) -> HttpResponse:
    """Appoint somebody to a duty."""
    committee = _own(request)
    permissions.demand(request.user, "committees.appoint", committee)
    form = AppointmentForm(request.POST or None, committee=committee)
    if request.method == "POST" and form.is_valid():
        data, unit = form.cleaned_data, form.units.get(form.cleaned_data["unit"])
        try:
            account, code = actions.appoint_person(
                committee, name=data["name"], username=data["username"], duty=data["duty"], starts_on=data["starts_on"],
                scope={"unit": unit, "affiliation": data["affiliation"], "body": data["body"]},
                actor=request.user, at=timezone.now(),
            )  # fmt: skip
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
        account.name, names.of(account)[0], code, request=request, realm=committee.code, committee=committee.short_name,
        resets=resets, duty="" if resets else duty, sets_up_factor=must_set_up_factor(account), coded=has_second_factor(account),
        back=_back(request),
    )  # fmt: skip
    return slips.keep(request, made, at=timezone.now())


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect(_back(request))


@requires("committees.appoint", of_object=True)
def reset(request: HttpRequest, uid: str) -> HttpResponse:
    """Make a code for somebody of the own committee who forgot the password, and show the slip: what follows is said before."""
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


def _search(request: HttpRequest) -> audit.Search:
    get = request.GET.get
    since, until = asked.day(get("since", "")), asked.day(get("until", ""))
    return audit.Search(asked.words(get("q", ""), 60), get("kind", "")[:60], since, until)


@requires("audit.read")
def events(request: HttpRequest) -> HttpResponse:
    """The audit reader: every event of the committees one audits, newest first, key-paged."""
    codes = queries.audited_codes(request.user)
    search = _search(request)
    rows = audit.events(codes, search)
    if before := asked.words(request.GET.get("before", ""), 12):
        # paged by uid: the numbers of rows would tell between which two others something untold was written
        rows = rows.filter(id__lt=rows.filter(uid=before).values("id")[:1])
    found = list(rows[: PAGE + 1])
    on = timezone.localdate()
    context = {
        "rows": [_row(e) for e in found[:PAGE]], "search": search,
        "older": found[PAGE - 1].uid if len(found) > PAGE else None, "health": audit.health(codes),
        "daily": [] if before or search.words else [(d, kinds.KINDS[d.kind].by_day) for d in audit.by_day(codes, before=on)],
        "sorts": sorted(kinds.SORTS.items()), "query": _query(request),
    }  # fmt: skip
    return render(request, "committees/events.html", context)


def _row(event: Event) -> dict[str, Any]:
    """A line of the reader; why, and how much, where who reads the record is told that."""
    row: dict[str, Any] = {"event": event, "sealed": hasattr(event, "seal")}
    try:
        line = entry(event)
        more = line.more if audience.tells_the_record(event) else ""
        return row | {"who": kinds.operator(event, line.what), "what": line.what, "more": more, "sort": kinds.sort_of(event.kind)}
    except kinds.NOT_OURS:  # a verdict leads here
        return row | {"who": "", "what": _("这条记录读不出来，请核验"), "more": "", "sort": ""}


def _query(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("before", None)
    return kept.urlencode()


@requires("audit.read")
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute the chains of the committees one audits, and say whether anything was changed; of the files, what was found last.

    Reloaded or typed in, the address leads to the reader, where it is asked for: it is too much work to begin by a link.
    """
    if request.method != "POST":
        return redirect("events")
    codes = queries.audited_codes(request.user)
    # how many there are is said as in the reader: without those that are told by day alone
    names = dict(Committee.objects.filter(code__in=codes).values_list("code", "short_name"))
    looked, now = looking.last(), timezone.now()
    verdicts: list[dict[str, Any]] = []
    for code in sorted(codes, key=lambda code: (not code, code)):  # what belongs to none stands last
        verdict = verifying.verify(committee_code=code, reads_files=False)
        verdicts.append({
            "name": names.get(code, _("系统公用的记录")), "verdict": verdict, "health": audit.health({code}),
            "problems": findings.findings(code, verdict.problems), "erasures": findings.erasures(code) if verdict.ok else [],
            "files": findings.findings(code, looked.problems(code) if looked is not None else []),
        })  # fmt: skip
    context = {
        "verdicts": verdicts, "at": now, "looked": looked, "late": looking.is_late(looked, now=now),
        "odd_files": sum(len(one["files"]) for one in verdicts),
    }  # fmt: skip
    return render(request, "committees/verdict.html", context)
