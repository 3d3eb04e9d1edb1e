"""How cases and their parts come into each state, and what stands beside them that could leak."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.architecture.addresses import below, copies, uids
from tests.architecture.world import AT, LATER, World
from tests.cast import LEFT_ON, TEXT, a_unit
from tongxin.accounts.models import Account
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty, System
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Contact, PublicReply, ReplyFile, Task
from tongxin.handling.workflow import Advising, Moving, Sending, SignFor, Why
from tongxin.members.models import Member, Seat, Suspension
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import Answer, Role
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.tests.world import taxonomy_of
from tongxin.proposals.workflow import Examination, Filing
from tongxin.workflow.engine import perform


def _return_asked(world: World) -> Task:
    return world.step(world.cast.task(world.cast.assigned()), "ask_return", world.cast.clerk, Why("不属本局职责。"))


def _signed(world: World) -> Task:
    case = world.cast.assigned()
    lead, co = world.cast.task(case), world.cast.task(case, world.cast.co_unit)
    perform(lead, "sign_for", actor=world.cast.clerk, at=AT, payload=SignFor("孟时雨"))
    perform(co, "sign_for", actor=world.cast.co_clerk, at=AT, payload=SignFor("陆知行"))
    perform(co, "give_advice", actor=world.cast.co_clerk, at=AT, payload=Advising("同意。"))
    return world.cast.task(case)


def _in_hand(world: World) -> Task:
    """Signed for, spoken with the proposer, the reply written, the co-handler's advice in."""
    lead = _signed(world)
    handling.record_contact(
        lead,
        stage="before",
        way="meeting",
        on=AT.date(),
        who="孟时雨",
        with_whom="林知远",
        note="先试点。",
        actor=world.cast.clerk,
        at=AT,
    )
    _write(world, lead)
    return world.cast.task(lead.case)


def _write(world: World, task: Task, text: str = "六月底前在两个镇试点夜间药房。") -> None:
    reply = handling.reply_of(task)
    handling.save_reply(
        reply,
        fields={"category": "B", "text": text, "contact": "孟时雨"},
        started_from=reply.version,
        actor=world.cast.clerk,
        at=AT,
    )


def _co_in_hand(world: World) -> Task:
    co = world.cast.task(world.cast.assigned(), world.cast.co_unit)
    return world.step(co, "sign_for", world.cast.co_clerk, SignFor("陆知行"))


def _advice_given(world: World) -> Task:
    return world.cast.task(_signed(world).case, world.cast.co_unit)


def _under_review(world: World) -> Task:
    return world.step(world.step(_in_hand(world), "submit_reply", world.cast.clerk), "approve", world.cast.unit_leader)


def _moved(world: World) -> Task:
    """In hand at another unit now, with its draft."""
    said = Moving(world.cast.other_unit.uid, cases.STAYS, cases.GOES, "职责调整。")
    return world.step(_in_hand(world), "move", world.cast.assigner, said)


def _rated(world: World, case: Case, result: str) -> Case:
    for reply, signature in cases.ratings_awaited(case):
        handling.rate(
            reply,
            signature=signature,
            attitude="satisfied",
            result=result,
            comment="没有落实。",
            actor=signature.member.account,
            at=LATER,
        )
    return handling.close_round(case, at=LATER)


def _with_office(world: World) -> Case:
    """Dissatisfied twice."""
    case = _rated(world, world.cast.answered(), "dissatisfied")
    lead = world.cast.task(case)
    _write(world, lead, "五月底前在三个镇试点夜间药房，名单附后。")
    handling.record_contact(
        lead,
        stage="during",
        way="phone",
        on=LATER.date(),
        who="孟时雨",
        with_whom="林知远",
        note="增加一个镇。",
        actor=world.cast.clerk,
        at=LATER,
    )
    perform(lead, "submit_reply", actor=world.cast.clerk, at=LATER)
    perform(lead, "approve", actor=world.cast.unit_leader, at=LATER)
    perform(lead, "send", actor=world.cast.assigner, at=LATER, payload=Sending("B"))
    return _rated(world, Case.objects.get(pk=case.pk), "dissatisfied")


def _public_ones(world: World) -> None:
    for _place in range(2):
        proposal = world.cast.filed(consents_to_publication=True)
        proposals.release(proposal, actor=world.cast.office, at=AT)
    proposals.unrelease(proposal, reason="内容需要核实。", actor=world.cast.office, at=AT)


def _of_who_left(world: World) -> None:
    """The file of two members who act no longer.

    A draft, one co-signed, an unanswered invitation, a filed one, one to rate.
    """
    for account in (world.cast.former_member, world.cast.suspended_member):
        with _while_sitting(world, account) as member:
            own = [proposals.draft(world.cast.county, actor=account, at=AT, first=member, text=TEXT) for _place in range(3)]
            cosigner = [world.cast.member(world.cast.cosigner)]
            [asked] = proposals.invite_cosigners(own[1], members=cosigner, until=LATER, actor=account, at=AT)
            proposals.answer_invitation(asked, accept=True, actor=world.cast.cosigner, at=AT)
            _file(world, own[2], account)
            open_one = world.cast.draft()
            proposals.invite_cosigners(open_one, members=[member], until=LATER, actor=world.cast.proposer, at=AT)
            rated = world.cast.answered()
            Signature.objects.create(
                committee=rated.committee,
                proposal=rated.proposal,
                member=member,
                role=Role.CO,
                answer=Answer.ACCEPTED,
                place_in_list=9,
            )


def _file(world: World, proposal: Proposal, first: Account) -> None:
    perform(proposal, "submit", actor=first, at=AT, by_system=True)
    said = Examination("social", "learning", "government")
    perform(proposal, "pass_examination", actor=world.cast.office, at=AT, payload=said)
    perform(proposal, "file", actor=world.cast.office, at=AT, payload=Filing("social", "learning", "government"))


@contextmanager
def _while_sitting(world: World, account: Account) -> Iterator[Member]:
    """Let somebody who left act once more, as if it were before that."""
    member = world.cast.member(account)
    seats, pauses = Seat.objects.filter(member=member), Suspension.objects.filter(member=member)
    kept = [(rows, rows.values().get()) for rows in (seats, pauses) if rows.exists()]
    seats.update(ends_on=None, ending="")
    pauses.update(ends_on=LEFT_ON)
    yield member
    for rows, row in kept:
        rows.update(**{name: row[name] for name in ("ends_on", "ending") if name in row})


def _entered_by_the_office(world: World) -> None:
    proposals.draft(world.cast.county, actor=world.cast.office, at=AT, first=world.cast.member(world.cast.bystander), text=TEXT)


def _party_side(world: World) -> None:
    proposal = world.cast.filed(routed_to="party")
    handling.assign(proposal, parts=[(world.cast.party_unit, "sole")], actor=world.cast.party_assigner, at=AT)


def _other_county(world: World) -> None:
    """The neighbour's own draft, submission, filed proposal and case in hand."""
    cast, county = world.cast, world.cast.other_county
    office, member = cast.office_of_other_county, cast.member_of_other_county
    unit = a_unit(county, "望川县教育局", at=AT)
    assigner = Account.objects.create(username="wcassigner", name="向晚晴", password="!")
    bodies.appoint(
        assigner, committee=county, duty=Duty.ASSIGN, affiliation=System.GOVERNMENT, starts_on=AT.date(), actor=None, at=AT
    )
    own = Member.objects.get(account=member)
    made = [proposals.draft(county, actor=member, at=AT, first=own, text=TEXT) for _place in range(4)]
    for proposal in made[1:]:
        perform(proposal, "submit", actor=member, at=AT)
    for proposal in made[2:]:
        codes = taxonomy_of(proposal)
        perform(proposal, "pass_examination", actor=office, at=AT, payload=Examination(*codes, "government"))
        perform(proposal, "file", actor=office, at=AT, payload=Filing(*codes, "government"))
    handling.assign(made[3], parts=[(unit, "sole")], actor=assigner, at=AT)


def neighbours(world: World) -> None:
    """Make what stands beside the states: files of who left, what is public, the other county's own."""
    _of_who_left(world)
    _public_ones(world)
    _entered_by_the_office(world)
    _party_side(world)
    _other_county(world)


STATES: dict[str, dict[str, Any]] = {
    "cases": {
        CaseState.IN_HAND: lambda world: world.cast.assigned(),
        CaseState.RATING: lambda world: world.cast.answered(),
        CaseState.WITH_OFFICE: _with_office,
        CaseState.CLOSED: lambda world: _rated(world, world.cast.answered(), "satisfied"),
        CaseState.RECALLED: lambda world: world.step(
            world.cast.assigned(), "recall_assignment", world.cast.assigner, Why("交错了单位。")
        ),
    },
    "tasks": {
        TaskState.AWAITING: lambda world: world.cast.task(world.cast.assigned()),
        TaskState.RETURN_ASKED: _return_asked,
        TaskState.RETURNED: lambda world: world.step(
            _return_asked(world), "grant_return", world.cast.assigner, Why("职责在他处。")
        ),
        TaskState.IN_HAND: _in_hand,
        TaskState.ADVICE_GIVEN: _advice_given,
        TaskState.WITH_LEADER: lambda world: world.step(_in_hand(world), "submit_reply", world.cast.clerk),
        TaskState.UNDER_REVIEW: _under_review,
        TaskState.ANSWERED: lambda world: world.cast.task(world.cast.answered()),
        TaskState.MOVED: _moved,
        TaskState.RECALLED: lambda world: world.cast.task(world.row("cases", CaseState.RECALLED)),
    },
}
FURTHER = {("tasks", TaskState.IN_HAND): _co_in_hand}


def _whose_ratings(_reader: Account | None) -> list[dict[str, str]]:
    pairs = Signature.objects.exclude(proposal__case=None).order_by("pk").values_list("proposal__case__uid", "uid")
    return [{"uid": uid, "signature": own} for uid, own in pairs]


SAID = {Sending: lambda task: Sending(cases.draft_of(task).category)}
ADDRESSES = {
    "handling/public/<": uids(PublicReply),
    "handling/assign/<": uids(Proposal),
    "handling/cases/<": uids(Case),
    "handling/rate/<": uids(Case),
    "handling/rate/<str:uid>/for/<": _whose_ratings,
    "handling/contacts/<": uids(Contact),
    "handling/<str:uid>/reply/files/<": below(ReplyFile, "reply__task", "file"),
    "handling/<str:uid>/reply/copies/<": copies("handling.reply", "copy"),
}
NO_PAGES = dict.fromkeys(
    ("handling-confirm-contact", "handling-phone", "handling-remind", "handling-reply-detach", "handling-ratings"),
    "takes a POST, and leads back",
)
