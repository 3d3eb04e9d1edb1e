"""The natural year of a proposal.

Handed in before or after the plenary, decided in February, assigned in March, answered by June.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tongxin.demo import phrases
from tongxin.demo.answering import answer_and_rate
from tongxin.demo.bodies import Assembly
from tongxin.demo.clock import at, awake, office_hour, on_or_after, on_or_before, plus
from tongxin.demo.handing import Handing
from tongxin.demo.ledger import Ledger, NotYet
from tongxin.demo.people import cosigners
from tongxin.demo.seeding import dice
from tongxin.demo.telling import Telling
from tongxin.demo.texts import Text
from tongxin.members.models import Member
from tongxin.proposals.choices import Form

PLENARY_SHARE = 0.85
IN_COURT = ("诉讼", "仲裁", "审理")
BODIES = {
    "民盟界": (Form.PARTY, "民盟云溪县支部"),
    "民建界": (Form.PARTY, "民建云溪县支部"),
    "农工党界": (Form.PARTY, "农工党云溪县支部"),
    "总工会界": (Form.BODY, "县总工会"),
    "妇联界": (Form.BODY, "县妇女联合会"),
    "农业界": (Form.SECTOR, "农业界"),
    "医药卫生界": (Form.SECTOR, "医药卫生界"),
    "特别邀请界": (Form.SPECIAL, "提案委员会"),
    "经济界": (Form.SPECIAL, "经济和农业委员会"),
}


@dataclass
class Natural:
    """Tells the texts of one assembly's year."""

    ledger: Ledger
    assembly: Assembly
    year: int
    seed: int
    late_replies: bool  # the finished year runs until late June, the running one is quicker
    told: dict[str, Telling] = field(default_factory=dict)
    handed: dict[str, Handing] = field(default_factory=dict)
    _turn: dict[str, int] = field(default_factory=dict)
    _bodies: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        session = next(s for s in self.assembly.sessions if s.starts_on.year == self.year)
        assert session.plenary_from is not None  # noqa: S101 -- founded so
        self.opening: datetime = session.plenary_from
        day = self.opening.date()
        third = on_or_after(date(self.year, 2, 24))
        self.decisions = [at(day + timedelta(days=2), 14, 30), at(plus(day, 12), 9, 30), at(third, 9, 30)]
        self.assignment = on_or_after(date(self.year, 3, 4))

    def tell(self, texts: list[Text]) -> None:
        """Tell every story as far as it has come; the merged ones after those they go into."""
        for text in sorted(texts, key=lambda t: t.outcome == "merged"):
            try:
                self._story(text, dice(self.seed, text.key))
            except NotYet:
                continue
        for handing in self.handed.values():
            try:
                answer_and_rate(self, handing, dice(self.seed, handing.told.text.key, "answer"))
            except NotYet:
                continue

    # ── until the decision ──
    def proposer(self, text: Text) -> Member:
        """The next member of the sector: everybody has a turn."""
        members = self.assembly.by_sector[text.sector]
        turn = self._turn[text.sector] = self._turn.get(text.sector, -1) + 1
        return members[(turn + 1) % len(members)] if len(members) > 1 else members[0]

    def _story(self, text: Text, roll: random.Random) -> None:
        telling = Telling(self.ledger, self.assembly, text)
        submitted = self._submission(text, roll)
        self.write(telling, submitted, roll)
        self.told[text.key] = telling
        telling.submit(at=submitted)
        examined = office_hour(plus(submitted.date(), roll.randint(1, 5)), roll)
        if text.key.endswith("bus-stop-name"):
            telling.withdraw(reason=phrases.WITHDRAWN, at=examined)
            return
        if roll.random() < 0.09:  # noqa: PLR2004 -- some come back
            telling.send_back(reason=roll.choice(phrases.RETURN_FOR_REVISION), at=examined)
            again = office_hour(plus(examined.date(), roll.randint(1, 3)), roll)
            telling.submit(at=again)
            examined = office_hour(plus(again.date(), roll.randint(1, 2)), roll)
        telling.examine(at=examined, remark=roll.choice(phrases.EXAMINATION))
        decided = self._decision_after(examined, roll)
        if text.outcome == "filed":
            telling.file(at=decided)
            self._after_filing(telling, decided, roll)
        else:
            decide_otherwise(telling, self.told.get(text.into), decided, roll)
            if text.outcome == "merged" and text.into in self.handed:
                self.handed[text.into].merged.append(telling)

    def _submission(self, text: Text, roll: random.Random) -> datetime:
        opening = self.opening.date()
        if text.outcome == "merged" and text.into in self.told:
            lead = self.told[text.into].proposal.submitted_at
            latest = on_or_before(opening + timedelta(days=1))
            day = min(plus(lead.date(), roll.randint(1, 4)), latest) if lead and lead.date() < latest else plus(latest, 3)
            return office_hour(day, roll, afternoon=True)
        if roll.random() < PLENARY_SHARE:
            days = roll.randint(-1, 9) if roll.random() < 0.5 else roll.randint(10, 55)  # noqa: PLR2004 -- half come at the end
            return office_hour(on_or_before(opening - timedelta(days=days)), roll)
        return office_hour(on_or_before(opening + timedelta(days=roll.randint(6, 26))), roll)

    def write(self, telling: Telling, submitted: datetime, roll: random.Random) -> None:
        """Draft it, and ask for co-signers or let a body's office enter it."""
        text = telling.text
        drafted = at(submitted.date() - timedelta(days=roll.randint(9, 30)), roll.choice((8, 12, 19, 20, 21)), roll.randrange(60))
        if (
            self.assembly.committee.code == "YX"
            and text.sector in BODIES
            and text.sector not in self._bodies
            and not text.unhappy
        ):
            self._bodies.add(text.sector)
            form, body = BODIES[text.sector]
            entered = min(office_hour(on_or_after(drafted.date()), roll), submitted - timedelta(hours=1))
            if not (form == Form.SECTOR and submitted.date() > self.opening.date() + timedelta(days=1)):
                telling.draft(first=None, body=body, form=form, at=entered)
                return
        first = self.proposer(text)
        telling.draft(first=first, at=drafted, edited=submitted - timedelta(minutes=20))
        if text.unhappy or roll.random() < 0.68:  # noqa: PLR2004 -- most are joint
            self._gather(telling, first, drafted, submitted, roll)

    def _gather(self, telling: Telling, first: Member, drafted: datetime, submitted: datetime, roll: random.Random) -> None:
        asked_at = max(drafted + timedelta(hours=2), submitted - timedelta(days=roll.randint(4, 7)))
        until = at(asked_at.date() + timedelta(days=5), 18)
        people = cosigners(self.assembly, first, roll.choice((1, 1, 2, 2, 3, 3, 4, 5, 6)), roll)
        invitations = telling.invite(people, until=until, at=asked_at)
        end = min(until, submitted) - timedelta(minutes=30)
        times = sorted(awake(asked_at + (end - asked_at) * roll.random()) for _ in invitations)
        for signature, when in zip(invitations, times, strict=True):
            chance = roll.random()
            if chance < 0.86:  # noqa: PLR2004 -- most agree, some decline, a few do not answer
                telling.answer(signature, accept=True, at=when)
            elif chance < 0.94:  # noqa: PLR2004
                telling.answer(signature, accept=False, at=when, reason=roll.choice(phrases.DECLINED))

    def _decision_after(self, examined: datetime, roll: random.Random) -> datetime:
        start = next((d for d in self.decisions if d > examined), None)
        start = start or at(plus(examined.date(), 1), 9, 30)
        return start + timedelta(minutes=roll.randrange(150))

    # ── from filing to the units ──
    def _after_filing(self, telling: Telling, decided: datetime, roll: random.Random) -> None:
        self.handed[telling.text.key] = Handing(telling)
        if roll.random() < 0.16:  # noqa: PLR2004 -- some find support
            for n, member in enumerate(roll.sample(self.assembly.members, roll.randint(1, 3))):
                if all(s.member is not member for s in telling.signatures):
                    telling.endorse(member, at=decided + timedelta(days=1 + 2 * n, hours=roll.randint(0, 8)))


def decide_otherwise(telling: Telling, lead: Telling | None, decided: datetime, roll: random.Random) -> None:
    """Merge it, or do not file it: the listed reason and where the content goes."""
    text = telling.text
    if text.outcome == "merged" and lead is not None:
        filed = lead.proposal.decided_at
        when = max(decided, filed + timedelta(minutes=5)) if filed else decided
        telling.merge(lead, reason=text.why or phrases.MERGE.format(title=f"《{lead.proposal.title}》"), at=when)
        return
    why = text.why or phrases.NOT_FILED
    in_court = any(word in why for word in IN_COURT)
    code, destination = {
        "suggestion": ("small", "suggestion"),
        "letter": ("small", "letter"),
        "opinion": ("information", "opinion"),
    }.get(text.outcome) or (("in_court", "nowhere") if in_court else ("beyond", "opinion"))
    telling.not_file(code=code, destination=destination, reason=why, at=decided)
    if destination != "nowhere":
        to = {"opinion": "社情民意信息工作组", "letter": f"{text.lead}（委员来信）"}.get(destination, text.lead)
        telling.pass_on(to=to, at=office_hour(plus(decided.date(), roll.randint(1, 6)), roll))
