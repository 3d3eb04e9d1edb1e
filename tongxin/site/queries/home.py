"""What waits for a person in each of the own seats, and whose public pages somebody reads."""

from dataclasses import dataclass
from typing import Any

from tongxin.committees.models import Committee
from tongxin.desks import queues
from tongxin.members.rules import member_of, members_of, sitting_member_of


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


def portal_committee(path: str) -> Committee | None:
    """Return the committee whose public pages these are: named in the address, or the only one."""
    parts = path.strip("/").split("/")
    if len(parts) > 1 and parts[0] == "public" and (named := Committee.objects.filter(code=parts[1]).first()):
        return named
    several = list(Committee.objects.order_by("id")[:2])
    return several[0] if len(several) == 1 else None
