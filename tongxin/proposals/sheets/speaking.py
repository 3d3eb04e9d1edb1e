"""A proposal of the database in the words of the sheet: for export, and to compare with what a row says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.utils import timezone

from tongxin.committees.models import Committee
from tongxin.members.models import Member
from tongxin.proposals.choices import Answer, State, States
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.sheets.bodies import Categories
from tongxin.proposals.sheets.columns import COLUMNS
from tongxin.proposals.sheets.reading import Draft, Signer
from tongxin.proposals.sheets.words import CONSENTS, FILED, MERGED, NO, WITHDRAWN, YES
from tongxin.sheets.kinds import words_of

STATE_RESULTS = {State.FILED: FILED, State.HANDED_OVER: FILED, State.MERGED: MERGED, State.WITHDRAWN: WITHDRAWN}


def with_what_is_spoken(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Fetch what the sheet needs of proposals."""
    signed = Signature.objects.filter(answer=Answer.ACCEPTED).select_related("member").order_by("place_in_list", "id")
    return rows.select_related("session__term", "merged_into").prefetch_related(Prefetch("signatures", signed, "signed"))


class Speaker:
    """Says proposals of one committee as rows."""

    def __init__(self, committee: Committee, categories: Categories) -> None:
        self.committee, self.categories = committee, categories
        twice = Member.objects.filter(committee=committee).values("name").annotate(n=Count("id")).filter(n__gt=1)
        self.ambiguous = set(twice.values_list("name", flat=True))

    def draft_of(self, proposal: Proposal) -> Draft:
        """Return a proposal (fetched by `with_what_is_spoken`) as a row would be read."""
        rules = self.categories
        return Draft(
            title=proposal.title,
            situation=proposal.situation,
            analysis=proposal.analysis,
            suggestions=proposal.suggestions,
            signers=[Signer(s.name, s.member) for s in proposal.signed],  # type: ignore[attr-defined]
            number=proposal.number,
            form=proposal.form,
            topic=rules.topic_names.get(proposal.topic, proposal.topic),
            construction=rules.construction_names.get(proposal.construction, proposal.construction),
            session=(proposal.session.term.number, proposal.session.number) if proposal.session else None,
            submitted_on=timezone.localdate(proposal.submitted_at) if proposal.submitted_at else None,
            result=proposal.destination or STATE_RESULTS.get(State(proposal.state), ""),
            into=proposal.merged_into.number if proposal.merged_into else None,
            public=YES if proposal.released_at else CONSENTS if proposal.consents_to_publication else NO,
        )

    def facts(self, draft: Draft) -> dict[str, Any]:
        """Return what a draft says, by column, in a form that can be compared."""
        rules = self.categories
        compared = {
            "whole": draft.whole_text,
            "signers": tuple(s.key for s in draft.signers),
            "topic": rules.topic_codes.get(draft.topic, draft.topic),
            "construction": rules.construction_codes.get(draft.construction, draft.construction),
        }
        columns = [column for column in COLUMNS if not column.only_read]
        return {c.name: compared[c.key] if c.key in compared else getattr(draft, c.key) for c in columns}

    def words(self, draft: Draft) -> dict[str, str]:
        """Return what a draft says, by column, as it is written in the sheet."""
        return words_of(COLUMNS, Spoken(draft, self.name_of))

    def name_of(self, signer: Signer) -> str:
        """Name a signer, with the number where several bear the name."""
        return f"{signer.name}（{signer.key}）" if signer.member and signer.name in self.ambiguous else signer.name


@dataclass(frozen=True)
class Spoken:
    """What the columns write: a draft, and how its signers are named."""

    draft: Draft
    name_of: Callable[[Signer], str]


def exported(committee: Committee, year: int | None) -> QuerySet[Proposal]:
    """Return the proposals an export holds: what was received, never drafts.

    Of the sessions whose year begins in `year`.
    """
    found = Proposal.objects.filter(committee=committee, state__in=States.received)
    if year is not None:
        found = found.filter(session__starts_on__year=year)
    return found.order_by("session__starts_on", "number", "id")
