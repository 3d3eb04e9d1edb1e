"""Taking proposals in: each row is read, recognised, compared; new ones become rows with their history."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongxin.audit import actions as audit
from tongxin.members.models import Member
from tongxin.proposals.actions import copies_by_machine, facts
from tongxin.proposals.choices import State
from tongxin.proposals.models import Proposal, PublicCopy, Signature
from tongxin.proposals.sheets import writing
from tongxin.proposals.sheets.bodies import Categories, Key, Sessions
from tongxin.proposals.sheets.columns import TEXT_COLUMNS
from tongxin.proposals.sheets.doubles import Numbers, is_another, taken_by
from tongxin.proposals.sheets.measuring import measure
from tongxin.proposals.sheets.reading import Draft, People, read
from tongxin.proposals.sheets.speaking import Speaker, with_what_is_spoken
from tongxin.proposals.sheets.words import CONSENTS, FILED, MERGED, WAITING, YES
from tongxin.sheets.kinds import Context, Row
from tongxin.sheets.problems import Fault, Place, Sight
from tongxin.workflow.recorder import Recorder

DIFFERENT = gettext_lazy("与系统里的不同，没有改动；要改请打开这件提案办理")


class ProposalImporter:
    """Takes in what is raised and decided. `handling` extends it by what was answered and rated."""

    def __init__(self, context: Context, checked: "ProposalImporter | None" = None) -> None:
        self.context, self.committee = context, context.committee
        self.made: dict[str, list[str]] = {"sessions": [], "topics": [], "constructions": []}
        self.today = timezone.localtime(context.at).date()
        self.sessions, self.categories = Sessions(context), Categories(context)
        self.people = People(self.committee)
        self.speaker = Speaker(self.committee, self.categories)
        self.titles: dict[tuple[Any, ...], Sight] = {}  # with who raises it and when
        self.numbers = Numbers()
        self.filed: set[tuple[Key, int]] = set()  # of this file: what others may go into
        self.merging: list[tuple[Place, Key, int]] = []
        self.merged: list[tuple[Draft, Proposal, Any]] = []
        if checked is not None:
            self._prepare(checked)
        self.maker = writing.Maker(self.committee, self.sessions, self.categories, context.at)

    def _prepare(self, checked: "ProposalImporter") -> None:
        """Make what the file names for the first time, and keep its numbers free, before anything is written."""
        self.made["sessions"] = self.sessions.names(checked.sessions.wanted)
        self.sessions.make(checked.sessions.wanted, checked.sessions.wanted)
        self.made["topics"], self.made["constructions"] = list(checked.categories.topics), list(checked.categories.constructions)
        self.categories.make(checked.categories.topics, checked.categories.constructions)
        highest: dict[int, int] = defaultdict(int)
        for key, number in checked.numbers.sound:
            if key in self.sessions.known:
                session_id = self.sessions.known[key].pk
                highest[session_id] = max(highest[session_id], number)
        writing.claim(self.committee, highest)

    # ── checking ──
    def check(self, rows: Sequence[Row]) -> None:
        """Read the rows, find out which are known, compare those."""
        here = {row.place: row for row in rows}
        for row in rows:
            draft = read(row, self.people)
            row.parsed = draft
            self.read_more(row, draft)
            self._demand_own_number(row, draft, here)
            self._judge(row, draft)
        sound = [row for row in rows if not row.faults]
        kept = self._known(sound)
        for row in sound:
            if (proposal := kept.get(id(row))) is not None:
                row.known = True
                self._compare(row, proposal)
                if row.faults and row.parsed.number:
                    # left out: nothing goes into it by this file
                    self.filed.discard((row.parsed.session, row.parsed.number))
            else:
                self.note_new(row)
        self.made["sessions"] = self.made["sessions"] or self.sessions.names(self.sessions.wanted)
        self.made["topics"] = self.made["topics"] or self.categories.topics
        self.made["constructions"] = self.made["constructions"] or self.categories.constructions

    def read_more(self, row: Row, draft: Draft) -> None:
        """Read the columns of a higher app. Here: what a blank 审查结果 must mean."""
        if not draft.result and not row.has("审查结果"):
            draft.result = MERGED if draft.into else FILED if draft.number else ""

    def _judge(self, row: Row, draft: Draft) -> None:
        if row.faults:
            return
        if draft.public == YES and draft.result != FILED:
            draft.public = CONSENTS
            row.warn("是否公开", _("没有立案的提案不公开，只记为同意公开"))
        if draft.number and draft.result == WAITING:
            draft.number = None
            row.warn("提案号", _("还没有立案的提案没有提案号，这一列没有读取"))
        draft.session = self.sessions.key_for(draft.session, draft.submitted_on)
        if draft.session is None:
            row.fault("届次", _("没有填写，系统里也还没有设立届次"))
            return
        if not self._is_once(row, draft):
            return
        if draft.result == MERGED:
            if draft.into is None:
                row.fault("并入", _("审查结果是并案，请写明主案的提案号"))
                return
            self.merging.append((row.place, draft.session, draft.into))
        elif draft.into is not None:
            row.fault("并入", _("写了主案的提案号，审查结果应是并案"))
        if draft.result == FILED and draft.number and not row.faults:
            self.filed.add((draft.session, draft.number))
        measure(row, draft, self.sessions)

    def _demand_own_number(self, row: Row, draft: Draft, batch: Mapping[Place, Row]) -> None:
        unknown = row.complained("届次") or (draft.session is None and row.complained("提交日期"))
        key = None if unknown else self.sessions.key_for(draft.session, draft.submitted_on)
        if key is None or not draft.number or draft.result == WAITING:
            return
        if self.numbers.is_second(row, draft, key, batch):
            self.filed.discard((key, draft.number))  # left out with the row: nothing goes into it by this file

    def _is_once(self, row: Row, draft: Draft) -> bool:
        """Whether the file says this but once: by title, first proposer and day where one has no number."""
        here = Sight(row.place, f"《{draft.title}》")
        if draft.number and draft.session is not None:
            self.numbers.sound.add((draft.session, draft.number))
        said = (draft.title, draft.signers[0].key, draft.submitted_on)
        alike = [(*said, None)] if draft.number else [(*said, None), (*said, "numbered")]
        for key in alike:
            known = self.titles.get(key)
            if known is not None and known.place != row.place:
                row.fault(
                    "案由",
                    _("与%(seen_from)s重复：案由、第一提案人和提交日期都相同") % {"seen_from": known.place.seen_from(row.place)},
                )
                return False
        self.titles.setdefault((*said, "numbered" if draft.number else None), here)
        return True

    def _known(self, rows: Sequence[Row]) -> dict[int, Proposal]:
        """Find the rows' proposals: by session and number, else by title, first proposer and day."""
        by_number: dict[tuple[int, int], list[Row]] = defaultdict(list)
        by_title: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            draft: Draft = row.parsed
            session = self.sessions.known.get(draft.session) if draft.session else None
            if session and draft.number:
                by_number[session.pk, draft.number].append(row)
            elif not draft.number:
                by_title[draft.title].append(row)
        return self._by_number(by_number) | self._by_title(by_title)

    def _by_number(self, rows: Mapping[tuple[int, int], Sequence[Row]]) -> dict[int, Proposal]:
        if not rows:
            return {}
        sessions, numbers = {s for s, _n in rows}, {n for _s, n in rows}
        kept = Proposal.objects.filter(committee=self.committee, session_id__in=sessions, number__in=numbers)
        return {
            id(row): proposal
            for proposal in self.fetch(kept)
            for row in rows.get((proposal.session_id or 0, proposal.number or 0), ())
        }

    def _by_title(self, rows: Mapping[str, Sequence[Row]]) -> dict[int, Proposal]:
        found: dict[int, Proposal] = {}
        if not rows:
            return found
        for proposal in self.fetch(Proposal.objects.filter(committee=self.committee, title__in=rows)):
            kept = self.speaker.draft_of(proposal)
            for row in rows[proposal.title]:
                same = kept.signers and kept.signers[0].key == row.parsed.signers[0].key
                if same and kept.submitted_on == row.parsed.submitted_on:
                    found[id(row)] = proposal
        return found

    def fetch(self, rows: Any) -> Iterable[Proposal]:
        """Fetch proposals with what is compared."""
        return list(with_what_is_spoken(rows).order_by("id"))

    def _compare(self, row: Row, proposal: Proposal) -> None:
        kept = self.speaker.draft_of(proposal)
        if row.parsed.number and is_another(row.parsed, kept):
            row.fault("提案号", taken_by(kept))
            return
        said = self.facts_said(row)
        there = self.speaker.facts(kept) | self.facts_kept(proposal, said)
        words = self.words_kept(proposal, kept)
        for column, value in said.items():
            # the same text, in one piece here and in parts there
            if column in TEXT_COLUMNS and said["内容"] == there["内容"]:
                continue
            if row.has(column) and value != there.get(column):
                shown = _("（系统里是“%(words)s”）") % {"words": words[column][:40] or "空"} if column in words else ""
                row.fault(column, f"{DIFFERENT}{shown}")

    def facts_said(self, row: Row) -> dict[str, Any]:
        """Return what a row says, by column, to be compared."""
        return self.speaker.facts(row.parsed)

    def facts_kept(self, _proposal: Proposal, _said: dict[str, Any]) -> dict[str, Any]:
        """Return what is kept in the columns of a higher app."""
        return {}

    def words_kept(self, _proposal: Proposal, kept: Draft) -> dict[str, str]:
        """Return what is kept as the sheet would write it, without what a comparison must not tell."""
        return self.speaker.words(kept) | {"内容": " ".join(part for part in kept.parts if part)}

    def note_new(self, row: Row) -> None:
        """Note what a new row names for the first time."""
        self.sessions.note(row.parsed.session, row.parsed.submitted_on)
        self.categories.note(row.parsed.topic, row.parsed.construction)

    def settle(self) -> list[Fault]:
        """Find the rows that go into a proposal which is not there, or is itself left out."""
        waiting = [(place, key, into) for place, key, into in self.merging if (key, into) not in self.filed]
        in_database = writing.leads(
            self.committee, ((self.sessions.known[key].pk, into) for _p, key, into in waiting if key in self.sessions.known)
        )
        faults = list(self.numbers.earlier.values())
        for place, key, into in waiting:
            session = self.sessions.known.get(key)
            if session is None or (session.pk, into) not in in_database:
                faults.append(
                    Fault.at(
                        place,
                        "并入",
                        _("没有第 %(into)s 号立案的提案（主案须是同一届次、审查结果为立案的提案）") % {"into": into},
                    )
                )
        return faults

    # ── writing ──
    def write(self, rows: Sequence[Row]) -> None:
        """Write new rows; those that go into others wait until the others are there."""
        drafts: list[Draft] = [row.parsed for row in rows]
        made = self.maker.proposals(
            drafts, handed_over=[self.is_handed_over(row) for row in rows], routed_to=[self.routed_to(row) for row in rows]
        )
        now = []
        for row, draft, proposal in zip(rows, drafts, made, strict=True):
            if draft.result == MERGED:
                self.merged.append((draft, proposal, row))
            else:
                now.append((draft, proposal, row))
        self._save(now)

    def is_handed_over(self, _row: Row) -> bool:
        """Say whether a row was handed over to units."""
        return False

    def routed_to(self, _row: Row) -> str:
        """Return the 归口 that assigns it."""
        return ""

    def _save(self, rows: Sequence[tuple[Draft, Proposal, Any]]) -> None:
        Proposal.objects.bulk_create(proposal for _draft, proposal, _row in rows)
        public = [proposal for _draft, proposal, _row in rows if proposal.released_at is not None]
        # public before; somebody confirms them here
        copies = PublicCopy.objects.bulk_create(copies_by_machine(public, at=self.context.at))
        signed = [(proposal, writing.signatures(proposal, draft)) for draft, proposal, _row in rows]
        names = Signature.objects.bulk_create(signature for _proposal, signatures in signed for signature in signatures)
        by_proposal = {proposal.pk: signatures for proposal, signatures in signed}
        told = Recorder(via="import", recorded_at=self.context.at)
        self.tell(told, rows, by_proposal)
        audit.record_many(told.events())
        written = [*(proposal for _draft, proposal, _row in rows), *copies, *names]
        audit.vouch(self.committee, written, at=self.context.at)
        self.context.keep(written)

    def tell(
        self,
        told: Recorder,
        rows: Sequence[tuple[Draft, Proposal, Any]],
        signed: dict[int, list[Signature]],  # noqa: ARG002
    ) -> None:
        """Tell the history of saved proposals."""
        for draft, proposal, _row in rows:
            self.story(told, draft, proposal)

    def story(self, told: Recorder, draft: Draft, proposal: Proposal, units: str = "") -> None:
        """Tell a proposal's own life."""
        told.life(proposal, writing.history(proposal, draft, units=units))
        if proposal.released_at is not None:
            told.note("proposals.release", proposal, at=None)
        if proposal.state == State.MERGED and proposal.merged_into is not None:
            told.note("proposals.absorb", proposal.merged_into, at=None, data=facts.absorbed(proposal.title, proposal, None))

    def holds(self) -> bool:
        """Whoever signs was not made one with another member meanwhile."""
        gone = Member.everybody.filter(committee=self.committee, merged_into__isnull=False)
        return self.people.meant.isdisjoint(gone.values_list("pk", flat=True))

    def finish(self, created: int) -> None:
        """Write what goes into others, and record the import."""
        wanted = [(p.session_id, d.into) for d, p, _row in self.merged if p.session_id and d.into]
        found = writing.leads(self.committee, wanted)
        for draft, proposal, _row in self.merged:
            proposal.merged_into = found[proposal.session_id, draft.into]  # type: ignore[index]
            proposal.merged_into.committee = self.committee
        self._save(self.merged)
        audit.record(
            "proposals.import",
            self.committee,
            actor=self.context.actor,
            at=self.context.at,
            via="import",
            data={"rows": created} | {name: names for name, names in self.made.items() if names},
        )
