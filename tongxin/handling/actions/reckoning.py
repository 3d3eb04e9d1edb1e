"""Dates that rest on a calendar which is not out yet: kept with how they were reckoned, and set again when it is."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import partial

from django.db import transaction

from tongxin.accounts.models import Account
from tongxin.audit import actions as audit
from tongxin.core import calendar
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.models import Case, Task, TentativeDate
from tongxin.handling.queries.clocks import WITH_THE_UNIT
from tongxin.handling.queries.deadlines import NAMES
from tongxin.handling.queries.reckoning import Reckoning, reckoning_of, reckoning_of_rating
from tongxin.workflow.table import Setting


def dates_set(row: Task | Case, dates: Mapping[str, Reckoning], *, latest: date | None = None) -> Setting:
    """Set a row's dates, by field, none later than `latest`.

    Which of them are tentative is kept once the step is taken.
    """
    ends = {field: said.due_on if latest is None else min(said.due_on, latest) for field, said in dates.items()}
    kept = {field: said for field, said in dates.items() if ends[field] == said.due_on}
    return Setting(ends, writes=(partial(keep_tentative, row, kept, instead_of=tuple(dates)),))


def keep_tentative(row: Task | Case, dates: Mapping[str, Reckoning], *, instead_of: Collection[str] = ()) -> None:
    """Keep how those of a row's dates were reckoned that are tentative, by field, instead of what was kept of some fields."""
    task, case = (row, row.case) if isinstance(row, Task) else (None, row)
    if instead_of:
        TentativeDate.objects.filter(task=task, case=case, field__in=instead_of).delete()
    TentativeDate.objects.bulk_create(
        TentativeDate(
            committee_id=case.committee_id,
            case=case,
            task=task,
            field=field,
            due_on=said.due_on,
            began_on=said.began_on,
            count=said.count,
            counted=said.counted,
            end_later=said.end_later,
        )
        for field, said in dates.items()
        if not calendar.is_settled(said.due_on)
    )


@transaction.atomic
def note_rating(case: Case) -> bool:
    """Keep how the tentative last day for ratings was reckoned, of a case of which that was never kept.

    Says whether it could be.
    """
    held = Case.objects.select_for_update(of=("self",)).select_related("committee").get(pk=case.pk)
    if held.state != CaseState.RATING or held.tentative_dates.filter(field="rating_due_on").exists():
        return False
    said = reckoning_of_rating(held)
    if said is not None:
        keep_tentative(held, {"rating_due_on": said}, instead_of=("rating_due_on",))
    return said is not None


@transaction.atomic
def set_again(tentative: TentativeDate, *, at: datetime) -> bool:
    """Set a date for good, now that the calendar it rests on is out; says whether it moved.

    What was set otherwise since, or is no longer waited for, is left as it is: nothing is told of it.
    """
    rows = TentativeDate.objects.select_for_update(of=("self",)).select_related("case", "task__unit")
    kept = rows.filter(pk=tentative.pk).first()
    if kept is None:
        return False
    said = reckoning_of(kept)
    if not calendar.is_settled(said.due_on):
        return False
    kept.delete()
    row = _locked(tentative)
    if getattr(row, tentative.field) != tentative.due_on or not _runs(row, tentative.field):
        return False
    unit = {"unit": row.unit.name, "unit_id": row.unit_id, "task": row.pk} if isinstance(row, Task) else {}
    vouched = audit.sound([row])
    type(row)._base_manager.filter(pk=row.pk).update(**{tentative.field: said.due_on})  # noqa: SLF001
    audit.record(
        "handling.set_date",
        row,
        actor=Account.objects.system(),
        at=at,
        proves=vouched,
        data=unit | {"what": NAMES[tentative.field], "before": tentative.due_on.isoformat(), "due": said.due_on.isoformat()},
    )
    return said.due_on != tentative.due_on


def _locked(tentative: TentativeDate) -> Task | Case:
    if tentative.task_id is None:
        return Case.objects.select_for_update(of=("self",)).select_related("proposal", "committee").get(pk=tentative.case_id)
    rows = Task.objects.select_for_update(of=("self",)).select_related("unit", "case__proposal", "committee")
    return rows.get(pk=tentative.task_id)


def _runs(row: Task | Case, field: str) -> bool:
    """Say whether somebody still acts by a date."""
    if isinstance(row, Case):
        return row.state == CaseState.RATING
    if field == "return_answer_due_on":
        return row.state == TaskState.RETURN_ASKED
    if field == "due_on":
        return row.state in {*WITH_THE_UNIT, TaskState.RETURN_ASKED, TaskState.UNDER_REVIEW}
    return row.state == TaskState.AWAITING
