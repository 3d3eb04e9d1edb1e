"""A world in which every secret carries a mark of its own, made by the steps that people take."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.cast import NOW, TEXT, Cast, moment
from tests.leaks.people import People
from tongxin.committees.models import Unit
from tongxin.core.secrets import lookup_hash
from tongxin.handling import actions as handling
from tongxin.handling import queries as cases
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Task
from tongxin.handling.workflow import Advising, Sending, SignFor, Why
from tongxin.members.models import Member
from tongxin.notices import actions as notices
from tongxin.proposals import actions as proposals
from tongxin.proposals.models import Proposal
from tongxin.proposals.tests.world import reason_of, taxonomy_of
from tongxin.proposals.workflow import Examination, Filing, MergeInto, NotFilingDecision, Return, Withdrawal
from tongxin.workflow.engine import perform

MARK = re.compile(r"zq\d{4}qz|1390000\d{4}")
LATER = moment("2026-03-20")


@dataclass
class Marks:
    """Every mark with what it marks: the kind of secret, and in which situation it stands."""

    known: dict[str, tuple[str, str]] = field(default_factory=dict)

    def word(self, kind: str, situation: str) -> str:
        """Return a new mark made of letters."""
        return self._keep(f"zq{len(self.known):04d}qz", kind, situation)

    def phone(self, kind: str, situation: str) -> str:
        """Return a new mark that looks like a telephone number."""
        return self._keep(f"1390000{len(self.known):04d}", kind, situation)

    def _keep(self, mark: str, kind: str, situation: str) -> str:
        self.known[mark] = (kind, situation)
        return mark


class Marked:
    """Makes the world, one situation after the other."""

    def __init__(self, cast: Cast, people: People) -> None:
        self.cast, self.people, self.marks = cast, people, Marks()

    def everything(self) -> None:
        """Make every situation, and tell everybody what they would be told."""
        self._contact_data()
        self._before_filing()
        self._filed_ones()
        self._handled_ones()
        self._rated_ones()
        self._other_county()
        notices.deliver()

    # ── proposals ──
    def _text(self, situation: str) -> dict[str, str]:
        kinds = {name: "title" if name == "title" else "text" for name in TEXT}
        return {name: self.marks.word(kinds[name], situation) + text for name, text in TEXT.items()}

    def _draft(self, situation: str) -> Proposal:
        cast = self.cast
        made = proposals.draft(
            cast.county, actor=cast.proposer, at=NOW, first=cast.member(cast.proposer), text=self._text(situation)
        )
        content = f"走访记录 {self.marks.word('file', situation)}".encode()
        upload = SimpleUploadedFile(f"{self.marks.word('file name', situation)}.txt", content)
        proposals.attach(made, uploads=[upload], actor=cast.proposer, at=NOW)
        return made

    def _submitted(self, situation: str) -> Proposal:
        cast, made = self.cast, self._draft(situation)
        [asked] = proposals.invite_cosigners(
            made, members=[cast.member(cast.cosigner)], until=NOW + timedelta(hours=12), actor=cast.proposer, at=NOW
        )
        proposals.answer_invitation(asked, accept=True, actor=cast.cosigner, at=NOW)
        return self._step(made, "submit", cast.proposer)

    def _in_decision(self, situation: str) -> Proposal:
        remark = self.marks.word("examination", situation)
        return self._step(
            self._submitted(situation),
            "pass_examination",
            self.cast.office,
            Examination("social", "learning", "government", remark),
        )

    def _filed(self, situation: str, routed_to: str = "government") -> Proposal:
        return self._step(self._in_decision(situation), "file", self.cast.office, Filing("social", "learning", routed_to))

    def _step(self, row: Any, action: str, actor: Any, payload: Any = None, at: Any = NOW) -> Any:
        perform(row, action, actor=actor, at=at, payload=payload)
        return type(row).objects.get(pk=row.pk)

    def _before_filing(self) -> None:
        cast, word = self.cast, self.marks.word
        self._draft("draft")
        gathering = self._draft("gathering")
        asked = [cast.member(a) for a in (cast.cosigner, cast.second_cosigner, cast.bystander)]
        first, second, _third = proposals.invite_cosigners(
            gathering, members=asked, until=NOW + timedelta(days=3650), actor=cast.proposer, at=NOW
        )
        proposals.answer_invitation(first, accept=True, actor=cast.cosigner, at=NOW)
        proposals.answer_invitation(
            second, accept=False, actor=cast.second_cosigner, at=NOW, reason=word("decline reason", "gathering")
        )
        self._submitted("submitted")
        self._step(self._submitted("returned"), "return_for_revision", cast.office, Return(word("reason told", "returned")))
        self._in_decision("in_decision")
        turned = self._in_decision("not_filed")
        self._step(turned, "not_file", cast.office, NotFilingDecision(*reason_of(turned), word("reason told", "not_filed")))
        self._step(self._filed("withdrawn"), "withdraw", cast.proposer, Withdrawal(word("reason told", "withdrawn")))
        self._step(self._draft("discarded"), "discard", cast.proposer)
        proposals.draft(cast.county, actor=cast.office, at=NOW, first=cast.member(cast.bystander), text=self._text("on_behalf"))

    def _filed_ones(self) -> None:
        cast, word = self.cast, self.marks.word
        lead = self._filed("filed")
        proposals.reclassify(
            lead, construction="social", topic="services", reason=word("office reason", "filed"), actor=cast.office, at=NOW
        )
        merged = self._in_decision("merged")
        self._step(merged, "merge", cast.office, MergeInto(lead.uid, word("reason told", "merged")))
        self._filed("party_filed", "party")
        proposals.release(self._filed("released"), actor=cast.office, at=NOW)
        hidden = self._filed("unreleased")
        proposals.release(hidden, actor=cast.office, at=NOW)
        proposals.unrelease(hidden, reason=word("office reason", "unreleased"), actor=cast.office, at=NOW)

    # ── handling ──
    def _assigned(self, situation: str) -> Case:
        cast = self.cast
        parts = [(cast.unit, "lead"), (cast.co_unit, "co")]
        return handling.assign(self._filed(situation), parts=parts, actor=cast.assigner, at=NOW)

    def _written(self, situation: str) -> Task:
        """A lead who signed for it, spoke with the proposer and wrote a reply; the co-handler's advice is in."""
        cast, word = self.cast, self.marks.word
        case = self._assigned(situation)
        lead, co = cast.task(case), cast.task(case, cast.co_unit)
        self._step(lead, "sign_for", cast.clerk, SignFor("孟时雨"))
        co = self._step(co, "sign_for", cast.co_clerk, SignFor("陆知行"))
        self._step(co, "give_advice", cast.co_clerk, Advising(word("advice", situation)))
        lead = cast.task(case)
        handling.record_contact(
            lead,
            stage="before",
            way="meeting",
            on=NOW.date(),
            who="孟时雨",
            with_whom="林知远",
            note=word("contact note", situation),
            actor=cast.clerk,
            at=NOW,
        )
        self._write(lead, situation)
        handling.remind(lead, reason=word("reminder", situation), actor=cast.assigner, at=NOW)
        return cast.task(case)

    def _write(self, task: Task, situation: str) -> None:
        reply, marks = handling.reply_of(task), self.marks
        text = {
            "category": "B",
            "text": marks.word("reply", situation) + "六月底前在两个镇试点。",
            "contact": marks.word("reply contact", situation),
            "phone": marks.phone("reply phone", situation),
        }
        handling.save_reply(reply, fields=text, started_from=reply.version, actor=self.cast.clerk, at=NOW)
        content = f"测算 {marks.word('reply file', situation)}".encode()
        upload = SimpleUploadedFile(f"{marks.word('reply file name', situation)}.txt", content)
        handling.attach_to_reply(reply, upload=upload, actor=self.cast.clerk, at=NOW)

    def _under_review(self, situation: str) -> Task:
        task = self._step(self._written(situation), "submit_reply", self.cast.clerk)
        return self._step(task, "approve", self.cast.unit_leader)

    def _answered(self, situation: str) -> Case:
        task = self._step(self._under_review(situation), "send", self.cast.assigner, Sending("B"))
        return Case.objects.get(pk=task.case_id)

    def _handled_ones(self) -> None:
        cast, word = self.cast, self.marks.word
        self._assigned("assigned")
        asked = cast.task(self._assigned("return_asked"))
        self._step(asked, "ask_return", cast.clerk, Why(word("wish to return", "return_asked")))
        self._written("in_hand")
        with_leader = self._step(self._written("revised"), "submit_reply", cast.clerk)
        self._step(with_leader, "revise", cast.unit_leader, Why(word("leader's return", "revised")))
        self._under_review("under_review")
        self._step(self._under_review("sent_back"), "return_reply", cast.assigner, Why(word("supervisor's return", "sent_back")))

    def _rated_ones(self) -> None:
        cast = self.cast
        self._rate(self._answered("rating"), "rating", only=cast.cosigner)
        self._rate(self._answered("closed"), "closed")
        shown = self._answered("released_answered")
        proposals.release(Proposal.objects.get(pk=shown.proposal_id), actor=cast.office, at=NOW)

    def _rate(self, case: Case, situation: str, only: Any = None) -> None:
        for reply, signature in cases.ratings_awaited(case):
            account = signature.member.account
            if (only is None or account == only) and Case.objects.get(pk=case.pk).state == CaseState.RATING:
                whose = "proposer's" if account == self.cast.proposer else "co-signer's"
                handling.rate(
                    reply,
                    signature=signature,
                    attitude="satisfied",
                    result="basic",
                    comment=self.marks.word(f"{whose} comment", situation),
                    actor=account,
                    at=LATER,
                )

    # ── people and units ──
    def _contact_data(self) -> None:
        for kind in ("proposer", "cosigner", "wc_member"):
            phone, member = self.marks.phone("member's phone", kind), Member.objects.get(account=self.people[kind])
            member.phone, member.phone_hash = phone, lookup_hash(phone)
            mail = self.marks.word("member's e-mail", kind)
            member.email = f"{mail}@example.org"
            member.save()
        for unit, where in ((self.cast.unit, "county"), (self.people.wc_unit, "wc")):
            contact, phone = self.marks.word("unit's contact", where), self.marks.phone("unit's phone", where)
            found = Unit.objects.get(pk=unit.pk)
            found.contact, found.phone = contact, phone
            found.save()

    # ── the neighbour ──
    def _other_county(self) -> None:
        cast, county, people = self.cast, self.cast.other_county, self.people
        office, member = people["wc_office"], people["wc_member"]
        own = Member.objects.get(account=member)
        for situation in ("wc_draft", "wc_submitted", "wc_filed", "wc_in_hand", "wc_released"):
            made = proposals.draft(county, actor=member, at=NOW, first=own, text=self._text(situation))
            if situation == "wc_draft":
                continue
            made = self._step(made, "submit", member)
            if situation == "wc_submitted":
                continue
            codes = taxonomy_of(made)
            made = self._step(made, "pass_examination", office, Examination(*codes, "government"))
            made = self._step(made, "file", office, Filing(*codes, "government"))
            if situation == "wc_released":
                proposals.release(made, actor=office, at=NOW)
            if situation == "wc_in_hand":
                case = handling.assign(made, parts=[(people.wc_unit, "sole")], actor=people["wc_assigner"], at=NOW)
                task = Task.objects.get(case=case)
                self._step(task, "sign_for", people["wc_clerk"], SignFor("王川"))
                reply = handling.reply_of(Task.objects.get(pk=task.pk))
                text = {"category": "B", "text": self.marks.word("reply", situation)}
                handling.save_reply(reply, fields=text, started_from=reply.version, actor=people["wc_clerk"], at=NOW)
        assert cast.member_of_other_county == member
