"""How one proposal's story is told: each method writes down what the real action of that name would."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tongxin.committees.choices import System
from tongxin.demo.bodies import Assembly
from tongxin.demo.ledger import Ledger
from tongxin.demo.texts import Text
from tongxin.members.models import Member
from tongxin.proposals import queries
from tongxin.proposals.actions import facts
from tongxin.proposals.actions.steps import is_over
from tongxin.proposals.choices import Answer, Form, Role
from tongxin.proposals.models import Endorsement, Proposal, Signature
from tongxin.proposals.regulations import NotFiling, Taxonomies
from tongxin.regulations.queries import in_force, look_up


@dataclass
class Telling:
    """The story of one text in one assembly."""

    ledger: Ledger
    assembly: Assembly
    text: Text
    proposal: Proposal = field(init=False)
    signatures: list[Signature] = field(default_factory=list)
    resubmitted: bool = False

    @property
    def first(self) -> Signature:
        """The first proposer's signature."""
        return self.signatures[0]

    @property
    def signers(self) -> list[Signature]:
        """Those whose names stand under it."""
        return [s for s in self.signatures if s.answer == Answer.ACCEPTED]

    @property
    def author(self) -> Any:
        """The account that writes it: the first proposer's, or the office's for a body."""
        return self.first.member.account if self.first.member else self.assembly.office.account

    @property
    def routed_to(self) -> str:
        """The 归口 of the lead unit."""
        return self.assembly.units[self.text.lead].unit.system if self.text.lead in self.assembly.units else System.GOVERNMENT

    def _codes(self, on: datetime) -> dict[str, str]:
        rules: Taxonomies = in_force(self.assembly.committee, Taxonomies, on.date())
        return {
            "construction": next(c.code for c in rules.constructions if c.name == self.text.construction),
            "topic": next(c.code for c in rules.topics if c.name == self.text.topic),
        }

    # ── writing and signing ──
    def draft(
        self, *, first: Member | None, at: datetime, body: str = "", form: str = Form.INDIVIDUAL, edited: datetime | None = None
    ) -> None:
        """Begin it; `body` in whose name the office enters it."""
        text, office = self.text, self.assembly.office
        self.proposal = Proposal(
            committee=self.assembly.committee,
            form=form,
            title=text.title,
            situation=text.situation,
            analysis=text.analysis,
            suggestions=text.suggestions,
            suggested_units="、".join([text.lead, *text.co][:3]),
            edited_at=edited or at,
            entered_by=None if first else office.account,
        )
        actor, capacity = (first.account, "") if first else (office.account, office.acting_as)
        self.ledger.begin(self.proposal, actor=actor, at=at, acting_as=capacity, **({} if first else {"on_behalf": body}))
        self.signatures.append(
            self.ledger.add(
                Signature(
                    committee=self.assembly.committee,
                    proposal=self.proposal,
                    member=first,
                    body=body,
                    role=Role.FIRST,
                    answer=Answer.ACCEPTED,
                    answered_at=at,
                    signed_version=1,
                )
            )
        )

    def invite(self, members: Sequence[Member], *, until: datetime, at: datetime) -> list[Signature]:
        """Invite members to co-sign."""
        proposal = self.proposal
        self.ledger.step(proposal, "gather", actor=self.author, at=at)
        proposal.cosign_until = until
        if proposal.form == Form.INDIVIDUAL:
            proposal.form = Form.JOINT
        made = []
        for place, member in enumerate(members, 1):
            signature = Signature(
                committee=self.assembly.committee,
                proposal=proposal,
                member=member,
                role=Role.CO,
                answer=Answer.INVITED,
                invited_at=at,
                place_in_list=place,
            )
            self.ledger.note("proposals.invite", proposal, actor=self.author, at=at, **facts.invited(member.name, member, until))
            made.append(self.ledger.add(signature))
        self.signatures += made
        return made

    def answer(self, signature: Signature, *, accept: bool, at: datetime, reason: str = "") -> None:
        """A co-signer accepts or declines."""
        member = signature.member
        assert member is not None  # noqa: S101 -- only members are invited
        kind = "proposals.accept_invitation" if accept else "proposals.decline_invitation"
        self.ledger.note(kind, self.proposal, actor=member.account, at=at, **facts.answered(member.name, member, reason=reason))
        signature.answer = Answer.ACCEPTED if accept else Answer.DECLINED
        signature.answered_at, signature.signed_version = at, self.proposal.version

    def submit(self, *, at: datetime) -> None:
        """Hand it in; the serial is given when all stories are told."""
        proposal, assembly = self.proposal, self.assembly
        said = {"season": "修改后重新提交"}
        if proposal.submitted_at is None:
            session, given = queries.session_and_season_at(assembly.committee, at)
            said = facts.submitted(given)
        acting_as = "" if self.first.member else assembly.office.acting_as
        self.ledger.step(proposal, "submit", actor=self.author, at=at, acting_as=acting_as, **said)
        if proposal.submitted_at is None:
            proposal.session, proposal.season, proposal.submitted_at = session, given, at
        for signature in self.signatures:
            if signature.answer == Answer.INVITED and signature.member is not None:
                signature.answer, signature.answered_at = Answer.LAPSED, at
                self.ledger.note(
                    "proposals.lapse_invitation",
                    proposal,
                    actor=self.author,
                    at=at,
                    **facts.lapsed(signature.member.name, signature.member, overdue=is_over(proposal.cosign_until, at)),
                )

    # ── the office ──
    def _office(self, action: str, at: datetime, **data: Any) -> Any:
        office = self.assembly.office
        return self.ledger.step(self.proposal, action, actor=office.account, at=at, acting_as=office.acting_as, **data)

    def send_back(self, *, reason: str, at: datetime) -> None:
        """Return it for revision."""
        self._office("return_for_revision", at, reason=reason)

    def examine(self, *, at: datetime, remark: str = "") -> None:
        """Pass pre-examination."""
        codes = self._codes(at) | {"routed_to": str(self.routed_to)}
        self._office("pass_examination", at, **codes, remark=remark)
        self._classify(codes)

    def _classify(self, codes: dict[str, str]) -> None:
        self.proposal.construction, self.proposal.topic = codes["construction"], codes["topic"]
        self.proposal.routed_to = codes["routed_to"]

    def file(self, *, at: datetime) -> None:
        """File it; the numbers are given in the order of decisions when all stories are told."""
        codes = self._codes(at) | {"routed_to": str(self.routed_to)}
        head = self.assembly.head
        version = look_up(self.assembly.committee, Taxonomies, at.date()).version
        self.ledger.step(self.proposal, "file", actor=head.account, at=at, acting_as=head.acting_as, version=version, **codes)
        self._classify(codes)
        self.proposal.decided_at = at

    def merge(self, lead: "Telling", *, reason: str, at: datetime) -> None:
        """Merge it into a filed proposal."""
        head = self.assembly.head
        self.ledger.step(
            self.proposal,
            "merge",
            actor=head.account,
            at=at,
            acting_as=head.acting_as,
            into=lead.proposal.uid,
            reason=reason,
            into_label="",
            lead=lead.proposal,
        )
        self.proposal.merged_into, self.proposal.decided_at = lead.proposal, at
        self.ledger.note(
            "proposals.absorb",
            lead.proposal,
            actor=head.account,
            at=at,
            acting_as=head.acting_as,
            **facts.absorbed(self.proposal.title, self.proposal, reason),
        )

    def not_file(self, *, code: str, destination: str, reason: str, at: datetime) -> None:
        """Decide that it is not filed, why, and where its content goes."""
        rules = look_up(self.assembly.committee, NotFiling, at.date())
        listed = rules.values.reason(code)
        if listed is None or destination not in listed.destinations:
            message = f"{code} does not lead to {destination}"
            raise ValueError(message)
        head = self.assembly.head
        self.ledger.step(
            self.proposal,
            "not_file",
            actor=head.account,
            at=at,
            acting_as=head.acting_as,
            version=rules.version,
            reason_code=code,
            destination=destination,
            reason=reason,
            **facts.refused(listed.text, reason),
        )
        self.proposal.destination, self.proposal.reason_code, self.proposal.decided_at = destination, code, at

    def pass_on(self, *, to: str, at: datetime) -> None:
        """Note that its content went to somebody."""
        office = self.assembly.office
        self.ledger.note("proposals.pass_on", self.proposal, actor=office.account, at=at, acting_as=office.acting_as, to=to)
        self.proposal.passed_on_at = at

    def withdraw(self, *, reason: str, at: datetime) -> None:
        """The proposer withdraws it."""
        self.ledger.step(self.proposal, "withdraw", actor=self.author, at=at, reason=reason)

    # ── after filing ──
    def endorse(self, member: Member, *, at: datetime) -> None:
        """A member who did not sign supports it."""
        self.ledger.note("proposals.endorse", self.proposal, actor=member.account, at=at, name=member.name, member=member)
        self.ledger.add(Endorsement(committee=self.assembly.committee, proposal=self.proposal, member=member, at=at))

    def release(self, *, at: datetime) -> None:
        """Publish it."""
        office = self.assembly.office
        self.ledger.note("proposals.release", self.proposal, actor=office.account, at=at, acting_as=office.acting_as)
        self.proposal.released_at = at
