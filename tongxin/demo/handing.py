"""How the handling of one proposal is told: assigning, signing for, contacts, replies, ratings, second rounds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tongxin.demo.bodies import Desk, UnitPeople
from tongxin.demo.telling import Telling
from tongxin.handling.actions import facts
from tongxin.handling.choices import ANSWERING, Part, TaskState
from tongxin.handling.models import Advice, Case, Contact, Presence, Rating, Reply, Task
from tongxin.handling.queries import due_on, said_of
from tongxin.handling.regulations import Deadlines, ReplyCategories, Secrecy
from tongxin.proposals.models import Signature
from tongxin.regulations.queries import in_force, look_up


@dataclass
class Handing:
    """The handling of a filed proposal, over all its units."""

    told: Telling
    merged: list[Telling] = field(default_factory=list)  # proposals merged into it: their signers rate too
    case: Case = field(init=False)
    tasks: dict[str, Task] = field(default_factory=dict)
    replies: list[Reply] = field(default_factory=list)
    rated: dict[int, list[Rating]] = field(default_factory=dict)

    @property
    def lead(self) -> Task:
        """The part that answers."""
        return next(t for t in self.tasks.values() if t.part in ANSWERING and t.__dict__["state"] != TaskState.RETURNED)

    def people(self, task: Task) -> UnitPeople:
        """Who works on a part."""
        return self.told.assembly.units[task.unit.name]

    @property
    def assigner(self) -> Desk:
        """Who assigns and supervises its 归口."""
        return self.told.assembly.assigners[self.told.proposal.routed_to]

    def _due(self, key: str, on: date) -> date:
        return due_on(self.told.assembly.committee, key, on)

    def _facts(self, task: Task) -> dict[str, Any]:
        return facts.of_part(task.unit.name, task.unit, self.case)

    def _unit_step(self, task: Task, action: str, at: datetime, *, leader: bool = False, **data: Any) -> None:
        people = self.people(task)
        who = people.leader if leader else people.clerk
        self.told.ledger.step(task, action, actor=who, at=at, acting_as=task.unit.name, **data, **self._facts(task))

    def _office_step(self, task: Task, action: str, at: datetime, **data: Any) -> None:
        desk = self.assigner
        self.told.ledger.step(task, action, actor=desk.account, at=at, acting_as=desk.acting_as, **data, **self._facts(task))

    # ── assigning ──
    def assign(self, *, at: datetime, parts: Sequence[tuple[str, str]] | None = None) -> None:
        """Hand it over to its units; every clock starts."""
        told, desk = self.told, self.assigner
        parts = parts or self.natural_parts()
        units = facts.units(parts)
        told.ledger.step(told.proposal, "hand_over", actor=desk.account, at=at, units=units)
        self.case = Case(committee=told.assembly.committee, proposal=told.proposal, assigned_at=at)
        due = self.due_if_assigned(at.date())
        version = look_up(told.assembly.committee, Deadlines, at.date()).version
        told.ledger.begin(
            self.case, actor=desk.account, at=at, acting_as=desk.acting_as, version=version, units=units, **said_of(due)
        )
        for name, part in parts:
            self._add(name, part, at)

    def due_if_assigned(self, on: date) -> date:
        """Return the reply's limit for an assignment on a day."""
        return self._due("reply_months", on)

    @property
    def last_rating(self) -> datetime:
        """When the newest rating came in."""
        return max(r.rated_at for ratings in self.rated.values() for r in ratings if r.rated_at is not None)

    @property
    def next_closing(self) -> datetime:
        """The daily hour at which rounds close, after the newest rating."""
        last = self.last_rating
        rules: Secrecy = in_force(self.told.assembly.committee, Secrecy, last.date())
        hour = last.replace(hour=rules.closing_hour, minute=0, second=0, microsecond=0)
        return hour if last < hour else hour + timedelta(days=1)

    def natural_parts(self) -> list[tuple[str, str]]:
        """Return the parts that the text asks for."""
        text = self.told.text
        if not text.co:
            return [(text.lead, Part.SOLE)]
        return [(text.lead, Part.LEAD), *((name, Part.CO) for name in text.co)]

    def _add(self, name: str, part: str, at: datetime) -> None:
        on, unit = at.date(), self.told.assembly.units[name].unit
        key = "co_opinion_months" if part == Part.CO else "reply_months"
        task = Task(
            committee=self.told.assembly.committee, case=self.case, unit=unit, part=part, assigned_at=at,
            due_on=self._due(key, on), sign_due_on=self._due("sign_working_days", on),
            return_until=self._due("return_working_days", on),
        )  # fmt: skip
        desk = self.assigner
        self.told.ledger.begin(task, actor=desk.account, at=at, acting_as=desk.acting_as, **facts.given(name, unit, part))
        self.tasks[name] = task

    def sign(self, name: str, *, at: datetime) -> None:
        """A unit signs for its part."""
        task = self.tasks[name]
        handler = self.people(task).clerk.name
        self._unit_step(task, "sign_for", at, handler=handler)
        task.signed_at, task.handler = at, handler

    def ask_return(self, name: str, *, reason: str, at: datetime) -> None:
        """A unit asks to give its part back."""
        task = self.tasks[name]
        self._unit_step(task, "ask_return", at, reason=reason)
        task.return_reason = reason
        task.return_answer_due_on = self._due("return_answer_days", at.date())

    def grant_return(self, name: str, *, reason: str, to: str, at: datetime) -> None:
        """The assigning office agrees, and gives the part to another unit."""
        task, desk = self.tasks[name], self.assigner
        self._office_step(task, "grant_return", at, reason=reason)
        self._add(to, task.part, at)
        self.told.ledger.note(
            "cases.add_unit", self.case, actor=desk.account, at=at, acting_as=desk.acting_as,
            units=facts.units([(to, task.part)]), reason=reason,
        )  # fmt: skip

    def refuse_return(self, name: str, *, reason: str, at: datetime) -> None:
        """The assigning office does not agree; the clock for signing starts again."""
        task = self.tasks[name]
        self._office_step(task, "refuse_return", at, reason=reason)
        task.sign_due_on = self._due("sign_working_days", at.date())
        task.return_answer_due_on = None

    # ── contacts, advice, chasing ──
    def contact(self, *, stage: str, way: str, at: datetime, note: str, confirmed: datetime | None = None) -> None:
        """The answering unit writes down a talk with the proposer, who may confirm it."""
        told, task = self.told, self.lead
        told.ledger.check(at)
        people, first = self.people(task), told.first
        made = Contact(
            committee=told.assembly.committee, task=task, round=self.case.round, stage=stage, way=way, on=at.date(),
            who=people.clerk.name, note=note, recorded_at=at,
        )  # fmt: skip
        told.ledger.add(made)
        there = told.ledger.add(Presence(committee=told.assembly.committee, contact=made, signature=first))
        told.ledger.note(
            "handling.contact", self.case, actor=people.clerk, at=at, acting_as=task.unit.name,
            **facts.talked(task.unit.name, made, stage=stage, way=way, note=note, on=at.date()),
        )  # fmt: skip
        if confirmed is not None and first.member is not None and confirmed <= told.ledger.until:
            there.happened, there.said_at = True, confirmed
            told.ledger.note(
                "handling.confirm_contact", self.case, actor=first.member.account, at=confirmed,
                **facts.witnessed(first.member.name, made, task.unit.name),
            )  # fmt: skip

    def give_advice(self, name: str, *, advice: str, at: datetime) -> None:
        """A co-handler tells the lead what it can do."""
        task = self.tasks[name]
        self._unit_step(task, "give_advice", at, advice=advice)
        self.told.ledger.add(
            Advice(committee=self.told.assembly.committee, task=task, round=self.case.round, text=advice, given_at=at)
        )

    def remind(self, name: str, *, reason: str, at: datetime) -> None:
        """The supervising office chases a unit."""
        task, desk = self.tasks[name], self.assigner
        self.told.ledger.note(
            "handling.remind", self.case, actor=desk.account, at=at, acting_as=desk.acting_as,
            **facts.chased(task.unit.name, task.unit, task, reason),
        )  # fmt: skip

    # ── the reply ──
    def begin_reply(self, *, text: str, category: str, at: datetime) -> Reply:
        """Write the reply of this round, or a part of it."""
        self.told.ledger.check(at)
        people = self.people(self.lead)
        reply = next((r for r in self.replies if r.round == self.case.round), None)
        if reply is None:
            reply = self.told.ledger.add(Reply(committee=self.told.assembly.committee, task=self.lead, round=self.case.round))
            self.replies.append(reply)
        reply.text, reply.category, reply.contact = text, category, people.clerk.name
        reply.phone, reply.edited_at, reply.version = people.phone, at, 2
        return reply

    def to_leader(self, *, at: datetime) -> None:
        """The clerk's text goes to the unit's leader."""
        self._unit_step(self.lead, "submit_reply", at)

    def revise(self, *, reason: str, at: datetime) -> None:
        """The unit's leader wants it changed."""
        self._unit_step(self.lead, "revise", at, leader=True, reason=reason)

    def approve(self, *, at: datetime) -> None:
        """The leader signs; it goes to the supervising office."""
        self._unit_step(self.lead, "approve", at, leader=True)
        self.replies[-1].leader = self.people(self.lead).leader.name

    def return_reply(self, *, reason: str, at: datetime) -> None:
        """The supervising office wants it changed."""
        self._office_step(self.lead, "return_reply", at, reason=reason)

    def send(self, *, category: str, at: datetime) -> None:
        """It reaches the proposers, with the category the supervising office decides; they are asked to rate."""
        reason = "" if category == self.replies[-1].category else "按答复的实际内容改定类别。"
        self._answered("send", category, at, self.assigner, said={"category": category, "reason": reason})

    def sign_and_send(self, *, at: datetime) -> None:
        """Where no office reviews, the leader's signature sends it."""
        people = self.people(self.lead)
        self._answered("sign_and_send", self.replies[-1].category, at, Desk(people.leader, self.lead.unit.name), said={})
        self.replies[-1].leader = people.leader.name

    def _answered(self, action: str, category: str, at: datetime, desk: Desk, *, said: dict[str, Any]) -> None:
        told, task, reply = self.told, self.lead, self.replies[-1]
        rules = look_up(told.assembly.committee, ReplyCategories, at.date())
        found = rules.values.find(category)
        sent = self._facts(task) | facts.sent(category, found.meaning, before=reply.category, round=reply.round)
        told.ledger.step(
            task, action, actor=desk.account, at=at, acting_as=desk.acting_as, version=rules.version, **(said | sent)
        )
        reply.category_before_review, reply.category = reply.category, category
        reply.category_label, reply.meaning, reply.sent_at = found.label, found.meaning, at
        reply.unit_name = task.unit_name = task.unit.name
        reply.counts_from = in_force(told.assembly.committee, Secrecy, at.date()).minimum
        task.answered_at = at
        due = self._due("rating_working_days", at.date())
        told.ledger.step(self.case, "open_rating", actor=told.assembly.system, at=at, round=self.case.round, **said_of(due))
        self.case.rating_due_on = due

    # ── rating ──
    @property
    def raters(self) -> list[Signature]:
        """Whose judgement is asked, each person once."""
        seen: set[object] = set()
        found = []
        for signature in [*self.told.signers, *(s for other in self.merged for s in other.signers)]:
            who = signature.member.number if signature.member else signature.body
            if who not in seen:
                seen.add(who)
                found.append(signature)
        return found

    def rate(self, signature: Signature, *, attitude: str, result: str, at: datetime, comment: str = "") -> None:
        """One signer judges the reply, agreeing to an early end; the office enters it for a body."""
        told, reply = self.told, self.replies[-1]
        own = signature.member is not None
        actor = signature.member.account if signature.member else told.assembly.office.account
        told.ledger.note(
            "handling.rate", self.case, actor=actor, at=at, **facts.rated(signature.name, signature, reply, entered_for=not own),
        )  # fmt: skip
        made = Rating(
            committee=told.assembly.committee, reply=reply, signature=signature, attitude=attitude, result=result,
            comment=comment, passes_on=bool(comment) and "dissatisfied" in (attitude, result), closes_early=True,
            rated_at=at, entered_by=None if own else actor,
        )  # fmt: skip
        self.rated.setdefault(reply.round, []).append(told.ledger.add(made))

    def close(self, *, at: datetime) -> None:
        """The round ends well, or without any rating."""
        unrated = not self.rated.get(self.case.round)
        self.told.ledger.step(self.case, "close", actor=self.told.assembly.system, at=at)
        self.case.closed_at, self.case.unrated = at, unrated

    def rework(self, *, at: datetime) -> None:
        """Somebody is not satisfied: a second handling begins."""
        told, task, first = self.told, self.lead, self.replies[-1]
        due = self._due("rework_days", at.date())
        told.ledger.step(self.case, "rework", actor=told.assembly.system, at=at, round=self.case.round + 1)
        self.case.round, self.case.rating_due_on = self.case.round + 1, None
        told.ledger.step(task, "rework", actor=told.assembly.system, at=at, **self._facts(task), **said_of(due))
        task.due_on, task.answered_at, task.again_on = due, None, at.date()
        again = Reply(
            committee=told.assembly.committee, task=task, round=self.case.round, category=first.category, text=first.text,
            contact=first.contact, phone=first.phone,
        )  # fmt: skip
        self.replies.append(told.ledger.add(again))

    def escalate(self, *, at: datetime) -> None:
        """Not satisfied again: it goes to the assembly's office."""
        self.told.ledger.step(self.case, "escalate", actor=self.told.assembly.system, at=at)
