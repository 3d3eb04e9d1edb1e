"""What home pages show beside what waits: what waits in another of the own seats, and the member's own proposals."""

from dataclasses import dataclass
from typing import Any

from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import case_number, clock, day, near_day
from tongxin.desks import queues
from tongxin.desks.todos import SHOWN
from tongxin.members.models import Member
from tongxin.members.rules import member_of, members_of, sitting_member_of
from tongxin.proposals.choices import Answer, State
from tongxin.proposals.models import LONG, Proposal
from tongxin.site.queries.standing import standings


def member_waiting(user: Any) -> int:
    """Count what waits for a member, for the tab's bubble."""
    member = sitting_member_of(user)
    return queues.waiting_for(member) if member is not None else 0


@dataclass(frozen=True)
class ElsewhereWaiting:
    """How much waits for a person in another of the own seats."""

    seat: str  # the member's uid, as the change of seats asks for it
    committee: str
    count: int


def waiting_elsewhere(user: Any) -> list[ElsewhereWaiting]:
    """Return the other seats in which something waits for a person, who sees one seat's at a time."""
    others = [m for m in members_of(user) if m != member_of(user) and m.sits]  # type: ignore[attr-defined]
    found = [ElsewhereWaiting(m.uid, m.committee.short_name, queues.waiting_for(m)) for m in others]
    return [there for there in found if there.count]


def own_proposals(member: Member) -> list[Proposal]:
    """Return a member's newest proposals, with what their cards show."""
    return list(
        Proposal.objects.filter(signatures__member=member, signatures__answer=Answer.ACCEPTED)
        .exclude(state=State.DISCARDED)
        .select_related("session__term")
        .defer(*LONG)
        .order_by("-edited_at", "-id")[:SHOWN]
    )


@dataclass(frozen=True)
class OwnRow:
    """A proposal as its proposer's home shows it."""

    title: str
    line: str
    url: str
    badge: str
    word: str


def own_rows(member: Member, user: Any) -> list[OwnRow]:
    """Return a member's newest proposals as cards."""
    rows, own = [], own_proposals(member)
    where = standings(own, user)
    for proposal in own:
        said = where[proposal.pk]
        if proposal.number:
            line = case_number(proposal.number)
        elif proposal.submitted_at:
            line = f"{day(proposal.submitted_at)}提交"
        else:
            line = f"{near_day(proposal.edited_at)} {clock(proposal.edited_at)} 保存" if proposal.edited_at else ""
        rows.append(OwnRow(str(proposal), line, proposal.get_absolute_url(), said.kind, said.word))
    return rows


def portal_committee(path: str) -> Committee | None:
    """Return the committee whose public pages these are: named in the address, or the only one."""
    parts = path.strip("/").split("/")
    if len(parts) > 1 and parts[0] == "public" and (named := Committee.objects.filter(code=parts[1]).first()):
        return named
    several = list(Committee.objects.order_by("id")[:2])
    return several[0] if len(several) == 1 else None
