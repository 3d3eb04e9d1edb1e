"""The assemblies of the bench: sessions, sectors, members, units, and who is appointed to what."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from bench.world import names
from bench.world.filling import Table
from tongxin.accounts.models import Account
from tongxin.committees.models import Appointment, Committee, Sector, Session, Term, Unit
from tongxin.core.secrets import lookup_hash
from tongxin.core.sounds import sound_of
from tongxin.members.models import Member, Seat

SESSIONS, TERM_YEARS = 10, 5
RUNS_FOR = 130  # days since the present session began: less than a plenary's collection window ago
NO_PASSWORD = "!bench"  # noqa: S105 -- what Django takes for an unusable password


@dataclass(frozen=True)
class Person:
    """Somebody who signs or acts: the member's id (0 for staff), the account's, the name."""

    member: int
    account: int
    name: str


@dataclass(frozen=True)
class Body:
    """A handling unit with its people."""

    id: int
    name: str
    system: str
    clerk: Person
    leader: Person


@dataclass
class County:
    """An assembly with everybody in it."""

    id: int
    code: str
    short: str
    sessions: list[tuple[int, date]] = field(default_factory=list)
    members: list[Person] = field(default_factory=list)
    units: dict[str, list[Body]] = field(default_factory=dict)
    office: Person = Person(0, 0, "")
    filing: Person = Person(0, 0, "")
    assigners: dict[str, Person] = field(default_factory=dict)


class Founding:
    """Makes the counties."""

    def __init__(self, tables: dict[type, Table], today: date) -> None:
        self.tables, self.today, self.people = tables, today, 0
        self.at = datetime.combine(today - timedelta(days=3700), time(9), timezone.get_default_timezone())

    def _add(self, model: type, **values: Any) -> int:
        return self.tables[model].add(**values)

    def account(self, username: str, name: str) -> int:
        """Add an account nobody can sign in to with a password."""
        return self._add(Account, username=username, name=name, password=NO_PASSWORD, joined_at=self.at, last_login=self.at)

    def county(self, code: str, place: str, *, members: int) -> County:
        """Add an assembly with its bodies and people."""
        committee = self._add(
            Committee,
            code=code,
            name=f"中国人民政治协商会议{place}委员会",
            short_name=f"{place}政协",
            place=place,
            tier="county",
            fictional=True,
        )
        county = County(committee, code, f"{place}政协")
        term = self._sessions(county)
        sectors = [
            self._add(Sector, committee_id=committee, term_id=term, name=name, place_in_list=n)
            for n, name in enumerate(names.SECTORS)
        ]
        for number in range(members):
            county.members.append(self._member(county, term, sectors[number % len(sectors)], number))
        for number, (name, system) in enumerate(names.units(), 1):
            self._unit(county, number, name, system)
        self._offices(county)
        return county

    def _sessions(self, county: County) -> int:
        term = 0
        for number in range(SESSIONS):
            starts_on = self.today - timedelta(days=RUNS_FOR + 365 * (SESSIONS - 1 - number))
            if number % TERM_YEARS == 0:
                term = self._add(
                    Term,
                    committee_id=county.id,
                    number=10 + number // TERM_YEARS,
                    starts_on=starts_on,
                    ends_on=None if number >= SESSIONS - TERM_YEARS else starts_on + timedelta(days=365 * TERM_YEARS - 1),
                )
            session = self._add(
                Session, committee_id=county.id, term_id=term, number=number % TERM_YEARS + 1, starts_on=starts_on
            )
            county.sessions.append((session, starts_on))
        return term

    def _member(self, county: County, term: int, sector: int, number: int) -> Person:
        self.people += 1
        name, code = names.person(self.people), f"{county.code}{number + 1:04d}"
        account, phone = self.account(code, name), f"139{self.people:08d}"
        member = self._add(
            Member,
            committee_id=county.id,
            account_id=account,
            number=code,
            name=name,
            sound=sound_of(name),
            gender="female" if names.is_woman(self.people) else "male",
            ethnicity="汉族",
            born_in=date(1958 + number % 40, number % 12 + 1, 1),
            party="无党派人士",
            is_party_member=False,
            workplace="云泽县第一中学",
            workplace_post="教师",
            phone=phone,
            phone_hash=lookup_hash(phone),
        )
        started = county.sessions[-TERM_YEARS][1]
        self._add(Seat, committee_id=county.id, member_id=member, term_id=term, sector_id=sector, starts_on=started)
        return Person(member, account, name)

    def _staff(self, county: County, username: str, *duties: str, **scope: Any) -> Person:
        self.people += 1
        name = names.person(self.people)
        account = self.account(f"{county.code.lower()}-{username}", name)
        for duty in duties:
            self._add(
                Appointment, account_id=account, committee_id=county.id, duty=duty, starts_on=county.sessions[0][1], **scope
            )
        return Person(0, account, name)

    def _unit(self, county: County, number: int, name: str, system: str) -> None:
        unit = self._add(
            Unit,
            committee_id=county.id,
            number=f"{number:03d}",
            name=name,
            short_name=name.removeprefix("县")[:20],
            system=system,
            active_from=county.sessions[0][1],
        )
        clerk = self._staff(county, f"clerk{number}", "unit.clerk", unit_id=unit)
        leader = self._staff(county, f"head{number}", "unit.leader", unit_id=unit)
        county.units.setdefault(system, []).append(Body(unit, name, system, clerk, leader))

    def _offices(self, county: County) -> None:
        county.office = self._staff(
            county, "office", "proposal.office", "proposal.pre_examination", "proposal.publication", body="提案委员会办公室"
        )
        county.filing = self._staff(county, "filing", "proposal.filing", body="提案委员会")
        self._staff(county, "chair", "committee.leadership")
        for system in ("government", "party", "court", "procuratorate"):
            body = {"government": "县政府办公室", "party": "县委办公室"}.get(system, "县委政法委")
            county.assigners[system] = self._staff(
                county, f"assign-{system}", "handling.assign", "handling.supervise", affiliation=system, body=body
            )
