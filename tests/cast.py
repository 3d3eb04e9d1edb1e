"""The cast: the same people in every test world, with a second committee in it, so that a leak always has something to leak."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.utils import timezone

from tests.kept import done_once
from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.models import Mark
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty, Level, System
from tongxin.committees.models import Committee, Sector, Session, Term, Unit
from tongxin.handling import actions as handling
from tongxin.handling.models import Case, Task
from tongxin.members.choices import Ending
from tongxin.members.models import Member, Seat, Suspension
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal
from tongxin.proposals.workflow import Filing
from tongxin.regulations.actions import load_library
from tongxin.workflow.engine import perform
from tongxin.workflow.models import move

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEXT = {
    "title": "关于在镇卫生院设立夜间值班药房的建议",
    "situation": "入冬以来，柳河镇夜间发热的孩子要到县城买药，来回四十公里。" * 2,
    "analysis": "镇上三家药店晚上八点关门，卫生院药房随门诊下班，夜里没有值守。" * 2,
    "suggestions": "建议由卫生院药房排班值守到零点，县里给予夜班补助，先行试点半年。" * 2,
}


def moment(day: str, hour: int = 9) -> datetime:
    """Return an hour of a day in the county, nine in the morning unless said."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), SHANGHAI).replace(hour=hour)


NOW = moment("2026-03-02")
LEFT_ON = date(2026, 2, 1)  # since then one member is gone and another suspended


def _once(way: Callable[..., Any]) -> Callable[..., Any]:
    """Let a way into a state be gone once for each world that is just the same."""

    @wraps(way)
    def gone(cast: "Cast", *args: Any, **said: Any) -> Any:
        who = [(name, row.pk) for name, row in vars(cast).items()]
        return done_once((way.__name__, who, args, sorted(said.items())), lambda: way(cast, *args, **said))

    return gone


@dataclass
class Cast:
    """Everybody a story needs. Fields are accounts, but `members`, bodies and units."""

    city: Committee
    county: Committee
    other_county: Committee
    session: Session
    sector: Sector
    proposer: Account
    cosigner: Account
    second_cosigner: Account
    bystander: Account  # a member of the same county who signs nothing
    former_member: Account  # sat in the same county, and resigned
    suspended_member: Account  # has a seat in the same county, and may not act
    office: Account  # the proposal office: examines, files, publishes
    leader: Account  # a member of the chair's meeting
    assigner: Account  # government office: assigns and supervises
    party_assigner: Account  # party-committee office
    clerk: Account  # of the lead unit
    unit_leader: Account
    co_clerk: Account  # of the co-handler
    other_clerk: Account  # of a unit that has nothing to do with it
    security_admin: Account
    audit_admin: Account
    member_of_other_county: Account
    office_of_other_county: Account
    unit: Unit
    co_unit: Unit
    other_unit: Unit
    party_unit: Unit

    def everyone(self) -> dict[str, Account]:
        """Return the accounts by the names of their parts."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Account)}

    def member(self, account: Account) -> Member:
        """Return the member behind an account."""
        return Member.objects.get(account=account)

    # ── short ways into a state, by the same actions the pages use ──
    def draft(self, at: datetime = NOW, **text: Any) -> Proposal:
        """A draft with all its parts."""
        return proposals.draft(self.county, actor=self.proposer, at=at, first=self.member(self.proposer), text=TEXT | text)

    @_once
    def submitted(self, at: datetime = NOW, **text: Any) -> Proposal:
        """A proposal handed in by the proposer and one co-signer."""
        proposal = self.draft(at, **text)
        [invitation] = proposals.invite_cosigners(
            proposal, members=[self.member(self.cosigner)], until=at + timedelta(hours=12), actor=self.proposer, at=at
        )
        proposals.answer_invitation(invitation, accept=True, actor=self.cosigner, at=at)
        perform(proposal, "submit", actor=self.proposer, at=at)
        return Proposal.objects.get(pk=proposal.pk)

    @_once
    def in_decision(self, at: datetime = NOW, **text: Any) -> Proposal:
        """A proposal that passed pre-examination."""
        from tongxin.proposals.workflow import Examination

        proposal = self.submitted(at, **text)
        perform(proposal, "pass_examination", actor=self.office, at=at, payload=Examination("social", "learning", "government"))
        return Proposal.objects.get(pk=proposal.pk)

    @_once
    def filed(self, at: datetime = NOW, routed_to: str = "government", **text: Any) -> Proposal:
        """A filed proposal, with its two numbers."""
        proposal = self.in_decision(at, **text)
        perform(proposal, "file", actor=self.office, at=at, payload=Filing("social", "learning", routed_to))
        return Proposal.objects.get(pk=proposal.pk)

    @_once
    def assigned(self, at: datetime = NOW, **text: Any) -> Case:
        """A case with a lead and a co-handler."""
        return handling.assign(
            self.filed(at, **text), parts=[(self.unit, "lead"), (self.co_unit, "co")], actor=self.assigner, at=at
        )

    def task(self, case: Case, unit: Unit | None = None) -> Task:
        """The part of the lead unit, or of another."""
        return Task.objects.get(case=case, unit=unit or self.unit)

    @_once
    def answered(self, at: datetime = NOW, category: str = "B", **text: Any) -> Case:
        """A case whose reply was sent; the proposers are asked to rate."""
        from tongxin.handling.workflow import Advising, Sending, SignFor

        case = self.assigned(at, **text)
        lead, co = self.task(case), self.task(case, self.co_unit)
        perform(lead, "sign_for", actor=self.clerk, at=at, payload=SignFor("孟时雨"))
        perform(co, "sign_for", actor=self.co_clerk, at=at, payload=SignFor("陆知行"))
        perform(co, "give_advice", actor=self.co_clerk, at=at, payload=Advising("同意，夜班补助可从公共卫生经费中列支。"))
        handling.record_contact(
            lead,
            stage="before",
            way="meeting",
            on=timezone.localdate(at),
            who="孟时雨",
            with_whom="林知远",
            note="先在两个镇试点。",
            actor=self.clerk,
            at=at,
        )
        reply = handling.reply_of(lead)
        handling.save_reply(
            reply,
            fields={
                "category": category,
                "text": "您提出的建议收悉，现答复如下：六月底前在两个镇试点夜间药房。",
                "contact": "孟时雨",
            },
            started_from=reply.version,
            actor=self.clerk,
            at=at,
        )
        perform(lead, "submit_reply", actor=self.clerk, at=at)
        perform(lead, "approve", actor=self.unit_leader, at=at)
        perform(lead, "send", actor=self.assigner, at=at, payload=Sending(category))
        return Case.objects.get(pk=case.pk)

    def all_satisfied(self, at: datetime = NOW) -> Case:
        """A case that was answered, and rated by each of its proposers, who are satisfied."""
        from tongxin.handling import queries

        case = self.answered(at)
        for reply, signature in queries.ratings_awaited(case):
            handling.rate(
                reply,
                signature=signature,
                attitude="satisfied",
                result="satisfied",
                comment="",
                actor=signature.member.account,
                at=at,
            )
        return case


def merged_late(proposal: Proposal, lead: Proposal, cast: Cast, *, at: datetime) -> None:
    """Merge into a case whose answers are out already, as it was possible in former versions and stands in their databases."""
    source = proposal.state
    move(proposal, source=source, target=State.MERGED, values={"merged_into": lead, "decided_at": at})
    audit.record(
        "proposals.merge",
        proposal,
        actor=cast.office,
        at=at,
        from_state=source,
        to_state=State.MERGED,
        proves=[proposal],
        data={"into_label": f"第 {lead.number:04d} 号", "lead": lead.pk, "reason": "同一件事。"},
    )
    audit.record("proposals.absorb", lead, actor=cast.office, at=at, data={"title": proposal.title, "proposal": proposal.pk})


def _account(username: str, name: str) -> Account:
    return Account.objects.create(username=username, name=name, password="!")


def a_unit(committee: Committee, name: str, *, at: datetime) -> Unit:
    """Found one more unit of a committee's government."""
    unit = Unit.objects.create(committee=committee, name=name, system=System.GOVERNMENT)
    audit.vouch(committee, [unit], at=at)
    return unit


def who_keeps_the_system(cast: Cast) -> Account:
    """Appoint a system administrator of the county, who has to do with no matter of it."""
    account, at = _account("sysadmin", "何其工"), moment("2022-01-01")
    bodies.appoint(account, committee=cast.county, duty=Duty.SYSTEM_ADMIN, starts_on=timezone.localdate(at), actor=None, at=at)
    account.needs_second_factor = False
    account.save(update_fields=["needs_second_factor"])
    return account


def second_seat(account: Account, committee: Committee, number: str) -> Member:
    """Give somebody who sits elsewhere a place in another committee too."""
    sector = Sector.objects.select_related("term").get(committee=committee)
    member = Member.objects.create(
        committee=committee, account=account, number=number, name=account.name, taken_at=moment("2022-02-01")
    )
    Seat.objects.create(committee=committee, member=member, term=sector.term, sector=sector, starts_on=sector.term.starts_on)
    return member


def _member(committee: Committee, sector: Sector, number: str, name: str) -> Account:
    account = _account(number, name)
    member = Member.objects.create(committee=committee, account=account, number=number, name=name)
    Seat.objects.create(committee=committee, member=member, term=sector.term, sector=sector, starts_on=sector.term.starts_on)
    return account


def _former(account: Account) -> Account:
    Seat.objects.filter(member__account=account).update(ends_on=LEFT_ON, ending=Ending.RESIGNED, reason="工作调动")
    return account


def _suspended(account: Account) -> Account:
    member = Member.objects.get(account=account)
    Suspension.objects.create(committee=member.committee, member=member, starts_on=LEFT_ON, reason="接受调查")
    return account


def _committee(code: str, place: str, tier: str, parent: Committee | None) -> tuple[Committee, Session, Sector]:
    committee = Committee.objects.create(
        code=code,
        name=f"中国人民政治协商会议{place}委员会",
        short_name=f"{place}政协",
        place=place,
        tier=tier,
        parent=parent,
        fictional=True,
    )
    term = Term.objects.create(committee=committee, number=11, starts_on=date(2022, 1, 1))
    session = Session.objects.create(
        committee=committee, term=term, number=5, starts_on=date(2026, 1, 1), plenary_from=moment("2026-01-12")
    )
    return committee, session, Sector.objects.create(committee=committee, term=term, name="医药卫生界")


@pytest.fixture
def cast(db: None) -> Cast:
    """A city with two counties, their rules, and everybody a story needs."""
    return done_once(("cast",), transaction.atomic(everybody))  # type: ignore[no-any-return]


def everybody() -> Cast:
    since, at = date(2022, 1, 1), moment("2022-01-01")
    city, _s, _x = _committee("QL", "青岚市", Level.CITY, None)
    county, session, sector = _committee("YX", "云溪县", Level.COUNTY, city)
    other, _session, other_sector = _committee("WC", "望川县", Level.COUNTY, city)
    load_library(django_settings.LIBRARY_DIR / "national", None, actor=None, at=at)
    examples = django_settings.LIBRARY_DIR / "examples"
    for folder, committee in (("qinglan", city), ("yunxi", county), ("wangchuan", other)):
        load_library(examples / folder, committee, actor=None, at=at)

    def unit(name: str, system: str = System.GOVERNMENT) -> Unit:
        return Unit.objects.create(committee=county, name=name, system=system)

    units = {
        "unit": unit("县卫生健康局"),
        "co_unit": unit("县财政局"),
        "other_unit": unit("县水务局"),
        "party_unit": unit("县委宣传部", System.PARTY),
    }

    def staff(username: str, name: str, *duties: str, committee: Committee = county, **scope: Any) -> Account:
        account = _account(username, name)
        for duty in duties:
            bodies.appoint(account, committee=committee, duty=duty, starts_on=since, actor=None, at=at, **scope)
        account.needs_second_factor = False  # has a test of its own; everybody else is spared its pages
        account.save(update_fields=["needs_second_factor"])
        return account

    examine = (Duty.PROPOSAL_OFFICE, Duty.PRE_EXAMINATION, Duty.FILING, Duty.PUBLICATION, Duty.MEMBER_AFFAIRS)
    made = Cast(
        city=city,
        county=county,
        other_county=other,
        session=session,
        sector=sector,
        proposer=_member(county, sector, "YX001", "林知远"),
        cosigner=_member(county, sector, "YX002", "何青禾"),
        second_cosigner=_member(county, sector, "YX003", "沈如松"),
        bystander=_member(county, sector, "YX004", "周望舒"),
        former_member=_former(_member(county, sector, "YX091", "温故里")),
        suspended_member=_suspended(_member(county, sector, "YX092", "于止水")),
        office=staff("office", "秦若水", *examine, body="提案委员会办公室"),
        leader=staff("leader", "顾怀谷", Duty.LEADERSHIP),
        assigner=staff("assigner", "程远帆", Duty.ASSIGN, Duty.SUPERVISE, affiliation=System.GOVERNMENT, body="县政府办公室"),
        party_assigner=staff("party", "方闻笛", Duty.ASSIGN, Duty.SUPERVISE, affiliation=System.PARTY, body="县委办公室"),
        clerk=staff("clerk", "孟时雨", Duty.UNIT_CLERK, unit=units["unit"]),
        unit_leader=staff("unitlead", "齐望山", Duty.UNIT_LEADER, unit=units["unit"]),
        co_clerk=staff("coclerk", "陆知行", Duty.UNIT_CLERK, unit=units["co_unit"]),
        other_clerk=staff("otherclerk", "苏明澈", Duty.UNIT_CLERK, unit=units["other_unit"]),
        security_admin=staff("security", "严守正", Duty.SECURITY_ADMIN),
        audit_admin=staff("audit", "簿清明", Duty.AUDIT_ADMIN),
        member_of_other_county=_member(other, other_sector, "WC001", "石望川"),
        office_of_other_county=staff("wcoffice", "江晚舟", *examine, committee=other),
        **units,
    )
    for committee in (city, county, other):  # written past the house: as after an import
        own = {"committee": committee}
        rows = [
            committee,
            *Session.objects.filter(**own),
            *Unit.objects.filter(**own),
            *Member.objects.filter(**own),
            *Seat.objects.filter(**own),
            *Suspension.objects.filter(**own),
        ]
        audit.vouch(committee, rows, at=at)
    Mark.objects.all().delete()  # who was appointed years ago was told then
    return made
