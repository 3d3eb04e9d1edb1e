"""The buttons of a proposal's page beside its own steps.

Those of its case and its units' parts, and the pages that are no step.
"""

from dataclasses import replace

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.core.templatetags.chinese import day, deadline
from tongxin.desks.objects import Reading
from tongxin.handling.pages.proposal import Page
from tongxin.handling.queries import waits_for_units
from tongxin.handling.rules import in_the_unit
from tongxin.proposals import queries as proposals
from tongxin.proposals.choices import State, States
from tongxin.workflow.templatetags.steps import Button, buttons


def _page(label: str, url: str, *, main: bool = False, why: str = "", note: str = "", stop: bool = False) -> Button:
    return Button(label, url, (why,) if why else (), main and not why, stop, note, page=True)


def _form(label: str, url: str, *, why: str = "", stop: bool = False) -> Button:
    """A small form of the office, opened in the slot below the bar."""
    return Button(label, url, (why,) if why else (), main=False, stop=stop)


def own_pages(reading: Reading) -> list[Button]:
    """Return the pages on which the proposers, and who assigns, go on with it."""
    user, proposal = reading.user, reading.subject
    base = proposal.get_absolute_url()
    made: list[Button] = []
    if proposal.state in States.with_the_proposer and allowed(user, "proposals.answer_invitation", proposal):
        until = _("请在 %(day)s前答复") % {"day": day(proposal.cosign_until)} if proposal.cosign_until else ""
        over = proposals.why_over(proposal, reading.at)
        waits = "" if over else proposals.waits_for_a_successor(proposal)
        said = _("%(waits)s，您无需办理") % {"waits": waits} if waits else until
        made.append(_page(_("答复联名邀请"), f"{base}invitation/", main=not waits, why=over, note=said))
    if allowed(user, "proposals.take_over", proposal):
        made.append(_page(_("接手这件提案"), f"{base}invitation/", main=True, note=_("第一提案人不再履职")))
    if allowed(user, "proposals.edit", proposal):
        label = _("修改提案") if proposal.state == State.RETURNED else _("继续写提案")
        made.append(_page(label, f"{base}edit/", main=proposal.state == State.RETURNED))
    if proposal.state == State.FILED and allowed(user, "handling.assign", proposal):
        made.append(_page(_("交办"), f"/handling/assign/{proposal.uid}/", main=True))
    return made


def of_case(reading: Reading) -> list[Button]:
    """Return the steps of its handling: rating, the case's own, each unit's."""
    page: Page = reading.facts
    user, found = reading.user, page.sections
    made: list[Button] = []
    if found is None or page.case is None:
        return made
    if found.may_rate:
        left = (found.rating_due_on - timezone.localdate(reading.at)).days if found.rating_due_on else None
        note = (
            _("请在 %(day)s前评价，还剩 %(n)s 天") % {"day": deadline(found.rating_due_on), "n": left} if left is not None else ""
        )
        made.append(_page(_("评价办理结果"), found.rate_url, main=True, note=note))
    made += buttons(page.case, user)
    several = len(found.tasks) > 1
    for line in found.tasks:
        if in_the_unit.test(user, line.task):
            made.append(_page(_("打开承办页"), line.url, main=True))
        steps = buttons(line.task, user)
        made += [replace(b, label=f"{line.task.unit.name}　{b.label}") for b in steps] if several else steps
    if found.units_url and waits_for_units(page.case):
        made.append(_page(_("改派承办单位"), found.units_url, main=True))
    return made


def of_office(reading: Reading) -> list[Button]:
    """Return what the office corrects and publishes."""
    user, proposal = reading.user, reading.subject
    base = f"{proposal.get_absolute_url()}office/"
    made: list[Button] = []
    if proposal.state not in States.received:
        return made
    if allowed(user, "proposals.reclassify", proposal):
        made.append(_form(_("调整类别"), f"{base}reclassify/"))
    if proposal.state == State.FILED and allowed(user, "proposals.reroute", proposal):
        made.append(_form(_("改变交办口"), f"{base}reroute/"))
    if proposal.state in (*States.in_examination, State.FILED) and allowed(user, "proposals.reroute", proposal):
        made.append(_form(_("调整提案时段"), f"{base}season/"))
    if proposal.state == State.NOT_FILED and proposal.destination != "nowhere" and allowed(user, "proposals.pass_on", proposal):
        why = _("%(day)s已经转出") % {"day": day(proposal.passed_on_at)} if proposal.passed_on_at else ""
        made.append(_form(_("办理转出"), f"{base}pass-on/", why=why))
    if proposal.state in States.filed and allowed(user, "proposals.release", proposal):
        if proposal.released_at:
            made.append(_page(_("查看公开页面"), reverse("public-proposal", args=[proposal.uid])))
            made.append(_page(_("核对公开稿"), f"{base}release/"))
            made.append(_form(_("撤下公开"), f"{base}unrelease/", stop=True))
        else:
            why = "" if proposal.consents_to_publication else _("提案人没有同意公开")
            made.append(_page(_("向社会公开"), f"{base}release/", why=why))
    return made
