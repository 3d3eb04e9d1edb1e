"""Publication: the redacted copy is confirmed, the proposal released with it, corrected, taken back."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.audit.truth import New, Part, Saved
from tongxin.proposals.actions.problems import ProposalError
from tongxin.proposals.choices import State
from tongxin.proposals.models import LONGEST_COVERED_LINE, PUBLIC_FIELDS, Attachment, Proposal, PublicCopy, PublicFile
from tongxin.proposals.queries import publication as queries
from tongxin.texts.redaction import WORDS, Mark, redact, without_overlap

Follower = Callable[[Proposal, datetime], None]
_followers: list[Follower] = []


def register_release(follower: Follower) -> None:
    """Let the app above begin what belongs to a published proposal: in the same transaction as the release."""
    _followers.append(follower)


@transaction.atomic
def release(
    proposal: Proposal,
    *,
    actor: Account,
    at: datetime,
    marks: queries.Marks | None = None,
    files: Sequence[Attachment] = (),
    version: int | None = None,
) -> PublicCopy:
    """Publish a filed proposal whose proposer consents, in the redacted words that `actor` confirms.

    `marks` are what is covered, by field; without them what the machine found. `files` are the attachments that go with
    it, no other. `version` is the text that was looked at. The event says how much was covered, never what.
    """
    if not proposal.consents_to_publication:
        message = _("提案人没有同意公开")
        raise ProposalError(message)
    sound = audit.sound([Part(proposal, "release")])
    if not Proposal.objects.filter(pk=proposal.pk, released_at=None, state__in=(State.FILED, State.HANDED_OVER)).update(
        released_at=at
    ):
        message = _("这件提案已经公开，或者还没有立案")
        raise ProposalError(message)
    proposal.refresh_from_db()
    vouched = _keep_copy(proposal, marks=marks, version=version, actor=actor, at=at)
    copy = proposal.public_copy  # type: ignore[attr-defined]  # the row that was just written
    shown = _keep_files(proposal, files, actor=actor, at=at)
    audit.record(
        "proposals.release",
        proposal,
        actor=actor,
        at=at,
        acting_as=proposal.capacity_of(actor),
        data=_facts(copy, files),
        proves=[*sound, *vouched, *shown],
    )
    for follower in _followers:
        follower(proposal, at)
    return copy


@transaction.atomic
def release_without_findings(proposal: Proposal, *, actor: Account, at: datetime) -> PublicCopy:
    """Publish one of several at once: only where the machine found nothing to cover.

    The others are looked at one by one.
    """
    if queries.has_findings(proposal):
        message = _("正文里有需要核对的内容，请打开提案逐件核对后公开")
        raise ProposalError(message)
    return release(proposal, marks={}, actor=actor, at=at, version=proposal.version)


@transaction.atomic
def confirm_copy(
    proposal: Proposal, *, marks: queries.Marks, files: Sequence[Attachment] | None, version: int, actor: Account, at: datetime
) -> PublicCopy:
    """Confirm or correct the copy of a published proposal. `files` None leaves the released attachments as they are."""
    proposal = Proposal.objects.select_for_update(of=("self",)).select_related("committee").get(pk=proposal.pk)
    if proposal.released_at is None:
        message = _("这件提案现在没有公开，请先办理公开")
        raise ProposalError(message)
    vouched = _keep_copy(proposal, marks=marks, version=version, actor=actor, at=at)
    copy = proposal.public_copy  # type: ignore[attr-defined]  # the row that was just written
    shown = _keep_files(proposal, files, actor=actor, at=at) if files is not None else []
    audit.record(
        "proposals.confirm_copy",
        proposal,
        actor=actor,
        at=at,
        acting_as=proposal.capacity_of(actor),
        data=_facts(copy, [f.attachment for f in queries.public_files(proposal)]),
        proves=[*vouched, *shown],
    )
    return copy


@transaction.atomic
def unrelease(proposal: Proposal, *, reason: str, actor: Account, at: datetime) -> None:
    """Take a published proposal off the public pages, with a reason. The links of its attachments end with it."""
    shown: list[Part | PublicFile] = [Part(proposal, "release"), *PublicFile.objects.filter(attachment__proposal=proposal)]
    vouched = audit.sound(shown)
    if not Proposal.objects.filter(pk=proposal.pk, released_at__isnull=False).update(released_at=None):
        message = _("这件提案现在没有公开，无需撤下")
        raise ProposalError(message)
    PublicFile.objects.filter(attachment__proposal=proposal).delete()
    proposal.refresh_from_db()
    audit.record(
        "proposals.unrelease",
        proposal,
        actor=actor,
        at=at,
        acting_as=proposal.capacity_of(actor),
        data={"reason": reason},
        proves=vouched,
    )


def copies_by_machine(proposals: Iterable[Proposal], *, at: datetime) -> list[PublicCopy]:
    """Return unsaved copies of what was public before it came here.

    Covered by the machine, to be confirmed by somebody.
    """
    return [_copy(proposal, queries.proposed_marks(proposal), at) for proposal in proposals]


def covered(text: str, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return marks in order, checked against the text they cover. Raises ProposalError when one does not fit."""
    for mark in marks:
        if not 0 <= mark.start < mark.end <= len(text) or mark.kind not in WORDS:
            message = _("标出的位置与原文不符，请重新打开页面核对")
            raise ProposalError(message)
    return without_overlap(marks)


def _copy(proposal: Proposal, marks: queries.Marks, at: datetime) -> PublicCopy:
    """Make the unsaved copy of a text with the marked parts covered."""
    checked = {name: covered(getattr(proposal, name), marks.get(name, ())) for name in PUBLIC_FIELDS}
    texts = {name: redact(getattr(proposal, name), checked[name]) for name in PUBLIC_FIELDS}
    if any(len(texts[name]) > LONGEST_COVERED_LINE for name in ("title", "suggested_units")):
        message = _("案由里隐去的地方太多，读不成句。请把相邻的几处并成一处")
        raise ProposalError(message)
    places = {name: [m.place for m in found] for name, found in checked.items() if found}
    return PublicCopy(
        committee_id=proposal.committee_id, proposal=proposal, of_version=proposal.version, marks=places, made_at=at, **texts
    )


def _keep_copy(
    proposal: Proposal, *, marks: queries.Marks | None, version: int | None, actor: Account, at: datetime
) -> list[Saved]:
    """Make or replace the copy; return what is written where it is to be vouched for: not instead of a forged one."""
    if version is not None and version != proposal.version:
        message = _("核对期间原文有改动，请按现在的原文重新核对")
        raise ProposalError(message)
    made = _copy(proposal, queries.proposed_marks(proposal) if marks is None else marks, at)
    kept = {name: getattr(made, name) for name in (*PUBLIC_FIELDS, "committee_id", "of_version", "marks", "made_at")}
    sound = audit.sound(PublicCopy.objects.filter(proposal=proposal))
    copy, new = PublicCopy.objects.update_or_create(
        proposal=proposal, defaults=kept | {"confirmed_by": actor, "confirmed_at": at}
    )
    proposal.public_copy = copy  # type: ignore[attr-defined]  # who has the row in hand reads the new one
    return [New(copy)] if new else [Saved(copy) for _row in sound]


def _keep_files(proposal: Proposal, files: Sequence[Attachment], *, actor: Account, at: datetime) -> list[PublicFile | New]:
    """Release these attachments and no other; one that stays released keeps its address.

    Returns what came or went lawfully.
    """
    if any(attachment.proposal_id != proposal.pk for attachment in files):
        message = _("只能公开这件提案自己的附件")
        raise ProposalError(message)
    others = PublicFile.objects.filter(attachment__proposal=proposal).exclude(attachment__in=[f.pk for f in files])
    changed: list[PublicFile | New] = [*audit.sound(others)]
    others.delete()
    for attachment in files:
        made, new = PublicFile.objects.get_or_create(
            attachment=attachment,
            defaults={"committee_id": proposal.committee_id, "released_by": actor, "released_at": at},
        )
        changed += [New(made)] if new else []
    return changed


def _facts(copy: PublicCopy, files: Sequence[Attachment]) -> dict[str, object]:
    return {"covered": sum(len(found) for found in copy.marks.values()), "files": [f.uid for f in files]}
