"""What the public reads: which proposals, in which words, and what waits for somebody to confirm it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tongxin.committees import queries as bodies
from tongxin.committees.choices import Duty
from tongxin.core.prepared import Prepared
from tongxin.proposals.choices import States
from tongxin.proposals.models import PUBLIC_FIELDS, Proposal, PublicCopy, PublicFile
from tongxin.texts.redaction import Mark, find, marks_from

Marks = Mapping[str, Sequence[Mark]]


def published() -> Q:
    """Return which proposals everybody may read.

    Released, consented to, still standing, with a copy of the text as it is.
    """
    copies = PublicCopy.objects.filter(proposal=OuterRef("pk"), of_version=OuterRef("version"))
    filed = Q(state__in=States.filed)
    return Q(released_at__isnull=False, consents_to_publication=True) & filed & Q(Exists(copies))


def public_titles(ids: Iterable[int]) -> dict[int, str]:
    """Return the titles under which the public knows proposals, by id."""
    return dict(TITLES.all(ids))


TITLES = Prepared(lambda ids: PublicCopy.objects.filter(proposal__in=ids).values_list("proposal_id", "title"))


def proposed_marks(proposal: Proposal) -> dict[str, tuple[Mark, ...]]:
    """Return what the machine would cover in each text of a proposal."""
    return {name: find(getattr(proposal, name)) for name in PUBLIC_FIELDS}


def covered_in(copy: PublicCopy) -> dict[str, tuple[Mark, ...]]:
    """Return what a copy covers in each text, as places of the original."""
    return {name: marks_from(copy.marks.get(name, ())) for name in PUBLIC_FIELDS}


def has_findings(proposal: Proposal) -> bool:
    """Say whether there is something in its texts that somebody has to look at before it is published."""
    return any(proposed_marks(proposal).values())


def copy_of(proposal: Proposal) -> PublicCopy | None:
    """Return the copy that the public reads; None when there is none, or one of another version of the text."""
    copy: PublicCopy | None = getattr(proposal, "public_copy", None)
    return copy if copy is not None and copy.of_version == proposal.version else None


def to_confirm(user: Any) -> QuerySet[Proposal]:
    """Return what was released and whose copy nobody confirmed, or confirmed for an older text."""
    open_ = Q(public_copy__confirmed_at=None) | ~Q(public_copy__of_version=F("version"))
    return Proposal.objects.filter(
        open_,
        committee_id__in=bodies.committees_with(user, Duty.PUBLICATION),
        released_at__isnull=False,
        consents_to_publication=True,
        state__in=States.filed,
    )


def public_files(proposal: Proposal) -> list[PublicFile]:
    """Return the attachments of a proposal that were released one by one."""
    return FILES.all(proposal.pk)


FILES = Prepared(
    lambda proposal: (
        PublicFile.objects.filter(attachment__proposal=proposal).select_related("attachment__file").order_by("attachment_id")
    )
)


def public_file(uid: str) -> PublicFile | None:
    """Return a released attachment of a proposal that everybody may read now."""
    found = PublicFile.objects.filter(uid=uid).select_related("attachment__file", "attachment__proposal__committee").first()
    if found is None or not Proposal.objects.filter(published(), pk=found.attachment.proposal_id).exists():
        return None
    return found
