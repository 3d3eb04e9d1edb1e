"""The page of one proposal, the same shape for everybody: what differs is which rows and actions a reader gets."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.access.permissions import allowed
from tongxin.audit import audience
from tongxin.audit.templatetags.timeline import Entry
from tongxin.core.attaching import attach
from tongxin.core.prepared import Prepared
from tongxin.core.templatetags.chinese import TENTATIVE, size
from tongxin.files.queries import link
from tongxin.handling.choices import CaseState
from tongxin.handling.models import Case, Task
from tongxin.handling.pages import course
from tongxin.handling.pages.standing import Standing, Step, case_of, life_of, standing_for
from tongxin.handling.queries.sections import CaseSections, sections
from tongxin.handling.rules import case_of_own_unit
from tongxin.proposals import queries as proposals
from tongxin.proposals.choices import Answer, Role, State, States
from tongxin.proposals.models import Attachment, Endorsement, Proposal, Signature
from tongxin.proposals.queries import copy_of
from tongxin.proposals.regulations import Taxonomies
from tongxin.proposals.rules import assigns_it, in_office, is_leader, is_published, signature_of, takes_part
from tongxin.regulations.queries import in_force


@dataclass(frozen=True)
class Reader:
    """How the reader stands to the proposal."""

    office: bool  # the assembly's office and leaders
    part: bool  # the proposers, and who was asked to sign
    handles: bool  # sees the handling: proposers, units, assigning offices, the assembly
    # has to do with it: learns what was merged into it, and whom to contact where the first proposer is gone
    concerned: bool


@dataclass(frozen=True)
class Attached:
    """A file of the text, with the reader's own link."""

    kind: str
    name: str
    size: str
    url: str


@dataclass(frozen=True)
class Joined:
    """A proposal merged into the one shown: its text is read by its own readers, and only they get its address."""

    title: str
    people: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class Page:
    """Everything the page shows."""

    proposal: Proposal
    case: Case | None
    sections: CaseSections | None
    reader: Reader
    standing: Standing
    steps: list[Step]
    topics: tuple[str, ...]
    first: str
    contact: str  # that the first proposer sits no longer, and whom to contact
    changed: bool  # the reader agreed to co-sign an older text
    way_back: str  # how an end that its proposer brought about is taken back
    cosigners: tuple[Signature, ...]
    waiting: tuple[Signature, ...]
    lead: str
    others: str
    joined: tuple[Joined, ...]
    joined_unnamed: int  # how many more were merged into it, of which the reader learns the number alone
    files: list[Attached]
    entries: list[Entry]

    @property
    def tentative(self) -> bool:
        """Whether a date of its course may still move, which the page then explains."""
        return any(f"（{TENTATIVE}）" in f"{entry.when}{entry.what}{entry.more}" for entry in self.entries)


def load(user: Any, uid: str) -> Proposal | None:
    """Return a proposal that `user` may open: as a proposal, or through its handling.

    The permission is asked of the row itself.
    """
    found = ONE.first(uid)
    if found is None:
        return None
    attach([found], "signatures", proposals.NAMES.all([found.pk], timezone.localdate()), by="proposal")
    if (case := case_of(found)) is not None:
        case.committee = found.committee
        attach([case], "tasks", TASKS.all(case.pk), by="case")
    if not allowed(user, "handling.open_proposal", found):
        return None
    _read_or_none(found, "endorsements", Endorsement.objects.select_related("member"), there=found.has_endorsements)
    _read_or_none(found, "attachments", Attachment.objects.select_related("file"), there=found.has_attachments)
    loaded: Proposal = found
    return loaded


def _one(uid: Any) -> QuerySet[Proposal]:
    me = OuterRef("pk")
    return (
        Proposal.objects.filter(uid=uid)
        .select_related("committee__parent__parent", "session__term", "merged_into", "entered_by", "case")
        .annotate(
            has_endorsements=Exists(Endorsement.objects.filter(proposal=me)),
            has_attachments=Exists(Attachment.objects.filter(proposal=me)),
            has_absorbed=Exists(Proposal.objects.filter(merged_into=me)),
        )
    )


ONE = Prepared(_one)
TASKS = Prepared(lambda case: Task.objects.filter(case=case).select_related("unit").defer("unit__phone"))


def _read_or_none(proposal: Any, name: str, rows: QuerySet[Any], *, there: bool) -> None:
    """Read a relation that most proposals do not have only when it is there."""
    if there:
        prefetch_related_objects([proposal], Prefetch(name, rows))
    else:
        attach([proposal], name, (), by="proposal")


def reader_of(user: Any, proposal: Proposal) -> Reader:
    """Say how a reader stands to a proposal."""
    case = case_of(proposal)
    office = bool((in_office | is_leader).test(user, proposal))
    part = office or takes_part.test(user, proposal) or proposal.entered_by_id == getattr(user, "pk", None)
    own_unit = case is not None and case_of_own_unit.test(user, case)
    return Reader(
        office=office,
        part=part,
        concerned=part or assigns_it.test(user, proposal) or own_unit,
        handles=office or (case is not None and allowed(user, "handling.view_case", case)),
    )


def only_published_for(user: Any, proposal: Proposal) -> bool:
    """Say whether somebody sees the proposal only because it is published: the public page is theirs."""
    case = case_of(proposal)
    if case is not None and allowed(user, "handling.view_case", case):
        return False
    return not allowed(user, "proposals.read_attachments", proposal)


def page(user: Any, proposal: Proposal) -> Page:
    """Return the page of a loaded proposal for a reader."""
    case, reader = case_of(proposal), reader_of(user, proposal)
    if case is not None:
        case.proposal, case.committee = proposal, proposal.committee  # what predicates walk is read already
    found = sections(case, user) if case else None
    tasks = [line.task for line in found.tasks] if found else []
    events = course.history(proposal, case)
    heard = audience.told(user, [proposal, *([case, *case.tasks.all()] if case else [])], events)
    signed = [s for s in proposal.signatures.all() if s.role == "co"]
    lead = "、".join(t.unit.name for t in tasks if t.answers)
    joined, unnamed = joined_to(proposal, user, reader) if getattr(proposal, "has_absorbed", True) else ((), 0)
    return Page(
        proposal=proposal,
        case=case,
        sections=found,
        reader=reader,
        standing=_standing(proposal, case, found, reader),
        steps=life_of(proposal, tasks, heard, unrated_told=found is not None and found.viewer.keeps_ratings),
        topics=topics_of(proposal),
        first=next((s.name for s in proposal.signatures.all() if s.role == "first"), ""),
        contact=proposals.contact_note(proposal) if reader.concerned else "",
        changed=_changed_since_agreed(user, proposal),
        way_back=_way_back(proposal, reader),
        cosigners=tuple(s for s in signed if s.answer == Answer.ACCEPTED),
        waiting=tuple(s for s in signed if s.answer == Answer.INVITED) if reader.part else (),
        lead=lead,
        others="、".join(t.unit.name for t in tasks if not t.answers),
        joined=joined,
        joined_unnamed=unnamed,
        files=[Attached(a.file.kind, a.file.name, size(a.file.size), link(a.file, user)) for a in proposal.attachments.all()],
        entries=[*course.future(proposal, case, tasks, reader), *course.told(heard, reader)],
    )


def _standing(proposal: Proposal, case: Case | None, found: CaseSections | None, reader: Reader) -> Standing:
    said = standing_for(
        proposal, case, handles=reader.handles, read_by_all=not reader.handles and is_published.test(None, proposal)
    )
    if found is not None and found.case.state == CaseState.RATING and found.progress:
        return Standing(said.kind, f"{said.word} {found.progress.done}/{found.progress.all}")
    return said


def _changed_since_agreed(user: Any, proposal: Proposal) -> bool:
    """Say whether the reader co-signed a text that is with its proposer and says something else by now."""
    own = signature_of(user, proposal)
    if own is None or own.role != Role.CO or own.answer != Answer.ACCEPTED or proposal.state not in States.with_the_proposer:
        return False
    return any(signature.pk == own.pk for signature in proposals.outdated_signers(proposal))


def _way_back(proposal: Proposal, reader: Reader) -> str:
    """Say to who signed it how a withdrawn proposal is taken up again; the office has a button."""
    if proposal.state != State.WITHDRAWN or reader.office or not reader.part:
        return ""
    return _("本案已经撤案。需要恢复的，请与政协提案工作人员联系，由机关办理“恢复提案”，原有的编号保留。")


def topics_of(proposal: Proposal) -> tuple[str, ...]:
    """Return the names of both categories, as the taxonomy has them today."""
    rules: Taxonomies = in_force(proposal.committee, Taxonomies, timezone.localdate())
    found = (rules.construction(proposal.construction), rules.topic(proposal.topic))
    return tuple(c.name for c in found if c is not None)


def joined_to(proposal: Proposal, user: Any, reader: Reader) -> tuple[tuple[Joined, ...], int]:
    """Return what was merged into a proposal as a reader may know it, and the number of the rest.

    Who signed, assigns or handles the lead has to do with those who raised the others: each of them is consulted and
    answered.
    """
    signers = Prefetch("signatures", Signature.objects.filter(answer=Answer.ACCEPTED).select_related("member"))
    rows = list(proposal.merged.prefetch_related(signers).order_by("id"))
    read = set(proposals.original_visible_to(user).filter(merged_into=proposal).values_list("pk", flat=True))
    named = [row for row in rows if reader.concerned or row.pk in read]
    shown = (
        Joined(str(row), tuple(s.name for s in row.signatures.all()), row.get_absolute_url() if row.pk in read else "")
        for row in named
    )
    return tuple(shown), len(rows) - len(named)


def similar_to(user: Any, proposal: Proposal) -> list[proposals.Similar]:
    """Return earlier proposals like this one that the reader may see; who reads the public copy compares that."""
    title, body = proposal.title, proposal.body
    if only_published_for(user, proposal) and (copy := copy_of(proposal)) is not None:
        title, body = copy.title, f"{copy.situation}\n{copy.analysis}\n{copy.suggestions}"
    return proposals.similar_for(user, proposal.committee, body, title=title, exclude=proposal, on=timezone.localdate())
