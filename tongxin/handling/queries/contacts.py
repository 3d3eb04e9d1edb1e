"""The talks of units with proposers (面商): who was there, in which round, and which count."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tongxin.committees.successions import former_name_on
from tongxin.core.attaching import attach
from tongxin.core.prepared import Prepared
from tongxin.core.secrets import mask_phone
from tongxin.core.words import clean_line
from tongxin.handling.models import Case, Contact, Presence, Task
from tongxin.members.models import Member
from tongxin.members.rules import member_of
from tongxin.proposals import queries as proposals
from tongxin.proposals.models import Signature
from tongxin.proposals.rules import absences_of

NO_NUMBER = _("系统里没有提案人的电话，请与政协提案工作人员联系")
BETWEEN_NAMES = re.compile(r"[、，,；;/\s]+")


def round_on(task: Task, on: date) -> int:
    """Return in which round of its case a unit was on a day.

    A talk held before the second handling belongs to the first.
    """
    round_ = task.case.round
    return round_ if round_ == 1 or task.again_on is None or on >= task.again_on else round_ - 1


def sort_out(case: Case, named: str, *, ticked: Sequence[Signature]) -> tuple[list[Signature], str]:
    """Return which signers were there, ticked or named, and who else, as text.

    A name that two signers bear is nobody's.
    """
    signers = proposals.together(case.proposal)
    names = [s.name for s in signers]
    there = {s.signer for s in ticked}
    by_name = {s.name: s.signer for s in signers if names.count(s.name) == 1}
    words = [word for word in BETWEEN_NAMES.split(named) if word]
    found = [word for word in words if word in by_name]
    there |= {by_name[word] for word in found}
    others = "、".join(word for word in words if word not in by_name) if found else clean_line(named)
    return [s for s in signers if s.signer in there], others


def contacts_that_count(task: Task) -> QuerySet[Contact]:
    """Return the talks of this round with a proposer who was there and has not said that it was otherwise."""
    there = Presence.objects.filter(Q(happened=None) | Q(happened=True), contact=OuterRef("pk"))
    return Contact.objects.filter(Exists(there), task=task, round=task.case.round)


def whom_to_ring(task: Task) -> Signature | None:
    """Return who speaks for the proposers, where he sits and a telephone of his is known; a body has none."""
    proposal = task.case.proposal
    found = proposals.spokesman(proposal)
    if found is None or found.member is None or found.member_id in absences_of(proposal):
        return None
    return found if found.member.phone else None


@dataclass(frozen=True)
class Number:
    """Whom the unit rings up before it replies.

    The number in full is had by an act of its own, which leaves an event.
    """

    name: str
    masked: str
    by_letter: bool  # he ticked 书面沟通即可
    url: str


def number_of(task: Task) -> Number:
    """Return what the page of a part shows of the proposer's number; where none is known, nobody's."""
    found = whom_to_ring(task)
    member = found.member if found is not None else None
    masked = mask_phone(member.phone) if member is not None else ""
    return Number(found.name if found else "", masked, not task.case.proposal.wants_contact, f"{task.get_absolute_url()}phone/")


def presence_of(contact: Contact, user: Any) -> Presence | None:
    """Return under which name somebody was at a talk."""
    member = member_of(user)
    if member is None:
        return None
    return next((p for p in contact.presences.select_related("signature") if p.signature.member_id == member.pk), None)


def to_confirm(member: Member) -> QuerySet[Contact]:
    """Return the talks at which a member was, and of which he has not said yet whether they were so."""
    own = Presence.objects.filter(signature__member=member, happened=None)
    return Contact.objects.filter(pk__in=own.values("contact"))


@dataclass(frozen=True)
class ContactLine:
    """One talk with the proposers: who of them was there, and what each says of it."""

    contact: Contact
    unit: str  # by its name of that day
    unit_now: str  # what it is called today, where that is another name
    present: tuple[Presence, ...]
    asked: bool  # the reader was there, and has not said whether it was so
    confirm_url: str

    @property
    def with_whom(self) -> str:
        """Name who was there for the proposers."""
        return "、".join(filter(None, (*(p.signature.name for p in self.present), self.contact.with_whom)))


TALKS = Prepared(
    lambda tasks: (
        Contact.objects.filter(task__in=tasks).annotate(then=former_name_on("task__unit", "on")).order_by("round", "on", "id")
    )
)
PRESENCES = Prepared(
    lambda talks: Presence.objects.filter(contact__in=talks).select_related("signature__member").defer("signature__member__phone")
)


def contact_lines(case: Case, user: Any, *, signer: bool) -> list[ContactLine]:
    """Return the talks of a case in their order; `signer`: the reader signed, and may be asked whether they were so."""
    tasks = {t.pk: t for t in case.tasks.all()}
    found = []
    member = member_of(user) if signer else None
    contacts = TALKS.all(tasks.keys())
    attach(contacts, "presences", PRESENCES.all([contact.pk for contact in contacts]), by="contact")
    for contact in contacts:
        contact.task = tasks[contact.task_id]
        present = tuple(contact.presences.all())
        mine = next((p for p in present if member is not None and p.signature.member_id == member.pk), None)
        url = f"/handling/contacts/{contact.uid}/confirm/" if mine is not None else ""
        asked = mine is not None and mine.happened is None
        unit = contact.task.unit.name
        found.append(ContactLine(contact, contact.then or unit, unit if contact.then else "", present, asked, url))
    return found
