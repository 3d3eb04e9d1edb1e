"""Recipients that several apps tell: those of the committee in whose stream an event stands, and the person it is about."""

from collections.abc import Iterable
from typing import Any

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee
from tongxin.committees.queries import holders_of


def audit_administrators(event: Event, _subject: Any) -> Iterable[Account | None]:
    """Tell whoever audits the committee."""
    return _holders(event, Duty.AUDIT_ADMIN)


def security_administrators(event: Event, _subject: Any) -> Iterable[Account | None]:
    """Tell whoever appoints in the committee."""
    return _holders(event, Duty.SECURITY_ADMIN)


def the_person(event: Event, _subject: Any) -> Iterable[Account | None]:
    """Tell the person whom the act concerns, named in the event: whose account it is, who takes over."""
    return Account.objects.filter(pk=event.data.get("account"))


def _holders(event: Event, duty: str) -> Iterable[Account]:
    committee = Committee.objects.filter(code=event.committee_code).first()
    return () if committee is None else holders_of(committee, duty)
