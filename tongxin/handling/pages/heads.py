"""The heads of both pages on which a proposal is handled: its numbers, where it stands, and its people."""

from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.committees import queries as bodies
from tongxin.core.templatetags.chinese import case_number
from tongxin.desks.objects import Head, Reading
from tongxin.handling.pages.proposal import Page, only_published_for
from tongxin.members.rules import member_of
from tongxin.proposals.desk import DESK
from tongxin.proposals.models import Proposal


def number_of(proposal: Proposal) -> str:
    """Write a proposal's number, and the one in its category: 第 0048 号（社会类 020 号）."""
    number = case_number(proposal.number)
    if not proposal.category_label:
        return number
    return _("%(number)s（%(category)s %(in_it)03d 号）") % {
        "number": number,
        "category": proposal.category_label,
        "in_it": proposal.category_number,
    }


def line_of(proposal: Proposal) -> list[str]:
    """Write session, number and season of a proposal, as far as it has them."""
    number = _("收件第 %(n)s 号") % {"n": proposal.serial} if proposal.serial else ""
    if proposal.number:
        number = f"{number_of(proposal)}{proposal.number_note}"
    season = proposal.get_season_display() if proposal.season else ""
    return [str(part) for part in (proposal.session, number, season) if part]


def head(reading: Reading) -> Head:
    """Return the head of a proposal's page."""
    page: Page = reading.facts
    proposal = page.proposal
    first = f"{page.first}（{page.contact}）" if page.contact else page.first
    people = [
        (_("第一提案人"), first),
        (_("联名"), "、".join(signature.name for signature in page.cosigners)),
        (_("主办") if page.others else _("承办"), page.lead),
        (_("会办"), page.others),
    ]
    return Head(
        title=str(proposal),
        name=case_number(proposal.number) if proposal.number else str(proposal),
        window=_("%(number)s提案") % {"number": case_number(proposal.number)} if proposal.number else str(proposal),
        line=line_of(proposal),
        tags=page.topics,
        badges=[page.standing],
        tags_behind=[_("已公开")] if proposal.released_at else [],
        people=[(what, who) for what, who in people if who],
    )


def way(reading: Reading) -> list[tuple[str, str]]:
    """Return where the reader came from: the office's desk, or a member's own list."""
    home = (_("首页"), reverse("home"))
    works = bool(bodies.appointments_of(reading.user))
    if works and reading.facts.reader.office:
        return [(_("提案工作台"), DESK)]
    return [home] if works or member_of(reading.user) is None else [home, (_("提案"), "/proposals/")]


def instead(reading: Reading) -> str:
    """Lead who sees a proposal only because it is published to its public page."""
    proposal = reading.subject
    return reverse("public-proposal", args=[proposal.uid]) if only_published_for(reading.user, proposal) else ""
