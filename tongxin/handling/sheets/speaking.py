"""A case of the database in the words of the sheet: for export, and to compare with what a row says."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from tongxin.committees.models import Committee
from tongxin.handling.choices import ANSWERING, TaskState, TaskStates
from tongxin.handling.models import Rating, Reply, Task
from tongxin.handling.queries import once_each
from tongxin.handling.sheets.columns import COLUMNS, NO_CATEGORY, NO_TEXT
from tongxin.handling.sheets.reading import Answer, Grades, Outcome
from tongxin.proposals.models import Proposal
from tongxin.proposals.sheets.bodies import Categories
from tongxin.proposals.sheets.speaking import Speaker, exported, with_what_is_spoken
from tongxin.proposals.sheets.words import FILED
from tongxin.sheets import exporting
from tongxin.sheets.kinds import Context, words_of


def with_outcomes(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Fetch what the whole sheet needs of proposals: a constant number of queries."""
    sent = (
        Reply.objects.filter(sent_at__isnull=False, recalled_at=None)
        .defer("phone")
        .order_by("round", "id")
        .prefetch_related(_ratings())
    )
    tasks = Task.objects.exclude(state__in=TaskStates.gone).select_related("unit").order_by("id")
    tasks = tasks.prefetch_related(Prefetch("replies", sent, "sent"))
    return with_what_is_spoken(rows).select_related("case").prefetch_related(Prefetch("case__tasks", tasks, "live"))


def _ratings() -> Prefetch[Any]:
    return Prefetch("ratings", Rating.objects.select_related("signature"))


def outcome_of(proposal: Proposal) -> Outcome:
    """Return what became of a proposal (fetched by `with_outcomes`): of several rounds the last."""
    case = getattr(proposal, "case", None)
    if case is None:
        return Outcome()
    answering = [t for t in case.live if t.part in ANSWERING]
    last = [t.sent[-1] if t.sent else None for t in answering]
    outcome = Outcome(
        units=[t.unit_called for t in answering], co_units=[t.unit.name for t in case.live if t.part not in ANSWERING]
    )
    if any(last):
        outcome.answers = [_answer(task, reply) for task, reply in zip(answering, last, strict=True)]
        signed = [s.signer for s in proposal.signed]  # type: ignore[attr-defined]
        outcome.attitudes = _grades(last, signed, "attitude")
        outcome.results = _grades(last, signed, "result")
    return outcome


def names_of(proposal: Proposal) -> list[set[str]]:
    """Return by which names each unit that answers in a case is known.

    The present one, and the one under its answer.
    """
    case = getattr(proposal, "case", None)
    return [{task.unit_called, task.unit.name} for task in case.live if task.part in ANSWERING] if case is not None else []


def _answer(task: Task, reply: Reply | None) -> Answer:
    if reply is None:
        return Answer()
    return Answer(
        on=timezone.localdate(task.answered_at or reply.sent_at) if _is_dated(task, reply) else None,
        category="" if reply.category == NO_CATEGORY else reply.category,
        text="" if reply.text == NO_TEXT else reply.text,
    )


def _is_dated(task: Task, reply: Reply) -> bool:
    """An answered part without a day is one whose day the imported sheet did not give."""
    return task.answered_at is not None or (task.state != TaskState.ANSWERED and reply.sent_at is not None)


def _grades(replies: Sequence[Reply | None], signed: Sequence[int | str], name: str) -> Grades:
    found = []
    for reply in replies:
        given = once_each(reply.ratings.all()) if reply else []
        by_signer = {r.signature.signer: getattr(r, name) for r in given}
        found.append(tuple(by_signer.get(signer, "") for signer in signed))
    return tuple(found) if any(grade for group in found for grade in group) else ()


def facts_of(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome by column, in a form that can be compared."""

    def said(grades: Grades) -> Grades:
        return grades if any(grade for group in grades for grade in group) else ()

    return {
        "承办单位": outcome.units,
        "会办单位": outcome.co_units,
        "答复日期": [a.on for a in outcome.answers],
        "答复类别": [a.category for a in outcome.answers],
        "答复内容": [a.text for a in outcome.answers],
        "办理态度评价": said(outcome.attitudes),
        "办理结果评价": said(outcome.results),
    }


def rows(committee: Committee, *, year: int | None, on: date) -> Iterator[Mapping[str, str]]:  # noqa: ARG001 -- the kinds' signature
    """Yield the received proposals (of a year: of the session that begins in it) as rows of the sheet."""
    speaker = Speaker(committee, Categories(Context(committee, None, timezone.now())))
    for proposal in exporting.in_parts(with_outcomes(exported(committee, year))):
        draft = speaker.draft_of(proposal)
        said = speaker.words(draft)
        yield said | words_of(COLUMNS, outcome_of(proposal)) if draft.result == FILED else said
