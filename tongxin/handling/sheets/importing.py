"""Taking proposals in with their whole outcome, so that each imported case then behaves like a native one."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongxin.audit import actions as audit
from tongxin.handling.actions import copies_by_machine
from tongxin.handling.models import Case, PublicReply, Rating, Reply, Task
from tongxin.handling.sheets.columns import COLUMNS, RATED
from tongxin.handling.sheets.reading import Outcome, Reader
from tongxin.handling.sheets.speaking import facts_of, names_of, outcome_of, with_outcomes
from tongxin.handling.sheets.units import Units
from tongxin.handling.sheets.writing import Handled, Maker, units_text
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.sheets.importing import ProposalImporter
from tongxin.proposals.sheets.reading import Draft
from tongxin.proposals.sheets.words import FILED, MERGED, WAITING
from tongxin.sheets.kinds import Context, Row, words_of
from tongxin.workflow.recorder import Recorder


class CaseImporter(ProposalImporter):
    """Takes in proposals with units, answers and ratings."""

    def __init__(self, context: Context, checked: "CaseImporter | None" = None) -> None:
        self.units = Units(context)
        self.outcomes: dict[int, Outcome] = {}
        super().__init__(context, checked)
        self.made["units"] = []
        if checked is not None:
            self.made["units"] = list(checked.units.wanted)
            self.units.make(self.made["units"])
        self.reader, self.cases = Reader(context, self.units), Maker(context, self.units)

    def check(self, rows: Sequence[Row]) -> None:
        """Read, judge and compare a batch."""
        self.outcomes = {}
        super().check(rows)
        self.made["units"] = self.made["units"] or list(self.units.wanted)

    def read_more(self, row: Row, draft: Draft) -> None:
        """Read what became of it. Units and answers belong to what was filed."""
        if not draft.result and not row.has("审查结果"):
            handled = any(row.has(column.name) for column in COLUMNS)
            draft.result = MERGED if draft.into else FILED if draft.number or handled else WAITING
        if draft.result == FILED:
            self.outcomes[id(row)] = self.reader.read(row, draft)
            return
        self.outcomes[id(row)] = Outcome()
        if row.complained("审查结果"):  # what was decided is not known
            return
        for column in COLUMNS:
            if row.has(column.name):
                row.warn(column.name, _("没有立案或已并入主案的提案不单独办理，这一列没有读取"))

    def note_new(self, row: Row) -> None:
        """Note units named for the first time."""
        super().note_new(row)
        outcome = self.outcomes[id(row)]
        for column, names in (("承办单位", outcome.units), ("会办单位", outcome.co_units)):
            for name in names:
                if name not in self.units.known and name not in self.units.wanted:
                    self.units.wanted[name] = None
                    row.warn(column, _("系统里没有“%(name)s”，将新增这个单位") % {"name": name})
        if row.parsed.result == FILED and not outcome.units:
            row.warn("承办单位", _("没有填写：作待交办，交办口暂记为政府"))

    # ── comparing ──
    def fetch(self, rows: QuerySet[Proposal]) -> Iterable[Proposal]:
        """Fetch proposals with their outcomes."""
        return list(with_outcomes(rows).order_by("id"))

    def facts_said(self, row: Row) -> dict[str, Any]:
        """Return what a row says of handling, too; nothing of it where it was not filed."""
        said = super().facts_said(row)
        return said | facts_of(self.outcomes[id(row)]) if row.parsed.result == FILED else said

    def facts_kept(self, proposal: Proposal, said: dict[str, Any]) -> dict[str, Any]:
        """Return what is kept of handling; a unit by the name by which a row means it."""
        kept, names = facts_of(outcome_of(proposal)), names_of(proposal)
        meant = said.get("承办单位", [])
        if len(meant) == len(names) and all(name in known for name, known in zip(meant, names, strict=True)):
            kept["承办单位"] = meant
        return kept

    def words_kept(self, proposal: Proposal, kept: Draft) -> dict[str, str]:
        """Return what is kept as the sheet would write it; not a grade, of which each look is an event."""
        said = super().words_kept(proposal, kept) | words_of(COLUMNS, outcome_of(proposal))
        return {column: words for column, words in said.items() if column not in RATED}

    # ── writing ──
    def is_handed_over(self, row: Row) -> bool:
        """Handed over as soon as there are units."""
        return bool(self.outcomes[id(row)].units)

    def routed_to(self, row: Row) -> str:
        """The 归口 of the first unit."""
        units = self.outcomes[id(row)].units
        return str(self.units.known[units[0]].system) if units else ""

    def tell(self, told: Recorder, rows: Sequence[tuple[Draft, Proposal, Any]], signed: dict[int, list[Signature]]) -> None:
        """Write the cases of saved proposals and tell the history of all."""
        made: dict[int, Handled] = {}
        for _draft, proposal, row in rows:
            outcome = self.outcomes.get(id(row))
            if outcome is not None and outcome.units:
                made[proposal.pk] = self.cases.handled(proposal, outcome, signed[proposal.pk])
        self._save_cases(list(made.values()))
        for draft, proposal, _row in rows:
            handled = made.get(proposal.pk)
            self.story(told, draft, proposal, units_text(handled) if handled else "")
            if handled is not None:
                self.cases.story(told, handled)

    def _save_cases(self, made: Sequence[Handled]) -> None:
        Case.objects.bulk_create(handled.case for handled in made)
        Task.objects.bulk_create(task for handled in made for task in handled.tasks)
        for handled in made:
            handled.replies = self.cases.replies(handled)
        Reply.objects.bulk_create(reply for handled in made for reply in handled.replies)
        public = [reply for handled in made if handled.proposal.released_at for reply in handled.replies]
        copies = PublicReply.objects.bulk_create(copies_by_machine(public, at=self.context.at, shown=True))
        for handled in made:
            handled.ratings = self.cases.ratings(handled)
        Rating.objects.bulk_create(rating for handled in made for rating in handled.ratings)
        written = [row for handled in made for row in (handled.case, *handled.tasks, *handled.replies, *handled.ratings)]
        audit.vouch(self.committee, [*written, *copies], at=self.context.at)
        self.context.keep([*written, *copies])
