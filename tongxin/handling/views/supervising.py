"""The desk that supervises: what is late, what waits for review, chasing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.views import requires
from tongxin.committees.choices import Duty
from tongxin.committees.queries import affiliations_with
from tongxin.desks.paging import page_asked
from tongxin.handling import actions, queries
from tongxin.handling.choices import TaskState
from tongxin.handling.forms import RemindForm
from tongxin.handling.pages.task import attached
from tongxin.handling.regulations import ReplyCategories
from tongxin.handling.views.answers import Link, chosen, done, lanes_of, pager_of, small_form, with_params
from tongxin.handling.views.working import load
from tongxin.proposals import queries as proposals
from tongxin.regulations.queries import in_force

PARTS = {"open": "在办", "review": "答复待审", "sign": "待签收", "again": "重新办理", "answered": "已答复"}


@requires("handling.supervise")
def supervise_desk(request: HttpRequest) -> HttpResponse:
    """Show the handling under the reader's 归口, the most urgent first."""
    on, parts = timezone.localdate(), queries.supervision_parts()
    part, level = chosen(request, parts, "open")
    rows = queries.supervised(request.user)
    committees = queries.committees_of(request.user, Duty.SUPERVISE)
    levels = {name: queries.level(committees, on, name) for name in queries.LEVELS}
    asked = parts | {f"in_{n}": parts["open"] & q for n, q in levels.items()}
    asked |= {f"of_{n}": parts[part] & q for n, q in levels.items()}
    scope = ("supervise", sorted(affiliations_with(request.user, Duty.SUPERVISE)))
    counted = queries.counts(rows, asked, committees=committees, scope=scope)
    shown = queries.for_rows(rows.filter(parts[part] & levels[level] if level else parts[part]))
    page = page_asked(shown, queries.NEWEST if part == "answered" else queries.BY_CLOCK, request.GET, size=queries.SIZE)
    filters = {"part": "" if part == "open" else part, "level": level}
    context = {
        "rows": [queries.row_of(t, on) for t in page.rows],
        "part": PARTS[part],
        "lanes": lanes_of({n: counted[f"in_{n}"] for n in queries.LEVELS}, filters | {"part": ""}),
        "tabs": [
            Link(_(label), with_params(part="" if name == "open" else name), counted[name], name == part)
            for name, label in PARTS.items()
        ],
        "pager": pager_of(page, counted[f"of_{level}"] if level else counted[part], filters),
    }
    return render(request, "handling/supervise.html", context)


@requires("handling.remind", of_object=True)
def remind(request: HttpRequest, uid: str) -> HttpResponse:
    """Chase a unit: it is told, the deadline stays."""
    task = load(request, uid, "handling.remind")
    form = RemindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.remind(task, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
        except actions.HandlingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已催办%(unit)s。") % {"unit": task.unit.name})
            return done(request, task.get_absolute_url())
    return small_form(
        request, form, title=_("催办%(unit)s") % {"unit": task.unit.name}, submit=_("催办"), subject=task.case.proposal,
        back=task.get_absolute_url(), lead=_("承办人会收到这段话，办理期限不变。"),
    )  # fmt: skip


@requires("handling.review", of_object=True)
def review(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a reply beside the proposal it answers, with the steps open to the supervising office."""
    task = load(request, uid, "handling.review")
    if task.state != TaskState.UNDER_REVIEW:
        return redirect("handling-task", uid)
    case = task.case
    shown = queries.sections(case, request.user)
    draft = queries.draft_of(task)
    draft.task = task
    found = in_force(task.committee, ReplyCategories, timezone.localdate()).find(draft.category)
    draft.category_label = found.label if found else ""
    context = {
        "task": task,
        "case": case,
        "proposal": case.proposal,
        "sections": shown,
        "draft": draft,
        "letter": queries.letter_of(draft, case, for_the_public=False),
        "proposers": proposals.signers(case.proposal),
        "contact": proposals.contact_note(case.proposal),
        "chip": queries.task_chip(task, on=timezone.localdate()),
        "attached": attached(case, request.user),
        "opinions": [line for line in shown.tasks if line.opinion],
    }
    return render(request, "handling/review.html", context)
