"""Who left the county's assembly, who is suspended, and a clerkship that changed hands: people who did nothing afterwards."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from tongxin.accounts.models import Account
from tongxin.committees.choices import Duty
from tongxin.committees.models import Appointment, Unit
from tongxin.demo.bodies import Assembly, account
from tongxin.demo.clock import Clock, at, minus
from tongxin.demo.ledger import Ledger
from tongxin.demo.names import Names
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case
from tongxin.members.choices import ENDING_EVENTS, Ending
from tongxin.members.models import Member, Post, Seat, Suspension
from tongxin.proposals.choices import Answer, Role, State
from tongxin.proposals.models import Signature

Fits = Callable[[list[Signature]], bool]


@dataclass
class _Town:
    """What the ledger holds, looked through once."""

    clock: Clock
    ledger: Ledger
    made: Assembly
    parts: frozenset[str]

    def __post_init__(self) -> None:
        """Note everybody's names under texts, last act, and where each text's handling stands."""
        self.signed: dict[int, list[Signature]] = {}
        for signature in self.ledger.rows.get(Signature, []):
            if signature.member is not None:
                self.signed.setdefault(id(signature.member), []).append(signature)
        self.last: dict[int, date] = {}
        for said in self.ledger.in_order():
            if said.at is not None:
                self.last[id(said.actor)] = said.at.date()
        self.cases: dict[int, str] = {id(c.proposal): c.__dict__["state"] for c in self.ledger.rows.get(Case, [])}
        self.keeper = next(row for row in self.ledger.rows[Account] if row.username == "members")

    def pick(self, day: date, *wanted: Fits, but: Iterable[Member] = ()) -> Member:
        """Return the first member, by number, who acted for the last time before a day and whom the first of the wishes fits that fits any."""
        taken = {id(member) for member in but} | {id(post.member) for post in self.ledger.rows.get(Post, [])}
        idle = [
            member
            for member in self.made.members
            if self.last.get(id(member.account), date.min) < day and id(member) not in taken and member.number not in self.parts
        ]
        found = (m for fits in wanted for m in idle if fits(self.signed.get(id(m), [])))
        return next(found)

    def case(self, signature: Signature) -> str:
        return self.cases.get(id(signature.proposal), "")

    def settled(self, signatures: list[Signature]) -> bool:
        """Say whether nothing waits for the signer: every text ended or is handled, and no round of rating is open."""
        return all(
            s.answer != Answer.INVITED and s.proposal.__dict__["state"] not in OPEN and self.case(s) not in WAITING
            for s in signatures
        )

    def left_a_finished_year(self, signatures: list[Signature]) -> bool:
        """Say whether the signer raised a proposal that was closed, and has none in hand."""
        cases = [self.case(s) for s in signatures]
        raised = any(s.role == Role.FIRST and self.case(s) == CaseState.CLOSED for s in signatures)
        return self.settled(signatures) and raised and CaseState.IN_HAND not in cases

    def still_signs_an_open_case(self, signatures: list[Signature]) -> bool:
        """Say whether the signer co-signed a proposal that a unit has in hand."""
        mine = (s for s in signatures if s.role == Role.CO and s.answer == Answer.ACCEPTED)
        return self.settled(signatures) and any(self.case(s) == CaseState.IN_HAND for s in mine)


OPEN = (State.DRAFT, State.GATHERING, State.RETURNED, State.SUBMITTED, State.IN_DECISION)
WAITING = (CaseState.RATING, CaseState.WITH_OFFICE)


def tell_departures(clock: Clock, ledger: Ledger, made: Assembly, names: Names, parts: Iterable[str]) -> None:
    """Tell who resigned, who died, who is suspended, and whose clerkship passed on."""
    town = _Town(clock, ledger, made, frozenset(parts))
    resigned_on, died_on, suspended_on, passed_on = (minus(clock.today, n) for n in (28, 12, 20, 9))
    resigned = town.pick(resigned_on, town.left_a_finished_year, town.settled)
    died = town.pick(died_on, town.still_signs_an_open_case, town.settled, but=(resigned,))
    suspended = town.pick(suspended_on, lambda rows: not rows, town.settled, but=(resigned, died))
    number = f"云协发〔{resigned_on.year}〕21号"
    _end(town, resigned, Ending.RESIGNED, on=resigned_on, reason="调往外地工作，本人提出辞去委员", number=number)
    _end(town, died, Ending.DIED, on=died_on)
    assert died.account is not None  # noqa: S101 -- every member of the county signs in
    died.account.is_active = False
    _suspend(town, suspended, suspended_on)
    _pass_on(town, names, passed_on)


def _end(town: _Town, member: Member, ending: Ending, *, on: date, reason: str = "", number: str = "") -> None:
    for seat in town.ledger.rows[Seat]:
        if seat.member is member:
            seat.ends_on, seat.ending, seat.reason, seat.document_number = on, ending, reason, number
    _note(town, ENDING_EVENTS[ending], member, on=on, reason=reason, number=number)


def _suspend(town: _Town, member: Member, on: date) -> None:
    reason, number = "涉嫌违纪，正在接受审查调查", f"云协办〔{on.year}〕17号"
    town.ledger.add(Suspension(committee=town.made.committee, member=member, starts_on=on, reason=reason, document_number=number))
    _note(town, "members.suspend", member, on=on, reason=reason, number=number)


def _note(town: _Town, kind: str, member: Member, *, on: date, reason: str, number: str) -> None:
    town.ledger.note(
        kind,
        member,
        actor=town.keeper,
        at=at(on, 16, 20),
        name=member.name,
        on=on.isoformat(),
        reason=reason,
        document_number=number,
    )


def _pass_on(town: _Town, names: Names, on: date) -> None:
    """Let the clerkship of a unit pass to somebody new, where the old clerk has done nothing since."""
    ledger, when, reason = town.ledger, at(on, 15, 10), "岗位调整"
    security = next(row for row in ledger.rows[Account] if row.username == "security")
    old: Appointment = next(
        row for row in ledger.rows[Appointment]
        if row.duty == Duty.UNIT_CLERK and row.committee is town.made.committee and row.account.username.startswith("yx-u")
        and town.last.get(id(row.account), date.min) < on
    )  # fmt: skip
    unit: Unit | None = old.unit
    assert unit is not None  # noqa: S101 -- a clerk has a unit
    old.ends_on = on
    heir = ledger.add(account(f"{old.account.username}-b", names.draw(woman=True)))
    heir.needs_second_factor = True
    row = ledger.add(
        Appointment(account=heir, committee=old.committee, duty=Duty.UNIT_CLERK, starts_on=on, unit=unit, body=old.body)
    )
    unit.contact = heir.name
    duty = str(Duty.UNIT_CLERK.label)
    ledger.note(
        "committees.end_appointment",
        old,
        actor=security,
        at=when,
        name=old.account.name,
        duty=duty,
        unit=unit.name,
        on=on.isoformat(),
        reason=reason,
    )
    ledger.note("committees.appoint", row, actor=security, at=when, name=heir.name, duty=duty, unit=unit.name)
    ledger.note(
        "committees.transfer_clerk", unit, actor=security, at=when, before=old.account.name, name=heir.name, unit_id=unit,
        account=heir, reason=reason,
    )  # fmt: skip
