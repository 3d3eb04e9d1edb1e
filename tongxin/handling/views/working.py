"""What a unit records of its work on a case."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.core import asked
from tongxin.handling import actions, queries
from tongxin.handling.forms import ContactForm
from tongxin.handling.models import Task
from tongxin.handling.views.answers import done, small_form
from tongxin.proposals import queries as proposals


def load(request: HttpRequest, uid: str, permission: str) -> Task:
    """Return a unit's part with what its pages need, if the reader may see it and do this."""
    task = queries.part_for(request.user, uid)
    if task is None:
        raise Http404
    permissions.demand(request.user, permission, task)
    return task


@requires("handling.read_phone", of_object=True)
def phone(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the proposer's number in full, once; reading it is an event. Reloaded, the address leads to the part."""
    task = load(request, uid, "handling.read_phone")
    found = queries.whom_to_ring(task)
    if request.method != "POST":
        return redirect(task)
    if found is None or found.member is None:
        messages.warning(request, _("%(why)s。") % {"why": queries.NO_NUMBER})
        return done(request, task.get_absolute_url())
    actions.note_phone_read(task, actor=request.user, at=timezone.now())
    context = {"task": task, "proposal": task.case.proposal, "name": found.name, "phone": found.member.phone}
    fragment = asked.by_htmx(request.headers)
    return render(request, "handling/_phone.html" if fragment else "handling/phone.html", context)


@requires("handling.contact", of_object=True)
def record_contact(request: HttpRequest, uid: str) -> HttpResponse:
    """Record a talk with the proposer."""
    task = load(request, uid, "handling.contact")
    start = {"on": timezone.localdate(), "who": task.handler or request.user.name}
    signers, again = proposals.together(task.case.proposal), task.case.round > 1
    form = ContactForm(request.POST or None, initial=start, signers=signers, again=again)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_contact(task, **form.cleaned_data, actor=request.user, at=timezone.now())
        except actions.HandlingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已记录面商，并请到场的提案人确认。"))
            return done(request, f"{task.get_absolute_url()}#contacts")
    return small_form(
        request,
        form,
        title=_("记录面商"),
        submit=_("保存面商记录"),
        subject=task.case.proposal,
        back=task.get_absolute_url(),
        lead=_("提案人会看到这条记录，由到场的提案人确认。"),
    )
