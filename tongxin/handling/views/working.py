"""The unit's inbox, and what it records of its work on a case."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access import permissions
from tongxin.access.views import requires
from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.desks.paging import page_asked
from tongxin.handling import actions, queries
from tongxin.handling.forms import ContactForm
from tongxin.handling.models import Task
from tongxin.handling.pages import task as pages
from tongxin.handling.views.answers import Link, chosen, done, lanes_of, pager_of, small_form, with_params
from tongxin.proposals import queries as proposals

PARTS = {
    "todo": "要办的",
    "sign": "待签收",
    "hand": "办理中",
    "co": "会办",
    "leader": "单位审签",
    "again": "重新办理",
    "wait": "待回复",
    "answered": "已答复",
    "done": "已结束",
}


@requires("handling.inbox")
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what the reader's units have to do, the most urgent first."""
    units, on = queries.units_of(request.user), timezone.localdate()
    unit = next((u for u in units if u.uid == request.GET.get("unit")), None)
    parts = queries.inbox_parts(request.user)
    part, level = chosen(request, parts, "todo")
    rows = queries.inbox(request.user, unit=unit)
    committees = list({u.committee_id: u.committee for u in units}.values())
    levels = {name: queries.level(committees, on, name) for name in queries.LEVELS}
    asked = parts | {f"in_{n}": parts["todo"] & q for n, q in levels.items()}
    asked |= {f"of_{n}": parts[part] & q for n, q in levels.items()}
    scope = ("inbox", sorted(u.pk for u in units), unit.pk if unit else 0)
    counted = queries.counts(rows, asked, committees=committees, scope=scope)
    shown = queries.for_rows(rows.filter(parts[part] & levels[level] if level else parts[part]))
    page = page_asked(shown, queries.NEWEST if part in {"answered", "done"} else queries.BY_CLOCK, request.GET, size=queries.SIZE)
    filters = {"unit": unit.uid if unit else "", "part": "" if part == "todo" else part, "level": level}
    leads = bool(bodies.units_with(request.user, Duty.UNIT_LEADER))
    context = {
        "units": units,
        "unit": unit,
        "part": PARTS[part],
        "level": level,
        "several": len(units) > 1,
        "unit_tabs": _unit_tabs(units, unit, filters),
        "rows": [queries.row_of(t, on) for t in page.rows],
        "lanes": lanes_of({n: counted[f"in_{n}"] for n in queries.LEVELS}, filters | {"part": ""}),
        "tabs": [
            Link(_(label), with_params(unit=filters["unit"], part="" if name == "todo" else name), counted[name], name == part)
            for name, label in PARTS.items()
            if (name != "leader" or leads) and (counted[name] or name in {"todo", "wait", part})
        ],
        "pager": pager_of(page, counted[f"of_{level}"] if level else counted[part], filters),
    }
    return render(request, "handling/inbox.html", context)


def _unit_tabs(units: list[Any], unit: Any, filters: dict[str, str]) -> list[Link]:
    rest = {k: v for k, v in filters.items() if k != "unit"}
    return [
        Link(_("全部单位"), with_params(**rest), current=unit is None),
        *(Link(u.name, with_params(**rest, unit=u.uid), current=u == unit) for u in units),
    ]


def load(request: HttpRequest, uid: str, permission: str) -> Task:
    """Return a unit's part with what its pages need, if the reader may see it and do this."""
    task = pages.load(request.user, uid)
    if task is None:
        raise Http404
    permissions.demand(request.user, permission, task)
    return task


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
        request, form, title=_("记录面商"), submit=_("保存面商记录"), subject=task.case.proposal, back=task.get_absolute_url(),
        lead=_("提案人会看到这条记录，由到场的提案人确认。"),
    )  # fmt: skip
