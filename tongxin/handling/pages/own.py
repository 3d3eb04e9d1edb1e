"""The newest proposals of a member, as the own home shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import case_number, clock, day, near_day
from tongxin.desks.todos import SHOWN
from tongxin.handling.pages.standing import standings
from tongxin.members.rules import member_of
from tongxin.proposals.choices import Answer, State
from tongxin.proposals.models import LONG, Proposal


@dataclass(frozen=True)
class Row:
    """A proposal as its proposer's home shows it."""

    title: str
    line: str
    url: str
    badge: str
    word: str


NEWEST = Prepared(
    lambda member: (
        Proposal.objects.filter(signatures__member=member, signatures__answer=Answer.ACCEPTED)
        .exclude(state=State.DISCARDED)
        .select_related("session__term")
        .defer(*LONG)
        .order_by("-edited_at", "-id")[:SHOWN]
    )
)


def newest(user: Any) -> Mapping[str, list[Row]]:
    """Return a member's newest proposals as cards."""
    member = member_of(user)
    own = NEWEST.all(member.pk) if member is not None else []
    where = standings(own, user)
    return {"rows": [Row(str(p), _line(p), p.get_absolute_url(), where[p.pk].kind, where[p.pk].word) for p in own]}


def _line(proposal: Proposal) -> str:
    if proposal.number:
        return case_number(proposal.number)
    if proposal.submitted_at:
        return _("%(submitted_at)s提交") % {"submitted_at": day(proposal.submitted_at)}
    return (
        _("%(edited_at)s %(clock)s 保存") % {"edited_at": near_day(proposal.edited_at), "clock": clock(proposal.edited_at)}
        if proposal.edited_at
        else ""
    )
