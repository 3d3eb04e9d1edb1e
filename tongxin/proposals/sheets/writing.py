"""What a draft becomes: a proposal in its final state, its signatures, and the history that its outcome implies."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tongxin.committees import actions as committees
from tongxin.committees.choices import System
from tongxin.committees.models import Committee, Session
from tongxin.proposals import queries
from tongxin.proposals.actions import facts
from tongxin.proposals.choices import Answer, Destination, Role, Season, State
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.sheets.bodies import Categories, Sessions
from tongxin.proposals.sheets.reading import Draft, noon
from tongxin.proposals.sheets.words import CONSENTS, FILED, MERGED, WAITING, WITHDRAWN, YES
from tongxin.workflow.recorder import Step

STATES = {FILED: State.FILED, MERGED: State.MERGED, WITHDRAWN: State.WITHDRAWN, WAITING: State.SUBMITTED}


class Maker:
    """Makes unsaved proposals of drafts, in batches, with numbers that go on behind what there is."""

    def __init__(self, committee: Committee, sessions: Sessions, categories: Categories, at: datetime) -> None:
        self.committee, self.sessions, self.categories, self.at = committee, sessions, categories, at
        self.windows: dict[int, tuple[datetime | None, datetime | None]] = {}

    def proposals(self, drafts: Sequence[Draft], *, handed_over: Sequence[bool], routed_to: Sequence[str]) -> list[Proposal]:
        """Return unsaved proposals; numbers are taken from the committee's series."""
        serial = committees.take_numbers(self.committee, "proposal.serial", len(drafts))
        made = [
            self._proposal(draft, serial + n, handed, routed)
            for n, (draft, handed, routed) in enumerate(zip(drafts, handed_over, routed_to, strict=True))
        ]
        self._number(list(zip(drafts, made, strict=True)))
        return made

    def _proposal(self, draft: Draft, serial: int, handed_over: bool, routed_to: str) -> Proposal:  # noqa: FBT001 -- one of a pair
        session = self.sessions.known[draft.session] if draft.session else None
        submitted_at = noon(draft.submitted_on)
        state = State.HANDED_OVER if handed_over else STATES.get(draft.result, State.NOT_FILED)
        filed = state in {State.FILED, State.HANDED_OVER}
        return Proposal(
            committee=self.committee,
            session=session,
            form=draft.form,
            title=draft.title,
            situation=draft.situation,
            analysis=draft.analysis,
            suggestions=draft.suggestions,
            state=state,
            number=draft.number,
            serial=serial,
            consents_to_publication=draft.public in {YES, CONSENTS},
            submitted_at=submitted_at,
            season=self._season(session, submitted_at),
            construction=self.categories.construction_codes.get(draft.construction, ""),
            topic=self.categories.topic_codes.get(draft.topic, ""),
            routed_to=routed_to or (System.GOVERNMENT if filed else ""),
            destination=draft.result if state == State.NOT_FILED else "",
            released_at=self.at if draft.public == YES and filed else None,
        )

    def _season(self, session: Session | None, at: datetime | None) -> str:
        """Say 大会 or 平时 where the day and the plenary are known."""
        if session is None or at is None:
            return ""
        if session.pk not in self.windows:
            session.committee = self.committee
            known = session.plenary_from or session.cut_off_at
            self.windows[session.pk] = queries.plenary_window(session) if known else (None, None)
        opens, closes = self.windows[session.pk]
        if not opens or not closes:
            return ""
        return str(Season.PLENARY.value if opens <= at <= closes else Season.REGULAR.value)

    def _number(self, pairs: Sequence[tuple[Draft, Proposal]]) -> None:
        """Number what was filed without a number, and give category numbers to all that are numbered as filed."""
        by_session: dict[int, list[Proposal]] = defaultdict(list)
        by_category: dict[tuple[int, str, str], list[Proposal]] = defaultdict(list)
        for draft, proposal in pairs:
            if proposal.session is None or not _was_filed(draft):
                continue
            if proposal.number is None:
                by_session[proposal.session.pk].append(proposal)
            label = self.categories.label_of(draft.construction)
            by_category[proposal.session.pk, proposal.construction or "unclassified", label].append(proposal)
        for session_id, rows in by_session.items():
            first = committees.take_numbers(self.committee, f"proposal.{session_id}", len(rows))
            for n, proposal in enumerate(rows):
                proposal.number = first + n
        for (session_id, code, label), rows in by_category.items():
            first = committees.take_numbers(self.committee, f"proposal.{session_id}.{code}", len(rows))
            for n, proposal in enumerate(rows):
                proposal.category_number, proposal.category_label = first + n, label


def _was_filed(draft: Draft) -> bool:
    """Whether it was filed at some time: 立案, or numbered before it was merged or withdrawn."""
    return draft.result == FILED or (draft.number is not None and draft.result in {MERGED, WITHDRAWN})


def signatures(proposal: Proposal, draft: Draft) -> list[Signature]:
    """Return the unsaved signatures of a proposal, first proposer first."""
    return [
        Signature(
            committee_id=proposal.committee_id,
            proposal=proposal,
            member=signer.member,
            body="" if signer.member else signer.name,
            role=Role.FIRST if place == 0 else Role.CO,
            answer=Answer.ACCEPTED,
            place_in_list=place,
            signed_version=1,
        )
        for place, signer in enumerate(draft.signers)
    ]


def history(proposal: Proposal, draft: Draft, *, units: str = "") -> list[Step]:
    """Return the steps that a proposal's outcome implies, each with its day where the sheet gives it, else without."""
    steps: list[Step] = [("draft", None, {}), ("submit", proposal.submitted_at, facts.submitted(proposal.season))]
    if draft.result == WAITING:
        return steps
    if _was_filed(draft):
        decided = facts.classified(proposal.construction, proposal.topic, proposal.routed_to)
        decided |= facts.numbered(proposal.number, proposal.category_number, proposal.category_label)
        steps += [("pass_examination", None, {}), ("file", None, decided)]
    elif draft.result != WITHDRAWN:
        steps.append(("pass_examination", None, {}))
    if draft.result == MERGED and proposal.merged_into is not None:
        lead = proposal.merged_into
        steps.append(("merge", None, {"into": lead.uid} | facts.merged(lead, lead.number)))
    elif draft.result == WITHDRAWN:
        steps.append(("withdraw", None, {}))
    elif draft.result in Destination.values:
        steps.append(("not_file", None, {"destination": draft.result}))
    elif proposal.state == State.HANDED_OVER:
        steps.append(("hand_over", None, {"units": units}))
    return steps


def claim(committee: Committee, highest: Mapping[int, int]) -> None:
    """Let the numbers of sessions go on behind the imported ones (session id → highest number)."""
    for session_id, number in highest.items():
        committees.claim_number(committee, f"proposal.{session_id}", number)


def leads(committee: Committee, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Proposal]:
    """Return the filed proposals that others go into, by (session id, number)."""
    pairs = set(wanted)
    found = Proposal.objects.filter(
        committee=committee,
        session_id__in={s for s, _n in pairs},
        number__in={n for _s, n in pairs},
        state__in=(State.FILED, State.HANDED_OVER),
    )
    return {(p.session_id, p.number): p for p in found if p.session_id and p.number and (p.session_id, p.number) in pairs}
