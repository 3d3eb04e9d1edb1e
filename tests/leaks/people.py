"""Some two dozen kinds of people: the cast, and those who once belonged, hold two things, or sit elsewhere."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.cast import Cast, a_unit, moment, second_seat
from tongxin.accounts.models import Account
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty, System
from tongxin.committees.models import Appointment, Committee, Unit

SINCE, ENDED = date(2022, 1, 1), date(2025, 12, 31)


@dataclass
class People:
    """Everybody by kind; nobody is the public."""

    by_kind: dict[str, Account | None]
    wc_unit: Unit

    def __getitem__(self, kind: str) -> Account:
        account = self.by_kind[kind]
        assert account is not None
        return account


def _staff(committee: Committee, username: str, *duties: str, ended: bool = False, **scope: Any) -> Account:
    account = Account.objects.create(username=username, name=f"人员{username}", password="!")
    for duty in duties:
        bodies.appoint(account, committee=committee, duty=duty, starts_on=SINCE, actor=None, at=moment("2022-01-01"), **scope)
    if ended:
        Appointment.objects.filter(account=account).update(ends_on=ENDED)
    Account.objects.filter(pk=account.pk).update(needs_second_factor=False)
    return Account.objects.get(pk=account.pk)


def _of_two_seats(cast: Cast, number: str, other: str, *, acts_at_home: bool) -> Account:
    """Return a member of both counties who acts in one of the two seats."""
    account = Account.objects.create(username=number, name=f"两席{number}", password="!")
    places = [second_seat(account, cast.county, number), second_seat(account, cast.other_county, other)]
    Account.objects.filter(pk=account.pk).update(last_seat=places[0 if acts_at_home else 1].uid)
    return account


def people_of(cast: Cast) -> People:
    """Return the cast with everybody else who might look."""
    county, other, city = cast.county, cast.other_county, cast.city
    examine = (Duty.PROPOSAL_OFFICE, Duty.PRE_EXAMINATION, Duty.FILING, Duty.PUBLICATION, Duty.MEMBER_AFFAIRS)
    wc_unit = a_unit(other, "望川县教育局", at=moment("2022-01-01"))
    more = {
        "dismissed_clerk": _staff(county, "dismissed", Duty.UNIT_CLERK, unit=cast.unit, ended=True),
        "dismissed_office": _staff(county, "oldoffice", *examine, ended=True),
        "co_leader": _staff(county, "colead", Duty.UNIT_LEADER, unit=cast.co_unit),
        "two_hats": _staff(county, "twohats", Duty.UNIT_CLERK, unit=cast.unit),
        "system_admin": _staff(county, "system1", Duty.SYSTEM_ADMIN),
        "regulations_keeper": _staff(county, "rules", Duty.REGULATIONS),
        "wc_assigner": _staff(other, "wcassign", Duty.ASSIGN, Duty.SUPERVISE, affiliation=System.GOVERNMENT),
        "wc_clerk": _staff(other, "wcclerk", Duty.UNIT_CLERK, unit=wc_unit),
        "wc_audit_admin": _staff(other, "wcaudit", Duty.AUDIT_ADMIN),
        "wc_leader": _staff(other, "wcleader", Duty.LEADERSHIP),
        "city_office": _staff(city, "cityoffice", *examine),
        "city_leader": _staff(city, "cityleader", Duty.LEADERSHIP),
        "city_audit_admin": _staff(city, "cityaudit", Duty.AUDIT_ADMIN),
    }  # fmt: skip
    more |= {
        "seat_here": _of_two_seats(cast, "YX071", "WC071", acts_at_home=True),
        "seat_there": _of_two_seats(cast, "YX072", "WC072", acts_at_home=False),
    }
    bodies.appoint(more["two_hats"], committee=county, duty=Duty.LEADERSHIP, starts_on=SINCE, actor=None, at=moment("2022-01-01"))
    Account.objects.filter(pk=more["two_hats"].pk).update(needs_second_factor=False)
    renamed = {"member_of_other_county": "wc_member", "office_of_other_county": "wc_office"}
    cast_by_kind = {renamed.get(name, name): account for name, account in cast.everyone().items()}
    everyone = {kind: Account.objects.get(pk=account.pk) for kind, account in (cast_by_kind | more).items()}
    return People({"anonymous": None, **everyone}, wc_unit)
