"""What waits for a member: the next thing to do is first on the home page (DESIGN-LANGUAGE 1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from tongxin.audit.queries import remembered
from tongxin.committees.models import Committee
from tongxin.core.templatetags.chinese import case_number, clock, day, near_day
from tongxin.handling import queries as handling
from tongxin.handling.choices import CaseState, TaskStates
from tongxin.handling.models import Case, Contact, Rating, Reply
from tongxin.handling.regulations import Deadlines
from tongxin.members.models import Member
from tongxin.members.rules import member_of, members_of, sitting_member_of
from tongxin.proposals import queries as proposals
from tongxin.proposals.choices import Answer, Role, State, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.regulations.queries import in_force
from tongxin.site.queries.paging import LONG, long_of
from tongxin.site.queries.standing import standings
from tongxin.site.queries.todos import SHOWN, Todo, until

MOST = 20  # of one kind: a home page is no list


def todos(member: Member, now: datetime) -> list[Todo]:
    """Return what waits for a member, the most urgent first."""
    on = timezone.localdate(now)
    rules = in_force(member.committee, Deadlines, on)
    found = [
        *_to_rate(member, on, rules),
        *_invitations(member, now),
        *_returned(member),
        *_to_confirm(member),
        *_to_take_over(member, on),
    ]
    return sorted(found, key=lambda t: {"red": 0, "yellow": 1, "soon": 2}.get(getattr(t.chip, "level", ""), 3))


def _unrated(member: Member) -> QuerySet[Reply]:
    """Replies of open rounds that the member has still to rate."""
    signed = Signature.objects.filter(member=member, answer=Answer.ACCEPTED)
    # from the member's own names to their cases: the other way round every open round of the county is looked through
    open_rounds = Case.objects.filter(state=CaseState.RATING).filter(
        Q(proposal__in=signed.values("proposal")) | Q(proposal__in=signed.values("proposal__merged_into"))
    )
    done = Rating.objects.filter(reply=OuterRef("pk"), signature__member=member)
    return (
        Reply.objects.filter(
            sent_at__isnull=False, recalled_at=None, task__case__in=open_rounds.values("pk"), round=F("task__case__round")
        )
        .exclude(task__state__in=TaskStates.gone)
        .exclude(Exists(done))
    )


def _to_rate(member: Member, on: date, rules: Deadlines) -> Iterable[Todo]:
    seen = set()
    rows = _unrated(member).select_related("task__case__proposal", "task__unit")
    rows = rows.defer("text", "task__unit__phone", *long_of("task__case__proposal"))
    for reply in rows.order_by("task__case__rating_due_on")[:MOST]:
        case = reply.task.case
        if case.pk in seen:
            continue
        seen.add(case.pk)
        proposal = case.proposal
        yield Todo(
            f"评价《{proposal.title}》的办理结果", f"{case_number(proposal.number)}　{reply.sent_by}已答复",
            f"/handling/rate/{case.uid}/", "去评价", handling.chip(case.rating_due_on, on=on, rules=rules, what="评价"),
        )  # fmt: skip


def _invitations(member: Member, now: datetime) -> Iterable[Todo]:
    rows = proposals.open_invitations(now).filter(member=member).select_related("proposal").defer(*long_of("proposal"))
    signers = Prefetch("proposal__signatures", Signature.objects.select_related("member").defer("member__phone"))
    for signature in rows.order_by("proposal__cosign_until").prefetch_related(signers)[:MOST]:
        proposal = signature.proposal
        first = next((s.name for s in proposal.signatures.all() if s.role == Role.FIRST), "")
        yield Todo(
            f"{first}委员邀您联名", f"《{proposal}》", f"{proposal.get_absolute_url()}invitation/", "看一看",
            until(proposal.cosign_until, now) if proposal.cosign_until else None,
        )  # fmt: skip


def _returned_to(member: Member) -> QuerySet[Proposal]:
    return Proposal.objects.filter(state=State.RETURNED, signatures__member=member, signatures__role=Role.FIRST)


def _returned(member: Member) -> Iterable[Todo]:
    for proposal in _returned_to(member).defer(*LONG).order_by("-id")[:MOST]:
        yield Todo(f"修改《{proposal}》", "提案委退回修改，改好后重新提交", proposal.get_absolute_url(), "去修改")


def _abandoned(member: Member, on: date) -> QuerySet[Signature]:
    """The member's names under texts with their proposers whose first proposer is gone: the next who sits is offered them."""
    return _speaks_for(member, on).filter(role=Role.CO, proposal__state__in=States.with_the_proposer)


def _to_take_over(member: Member, on: date) -> Iterable[Todo]:
    for signature in _abandoned(member, on).select_related("proposal").defer(*long_of("proposal")).order_by("-id")[:SHOWN]:
        proposal = signature.proposal
        yield Todo(
            f"接手《{proposal}》",
            "第一提案人不再履职，您是第一位在任的联名委员",
            f"{proposal.get_absolute_url()}invitation/",
            "看一看",
        )


def _speaks_for(member: Member, on: date) -> QuerySet[Signature]:
    """The member's names under proposals that he speaks for: as first proposer, or as the next who sits when that one is gone."""
    sitting = Member.objects.sitting(on).values("pk")
    there = Q(member=None) | Q(member__in=sitting)
    before = Signature.objects.filter(
        there, proposal=OuterRef("proposal"), answer=Answer.ACCEPTED, place_in_list__lt=OuterRef("place_in_list")
    )
    return Signature.objects.filter(member=member, answer=Answer.ACCEPTED).exclude(Exists(before))


def _unconfirmed(member: Member) -> QuerySet[Contact]:
    return handling.to_confirm(member).exclude(task__case__state=CaseState.CLOSED)


def _to_confirm(member: Member) -> Iterable[Todo]:
    rows = _unconfirmed(member).select_related("task__case__proposal", "task__unit")
    rows = rows.defer("task__unit__phone", *long_of("task__case__proposal"))
    for contact in rows.order_by("-on")[:SHOWN]:
        proposal = contact.task.case.proposal
        yield Todo(
            f"确认{contact.task.unit}的面商记录", f"{case_number(proposal.number)}《{proposal.title}》",
            f"{proposal.get_absolute_url()}#contacts", "去确认",
        )  # fmt: skip


def member_waiting(user: Any) -> int:
    """Count what waits for a member, for the tab's bubble."""
    member = sitting_member_of(user)
    return _waiting_for(member) if member is not None else 0


def _waiting_for(member: Member) -> int:
    """Count what `todos` lists, without reading it; kept until something happens."""
    now = timezone.now()
    on = timezone.localdate(now)

    def read() -> dict[str, int]:
        cases = _unrated(member).order_by().values("task__case").distinct()[:MOST].count()
        rest = (proposals.open_invitations(now).filter(member=member)[:MOST], _returned_to(member)[:MOST])
        few = (_unconfirmed(member)[:SHOWN], _abandoned(member, on)[:SHOWN])
        return {"all": cases + sum(rows.count() for rows in (*rest, *few))}

    # an invitation lapses at a minute, not by an event: the minute is part of the question
    return remembered([member.committee.code], ("member", member.pk, now.replace(second=0, microsecond=0)), read)["all"]


@dataclass(frozen=True)
class ElsewhereWaiting:
    """How much waits for a person in another of the own seats."""

    seat: str  # the member's uid, as the change of seats asks for it
    committee: str
    count: int


def waiting_elsewhere(user: Any) -> list[ElsewhereWaiting]:
    """Return the other seats in which something waits for a person, who sees one seat's at a time."""
    others = [m for m in members_of(user) if m != member_of(user) and m.sits]  # type: ignore[attr-defined]
    found = [ElsewhereWaiting(m.uid, m.committee.short_name, _waiting_for(m)) for m in others]
    return [there for there in found if there.count]


def own_proposals(member: Member) -> list[Proposal]:
    """Return a member's newest proposals, with what their cards show."""
    return list(
        Proposal.objects.filter(signatures__member=member, signatures__answer=Answer.ACCEPTED)
        .exclude(state=State.DISCARDED)
        .select_related("session__term")
        .defer(*LONG)
        .order_by("-edited_at", "-id")[:SHOWN]
    )


@dataclass(frozen=True)
class OwnRow:
    """A proposal as its proposer's home shows it."""

    title: str
    line: str
    url: str
    badge: str
    word: str


def own_rows(member: Member, user: Any) -> list[OwnRow]:
    """Return a member's newest proposals as cards."""
    rows, own = [], own_proposals(member)
    where = standings(own, user)
    for proposal in own:
        said = where[proposal.pk]
        if proposal.number:
            line = case_number(proposal.number)
        elif proposal.submitted_at:
            line = f"{day(proposal.submitted_at)}提交"
        else:
            line = f"{near_day(proposal.edited_at)} {clock(proposal.edited_at)} 保存" if proposal.edited_at else ""
        rows.append(OwnRow(str(proposal), line, proposal.get_absolute_url(), said.kind, said.word))
    return rows


def portal_committee(path: str) -> Committee | None:
    """Return the committee whose public pages these are: named in the address, or the only one."""
    parts = path.strip("/").split("/")
    if len(parts) > 1 and parts[0] == "public" and (named := Committee.objects.filter(code=parts[1]).first()):
        return named
    several = list(Committee.objects.order_by("id")[:2])
    return several[0] if len(several) == 1 else None
