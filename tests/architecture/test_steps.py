"""Every transition of every table: one click wins, the second is told; and no state is without its event."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.architecture.world import AT, World, said, steps
from tests.cast import Cast
from tongxin.access.predicates import nobody
from tongxin.accounts.models import Account
from tongxin.audit.models import Event
from tongxin.workflow.engine import Blocked, Overtaken, perform, unexplained
from tongxin.workflow.table import BY_NAME, T, Workflow

NOT_UNDER_THESE_RULES = {("tasks", "submit_for_review"), ("tasks", "sign_and_send")}


def _actor(world: World, row: T, subject: object) -> Account | None:
    return next((a for a in world.cast.everyone().values() if row.by.test_at(a, subject, AT)), None)


def _written_before_the_move(subject: Any, asked: list[str]) -> str:
    """Return what was written before the compare-and-set.

    A number may be taken from its counter, which a lost move gives back.
    """
    for sql in asked:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and '"committees_counter"' not in sql:
            move = f'UPDATE "{subject._meta.db_table}" SET "state"'  # noqa: S608 -- compared, not asked
            return "" if sql.startswith(move) else sql
    return "nothing"


def _twice(world: World, workflow: Workflow, state: str, row: T) -> str:
    """Take a step with two copies of the same row; return what is wrong with the outcome, or nothing."""
    rows = world.rows(workflow.name, state)
    subject = next((r for r in rows if _actor(world, row, r)), rows[0])
    by_hand = row.by is not nobody and (workflow.name, row.action) not in NOT_UNDER_THESE_RULES
    actor = _actor(world, row, subject) if by_hand else Account.objects.system()
    assert actor is not None, f"nobody may {row.action}"
    first, second = (type(subject).objects.get(pk=subject.pk) for _copy in range(2))
    payload, before = said(row, subject, actor), Event.objects.count()
    try:
        with CaptureQueriesContext(connection) as asked:
            perform(first, row.action, actor=actor, at=AT, payload=payload, by_system=not by_hand)
    except Blocked as blocked:
        return "" if row.target == state and Event.objects.count() == before else f"blocked: {blocked}"
    if early := _written_before_the_move(subject, [query["sql"] for query in asked.captured_queries]):
        return f"writes before it has won: {early}"
    after = Event.objects.count()
    try:
        perform(second, row.action, actor=actor, at=AT, payload=payload, by_system=not by_hand)
    except Overtaken as overtaken:
        moves = Event.objects.filter(subject_id=subject.pk, kind=workflow.kind(row.action), from_state=state).count()
        if overtaken.event is None or Event.objects.count() != after or moves != 1:
            return "the loser left a trace, or was not told who was faster"
        return ""
    return "the second click won too"


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_of_two_clicks_one_wins_and_the_other_is_told(name: str, cast: Cast) -> None:
    world, workflow = World(cast), BY_NAME[name]
    problems = {
        (state, row.action): problem
        for owner, state, row in steps()
        if owner == name and (problem := _twice(world, workflow, state, row))
    }
    assert problems == {}


def test_every_state_is_what_its_last_event_says(mixed: Cast) -> None:
    from django.apps import apps

    lost = {
        name: [str(row) for row in unexplained(workflow, apps.get_model(workflow.model).objects.all())]
        for name, workflow in BY_NAME.items()
    }
    assert lost == {name: [] for name in BY_NAME}
