"""What an outcome becomes: the case, each unit's part, replies, ratings, and the steps that led there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from tongxin.committees.models import Committee
from tongxin.core import calendar
from tongxin.handling.actions import facts
from tongxin.handling.choices import CaseState, Grade, Part, TaskState
from tongxin.handling.models import Case, Rating, Reply, Task
from tongxin.handling.regulations import Deadlines, ReplyCategories, Review, Rework, Secrecy
from tongxin.handling.sheets.columns import NO_CATEGORY, NO_TEXT
from tongxin.handling.sheets.reading import Answer, Outcome
from tongxin.handling.sheets.units import Units
from tongxin.proposals.models import Proposal, Signature
from tongxin.proposals.sheets.bodies import rules_on
from tongxin.proposals.sheets.reading import noon
from tongxin.sheets.kinds import Context
from tongxin.workflow.recorder import Recorder, Step


@dataclass
class Handled:
    """One case with all that belongs to it, on its way into the database."""

    proposal: Proposal
    outcome: Outcome
    signatures: Sequence[Signature]
    case: Case
    tasks: list[Task] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)


class Maker:
    """Makes unsaved cases of outcomes."""

    def __init__(self, context: Context, units: Units) -> None:
        self.context, self.units = context, units
        self.committee: Committee = context.committee
        self.today = timezone.localtime(context.at).date()

    def _rules(self, schema: type, day: date | None) -> Any:
        return rules_on(self.committee, schema, day, self.today)

    def handled(self, proposal: Proposal, outcome: Outcome, signatures: Sequence[Signature]) -> Handled:
        """Return the unsaved case of a proposal."""
        answered_on = max((a.on for a in outcome.answers if a.on), default=None)
        state, due = self._state(outcome, proposal, answered_on)
        case = Case(
            committee=self.committee,
            proposal=proposal,
            state=state,
            rating_due_on=due,
            unrated=state == CaseState.CLOSED and not _any(outcome),
        )
        made = Handled(proposal, outcome, signatures, case)
        made.tasks = [*self._tasks(case, outcome)]
        return made

    def _tasks(self, case: Case, outcome: Outcome) -> list[Task]:
        part = Part.SEPARATE if len(outcome.units) > 1 else Part.LEAD if outcome.co_units else Part.SOLE
        answering = TaskState.ANSWERED if outcome.is_answered else TaskState.AWAITING
        advised = TaskState.ADVICE_GIVEN if outcome.is_answered else TaskState.AWAITING
        answers: Sequence[Answer | None] = outcome.answers or [None] * len(outcome.units)
        tasks = [
            Task(
                committee=self.committee,
                case=case,
                unit=self.units.known[name],
                part=part,
                state=answering,
                answered_at=noon(answer.on) if answer else None,
                unit_name=self.units.known[name].name if answer else "",
            )
            for name, answer in zip(outcome.units, answers, strict=True)
        ]
        return tasks + [
            Task(committee=self.committee, case=case, unit=self.units.known[name], part=Part.CO, state=advised)
            for name in outcome.co_units
        ]

    def replies(self, made: Handled) -> list[Reply]:
        """Return the unsaved replies of a case whose parts are saved."""
        return [self._reply(task, answer) for task, answer in zip(made.tasks, made.outcome.answers, strict=False)]

    def _reply(self, task: Task, answer: Answer) -> Reply:
        rules: ReplyCategories = self._rules(ReplyCategories, answer.on)
        found = rules.find(answer.category)
        return Reply(
            committee=self.committee,
            task=task,
            unit_name=task.unit.name,
            category=answer.category or NO_CATEGORY,
            category_label=found.label if found else "",
            meaning=found.meaning if found else "",
            text=answer.text or str(NO_TEXT),
            sent_at=noon(answer.on) or self.context.at,
            counts_from=self._rules(Secrecy, answer.on).minimum,
        )

    def ratings(self, made: Handled) -> list[Rating]:
        """Return the unsaved ratings of a case whose replies are saved."""
        return [
            Rating(committee=self.committee, reply=reply, signature=signature, attitude=attitude, result=result)
            for index, reply in enumerate(made.replies)
            for signature, attitude, result in zip(
                made.signatures, *_grades(made.outcome, index, len(made.signatures)), strict=True
            )
            if attitude or result
        ]

    # ── where it stands ──
    def _state(self, outcome: Outcome, proposal: Proposal, answered_on: date | None) -> tuple[CaseState, date | None]:
        """Say where a case stands: in hand; waiting for grades while there is time; with the office; closed."""
        if not outcome.is_answered:
            return CaseState.IN_HAND, None
        if self._goes_back(outcome, answered_on):
            return CaseState.WITH_OFFICE, None
        if _complete(outcome):
            return CaseState.CLOSED, None
        if answered_on is not None:
            deadlines: Deadlines = self._rules(Deadlines, answered_on)
            due = calendar.add_working_days(answered_on, deadlines.rating_working_days)
            return (CaseState.RATING, due) if due >= self.today else (CaseState.CLOSED, due)
        over = proposal.session is not None and calendar.add_months(proposal.session.starts_on, 12) <= self.today
        if over:
            return CaseState.CLOSED, None
        asked: Deadlines = self._rules(Deadlines, self.today)  # the days for rating begin when people can rate
        return CaseState.RATING, calendar.add_working_days(self.today, asked.rating_working_days)

    def _goes_back(self, outcome: Outcome, on: date | None) -> bool:
        """Whether by the committee's rule the results send it back.

        The office then says whether it is handled again.
        """
        rules: Rework = self._rules(Rework, on)
        for grades in outcome.results:
            against = [n for n, grade in enumerate(grades) if grade == Grade.DISSATISFIED]
            if rules.sent_back_when == "first" and 0 in against:
                return True
            if rules.sent_back_when == "majority" and len(against) * 2 > len(grades):
                return True
            if rules.sent_back_when == "any" and against:
                return True
        return False

    # ── what happened ──
    def story(self, told: Recorder, made: Handled) -> None:
        """Tell the life of a saved case in the order of things, behind the proposal's own."""
        case = made.case
        told.begin(case, at=None, data={"units": units_text(made)})
        for index, task in enumerate(made.tasks):
            told.life(task, self._part(made, index, task))
        if case.state != CaseState.IN_HAND:
            last = max((t.answered_at for t in made.tasks if t.answered_at), default=None)
            due = {"due": case.rating_due_on.isoformat()} if case.rating_due_on else {}
            told.step(case, "open_rating", at=last, data=due | {"round": 1})
        for rating in made.ratings:
            told.note("handling.rate", case, at=None, data=facts.rated(rating.signature.name, rating.signature, rating.reply))
        if case.state == CaseState.WITH_OFFICE:
            told.step(case, "escalate", at=None)
        elif case.state == CaseState.CLOSED:
            told.step(case, "close", at=None)
        told.demand_true(case)

    def _part(self, made: Handled, index: int, task: Task) -> list[Step]:
        named = facts.of_part(task.unit.name, task.unit, made.case)
        steps: list[Step] = [("assign", None, facts.given(task.unit.name, task.unit, task.part))]
        if task.state == TaskState.ADVICE_GIVEN:
            steps += [("sign_for", None, named), ("give_advice", None, named)]
        elif task.state == TaskState.ANSWERED:
            reply = made.replies[index]
            sent = named | facts.sent(reply.category.replace(NO_CATEGORY, ""), reply.meaning, round=1)
            review: Review = self._rules(Review, made.outcome.answers[index].on)
            passed = ("submit_for_review", "send") if review.supervising_office_reviews else ("submit_reply", "sign_and_send")
            steps += [("sign_for", None, named), (passed[0], None, named), (passed[1], task.answered_at, sent)]
        return steps


def units_text(made: Handled) -> str:
    """Name the units with their parts, as the event of assigning does."""
    return facts.units((task.unit.name, task.part) for task in made.tasks)


def _grades(outcome: Outcome, index: int, signers: int) -> tuple[Sequence[str], Sequence[str]]:
    blank = ("",) * signers
    return (
        outcome.attitudes[index] if outcome.attitudes else blank,
        outcome.results[index] if outcome.results else blank,
    )


def _any(outcome: Outcome) -> bool:
    return any(grade for grades in (*outcome.attitudes, *outcome.results) for grade in grades)


def _complete(outcome: Outcome) -> bool:
    """Whether every signer graded every reply, in one of the two questions at least."""
    columns = [grades for grades in (outcome.attitudes, outcome.results) if grades]
    return bool(columns) and all(
        any(column[unit][signer] for column in columns)
        for unit in range(len(columns[0]))
        for signer in range(len(columns[0][unit]))
    )
