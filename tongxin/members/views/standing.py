"""How a seat ends, pauses and comes back; the end of a term."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.committees.models import Committee
from tongxin.members import actions, queries
from tongxin.members.choices import Ending
from tongxin.members.forms import Standing, TermEnd
from tongxin.members.models import Member
from tongxin.members.views.loading import load, not_done, typed_in

WORDS: dict[str, Any] = {
    **{e.value: e.label for e in Ending},
    Ending.DIED.value: gettext_lazy("登记去世"),  # a death is written down, not dealt with
    "suspend": gettext_lazy("停止履职"),
    "resume": gettext_lazy("恢复履职"),
    "restore": gettext_lazy("恢复委员资格"),
}


def steps(user: Any, member: Member) -> list[tuple[str, str]]:
    """Return what may be done about a member's standing now."""
    if not permissions.allowed(user, "members.change_standing", member):
        return []
    today = timezone.localdate()
    if not member.seats_now:  # type: ignore[attr-defined]
        return [("restore", WORDS["restore"])] if queries.last_ending(member).seats else []
    pause = "resume" if queries.suspended_now(member, today) else "suspend"
    return [*((e.value, WORDS[e.value]) for e in Ending), (pause, WORDS[pause])]


@requires("members.change_standing", of_object=True)
def standing(request: HttpRequest, uid: str, kind: str) -> HttpResponse:
    """Let a seat end, pause or come back: what will happen is shown before it is confirmed, and only that is done."""
    found = load(request, uid)
    permissions.demand(request.user, "members.change_standing", found)
    if kind not in WORDS:
        raise Http404
    if kind not in dict(steps(request.user, found)):
        why = _("%(name)s的任职情况已经变了，这一步现在无需办理") % {"name": found.name}
        if typed := typed_in(request):
            return not_done(request, found, typed, why)
        messages.info(request, why)
        return redirect("member", uid=uid)
    form = _form(request.POST or None, found, kind)
    if request.method == "POST" and form.is_valid():
        try:
            _change_standing(found, kind, form.cleaned_data, request.user)
        except actions.OvertakenError:  # in this very moment: the form made anew says so
            form = _form(request.POST, load(request, uid), kind)
        except actions.StandingError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _done(found, kind))
            return redirect("member", uid=uid)
    coming_back = kind in queries.COMES_BACK
    context = {
        "form": form,
        "member": found,
        "word": WORDS[kind],
        "stop": not coming_back,
        "records": kind == Ending.DIED,
        "sentences": queries.foretold(found, kind),
        "elsewhere": [] if coming_back else queries.what_follows_elsewhere(found, request.user),
    }
    return render(request, "members/standing.html", context)


def _form(sent: Any, member: Member, kind: str) -> Standing:
    """Return the form of an act as it is now: a death that is taken back asks for no day."""
    never_ended = kind == "restore" and queries.last_ending(member).by_death
    return Standing(sent, kind=kind, member=member, never_ended=never_ended)


def _done(member: Member, kind: str) -> str:
    if kind == Ending.DIED:
        return _("已登记%(name)s委员去世") % {"name": member.name}
    if kind == "restore" and not Member.objects.seated(timezone.localdate()).filter(pk=member.pk).exists():
        return _("已更正：%(name)s去世登记有误；任期已经届满，现在不在任") % {"name": member.name}
    return _("已办理：%(name)s%(what)s") % {"name": member.name, "what": WORDS[kind]}


def _change_standing(member: Member, kind: str, said: dict[str, Any], actor: Any) -> None:
    common = {**said, "actor": actor, "at": timezone.now()}
    other: dict[str, Any] = {"suspend": actions.suspend, "resume": actions.resume, "restore": actions.restore}
    if kind in other:
        other[kind](member, **common)
    else:
        actions.end_seat(member, ending=kind, **common)


@requires("members.end_term")
def end_term(request: HttpRequest) -> HttpResponse:
    """Let every seat of a term end at once (换届)."""
    committee = Committee.objects.filter(pk__in=queries.kept_by(request.user)).order_by("pk").first()
    if committee is None:
        raise Http404
    permissions.demand(request.user, "members.end_term", committee)
    today = timezone.localdate()
    terms = {t.uid: t for t in queries.terms_to_end(committee, today)}
    form = TermEnd(request.POST or None, kind=Ending.EXPIRED, terms=terms)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            ended = actions.end_term(terms[said.pop("term")], **said, actor=request.user, at=timezone.now())
        except actions.StandingError as problem:
            form.add_error(None, f"{problem}。")
        else:
            messages.success(request, _("已办理任期届满，%(n)s 名委员离任") % {"n": ended})
            return redirect("members")
    foreseen = [(term, queries.what_follows_for_all(term, today)) for term in terms.values()]
    held = list(queries.terms_held(committee))
    return render(request, "members/end_term.html", {"form": form, "foreseen": foreseen, "held": held, "committee": committee})
