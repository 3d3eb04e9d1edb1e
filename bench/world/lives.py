"""The life of one proposal from draft until it is decided: its rows and what was told of it."""

from collections import Counter as Tally
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bench.world.bodies import County, Person
from bench.world.filling import Table
from bench.world.plans import Plan
from bench.world.telling import Stream, Subject
from bench.world.texts import Text
from tongxin.demo import phrases
from tongxin.proposals.actions import facts
from tongxin.proposals.choices import Season
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.regulations import Category, NotFiling, Taxonomies
from tongxin.workflow.recorder import Said

NOT_SUBMITTED = ("draft", "gathering", "discarded")
OFFICE, FILING = "提案委员会办公室", "提案委员会"
ROUTES = ("government",) * 18 + ("party", "court")


class Numbers:
    """Numbers without gaps, as the counters give them, and the last filed proposal of each session."""

    def __init__(self) -> None:
        self.given: Tally[tuple[int, str]] = Tally()
        self.last_filed: dict[int, tuple[Subject, int, datetime]] = {}

    def next(self, committee: int, series: str) -> int:
        """Give the next number of a series."""
        self.given[committee, series] += 1
        return self.given[committee, series]


class Life:
    """One proposal: `live` takes it until the decision and says whether it goes on into handling."""

    def __init__(
        self,
        tables: dict[type, Table],
        stream: Stream,
        numbers: Numbers,
        rng: Random,
        county: County,
        plan: Plan,
        *,
        session: int,
        at: datetime,
        now: datetime,
        text: Text,
        long: bool,
    ) -> None:
        self.tables, self.stream, self.numbers, self.rng, self.county, self.plan = tables, stream, numbers, rng, county, plan
        self.session, self.submitted, self.now, self.text, self.long = session, at, now, text, long
        self.table = tables[Proposal]
        self.id = self.table.new_id()
        self.uid = self.table.uid(self.id)
        self.subject = Subject(stream.flows["proposals"], self.id, text.title)
        self.values: dict[str, Any] = {}
        self.signers: list[tuple[int, Person]] = []

    @property
    def url(self) -> str:
        """Its page."""
        return f"/proposals/{self.uid}/"

    def after(self, days: float) -> datetime:
        """Return a time so many days after it was handed in, in working hours."""
        minute = self.rng.randrange(0, 480)
        return self.submitted + timedelta(days=int(days), minutes=minute, microseconds=self.rng.randrange(1, 999))

    def _tell_signers(self, said: Said, text: str) -> None:
        old = (self.now - said.at).days > 20
        for _pk, person in self.signers[:6]:
            self.stream.tell(said, person, f"您的提案《{self.text.title}》{text}", self.url, read=old)

    # ── draft to submission ──
    def live(self, taxonomies: Taxonomies, reasons: NotFiling) -> bool:
        """Tell the life until the decision. Returns whether it was filed and handed over."""
        self._draft()
        end = self.plan.ends
        if end == "discarded":
            self.stream.step(self.subject, "discard", self.county, self.signers[0][1], self.after(-2))
        elif end not in NOT_SUBMITTED:
            self._submit()
            if end == "returned":
                self._office("return_for_revision", self.after(2), reason=self.rng.choice(phrases.RETURN_FOR_REVISION))
            elif end == "withdrawn":
                self.stream.step(
                    self.subject, "withdraw", self.county, self.signers[0][1], self.after(3), reason="情况已有变化。"
                )
            elif end != "submitted":
                self._decide(taxonomies, reasons)
        return self.subject.state == "filed" and end not in {"filed", "merged"}

    def _draft(self) -> None:
        rng, county = self.rng, self.county
        first = rng.choice(county.members)
        count = 0 if self.plan.ends == "draft" else 30 if self.long else rng.choice((0, 0, 0, 1, 1, 2, 3, 5))
        count = min(max(count, self.plan.ends == "gathering"), len(county.members) - 1)
        self.stream.begin(self.subject, county, first, self.after(-9))
        signature = self.tables[Signature].add(
            committee_id=county.id,
            proposal_id=self.id,
            member_id=first.member,
            role="first",
            answer="accepted",
            answered_at=self.after(-9),
            signed_version=1,
        )
        self.signers.append((signature, first))
        self.values["form"] = "joint" if count else "individual"
        if count:
            self._invite(first, [m for m in rng.sample(county.members, count + 1) if m is not first][:count])

    def _invite(self, first: Person, asked: list[Person]) -> None:
        until, opened = self.submitted, self.submitted - timedelta(days=7)
        self.values["cosign_until"] = until if self.plan.ends != "gathering" else self.now + timedelta(days=4)
        self.stream.step(self.subject, "gather", self.county, first, opened)
        for place, member in enumerate(asked, 1):
            waits = self.plan.ends == "gathering" and place % 2
            answer = "invited" if waits else "declined" if self.rng.random() < 0.05 else "accepted"
            told = self.stream.note(
                "proposals.invite", self.subject, self.county, first, opened, **facts.invited(member.name, member.member, until)
            )
            text = f"{first.name}委员邀请您联名《{self.text.title}》"
            self.stream.tell(told, member, text, f"{self.url}invitation/", read=not waits)
            answered = (
                None
                if waits
                else min(self.now, opened + timedelta(days=self.rng.randrange(1, 6), minutes=self.rng.randrange(400)))
            )
            signature = self.tables[Signature].add(
                committee_id=self.county.id,
                proposal_id=self.id,
                member_id=member.member,
                role="co",
                answer=answer,
                place_in_list=place,
                invited_at=opened,
                answered_at=answered,
                signed_version=0 if waits else 1,
            )
            if answered is not None:
                kind = "proposals.accept_invitation" if answer == "accepted" else "proposals.decline_invitation"
                why = "" if answer == "accepted" else self.rng.choice(phrases.DECLINED)
                self.stream.note(
                    kind, self.subject, self.county, member, answered, **facts.answered(member.name, member.member, reason=why)
                )
            if answer == "accepted":
                self.signers.append((signature, member))

    def _submit(self) -> None:
        at = self.after(0)
        self.values |= {
            "session_id": self.session,
            "season": Season.REGULAR.value,
            "submitted_at": at,
            "serial": self.numbers.next(self.county.id, "proposal.serial"),
        }
        event = self.stream.step(self.subject, "submit", self.county, self.signers[0][1], at, **facts.submitted(Season.REGULAR))
        self._tell_signers(event, "已经提交，等待审查")

    # ── the office decides ──
    def _office(self, action: str, at: datetime, **data: Any) -> Said:
        filing = action in {"file", "merge", "not_file"}
        actor = self.county.filing if filing else self.county.office
        return self.stream.step(self.subject, action, self.county, actor, at, acting_as=FILING if filing else OFFICE, **data)

    def _decide(self, taxonomies: Taxonomies, reasons: NotFiling) -> None:
        main, topic = self.rng.choice(taxonomies.constructions), self.rng.choice(taxonomies.topics)
        kinds = {"construction": main.code, "topic": topic.code, "routed_to": self.rng.choice(ROUTES)}
        self.values |= kinds
        self._office("pass_examination", self.after(4), **kinds, remark=self.rng.choice(phrases.EXAMINATION))
        if self.plan.ends == "in_decision":
            return
        if self.plan.ends == "not_filed":
            self._not_file(reasons)
        elif self.plan.ends == "merged" and self.session in self.numbers.last_filed:
            lead, number, filed = self.numbers.last_filed[self.session]
            at = max(self.after(8), filed + timedelta(minutes=5))  # what it goes into is filed by then
            reason = phrases.MERGE.format(title=f"《{lead.label}》")
            self.values |= {"merged_into_id": lead.id, "decided_at": at}
            event = self._office("merge", at, into=self.table.uid(lead.id), reason=reason, **facts.merged(lead.id, number))
            self.stream.note(
                "proposals.absorb",
                lead,
                self.county,
                self.county.filing,
                event.at,
                acting_as=FILING,
                **facts.absorbed(self.text.title, self.id, reason),
            )
            self._tell_signers(event, f"并入第 {number:04d} 号提案一并办理")
        else:
            self._file(main, kinds)

    def _not_file(self, reasons: NotFiling) -> None:
        reason = self.rng.choice(reasons.reasons)
        destination = self.rng.choice(reason.destinations)
        at = self.after(8)
        passed = at + timedelta(days=3) if destination != "nowhere" and at + timedelta(days=40) < self.now else None
        self.values |= {"destination": destination, "reason_code": reason.code, "decided_at": at, "passed_on_at": passed}
        event = self._office(
            "not_file",
            at,
            reason_code=reason.code,
            destination=destination,
            reason=phrases.NOT_FILED,
            **facts.refused(reason.text, phrases.NOT_FILED),
        )
        self._tell_signers(event, f"未立案：{reason.text}")
        if passed:
            self.stream.note(
                "proposals.pass_on", self.subject, self.county, self.county.office, passed, acting_as=OFFICE, to="有关单位"
            )

    def _file(self, main: Category, kinds: dict[str, str]) -> None:
        series = f"proposal.{self.session}"
        numbers = facts.numbered(
            self.numbers.next(self.county.id, series), self.numbers.next(self.county.id, f"{series}.{main.code}"), main.short
        )
        at = self.after(8)
        self.values |= numbers | {"decided_at": at}
        event = self._office("file", at, **kinds, **numbers)
        self._tell_signers(event, f"已立案，编为第 {numbers['number']:04d} 号")
        self.numbers.last_filed[self.session] = (self.subject, numbers["number"], at)

    def write(self) -> None:
        """Take the proposal's row in, as it is now."""
        text = self.text
        self.table.add(
            id=self.id,
            uid=self.uid,
            committee_id=self.county.id,
            state=self.subject.state,
            title=text.title,
            situation=text.situation,
            analysis=text.analysis,
            suggestions=text.suggestions,
            version=1,
            consents_to_publication=self.rng.random() < 0.9,
            wants_contact=True,
            edited_at=self.submitted,
            **self.values,
        )
