"""The tables of handling name the usual step first: what is drawn from them shows the usual way, not an odd one."""

import pytest

from tongxin.desks.lives import life_of
from tongxin.handling.choices import CaseState, TaskState
from tongxin.handling.workflow import CASES, TASKS
from tongxin.workflow.table import Workflow


@pytest.mark.parametrize(
    ("workflow", "usual"),
    [
        (CASES, [CaseState.IN_HAND, CaseState.RATING, CaseState.CLOSED]),
        (TASKS, [TaskState.AWAITING, TaskState.IN_HAND, TaskState.WITH_LEADER, TaskState.UNDER_REVIEW, TaskState.ANSWERED]),
    ],
    ids=["cases", "tasks"],
)
def test_the_stages_to_come_are_those_of_the_usual_way(workflow: Workflow, usual: list[str]) -> None:
    assert [stage.label for stage in life_of(workflow, workflow.initial, [])] == [str(state.label) for state in usual]
