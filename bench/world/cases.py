"""The handling of one filed proposal: the case, each unit's part, talks, replies, ratings."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.utils import timezone

from bench.world.bodies import Body, Person
from bench.world.lives import Life
from bench.world.telling import Subject
from bench.world.texts import DONE, reply_text
from tongxin.core import calendar
from tongxin.demo import phrases
from tongxin.handling.actions import facts
from tongxin.handling.choices import Part
from tongxin.handling.models import Advice, Case, Contact, Presence, PublicReply, Rating, Reply, Task
from tongxin.handling.regulations import Deadlines, ReplyCategories
from tongxin.proposals.models import PublicCopy
from tongxin.workflow.recorder import Said

ANSWERED = ("rating", "closed", "with_office", "rework")

add_months, add_working_days = cache(calendar.add_months), cache(calendar.add_working_days)


@dataclass
class Assigned:
    """One unit's part on its way into the database."""

    unit: Body
    part: Part
    subject: Subject
    values: dict[str, Any]
    reply: int = 0

    @property
    def named(self) -> dict[str, Any]:
        """What every event of a part says."""
        return facts.of_part(self.unit.name, self.unit.id, self.values["case_id"])


class Handling:
    """Takes a filed proposal through its handling, until its plan ends."""

    def __init__(self, life: Life, deadlines: Deadlines, categories: ReplyCategories, system: Person) -> None:
        self.life, self.deadlines, self.categories, self.system = life, deadlines, categories, system
        self.rng, self.county, self.stream, self.ends = life.rng, life.county, life.stream, life.plan.ends
        self.tables = life.tables
        self.id = self.tables[Case].new_id()
        self.case = Subject(self.stream.flows["cases"], self.id, life.text.title)
        self.values: dict[str, Any] = {"round": 1}
        self.parts: list[Assigned] = []
        self.sent: list[tuple[int, str]] = []
        self.office = self.county.assigners[life.values["routed_to"]]
        self.body = {"government": "县政府办公室", "party": "县委办公室"}.get(life.values["routed_to"], "县委政法委")

    def handle(self) -> None:
        """Tell everything, then take the rows in."""
        self._assign()
        if self.ends not in {"awaiting", "return_asked"}:
            self._work()
        elif self.ends == "return_asked":
            first = self.parts[0]
            why = phrases.RETURN_ASKED[0].format(right="其他单位")
            self._step(first, "ask_return", first.unit.clerk, 14, reason=why)
            first.values |= {"return_reason": why, "return_answer_due_on": self._day(14) + timedelta(days=7)}
        if self.ends in ANSWERED:
            self._rate()
        self._release()
        self._write()

    def _day(self, days: float) -> date:
        return timezone.localdate(self.life.submitted + timedelta(days=days))

    # ── assigning ──
    def _shape(self) -> list[tuple[Body, Part]]:
        rng, own = self.rng, self.county.units[self.life.values["routed_to"]]
        everybody = self.county.units["government"]
        drawn = rng.random()
        first = own[int(len(own) * rng.random() ** 1.6)]
        others = [u for u in rng.sample(everybody, 5) if u is not first]
        if self.life.long and first.system == "government":
            return [(unit, Part.SEPARATE) for unit in (first, *others[:4])]
        if drawn < 0.6 or (drawn > 0.92 and first.system != "government"):
            return [(first, Part.SOLE)]
        if drawn > 0.92:
            return [(first, Part.SEPARATE), (others[0], Part.SEPARATE)]
        return [(first, Part.LEAD), *((unit, Part.CO) for unit in others[: 1 if drawn < 0.85 else 2])]

    def _assign(self) -> None:
        shape, at, day = self._shape(), self.life.after(12), self._day(12)
        units = facts.units((unit.name, part) for unit, part in shape)
        due = add_months(day, self.deadlines.reply_months)
        event = self.stream.step(self.life.subject, "hand_over", self.county, self.office, at, acting_as="", units=units)
        self._tell_signers(event, f"已经交办：{units}")
        self.values["assigned_at"] = at
        self.stream.begin(self.case, self.county, self.office, at, acting_as=self.body, units=units, due=due.isoformat())
        for unit, part in shape:
            self._add_part(unit, part, at, day, due)

    def _add_part(self, unit: Body, part: Part, at: datetime, day: date, due: date) -> None:
        subject = Subject(self.stream.flows["tasks"], self.tables[Task].new_id(), f"{self.case.label}　{unit.name}")
        own_due = add_months(day, self.deadlines.co_opinion_months) if part == Part.CO else due
        values = {
            "case_id": self.id, "part": part.value, "assigned_at": at, "due_on": own_due,
            "sign_due_on": add_working_days(day, self.deadlines.sign_working_days),
            "return_until": add_working_days(day, self.deadlines.return_working_days),
        }  # fmt: skip
        self.parts.append(Assigned(unit, part, subject, values))
        event = self.stream.begin(
            subject, self.county, self.office, at, acting_as=self.body, **facts.given(unit.name, unit.id, part)
        )
        self.stream.tell(event, unit.clerk, f"《{self.case.label}》交你单位{part.label}", "/handling/", read=self._old(at))

    # ── working ──
    def _step(self, part: Assigned, action: str, by: Person, days: float, *, body: str | None = None, **data: Any) -> datetime:
        at = self.life.after(days)
        self.stream.step(
            part.subject, action, self.county, by, at, acting_as=part.unit.name if body is None else body, **part.named, **data
        )
        return at

    def _old(self, at: datetime) -> bool:
        return (self.life.now - at).days > 20

    def _tell_signers(self, said: Said, text: str) -> None:
        for _pk, person in self.life.signers[:6]:
            self.stream.tell(said, person, f"《{self.case.label}》{text}", self.life.url, read=self._old(said.at))

    def _passed(self, days: float) -> bool:
        """Whether a day of the plan lies behind: what is in hand is worked on until today."""
        return self.life.submitted + timedelta(days=days + 1) < self.life.now

    def _work(self) -> None:
        for part in self.parts:
            handler = part.unit.clerk.name
            signed = self._step(part, "sign_for", part.unit.clerk, 14, handler=handler)
            part.values |= {"signed_at": signed, "handler": handler}
            if part.part != Part.CO:
                self._talk(part)
            elif self.ends != "in_hand" or self._passed(45):
                said = f"{self.rng.choice(DONE)}，建议由主办单位统一答复。"
                at = self._step(part, "give_advice", part.unit.clerk, 40, advice=said)
                self.tables[Advice].add(committee_id=self.county.id, task_id=part.subject.id, text=said, given_at=at)
        for part in self.parts:
            if part.part != Part.CO and (self.ends != "in_hand" or self._passed(60)):
                self._answer(part)

    def _talk(self, part: Assigned) -> None:
        for number in range(12 if self.life.long else self.rng.choice((1, 1, 2))):
            days = 20 + number * 4
            if self.ends == "in_hand" and not self._passed(days):
                return
            day, at, (signature, first) = self._day(days), self.life.after(days), self.life.signers[0]
            note = self.rng.choice(phrases.TALKS)
            contact = self.tables[Contact].add(
                committee_id=self.county.id, task_id=part.subject.id, stage="during", way="phone", on=day, who=part.unit.clerk.name,
                note=note, recorded_at=at,
            )  # fmt: skip
            self.tables[Presence].add(
                committee_id=self.county.id, contact_id=contact, signature_id=signature, happened=True if number else None,
                said_at=at if number else None,
            )  # fmt: skip
            said = facts.talked(part.unit.name, contact, stage="during", way="phone", note=note, on=day)
            event = self.stream.note(
                "handling.contact", self.case, self.county, part.unit.clerk, at, acting_as=part.unit.name, **said
            )
            self._tell_signers(event, "有新的面商记录，请确认")
            if number:
                confirmed = at + timedelta(minutes=30)
                self.stream.note(
                    "handling.confirm_contact",
                    self.case,
                    self.county,
                    first,
                    confirmed,
                    **facts.witnessed(first.name, contact, part.unit.name),
                )
            if self.life.long:
                told = facts.chased(part.unit.name, part.unit.id, part.subject.id, self.rng.choice(phrases.REMINDERS))
                self.stream.note(
                    "handling.remind", self.case, self.county, self.office, at + timedelta(hours=1), acting_as=self.body, **told
                )

    def _answer(self, part: Assigned, *, round_: int = 1) -> None:
        """Write a reply and take it as far as the plan goes."""
        late = 0 if round_ == 1 else 35
        found = self.rng.choice(self.categories.categories)
        sent = self.ends in ANSWERED and not (round_ == 2 and self.ends == "rework")
        text = reply_text(self.rng, self.life.text.title, part.unit.name)
        at = self.life.after(80 + late) if sent else None
        row: dict[str, Any] = {
            "committee_id": self.county.id, "task_id": part.subject.id, "round": round_, "category": found.code, "text": text,
            "contact": part.unit.clerk.name, "phone": "0591-1234567", "version": 3, "edited_at": self.life.after(60 + late),
        }  # fmt: skip
        if sent:
            row |= {
                "category_label": found.label, "meaning": found.meaning, "category_before_review": found.code,
                "leader": part.unit.leader.name, "unit_name": part.unit.name, "sent_at": at,
            }  # fmt: skip
        part.reply = self.tables[Reply].add(**row)
        if sent:
            self.sent.append((part.reply, text))
        if self.ends == "in_hand" or (round_ == 2 and not sent):
            return
        self._step(part, "submit_reply", part.unit.clerk, 75 + late)
        if self.ends != "with_leader":
            self._step(part, "approve", part.unit.leader, 77 + late)
        if sent:
            said = facts.sent(found.code, found.meaning, before=found.code, round=round_) | {"reason": ""}
            self.stream.step(part.subject, "send", self.county, self.office, at, acting_as=self.body, **part.named, **said)
            part.values["answered_at"] = at

    # ── rating ──
    def _rate(self) -> None:
        unhappy = self.ends in {"rework", "with_office"} or (self.life.plan.slack == 0 and self.rng.random() < 0.03)
        self._open(82, 1)
        if self.ends == "rating":
            self._mark(82, of=max(0, len(self.life.signers) - 1), unhappy=False)
        elif unhappy:
            self._mark(82, of=len(self.life.signers), unhappy=True)
            self._again()
        else:
            unrated = self.rng.random() < 0.08
            self._mark(82, of=0 if unrated else len(self.life.signers), unhappy=False)
            self._close(95, unrated=unrated)

    def _open(self, days: float, round_: int) -> None:
        due = add_working_days(self._day(days), self.deadlines.rating_working_days)
        self.values["rating_due_on"] = due
        event = self.stream.step(
            self.case, "open_rating", self.county, self.system, self.life.after(days), due=due.isoformat(), round=round_
        )
        self._tell_signers(event, "已有答复，请您评价")

    def _mark(self, days: float, *, of: int, unhappy: bool) -> None:
        for number, (signature, person) in enumerate(self.life.signers[:of]):
            at = self.life.after(days + 1 + number % 6)
            for part in self.parts:
                if part.part == Part.CO:
                    continue
                bad = unhappy and number == 0
                grade = "dissatisfied" if bad else "fairly" if self.rng.random() < 0.12 else "satisfied"
                self.tables[Rating].add(
                    committee_id=self.county.id, reply_id=part.reply, signature_id=signature, attitude="satisfied", result=grade,
                    comment="措施不够具体。" if bad else "", rated_at=at,
                )  # fmt: skip
                said = facts.rated(person.name, signature, part.reply)
                self.stream.note("handling.rate", self.case, self.county, person, at, **said)

    def _again(self) -> None:
        """Second handling, and what follows from it."""
        self.values |= {"round": 2, "rating_due_on": None}
        event = self.stream.step(self.case, "rework", self.county, self.system, self.life.after(90), round=2)
        self._tell_signers(event, "有提案人不满意，已退回重新办理")
        due = self._day(90) + timedelta(days=self.deadlines.rework_days)
        for part in self.parts:
            if part.part != Part.CO:
                self._step(part, "rework", self.system, 90.5, body="", due=due.isoformat())
                part.values |= {"due_on": due, "answered_at": None}
                self._answer(part, round_=2)
        if self.ends == "rework":
            return
        self._open(117, 2)
        self._mark(117, of=len(self.life.signers), unhappy=self.ends == "with_office")
        if self.ends == "with_office":
            self.stream.step(self.case, "escalate", self.county, self.system, self.life.after(126))
        else:
            self._close(126, unrated=False)

    def _close(self, days: float, *, unrated: bool) -> None:
        at = self.life.after(days)
        event = self.stream.step(self.case, "close", self.county, self.system, at)
        self._tell_signers(event, "已办结")
        self.values |= {"closed_at": at, "unrated": unrated}

    # ── the rows ──
    def _release(self) -> None:
        if self.ends in {"closed", "rating", "in_hand"} and self.rng.random() < 0.7:
            at = self.life.after(15)
            self.life.values["released_at"] = at
            self.stream.note(
                "proposals.release", self.life.subject, self.county, self.county.office, at, acting_as="提案委员会办公室"
            )
            self._confirm_copies(at)

    def _confirm_copies(self, at: datetime) -> None:
        """What the public reads: the texts hold nothing to cover."""
        text = self.life.text
        said = {"committee_id": self.county.id, "made_at": at, "confirmed_at": at, "confirmed_by_id": self.county.office.account}
        self.tables[PublicCopy].add(
            proposal_id=self.life.id, of_version=1, title=text.title, situation=text.situation, analysis=text.analysis,
            suggestions=text.suggestions, **said,
        )  # fmt: skip
        for reply, answer in self.sent:
            self.tables[PublicReply].add(reply_id=reply, text=answer, is_shown=True, **said)

    def _write(self) -> None:
        self.tables[Case].add(
            id=self.id, committee_id=self.county.id, proposal_id=self.life.id, state=self.case.state, **self.values
        )
        for part in self.parts:
            self.tables[Task].add(
                id=part.subject.id, committee_id=self.county.id, unit_id=part.unit.id, state=part.subject.state, **part.values
            )
