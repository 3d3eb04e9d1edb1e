"""Where proposals stand in menus, and who waits for what in them before and beside their handling."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import case_number
from tongxin.desks.menus import OWN, Door, Entry, Group, Tab
from tongxin.desks.panels import FrontDoor, FrontFinder, Quick
from tongxin.desks.queues import MOST, ForMember, Nobodys, Queue
from tongxin.desks.todos import SHOWN, Todo, until
from tongxin.members.models import Member
from tongxin.members.rules import member_of, sitting_member_of
from tongxin.proposals import queries
from tongxin.proposals.choices import Answer, Role, State, States
from tongxin.proposals.models import LONG, Proposal, Signature, long_of

GROUP = Group(_("提案"), 10)
DESK, PUBLICATION, PASSING_ON = "/desk/proposals/", "/desk/publication/", "/desk/passing-on/"
OWN_LIST, PUBLIC = "/proposals/", "/public/proposals/"
MENU = (
    Entry(GROUP, _("提案工作台"), DESK, "doc", "proposals.examine", 10, finds=True),
    Entry(GROUP, _("公开审核"), PUBLICATION, "hall", "proposals.release", 20),
    Entry(GROUP, _("待转出"), PASSING_ON, "out", "proposals.pass_on", 30),
    # what members have in tabs, for who also has a seat; a desk opens anybody's proposals below the first address
    Entry(OWN, _("我的提案"), OWN_LIST, "doc", "proposals.own_list", alone=True, offered=member_of),
    Entry(OWN, _("写提案"), "/proposals/new/", "edit", "proposals.write", 10, offered=sitting_member_of),
)
QUICK = (
    Quick(_("写提案"), "edit", lambda user: "/proposals/new/" if sitting_member_of(user) else "", leads=True),
    Quick(_("我的提案"), "doc", lambda _user: OWN_LIST, 10),
)
FRONT_DOORS = (FrontDoor(_("看公开的提案"), _("提案怎么说，交给谁办"), "doc", lambda c: f"{PUBLIC}?in={c.code}", 10),)
FRONT_FINDERS = (FrontFinder(_("搜索公开提案"), _("例如：助餐"), PUBLIC),)
TABS = (Tab(_("提案"), OWN_LIST, "doc", "proposals.own_list", 10),)
DOORS = (Door(_("公开提案"), lambda c: f"{PUBLIC}?in={c.code}" if c else PUBLIC, "doc", 10),)


# ── the office ───────────────────────────────────────────────────────────────────────────────────
def items(
    rows: QuerySet[Proposal], button: str, _on: date, *, leads_to: Callable[[Proposal], str] = Proposal.get_absolute_url
) -> Iterable[Todo]:
    """Say of each proposal its title, number and first proposer."""
    signers = Prefetch("signatures", Signature.objects.select_related("member").defer("member__phone"))
    for proposal in rows.defer(*LONG).prefetch_related(signers).order_by("submitted_at", "id")[:SHOWN]:
        first = next((s.name for s in proposal.signatures.all() if s.role == Role.FIRST), "")
        number = case_number(proposal.number) if proposal.number else gettext("收件 %(serial)s 号") % {"serial": proposal.serial}
        yield Todo(str(proposal), f"{number}　{first}", leads_to(proposal), button)


def _copies(rows: QuerySet[Proposal], button: str, on: date) -> Iterable[Todo]:
    return items(rows, button, on, leads_to=lambda proposal: reverse("office-release", args=[proposal.uid]))


def _in_state(state: str, duty: str) -> Callable[[Any, date], QuerySet[Proposal]]:
    return lambda user, _on: Proposal.objects.filter(committee_id__in=bodies.committees_with(user, duty), state=state)


def _to_pass_on(user: Any, _on: date) -> QuerySet[Proposal]:
    return queries.to_be_passed_on(bodies.committees_with(user, Duty.PROPOSAL_OFFICE))


QUEUES = (
    Queue(
        (Duty.PRE_EXAMINATION,),
        _("待预审"),
        f"{DESK}?stage=examine",
        _("去预审"),
        _in_state(State.SUBMITTED, Duty.PRE_EXAMINATION),
        items,
    ),
    Queue((Duty.FILING,), _("待审定"), f"{DESK}?stage=decide", _("去审定"), _in_state(State.IN_DECISION, Duty.FILING), items),
    Queue((Duty.PROPOSAL_OFFICE,), _("待转出"), PASSING_ON, _("去转出"), _to_pass_on, items),
    Queue((Duty.PUBLICATION,), _("待核对公开稿"), PUBLICATION, _("去核对"), lambda user, _on: queries.to_confirm(user), _copies),
)
NOBODYS = (
    Nobodys(
        "proposals",
        {
            State.DRAFT: "its proposer's own affair until it is handed in",
            State.GATHERING: "each invitation waits for who is asked",
            State.HANDED_OVER: "its case waits",
            State.MERGED: "its lead waits",
            State.NOT_FILED: "its end; what is to be passed on waits for that",
            State.WITHDRAWN: "its end",
            State.DISCARDED: "its end",
        },
    ),
)


# ── members ──────────────────────────────────────────────────────────────────────────────────────
def _open_invitations(member: Any, now: datetime, on: date) -> QuerySet[Signature]:
    return queries.open_invitations(now, on).filter(member=member)


def _soonest_over(rows: QuerySet[Signature]) -> QuerySet[Signature]:
    return rows.select_related("proposal").defer(*long_of("proposal")).order_by("proposal__cosign_until")


def _invitations(rows: list[Signature], _member: Member, now: datetime) -> Iterable[Todo]:
    names = SIGNERS.all([signature.proposal_id for signature in rows])
    first = {name.proposal_id: name.name for name in reversed(names) if name.role == Role.FIRST}
    for signature in rows:
        proposal = signature.proposal
        yield Todo(
            gettext("%(pk)s委员邀您联名") % {"pk": first.get(proposal.pk, "")},
            f"《{proposal}》",
            f"{proposal.get_absolute_url()}invitation/",
            gettext("看一看"),
            until(proposal.cosign_until, now) if proposal.cosign_until else None,
        )


SIGNERS = Prepared(lambda asked: Signature.objects.filter(proposal__in=asked).select_related("member").defer("member__phone"))


def _returned_to(member: Any, _now: datetime, _on: date) -> QuerySet[Proposal]:
    return Proposal.objects.filter(state=State.RETURNED, signatures__member=member, signatures__role=Role.FIRST)


def _newest(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return rows.defer(*LONG).order_by("-id")


def _returned(rows: list[Proposal], _member: Member, _now: datetime) -> Iterable[Todo]:
    for proposal in rows:
        yield Todo(
            gettext("修改《%(proposal)s》") % {"proposal": proposal},
            gettext("提案委退回修改，改好后重新提交"),
            proposal.get_absolute_url(),
            gettext("去修改"),
        )


def _abandoned(member: Any, _now: datetime, on: date) -> QuerySet[Signature]:
    """The member's names under texts with their proposers whose first proposer is gone.

    The next who sits is offered them.
    """
    sitting = Member.objects.sitting(on).values("pk")
    there = Q(member=None) | Q(member__in=sitting)
    before = Signature.objects.filter(
        there, proposal=OuterRef("proposal"), answer=Answer.ACCEPTED, place_in_list__lt=OuterRef("place_in_list")
    )
    speaks = Signature.objects.filter(member=member, answer=Answer.ACCEPTED).exclude(Exists(before))
    return speaks.filter(role=Role.CO, proposal__state__in=States.with_the_proposer)


def _with_proposals(rows: QuerySet[Signature]) -> QuerySet[Signature]:
    return rows.select_related("proposal").defer(*long_of("proposal")).order_by("-id")


def _to_take_over(rows: list[Signature], _member: Member, _now: datetime) -> Iterable[Todo]:
    for signature in rows:
        url = f"{signature.proposal.get_absolute_url()}invitation/"
        yield Todo(
            gettext("接手《%(proposal)s》") % {"proposal": signature.proposal},
            gettext("第一提案人不再履职，您是第一位在任的联名委员"),
            url,
            gettext("看一看"),
        )


FOR_MEMBERS = (
    ForMember(_open_invitations, _soonest_over, _invitations, most=MOST, order=20),
    ForMember(_returned_to, _newest, _returned, most=MOST, order=30),
    ForMember(_abandoned, _with_proposals, _to_take_over, order=50),
)
