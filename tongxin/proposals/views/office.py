"""What the office does to a proposal beside its steps: correct, take back from the public, pass on.

Small forms in the slot of the action bar.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.accounts.models import Account
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty, System
from tongxin.core import asked
from tongxin.proposals import actions, queries
from tongxin.proposals.choices import Destination, Season
from tongxin.proposals.models import Proposal
from tongxin.proposals.regulations import Taxonomies
from tongxin.regulations.queries import in_force

View = Callable[..., HttpResponseBase]
SHOWN = 200


def _reason(label: Any = gettext_lazy("理由"), help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=300, help_text=help_text, widget=forms.Textarea(attrs={"rows": 3}))


class Reclassify(forms.Form):
    """Both categories and why."""

    def __init__(self, proposal: Proposal, data: Any = None) -> None:
        super().__init__(data, initial={"construction": proposal.construction, "topic": proposal.topic})
        rules: Taxonomies = in_force(proposal.committee, Taxonomies, timezone.localdate())
        self.fields["construction"] = forms.ChoiceField(
            label=_("建设类别"), choices=[(c.code, c.name) for c in rules.constructions]
        )
        self.fields["topic"] = forms.ChoiceField(label=_("本地类别"), choices=[(c.code, c.name) for c in rules.topics])
        self.fields["reason"] = _reason(help_text=_("已经给出的案号和类别号不变。"))


class Reroute(forms.Form):
    """To which 归口 it goes for assignment, and why."""

    def __init__(self, proposal: Proposal, data: Any = None) -> None:
        super().__init__(data, initial={"routed_to": proposal.routed_to})
        self.fields["routed_to"] = forms.ChoiceField(label=_("交办口"), choices=System.choices, widget=forms.RadioSelect)
        self.fields["reason"] = _reason()


class ChangeSeason(forms.Form):
    """大会 or 平时, and why."""

    def __init__(self, proposal: Proposal, data: Any = None) -> None:
        super().__init__(data, initial={"season": proposal.season})
        self.fields["season"] = forms.ChoiceField(label=_("提案时段"), choices=Season.choices, widget=forms.RadioSelect)
        self.fields["reason"] = _reason()


class Unrelease(forms.Form):
    """Why it is taken off the public pages."""

    told = gettext_lazy("撤下以后，公众看不到这件提案和它的答复、附件，已有的链接随即失效；提案人会收到消息。以后可以重新公开。")
    reason = _reason(help_text=gettext_lazy("提案人、联名委员和本会机关能看到，公众看不到。"))

    def __init__(self, _proposal: Proposal, data: Any = None) -> None:
        super().__init__(data)


class PassOn(forms.Form):
    """To whom the content went."""

    to = forms.CharField(label=gettext_lazy("转给"), max_length=60, help_text=gettext_lazy("接收的单位或科室，提案人会看到。"))

    def __init__(self, _proposal: Proposal, data: Any = None) -> None:
        super().__init__(data)


@dataclass(frozen=True)
class Act:
    """One correction: who may, what is asked, what is done, and which words say so."""

    label: Any
    permission: str
    form: Callable[..., forms.Form]
    do: Callable[..., None]
    done: Any
    stop: bool = False


ACTS: Mapping[str, Act] = {
    "reclassify": Act(gettext_lazy("调整类别"), "proposals.reclassify", Reclassify, actions.reclassify, gettext_lazy("类别已经调整")),
    "reroute": Act(gettext_lazy("改变交办口"), "proposals.reroute", Reroute, actions.reroute, gettext_lazy("交办口已经改变")),
    "season": Act(gettext_lazy("调整提案时段"), "proposals.reroute", ChangeSeason, actions.change_season, gettext_lazy("提案时段已经调整")),
    "unrelease": Act(
        gettext_lazy("撤下公开"), "proposals.release", Unrelease, actions.unrelease, gettext_lazy("提案已经从公开页面撤下"), stop=True
    ),
    "pass-on": Act(gettext_lazy("办理转出"), "proposals.pass_on", PassOn, actions.pass_on, gettext_lazy("已登记转出")),
}  # fmt: skip


def _load(request: HttpRequest, uid: str, permission: str) -> Proposal:
    found = queries.original_visible_to(request.user).filter(uid=uid).select_related("committee__parent__parent").first()
    if found is None:
        raise Http404
    permissions.demand(request.user, permission, found)
    return found


def correct(act: Act) -> View:
    """Make the view of one correction: the form, and on POST the act."""

    @requires(act.permission, of_object=True)
    def view(request: HttpRequest, uid: str) -> HttpResponse:
        proposal = _load(request, uid, act.permission)
        form = act.form(proposal, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return _done(request, act, proposal, form)
        return _show(request, act, proposal, form)

    return view


def _done(request: HttpRequest, act: Act, proposal: Proposal, form: forms.Form) -> HttpResponse:
    try:
        act.do(proposal, **form.cleaned_data, actor=request.user, at=timezone.now())
    except actions.ProposalError as error:
        form.add_error(None, str(error))
        return _show(request, act, proposal, form)
    messages.success(request, act.done)
    target = proposal.get_absolute_url()
    if asked.by_htmx(request.headers):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _show(request: HttpRequest, act: Act, proposal: Proposal, form: forms.Form) -> HttpResponse:
    context = {"act": act, "proposal": proposal, "form": form, "back": proposal.get_absolute_url()}
    fragment = asked.by_htmx(request.headers)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors and not fragment else 200
    return render(request, "proposals/_office_act.html" if fragment else "proposals/office_act.html", context, status=status)


# ── what was converted and waits to be passed on ─────────────────────────────────────────────────
def note_passed_on(uids: list[str], *, waiting: Any, to: str, actor: Account, at: datetime) -> tuple[int, int]:
    """Pass on the ticked ones that still wait; return how many were done and how many somebody else had done."""
    done = 0
    for proposal in waiting.filter(uid__in=uids):
        try:
            actions.pass_on(proposal, to=to, actor=actor, at=at)
        except actions.ProposalError:
            continue
        done += 1
    return done, len(set(uids)) - done


@requires("proposals.pass_on")
def passing_on(request: HttpRequest) -> HttpResponse:
    """List what was converted and waits to be passed on; note the ticked ones as passed on."""
    committees = bodies.committees_held(request.user, Duty.PROPOSAL_OFFICE)
    waiting = queries.to_be_passed_on([committee.pk for committee in committees])
    kind = request.GET.get("kind", "")
    kinds = [(str(value), str(label)) for value, label in Destination.choices if value != Destination.NOWHERE]
    if request.method == "POST":
        picked, to = request.POST.getlist("pick"), " ".join(request.POST.get("to", "").split())[:60]
        if not picked or not to:
            messages.warning(request, _("请先勾选提案。") if not picked else _("请写明转给谁。"))
        else:
            done, late = note_passed_on(picked, waiting=waiting, to=to, actor=request.user, at=timezone.now())
            said = _("%(n)s 件已转出。") % {"n": done} + (_("%(n)s 件先前已由他人转出。") % {"n": late} if late else "")
            (messages.warning if late else messages.success)(request, said)
            return redirect(request.get_full_path())
    rows = waiting.filter(destination=kind) if kind in dict(kinds) else waiting
    shown = list(rows.prefetch_related("signatures__member").select_related("session__term", "committee")[: SHOWN + 1])
    context = {
        "rows": shown[:SHOWN],
        "more": len(shown) > SHOWN,
        "kinds": kinds,
        "kind": kind,
        "committees": committees,
        "picked": request.POST.getlist("pick"),
        "to": request.POST.get("to", ""),
    }
    return render(request, "proposals/office_passing_on.html", context)
