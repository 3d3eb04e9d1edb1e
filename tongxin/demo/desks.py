"""How a matter comes to stand on a desk today: its story counted back from today, up to the state it waits in."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tongxin.demo import phrases
from tongxin.demo.bodies import Assembly
from tongxin.demo.clock import Clock, at, on_or_before
from tongxin.demo.handing import Handing
from tongxin.demo.ledger import Ledger
from tongxin.demo.people import cosigners
from tongxin.demo.seeding import dice
from tongxin.demo.telling import Telling
from tongxin.demo.texts import Text
from tongxin.handling.choices import Stage, Way
from tongxin.handling.regulations import ReplyCategories
from tongxin.members.models import Member
from tongxin.regulations.queries import in_force


@dataclass
class Desk:
    """Tells one text, step by step, always forward: each step so many days before today."""

    clock: Clock
    ledger: Ledger
    assembly: Assembly
    text: Text
    seed: int
    told: Telling = field(init=False)
    handing: Handing = field(init=False)
    roll: random.Random = field(init=False)
    _now: datetime | None = None

    def __post_init__(self) -> None:
        self.roll = dice(self.seed, self.text.key, "desk")
        self.told = Telling(self.ledger, self.assembly, self.text)

    def when(self, days: int, hour: int = 0) -> datetime:
        """Return a moment about `days` ago, after everything told before."""
        day = self.clock.back(max(days, 1))
        moment = at(day, hour or self.roll.choice((9, 10, 14, 15)), self.roll.randrange(2, 58))
        if self._now is not None and moment <= self._now:
            moment = self._now + timedelta(minutes=self.roll.randint(11, 29))
        self._now = moment
        return moment

    def member(self, number: str = "") -> Member:
        """The member with a number, or somebody of the text's sector whom no role plays."""
        if number:
            return next(m for m in self.assembly.members if m.number == number)
        sector = self.assembly.by_sector[self.text.sector]
        return sector[self.roll.randrange(len(sector))]

    # ── with the proposer ──
    def draft(self, days: int, *, by: str = "", edited: int = 0) -> "Desk":
        """Somebody wrote it so many days ago, and went on until `edited` days ago."""
        self.told.draft(first=self.member(by), at=self.when(days))
        if edited:
            proposal = self.told.proposal
            proposal.edited_at, proposal.version = self.when(edited), 4
        return self

    def gather(
        self, days: int, *, agreed: Sequence[str] = (), silent: Sequence[str] = (), declined: int = 0, others: int = 0
    ) -> "Desk":
        """Ask for co-signers: some agreed, some have not answered yet, some declined."""
        first = self.told.first.member
        named = [self.member(n) for n in (*agreed, *silent)]
        more = [m for m in cosigners(self.assembly, first, others + declined + 4, self.roll) if m not in named][
            : others + declined
        ]
        asked = self.when(days)
        until = max(at(asked.date() + timedelta(days=5), 18), asked + timedelta(days=1))
        invitations = {s.member.number: s for s in self.told.invite([*named, *more], until=until, at=asked) if s.member}
        for place, member in enumerate([*(self.member(n) for n in agreed), *more]):
            yes = place < len(agreed) + others
            self.told.answer(
                invitations[member.number], accept=yes, at=self.when(max(days - 1, 1)), reason="" if yes else phrases.DECLINED[0]
            )
        return self

    def still_gathering(self) -> "Desk":
        """The cut-off is yet to come."""
        self.told.proposal.cosign_until = at(self.clock.today + timedelta(days=3), 18)
        for said in self.ledger.said:
            if said.kind == "proposals.invite" and said.subject is self.told.proposal:
                said.data["until"] = self.told.proposal.cosign_until.isoformat()
        return self

    # ── with the assembly's office ──
    def submit(self, days: int) -> "Desk":
        """Hand it in."""
        self.told.submit(at=self.when(days))
        return self

    def send_back(self, days: int, reason: str) -> "Desk":
        """It comes back to be revised."""
        self.told.send_back(reason=reason, at=self.when(days))
        return self

    def examine(self, days: int) -> "Desk":
        """It passes pre-examination."""
        self.told.examine(at=self.when(days), remark=phrases.EXAMINATION[0])
        return self

    def file(self, days: int) -> "Desk":
        """It is filed."""
        self.told.file(at=self.when(days))
        return self

    def filed_by(self, assigned: int, *, by: str = "", agreed: Sequence[str] = (), others: int = 2) -> "Desk":
        """Everything until the filing, in time for an assignment so many days ago."""
        self.draft(assigned + 36, by=by)
        if agreed or others:
            self.gather(assigned + 30, agreed=agreed, others=others)
        return self.submit(assigned + 23).examine(assigned + 19).file(assigned + 9)

    # ── with the units ──
    def assign(self, days: int, parts: Sequence[tuple[str, str]] | None = None) -> "Desk":
        """It is handed over to its units."""
        self.handing = Handing(self.told)
        self.handing.assign(at=self.when(days), parts=parts)
        return self

    def assign_on(self, day: date, parts: Sequence[tuple[str, str]] | None = None) -> "Desk":
        """It is handed over on a certain day, so that its limit falls where it shall."""
        return self.assign((self.clock.today - on_or_before(day)).days, parts)

    def sign(self, days: int, *, but: Sequence[str] = ()) -> "Desk":
        """The units sign for it."""
        for name in self.handing.tasks:
            if name not in but:
                self.handing.sign(name, at=self.when(days))
        return self

    def talk(self, days: int, *, stage: str = Stage.BEFORE, note: str = "") -> "Desk":
        """The unit speaks with the proposer."""
        when = self.when(days)
        note = note or self.roll.choice(phrases.FIRST_CALLS)
        way = Way.PHONE if "电话" in note or "通话" in note else Way.MEETING
        self.handing.contact(stage=stage, way=way, at=when, note=note, confirmed=self.when(max(days - 1, 1), 17))
        return self

    def advice(self, days: int, *, but: Sequence[str] = ()) -> "Desk":
        """The co-handlers give their advice."""
        for name, task in self.handing.tasks.items():
            if task.part == "co" and name not in but:
                said = self.text.advice.get(name) or self.roll.choice(phrases.ADVICE)
                self.handing.give_advice(name, advice=said, at=self.when(days))
        return self

    def category(self) -> str:
        """The letter that stands for the text's meaning here."""
        rules: ReplyCategories = in_force(self.assembly.committee, ReplyCategories, self.clock.today)
        return next(c.code for c in rules.categories if c.meaning == self.text.meaning)

    def write(self, days: int, text: str = "") -> "Desk":
        """The unit's clerk writes the reply and passes it to the leader."""
        self.handing.begin_reply(text=text or self.text.reply, category=self.category(), at=self.when(days))
        self.handing.to_leader(at=self.when(days))
        return self

    def approve(self, days: int) -> "Desk":
        """The leader signs it."""
        self.handing.approve(at=self.when(days))
        return self

    def send(self, days: int) -> "Desk":
        """It reaches the proposers."""
        self.handing.send(category=self.category(), at=self.when(days))
        return self

    def answered(self, days: int, text: str = "") -> "Desk":
        """From the clerk's text until it reaches the proposers."""
        return self.write(days + 4, text).approve(days + 2).send(days)

    def rated(self, days: int, *, but: Sequence[str] = (), against: str = "") -> "Desk":
        """The signers rate, but for some; with `against` the last one is not satisfied."""
        raters = [s for s in self.handing.raters if s.member is None or s.member.number not in but]
        for place, signature in enumerate(raters):
            unhappy = bool(against) and place == len(raters) - 1
            self.handing.rate(
                signature,
                attitude="fairly" if unhappy else "satisfied",
                result="dissatisfied" if unhappy else "fairly",
                comment=against if unhappy else "",
                at=self.when(days),
            )
        return self

    def rework(self) -> "Desk":
        """A second handling begins with the next daily closing after the last rating."""
        self._now = self.handing.next_closing
        self.handing.rework(at=self._now)
        return self
