"""A member keeps the seat and does nothing (停止履职), and acts again."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New, Saved
from tongxin.committees.queries import running
from tongxin.core.words import clean_line
from tongxin.members import consequences, queries
from tongxin.members.actions.holding import StandingError, demand_shown, hold
from tongxin.members.actions.standing import ENDED, demand_after, demand_day, record, write
from tongxin.members.models import Member, Suspension


@transaction.atomic
def suspend(
    member: Member, *, on: date, reason: str, document_number: str = "", shown: str = "", actor: Account, at: datetime
) -> Suspension:
    """Let a member keep the seat and do nothing (停止履职), from today or an earlier day on. Raises StandingError."""
    demand_day(on, at)
    member = hold(member)
    demand_shown(member, "suspend", shown)
    today = timezone.localdate(at)
    if not Member.objects.sitting(today).filter(pk=member.pk).exists():
        message = _("%(member)s现在不在任，或者已经停止履职") % {"member": member.name}
        raise StandingError(message)
    demand_after(on, queries.acts_since(member, today))
    made = Suspension.objects.create(
        committee=member.committee,
        member=member,
        starts_on=on,
        reason=clean_line(reason),
        document_number=clean_line(document_number),
    )
    why: dict[str, Any] = {"reason": reason, "document_number": document_number}
    record("members.suspend", member, on=on, proves=[New(made)], actor=actor, at=at, **why)
    consequences.follow([member], actor=actor, at=at)
    return made


@transaction.atomic
def resume(
    member: Member, *, on: date, reason: str, document_number: str = "", shown: str = "", actor: Account, at: datetime
) -> None:
    """Lift a suspension (恢复履职). Raises StandingError."""
    demand_day(on, at)
    member = hold(member)
    demand_shown(member, "resume", shown)
    kept = member.suspensions.filter(running(timezone.localdate(at))).first()
    if kept is None:
        message = _("%(member)s没有停止履职，无需恢复") % {"member": member.name}
        raise StandingError(message)
    demand_after(on, kept.starts_on)
    sound = audit.sound([kept])
    write([kept], on=on)
    why: dict[str, Any] = {"reason": reason, "document_number": document_number, "actor": actor, "at": at}
    proves, named = [Saved(row, ENDED[type(row)]) for row in sound], [f"{audit.label_of(kept)}:{kept.uid}"]
    record("members.resume", member, on=on, proves=proves, more={"ended": named}, **why)
    consequences.come_back([member], actor=actor, at=at)
