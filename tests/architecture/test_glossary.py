"""Every identifier that names an idea of the field is in the glossary: apps, states, actions, duties, workflows."""

import re

from tests.architecture import source
from tongxin.committees.choices import Duty
from tongxin.workflow.table import BY_NAME

GLOSSARY = source.ROOT / "docs" / "glossary.md"


def listed() -> set[str]:
    return set(re.findall(r"`([\w.]+)`", GLOSSARY.read_text(encoding="utf-8")))


def test_every_app_state_action_and_duty_is_in_the_glossary() -> None:
    ideas = set(source.apps()) | set(BY_NAME) | set(Duty.values)
    for workflow in BY_NAME.values():
        ideas |= set(workflow.states.values) | {row.action for row in workflow.rows} | {workflow.start[0]}
    assert sorted(ideas - listed()) == []


def test_a_state_is_called_in_the_glossary_what_it_is_called_on_the_screen() -> None:
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    rows = [re.findall(r"`([\w.]+)`", line) for line in lines]
    wrong = [
        f"{value}: {label}"
        for workflow in BY_NAME.values()
        for value, label in workflow.states.choices
        if not any(value in found and str(label) in line for found, line in zip(rows, lines, strict=True))
    ]
    assert wrong == []
