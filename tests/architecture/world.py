"""A mixed world made of the cast: every state of every lifecycle, in both counties, reached by the steps people take."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any, get_origin, get_type_hints

from tests.cast import LEFT_ON, TEXT, Cast, a_unit, moment
from tongxin.accounts.models import Account
from tongxin.committees import actions as bodies
from tongxin.committees.choices import Duty, System
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Task
from tongxin.handling.workflow import Advising, Moving, Sending, SignFor, Why
from tongxin.members.models import Member, Seat, Suspension
from tongxin.proposals import actions as proposals
from tongxin.proposals import queries
from tongxin.proposals.choices import Answer, Role, State
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.workflow import Examination, Filing, MergeInto, NotFilingDecision, Return, Withdrawal
from tongxin.workflow.engine import perform
from tongxin.workflow.table import BY_NAME, T

AT = moment("2026-03-02")
LATER = moment("2026-03-20")


class World:
    """Makes rows in any state, on demand; a state comes from the same builder every time."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.at: datetime = AT
        build: dict[str, dict[str, Callable[[], Any]]] = {
            "proposals": {
                State.DRAFT: cast.draft, State.GATHERING: self._gathering, State.SUBMITTED: cast.submitted,
                State.RETURNED: self._returned, State.IN_DECISION: cast.in_decision, State.FILED: cast.filed,
                State.HANDED_OVER: lambda: Proposal.objects.get(pk=cast.assigned().proposal_id),
                State.MERGED: self._merged, State.NOT_FILED: self._not_filed,
                State.WITHDRAWN: lambda: self._step(cast.filed(), "withdraw", cast.proposer, Withdrawal("已经解决。")),
                State.DISCARDED: lambda: self._step(cast.draft(), "discard", cast.proposer),
            },
            "cases": {
                CaseState.IN_HAND: cast.assigned, CaseState.RATING: cast.answered, CaseState.WITH_OFFICE: self._with_office,
                CaseState.CLOSED: lambda: self._rated(cast.answered(), "satisfied"),
                CaseState.RECALLED: lambda: self._step(cast.assigned(), "recall_assignment", cast.assigner, Why("交错了单位。")),
            },
            "tasks": {
                TaskState.AWAITING: lambda: cast.task(cast.assigned()), TaskState.RETURN_ASKED: self._return_asked,
                TaskState.RETURNED: lambda: self._step(self._return_asked(), "grant_return", cast.assigner, Why("职责在他处。")),
                TaskState.IN_HAND: self._in_hand, TaskState.ADVICE_GIVEN: self._advice_given,
                TaskState.WITH_LEADER: lambda: self._step(self._in_hand(), "submit_reply", cast.clerk),
                TaskState.UNDER_REVIEW: self._under_review,
                TaskState.ANSWERED: lambda: cast.task(cast.answered()),
                TaskState.MOVED: self._moved,
                TaskState.RECALLED: lambda: cast.task(self.row("cases", CaseState.RECALLED)),
            },
        }  # fmt: skip
        self.builders = build

    def row(self, workflow: str, state: str) -> Any:
        """Return a fresh row of a lifecycle in a state."""
        made = self.builders[workflow][state]()
        assert made.state == state
        return type(made).objects.get(pk=made.pk)

    def rows(self, workflow: str, state: str) -> list[Any]:
        """Return fresh rows in a state, one for each part that may be played in it."""
        co_handler = [self._co_in_hand()] if (workflow, state) == ("tasks", TaskState.IN_HAND) else []
        abandoned = [self._abandoned()] if (workflow, state) == ("proposals", State.RETURNED) else []
        return [self.row(workflow, state), *co_handler, *abandoned]

    def everything(self) -> None:
        """Make every state once, with neighbours that could leak."""
        for workflow, states in self.builders.items():
            for state in states:
                self.rows(workflow, state)
        self._of_who_left()
        self._public_ones()
        self._entered_by_the_office()
        self._party_side()
        self._other_county()

    # ── proposals ──
    def _step(self, row: Any, action: str, actor: Account, payload: Any = None) -> Any:
        perform(row, action, actor=actor, at=self.at, payload=payload)
        return type(row).objects.get(pk=row.pk)

    def _gathering(self) -> Proposal:
        """One co-signer agreed, one declined, one is still asked."""
        proposal = self.cast.draft()
        asked = [self.cast.member(a) for a in (self.cast.cosigner, self.cast.second_cosigner, self.cast.bystander)]
        first, second, _third = proposals.invite_cosigners(
            proposal, members=asked, until=AT.replace(hour=23), actor=self.cast.proposer, at=AT
        )
        proposals.answer_invitation(first, accept=True, actor=self.cast.cosigner, at=AT)
        proposals.answer_invitation(second, accept=False, actor=self.cast.second_cosigner, at=AT)
        return proposal

    def _returned(self) -> Proposal:
        return self._step(self.cast.submitted(), "return_for_revision", self.cast.office, Return("请补充数据。"))

    def _abandoned(self) -> Proposal:
        """Returned to somebody who sits no longer: a co-signer may take it over, or the office end it."""
        proposal = self._returned()
        gone = self.cast.member(self.cast.former_member)
        Signature.objects.filter(proposal=proposal, role=Role.FIRST).update(member=gone)
        return Proposal.objects.get(pk=proposal.pk)

    def _merged(self) -> Proposal:
        lead = self.cast.filed()
        return self._step(self.cast.in_decision(), "merge", self.cast.office, MergeInto(lead.uid, "内容相同。"))

    def _not_filed(self) -> Proposal:
        proposal = self.cast.in_decision()
        return self._step(proposal, "not_file", self.cast.office, NotFilingDecision(*reason_of(proposal), "属于日常意见。"))

    # ── handling ──
    def _return_asked(self) -> Task:
        return self._step(self.cast.task(self.cast.assigned()), "ask_return", self.cast.clerk, Why("不属本局职责。"))

    def _signed(self) -> Task:
        case = self.cast.assigned()
        lead, co = self.cast.task(case), self.cast.task(case, self.cast.co_unit)
        perform(lead, "sign_for", actor=self.cast.clerk, at=AT, payload=SignFor("孟时雨"))
        perform(co, "sign_for", actor=self.cast.co_clerk, at=AT, payload=SignFor("陆知行"))
        perform(co, "give_advice", actor=self.cast.co_clerk, at=AT, payload=Advising("同意。"))
        return self.cast.task(case)

    def _in_hand(self) -> Task:
        """Signed for, spoken with the proposer, the reply written, the co-handler's advice in."""
        lead = self._signed()
        handling.record_contact(
            lead, stage="before", way="meeting", on=AT.date(), who="孟时雨", with_whom="林知远", note="先试点。",
            actor=self.cast.clerk, at=AT,
        )  # fmt: skip
        self._write(lead)
        return self.cast.task(lead.case)

    def _write(self, task: Task, text: str = "六月底前在两个镇试点夜间药房。") -> None:
        reply = handling.reply_of(task)
        handling.save_reply(
            reply, fields={"category": "B", "text": text, "contact": "孟时雨"},
            started_from=reply.version, actor=self.cast.clerk, at=AT,
        )  # fmt: skip

    def _co_in_hand(self) -> Task:
        co = self.cast.task(self.cast.assigned(), self.cast.co_unit)
        return self._step(co, "sign_for", self.cast.co_clerk, SignFor("陆知行"))

    def _advice_given(self) -> Task:
        return self.cast.task(self._signed().case, self.cast.co_unit)

    def _under_review(self) -> Task:
        return self._step(self._step(self._in_hand(), "submit_reply", self.cast.clerk), "approve", self.cast.unit_leader)

    def _moved(self) -> Task:
        """In hand at another unit now, with its draft."""
        said = Moving(self.cast.other_unit.uid, cases.STAYS, cases.GOES, "职责调整。")
        return self._step(self._in_hand(), "move", self.cast.assigner, said)

    def _rated(self, case: Case, result: str) -> Case:
        for reply, signature in cases.ratings_awaited(case):
            handling.rate(
                reply, signature=signature, attitude="satisfied", result=result, comment="没有落实。",
                actor=signature.member.account, at=LATER,
            )  # fmt: skip
        return handling.close_round(case, at=LATER)

    def _with_office(self) -> Case:
        """Dissatisfied twice."""
        case = self._rated(self.cast.answered(), "dissatisfied")
        lead = self.cast.task(case)
        self._write(lead, "五月底前在三个镇试点夜间药房，名单附后。")
        handling.record_contact(
            lead, stage="during", way="phone", on=LATER.date(), who="孟时雨", with_whom="林知远", note="增加一个镇。",
            actor=self.cast.clerk, at=LATER,
        )  # fmt: skip
        perform(lead, "submit_reply", actor=self.cast.clerk, at=LATER)
        perform(lead, "approve", actor=self.cast.unit_leader, at=LATER)
        perform(lead, "send", actor=self.cast.assigner, at=LATER, payload=Sending("B"))
        return self._rated(Case.objects.get(pk=case.pk), "dissatisfied")

    # ── neighbours ──
    def _public_ones(self) -> None:
        for _place in range(2):
            proposal = self.cast.filed(consents_to_publication=True)
            proposals.release(proposal, actor=self.cast.office, at=AT)
        proposals.unrelease(proposal, reason="内容需要核实。", actor=self.cast.office, at=AT)

    def _of_who_left(self) -> None:
        """The file of two members who act no longer.

        A draft, one co-signed, an unanswered invitation, a filed one, one to rate.
        """
        for account in (self.cast.former_member, self.cast.suspended_member):
            with self._while_sitting(account) as member:
                own = [proposals.draft(self.cast.county, actor=account, at=AT, first=member, text=TEXT) for _place in range(3)]
                cosigner = [self.cast.member(self.cast.cosigner)]
                [asked] = proposals.invite_cosigners(own[1], members=cosigner, until=LATER, actor=account, at=AT)
                proposals.answer_invitation(asked, accept=True, actor=self.cast.cosigner, at=AT)
                self._file(own[2], account)
                open_one = self.cast.draft()
                proposals.invite_cosigners(open_one, members=[member], until=LATER, actor=self.cast.proposer, at=AT)
                rated = self.cast.answered()
                Signature.objects.create(
                    committee=rated.committee, proposal=rated.proposal, member=member, role=Role.CO, answer=Answer.ACCEPTED,
                    place_in_list=9,
                )  # fmt: skip

    def _file(self, proposal: Proposal, first: Account) -> None:
        perform(proposal, "submit", actor=first, at=AT, by_system=True)
        said = Examination("social", "learning", "government")
        perform(proposal, "pass_examination", actor=self.cast.office, at=AT, payload=said)
        perform(proposal, "file", actor=self.cast.office, at=AT, payload=Filing("social", "learning", "government"))

    @contextmanager
    def _while_sitting(self, account: Account) -> Iterator[Member]:
        """Let somebody who left act once more, as if it were before that."""
        member = self.cast.member(account)
        seats, pauses = Seat.objects.filter(member=member), Suspension.objects.filter(member=member)
        kept = [(rows, rows.values().get()) for rows in (seats, pauses) if rows.exists()]
        seats.update(ends_on=None, ending="")
        pauses.update(ends_on=LEFT_ON)
        yield member
        for rows, row in kept:
            rows.update(**{name: row[name] for name in ("ends_on", "ending") if name in row})

    def _entered_by_the_office(self) -> None:
        proposals.draft(self.cast.county, actor=self.cast.office, at=AT, first=self.cast.member(self.cast.bystander), text=TEXT)

    def _party_side(self) -> None:
        proposal = self.cast.filed(routed_to="party")
        handling.assign(proposal, parts=[(self.cast.party_unit, "sole")], actor=self.cast.party_assigner, at=AT)

    def _other_county(self) -> None:
        """The neighbour's own draft, submission, filed proposal and case in hand."""
        cast, county = self.cast, self.cast.other_county
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


def taxonomy_of(proposal: Proposal) -> tuple[str, str]:
    """Return a construction and a topic of the committee's own lists."""
    from tongxin.proposals.regulations import Taxonomies
    from tongxin.regulations.queries import in_force

    rules = in_force(proposal.committee, Taxonomies, AT.date())
    return rules.constructions[0].code, rules.topics[0].code


def reason_of(proposal: Proposal) -> tuple[str, str]:
    """Return a listed reason for not filing, with a destination that it allows."""
    from tongxin.proposals.regulations import NotFiling
    from tongxin.regulations.queries import in_force

    reason = in_force(proposal.committee, NotFiling, AT.date()).reasons[0]
    return reason.code, reason.destinations[0]


def said(row: T, subject: Any, actor: Account) -> Any:
    """Return something to say with a step, as its form would offer it."""
    if row.asks is None:
        return None
    if row.asks is MergeInto:
        return MergeInto(queries.may_absorb(subject)[0].uid, "内容相同。")
    if row.asks is Sending:
        return Sending(cases.draft_of(subject).category)
    if row.asks is NotFilingDecision:
        return NotFilingDecision(*reason_of(subject), "属于日常意见。")
    values = {}
    for spec in fields(row.asks):
        if spec.default is not MISSING:
            continue  # need not be said
        choices = spec.metadata.get("choices")
        chosen = choices(subject, actor, AT)[0][0] if choices else "理由充分。"
        values[spec.name] = (chosen,) if get_origin(get_type_hints(row.asks)[spec.name]) is tuple else chosen
    return row.asks(**values)


def steps() -> list[tuple[str, str, T]]:
    """Return every (workflow, state, row) of every table."""
    return [(name, str(s), row) for name in sorted(BY_NAME) for row in BY_NAME[name].rows for s in row.sources]
