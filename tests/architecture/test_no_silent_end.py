"""No silent end: after every step of every random history, whoever raised something is owed an act, or was told the end.

**Whoever raised it**: the first proposer and every co-signer who agreed, of the proposal itself and of those merged
into it, sitting or not; who has no account cannot be told by the system, and is left out. A text that was not handed in
is its proposer's own affair; of it only who agreed to sign is owed something.

**Owed**: somebody can act now: a person has a step on the proposal, its case or a unit's part that is open to him and
not blocked; or what he does is no step but a right of his own (to assign, to write the reply, to take a text over); or
the worker will, by a day that is set (the rating that closes). A proposal that was merged is owed what its lead is
owed. Neither giving up by who raised it (撤案, 作废) nor the ways back from an end count: nobody is bound to take them.

**An end**: a state with none of that: not filed, withdrawn, discarded, the case closed; for what was merged, its
lead's. It is told when a notice to the person stands for the very event that ended it; whoever ended it himself knows.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.architecture.walking import THOROUGH
from tests.architecture.world import said
from tests.cast import TEXT, Cast, moment
from tongxin.access.permissions import allowed
from tongxin.access.predicates import nobody
from tongxin.accounts.models import Account
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling import tasks as worker
from tongxin.handling.choices import CaseState, TaskState, TaskStates
from tongxin.handling.models import Case, Task
from tongxin.members import actions as members
from tongxin.notices import actions as notices
from tongxin.notices.models import Notice
from tongxin.proposals import actions as proposals
from tongxin.proposals.choices import Answer, Role, State, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.workflow import Filing, MergeInto
from tongxin.workflow import engine
from tongxin.workflow.table import workflow_of

WALKS, LENGTH = (200, 60) if THOROUGH else (4, 20)
PHASES = (
    tuple(Phase) if THOROUGH else (Phase.generate,)
)  # a shorter history of a failure is looked for by hand: it takes many minutes
MOST = 3  # proposals of one history: enough for one merged into one that is merged
REFUSALS = (
    engine.Blocked,
    engine.Invalid,
    engine.Overtaken,
    handling.HandlingError,
    proposals.ProposalError,
    members.StandingError,
)
GIVING_UP = {"withdraw", "discard"}
WAYS_BACK = {"reconsider", "separate", "unfile", "reinstate", "restore_draft"}
ACTING = (
    "proposer",
    "cosigner",
    "second_cosigner",
    "office",
    "assigner",
    "clerk",
    "unit_leader",
    "co_clerk",
)


@dataclass
class History:
    """One history: what may happen next, and who is owed what."""

    cast: Cast
    at: datetime = field(default_factory=lambda: moment("2026-03-02"))
    steps: list[str] = field(default_factory=list)

    @property
    def people(self) -> list[Account]:
        return [getattr(self.cast, name) for name in ACTING]

    # ── what may happen ──
    def moves(self) -> list[tuple[str, Callable[[], object]]]:
        """Return everything that somebody can do now, or that time does."""
        found: list[tuple[str, Callable[[], object]]] = [("a week goes by", self._time)]
        rows = list(Proposal.objects.select_related("committee").order_by("pk"))
        if len(rows) < MOST:
            found += [("raise", self._raise), ("raise alone", self._raise_alone), ("file", self._file)]
        for proposal in rows:
            found += self._moves_of(proposal)
        if self.cast.member(self.cast.cosigner).seats.filter(ends_on=None).exists():
            found += [("the co-signer resigns", lambda: self._resign(self.cast.cosigner))]
        if self.cast.member(self.cast.proposer).seats.filter(ends_on=None).exists():
            found += [("the proposer resigns", lambda: self._resign(self.cast.proposer))]
        return found

    def _moves_of(self, proposal: Proposal) -> Iterator[tuple[str, Callable[[], object]]]:
        yield from self._steps_of(proposal)
        if proposal.state == State.FILED:
            yield "assign", lambda: self._assign(proposal)
        if proposal.state in {State.SUBMITTED, State.RETURNED}:
            yield "leave", lambda: self._leave(proposal)
        case = Case.objects.filter(proposal=proposal).select_related("proposal__committee", "committee").first()
        if case is None:
            return
        yield from self._steps_of(case)
        if case.state == CaseState.RATING:
            yield "rate well", lambda: self._rate(case, "satisfied")
            yield "rate badly", lambda: self._rate(case, "dissatisfied")
        tasks = list(Task.objects.filter(case=case).select_related("case__proposal__committee", "committee", "unit"))
        for task in tasks:
            yield from self._steps_of(task)
            if task.state == TaskState.IN_HAND and task.answers:
                yield "write", lambda task=task: self._write(task)
        if case.state == CaseState.IN_HAND and _lacks_an_answerer(tasks):
            yield "assign again", lambda: self._assign_again(case)

    def _steps_of(self, subject: Any) -> Iterator[tuple[str, Callable[[], object]]]:
        """Return the steps from its state; whether somebody may take one is looked up when it is drawn."""
        for row in workflow_of(subject).rows:
            if subject.state in row.sources and row.by is not nobody:
                yield row.action, lambda row=row: self._take(subject, row)

    def _take(self, subject: Any, row: Any) -> bool:
        who = next((person for person in self.people if row.by.test_at(person, subject, self.at)), None)
        if who is None or any(guard(subject, self.at) for guard in row.when):
            return False
        self._step(subject, row, who)
        return True

    def _step(self, subject: Any, row: Any, who: Account) -> None:
        payload = None
        if row.asks is MergeInto:
            leads = row.asks.__dataclass_fields__["into"].metadata["choices"](subject, who, self.at)
            if not leads:
                return
            payload = MergeInto(leads[0][0], "内容相同。")
        elif row.asks is not None:
            payload = said(row, subject, who)
        engine.perform(subject, row.action, actor=who, at=self.at, payload=payload)

    def _raise(self) -> None:
        """A text that its proposer and a co-signer stand under, or somebody else where they sit no longer."""
        cast = self.cast
        if not all(cast.member(a).seats.filter(ends_on=None).exists() for a in (cast.proposer, cast.cosigner)):
            self._raise_alone()
            return
        draft = cast.draft(self.at)
        until = self.at + timedelta(days=9)
        [asked] = proposals.invite_cosigners(
            draft, members=[cast.member(cast.cosigner)], until=until, actor=cast.proposer, at=self.at
        )
        proposals.answer_invitation(asked, accept=True, actor=cast.cosigner, at=self.at)

    def _raise_alone(self) -> Proposal:
        """Somebody who has to do with nothing else: what becomes of others' proposals, he is not told."""
        own = self.cast.second_cosigner
        proposal = proposals.draft(self.cast.county, actor=own, at=self.at, first=self.cast.member(own), text=TEXT)
        engine.perform(proposal, "submit", actor=own, at=self.at)
        return proposal

    def _file(self) -> None:
        if all(self.cast.member(a).seats.filter(ends_on=None).exists() for a in (self.cast.proposer, self.cast.cosigner)):
            self.cast.filed(self.at)

    def _assign(self, proposal: Proposal) -> None:
        parts = [(self.cast.unit, "lead"), (self.cast.co_unit, "co")]
        handling.assign(proposal, parts=parts, actor=self.cast.assigner, at=self.at)

    def _assign_again(self, case: Case) -> None:
        part = "lead" if cases.live_tasks(case) else "sole"
        handling.assign_again(case, parts=[(self.cast.unit, part)], reason="改派。", actor=self.cast.assigner, at=self.at)

    def _leave(self, proposal: Proposal) -> None:
        rows = Signature.objects.filter(proposal=proposal, role=Role.CO, answer=Answer.ACCEPTED).select_related("proposal")
        for signature in rows:
            proposals.leave(signature, actor=signature.member.account, at=self.at)

    def _write(self, task: Task) -> None:
        handling.record_contact(
            task,
            stage="before",
            way="meeting",
            on=timezone.localdate(self.at),
            who="孟时雨",
            with_whom="林知远",
            note="先试点。",
            actor=self.cast.clerk,
            at=self.at,
        )
        reply = handling.reply_of(task)
        said_ = {"category": "B", "text": "六月底前在两个镇试点夜间药房。", "contact": "孟时雨"}
        handling.save_reply(reply, fields=said_, started_from=reply.version, actor=self.cast.clerk, at=self.at)

    def _rate(self, case: Case, result: str) -> None:
        for reply, signature in cases.ratings_awaited(case):
            handling.rate(
                reply,
                signature=signature,
                attitude="satisfied",
                result=result,
                comment="没有落实。",
                actor=signature.member.account,
                at=self.at,
            )

    def _resign(self, account: Account) -> None:
        members.end_seat(
            self.cast.member(account),
            ending="resigned",
            on=timezone.localdate(self.at),
            reason="工作调动",
            actor=self.cast.office,
            at=self.at,
        )
        self._refresh()

    def _refresh(self) -> None:
        """Read everybody anew: what an account may is kept with it for a request."""
        for name in ACTING:
            setattr(self.cast, name, Account.objects.get(pk=getattr(self.cast, name).pk))

    def _time(self) -> None:
        self.at += timedelta(days=21)
        worker.close_rounds(self.at)
        worker.tell_deadlines(self.at)

    # ── who is owed what ──
    def silent(self) -> list[str]:
        """Name everybody who raised something, is owed nothing and was not told."""
        found = []
        for proposal in Proposal.objects.select_related("committee", "merged_into__committee").order_by("pk"):
            lead = proposal.merged_into if proposal.state == State.MERGED else proposal
            if self._is_owed(lead):
                continue
            case = Case.objects.filter(proposal=lead).first()
            end = engine.last_event(case if case is not None and lead.state == State.HANDED_OVER else lead)
            signed = proposal.signatures.filter(answer=Answer.ACCEPTED, member__account__isnull=False)
            if proposal.submitted_at is None:
                signed = signed.exclude(role=Role.FIRST)
            for signature in signed.select_related("member__account"):
                account = signature.member.account
                told = end is not None and (
                    end.actor_id == account.pk or Notice.objects.filter(event=end, account=account).exists()
                )
                if not told:
                    found.append(f"{account.name}, {signature.role} of {proposal.pk} ({proposal.state}), is not told of {end}")
        return found

    def _is_owed(self, proposal: Proposal) -> bool:
        if self._may_act(proposal, own=proposal):
            return True
        if proposal.state == State.FILED:
            return self._somebody("handling.assign", proposal)
        if proposal.state in States.with_the_proposer:
            return self._somebody("proposals.take_over", proposal)
        case = Case.objects.filter(proposal=proposal).select_related("proposal__committee", "committee").first()
        if proposal.state != State.HANDED_OVER or case is None:
            return False
        tasks = list(Task.objects.filter(case=case).select_related("case__proposal__committee", "committee", "unit"))
        return (
            self._may_act(case, own=proposal)
            or (case.state == CaseState.RATING and case.rating_due_on is not None)
            or (case.state == CaseState.IN_HAND and any(self._is_worked_on(task, proposal) for task in tasks))
            or (case.state == CaseState.IN_HAND and _lacks_an_answerer(tasks) and self._somebody("handling.assign", proposal))
        )

    def _is_worked_on(self, task: Task, proposal: Proposal) -> bool:
        writes = task.state == TaskState.IN_HAND and self._somebody("handling.write_reply", task)
        return writes or self._may_act(task, own=proposal)

    def _somebody(self, permission: str, subject: Any) -> bool:
        return any(allowed(person, permission, subject) for person in self.people)

    def _may_act(self, subject: Any, *, own: Proposal) -> bool:
        """Say whether somebody has an open step on it that is more than giving up one's own, or going back."""
        signers = set(own.signatures.values_list("member__account", flat=True))
        for row in workflow_of(subject).rows:
            if subject.state not in row.sources or row.action in WAYS_BACK or any(guard(subject, self.at) for guard in row.when):
                continue
            if any(
                row.by.test_at(person, subject, self.at)
                for person in self.people
                if row.action not in GIVING_UP or person.pk not in signers
            ):
                return True
        return False


def _lacks_an_answerer(tasks: list[Task]) -> bool:
    return not any(task.answers and task.state not in TaskStates.gone for task in tasks)


def walk(cast: Cast, data: st.DataObject) -> None:
    """Take some steps, and look after each whether somebody waits for nothing and does not know."""
    history = History(cast)
    for _place in range(LENGTH):
        moves = history.moves()
        name, move = moves[data.draw(st.integers(0, len(moves) - 1))]
        with suppress(*REFUSALS), transaction.atomic():
            if move() is False:
                continue
        history.steps.append(name)
        notices.deliver()
        assert history.silent() == [], history.steps


@pytest.mark.thorough
@pytest.mark.django_db
def test_nobody_who_raised_something_waits_for_nothing_untold(cast: Cast) -> None:
    @seed(len(connection.vendor))  # other histories on the other database
    @settings(max_examples=WALKS, deadline=None, database=None, phases=PHASES, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def walks(data: st.DataObject) -> None:
        point = transaction.savepoint()
        try:
            walk(Cast(**{name: type(value).objects.get(pk=value.pk) for name, value in vars(cast).items()}), data)
        finally:
            transaction.savepoint_rollback(point)
            transaction.savepoint_commit(point)

    walks()


def test_a_history_that_once_ended_in_silence(cast: Cast) -> None:
    """A lead that is withdrawn: what was merged into it must not be left with an answer that never comes."""
    history, lead = History(cast), cast.filed()
    joined = history._raise_alone()
    codes = Filing("social", "learning", "government")
    engine.perform(joined, "pass_examination", actor=cast.office, at=history.at, payload=codes)
    engine.perform(joined, "merge", actor=cast.office, at=history.at, payload=MergeInto(lead.uid, "内容相同。"))
    assert history.silent() == []
    row = workflow_of(lead).row(lead.state, "withdraw")
    assert row is not None
    history._step(lead, row, cast.proposer)
    notices.deliver()
    assert history.silent() == []
