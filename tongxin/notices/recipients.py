"""Recipients that several apps tell: holders of a duty, people of a unit, who signed, the person an event is about.

What an app knows alone, as which units take part, it hands in; how such people are found is said here once.
"""

from collections.abc import Callable, Iterable
from typing import Any

from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.committees.choices import Duty
from tongxin.committees.models import Committee, Unit
from tongxin.committees.queries import holders_of
from tongxin.notices.table import Who


def audit_administrators(event: Event, _subject: Any) -> Iterable[Account | None]:
    """Tell whoever audits the committee."""
    return _holders(event, Duty.AUDIT_ADMIN)


def security_administrators(event: Event, _subject: Any) -> Iterable[Account | None]:
    """Tell whoever appoints in the committee."""
    return _holders(event, Duty.SECURITY_ADMIN)


def the_person(event: Event, _subject: Any) -> Iterable[Account | None]:
    """Tell the person whom the act concerns, named in the event: whose account it is, who takes over."""
    return Account.objects.filter(pk=event.data.get("account"))


def the_member(_event: Event, subject: Any) -> Iterable[Account | None]:
    """Tell the member whose row it is."""
    yield subject.member.account


def holding(duty: str) -> Who:
    """Tell whoever holds a duty in the subject's committee."""

    def to(_event: Event, subject: Any) -> Iterable[Account | None]:
        return holders_of(subject.committee, duty)

    return to


def in_unit(duty: str, units: Callable[[Event, Any], Iterable[Unit]] = lambda _event, subject: (subject.unit,)) -> Who:
    """Tell whoever holds a duty in units: the subject's own where nothing else is said."""

    def to(event: Event, subject: Any) -> Iterable[Account | None]:
        for unit in units(event, subject):
            yield from holders_of(subject.committee, duty, unit=unit)

    return to


def over(duty: str, affiliations: Callable[[Event, Any], Iterable[str]] = lambda _event, subject: (subject.affiliation,)) -> Who:
    """Tell whoever holds a duty for a 归口: the subject's own where nothing else is said."""

    def to(event: Event, subject: Any) -> Iterable[Account | None]:
        for affiliation in affiliations(event, subject):
            yield from holders_of(subject.committee, duty, affiliation=affiliation)

    return to


def who_signed(signatures: Iterable[Any]) -> Iterable[Account | None]:
    """Tell the members whose names these are; a body that signed has no account."""
    yield from (signature.member.account for signature in signatures if signature.member)


def _holders(event: Event, duty: str) -> Iterable[Account]:
    committee = Committee.objects.filter(code=event.committee_code).first()
    return () if committee is None else holders_of(committee, duty)
