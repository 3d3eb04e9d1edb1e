"""The three assemblies: terms and sessions, sectors, units with their people, the office and those who assign."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tongxin.accounts.models import Account
from tongxin.committees.choices import Duty, Level, System
from tongxin.committees.models import Appointment, Committee, Sector, Session, SpecialCommittee, Term, Unit
from tongxin.demo.clock import Clock, at, plenary_of
from tongxin.demo.ledger import Ledger
from tongxin.demo.names import Names
from tongxin.demo.places import CITY_UNITS, NEIGHBOUR_UNITS, SECTORS, SPECIAL_COMMITTEES, UNITS
from tongxin.members.models import Member

TERM = 11
SESSIONS = 5
UNUSABLE = "!"  # nobody signs in with a password: the demo's role switcher does


@dataclass(frozen=True)
class Desk:
    """Somebody who acts in a body's name."""

    account: Account
    acting_as: str


@dataclass(frozen=True)
class UnitPeople:
    """A unit with its clerk and its leader."""

    unit: Unit
    clerk: Account
    leader: Account
    phone: str


@dataclass
class Assembly:
    """One committee with everybody who works for it."""

    committee: Committee
    term: Term
    sessions: list[Session]
    system: Account
    since: date
    sectors: dict[str, Sector] = field(default_factory=dict)
    special: list[SpecialCommittee] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    by_sector: dict[str, list[Member]] = field(default_factory=dict)
    units: dict[str, UnitPeople] = field(default_factory=dict)
    assigners: dict[str, Desk] = field(default_factory=dict)
    office: Desk = field(init=False)
    head: Desk = field(init=False)


def account(username: str, name: str, **more: Any) -> Account:
    """Make an account without a password; the row is written with the others."""
    return Account(username=username, name=name, password=UNUSABLE, **more)


class Founding:
    """Founds the assemblies, and keeps the rows until they are written."""

    def __init__(self, clock: Clock, ledger: Ledger, names: Names, system: Account) -> None:
        self.clock, self.ledger, self.names, self.system = clock, ledger, names, system
        self.security: Account | None = None

    def found(self, code: str, place: str, tier: str, parent: Committee | None, opens: int) -> Assembly:
        """Found one assembly: the committee, its term, five sessions, its sectors."""
        first = self.clock.running_year - SESSIONS + 1
        committee = Committee.objects.create(
            code=code,
            name=f"中国人民政治协商会议{place}委员会",
            short_name=f"{place}政协",
            place=place,
            tier=tier,
            parent=parent,
            fictional=True,
        )
        term = Term.objects.create(committee=committee, number=TERM, starts_on=date(first, 1, 1))
        sessions = [
            Session.objects.create(
                committee=committee,
                term=term,
                number=n,
                starts_on=date(first + n - 1, 1, 1),
                plenary_from=at(plenary_of(first + n - 1, opens), 9),
                plenary_until=at(plenary_of(first + n - 1, opens) + timedelta(days=3), 11, 30),
            )
            for n in range(1, SESSIONS + 1)
        ]
        made = Assembly(committee, term, sessions, self.system, date(first, 1, 1))
        names = [s.name for s in SECTORS]
        sectors = [Sector(committee=committee, term=term, name=name, place_in_list=n) for n, name in enumerate(names)]
        made.sectors = dict(zip(names, Sector.objects.bulk_create(sectors), strict=True))
        made.special = SpecialCommittee.objects.bulk_create(
            SpecialCommittee(committee=committee, term=term, name=name, place_in_list=n)
            for n, name in enumerate(SPECIAL_COMMITTEES)
        )
        return made

    def appoint(self, made: Assembly, who: Account, *duties: str, **scope: Any) -> None:
        """Appoint somebody from the term's first day on."""
        who.needs_second_factor = True
        when = at(made.since + timedelta(days=4), 9)
        for duty in duties:
            row = Appointment(account=who, committee=made.committee, duty=duty, starts_on=made.since, **scope)
            self.ledger.add(row)
            unit = scope.get("unit")
            self.ledger.note(
                "committees.appoint",
                row,
                actor=self.security or self.system,
                at=when,
                name=who.name,
                duty=str(Duty(duty).label),
                unit=unit.name if unit else "",
            )

    def staff(self, made: Assembly, username: str, name: str, *duties: str, **scope: Any) -> Account:
        """Make an account and appoint it."""
        who = self.ledger.add(account(username, name))
        self.appoint(made, who, *duties, **scope)
        return who

    def units(
        self, made: Assembly, systems: dict[str, tuple[str, ...]], given: dict[str, tuple[tuple[str, str], tuple[str, str]]]
    ) -> None:
        """Found the units. `given`: unit → (username, name) of its clerk and its leader; the others are drawn."""
        code, place = made.committee.code.lower(), 0
        for system, names in systems.items():
            for name in names:
                place += 1
                clerk, leader = given.get(name) or (
                    (f"{code}-u{place:02d}", self.names.draw(woman=place % 2 == 0)),
                    (f"{code}-u{place:02d}-leader", self.names.draw(woman=place % 4 == 1)),
                )
                phone = f"0900-66{place:02d}0{place % 10}{(place * 7) % 10}"
                unit = Unit(
                    committee=made.committee,
                    number=f"D{place:02d}",
                    name=name,
                    short_name=_short(name),
                    system=system,
                    contact=clerk[1],
                    phone=phone,
                    active_from=made.since,
                )
                self.ledger.add(unit)
                people = [
                    self.staff(made, *who, duty, unit=unit)
                    for who, duty in ((clerk, Duty.UNIT_CLERK), (leader, Duty.UNIT_LEADER))
                ]
                made.units[name] = UnitPeople(unit, people[0], people[1], phone)


def _short(name: str) -> str:
    """Return a unit's short name: without the county's mark where what is left is a name (县教育局), not of 县委宣传部."""
    return re.sub(r"^县(?!委|人大|政府|政协|纪委|监委|级|直|人民)", "", name.removesuffix("人民政府"))[:20]


EXAMINE = (Duty.PROPOSAL_OFFICE, Duty.PRE_EXAMINATION, Duty.PUBLICATION)


def yunxi(founding: Founding, city: Committee) -> Assembly:
    """Found the county of the story, with the people the roles are played by."""
    made = founding.found("YX", "云溪县", Level.COUNTY, city, 12)
    founding.security = founding.ledger.add(account("security", "严守正"))
    founding.appoint(made, founding.security, Duty.SECURITY_ADMIN)
    founding.staff(made, "sysadmin", "何其工", Duty.SYSTEM_ADMIN)
    founding.staff(made, "auditor", "薄清明", Duty.AUDIT_ADMIN)
    office = founding.staff(made, "office", "秦若水", *EXAMINE, body="提案委员会办公室")
    head = founding.staff(made, "head", "陆行简", *EXAMINE, Duty.FILING, body="提案委员会")
    made.office, made.head = Desk(office, "提案委员会办公室"), Desk(head, "提案委员会")
    founding.staff(made, "members", "季晚晴", Duty.MEMBER_AFFAIRS, body="委员联络室")
    founding.staff(made, "rules", "江以宁", Duty.REGULATIONS, body="办公室")
    founding.staff(made, "leader", "顾怀谷", Duty.LEADERSHIP, body="主席会议")
    government = founding.staff(
        made, "gov", "程远帆", Duty.ASSIGN, Duty.SUPERVISE, affiliation=System.GOVERNMENT, body="县政府办公室"
    )
    founding.staff(made, "gov-duban", "贺长风", Duty.SUPERVISE, affiliation=System.GOVERNMENT, body="县政府督查室")
    party = founding.ledger.add(account("party", "方闻笛"))
    for system in (System.PARTY, System.COURT, System.PROCURATORATE):
        founding.appoint(made, party, Duty.ASSIGN, Duty.SUPERVISE, affiliation=system, body="县委办公室")
        made.assigners[system] = Desk(party, "县委办公室")
    made.assigners[System.GOVERNMENT] = Desk(government, "县政府办公室")
    founding.units(made, UNITS, {
        "县市场监督管理局": (("clerk", "孟时雨"), ("unitlead", "齐望山")),
        "县财政局": (("coclerk", "陆知行"), ("coclerk-leader", "唐守拙")),
        "县城市管理局": (("clerk2", "苏明澈"), ("clerk2-leader", "高景行")),
    })  # fmt: skip
    return made


def neighbour(founding: Founding, city: Committee) -> Assembly:
    """Found the county next door, with rules of its own."""
    made = founding.found("WC", "望川县", Level.COUNTY, city, 13)
    office = founding.staff(made, "wc-office", "江晚舟", *EXAMINE, Duty.FILING, Duty.MEMBER_AFFAIRS, body="提案委员会办公室")
    made.office = made.head = Desk(office, "提案委员会办公室")
    desk = founding.staff(
        made, "wc-gov", "石中玉", Duty.ASSIGN, Duty.SUPERVISE, affiliation=System.GOVERNMENT, body="县政府办公室"
    )
    made.assigners[System.GOVERNMENT] = Desk(desk, "县政府办公室")
    founding.units(made, NEIGHBOUR_UNITS, {})
    return made


def city(founding: Founding) -> Assembly:
    """Found the city over both counties."""
    made = founding.found("QL", "青岚市", Level.CITY, None, 6)
    office = founding.staff(made, "ql-office", "闻人静", *EXAMINE, Duty.FILING, Duty.MEMBER_AFFAIRS, body="提案委员会办公室")
    made.office = made.head = Desk(office, "提案委员会办公室")
    desk = founding.staff(
        made, "ql-gov", "郑清和", Duty.ASSIGN, Duty.SUPERVISE, affiliation=System.GOVERNMENT, body="市政府办公室"
    )
    made.assigners[System.GOVERNMENT] = Desk(desk, "市政府办公室")
    founding.units(made, CITY_UNITS, {})
    return made


def moment_of_founding(made: Assembly) -> datetime:
    """When its rules were taken over into the system."""
    return at(made.since + timedelta(days=3), 9)
