"""Who may take which step in which state: one line for each, with the members of the cast who may."""

from pathlib import Path

from tests.architecture.world import AT, World
from tongxin.access.predicates import nobody
from tongxin.workflow.table import BY_NAME

GOLDEN = Path(__file__).parent / "golden"


def matrix(world: World, name: str) -> str:
    """Write a lifecycle's matrix as text, in the order of the table.

    By name and not by guard: what is blocked is allowed later.
    """
    workflow, lines = BY_NAME[name], []
    for state in workflow.states.values:
        subjects = world.rows(name, state)
        rows = [row for row in workflow.rows if state in row.sources]
        for row in rows:
            everyone = world.cast.everyone().items()
            may = [part for part, account in everyone if any(row.by.test_at(account, subject, AT) for subject in subjects)]
            who = "nobody by hand" if row.by is nobody else " ".join(may) or "nobody under the rules of 云溪县"
            lines.append(f"{state:<14} {row.action:<20} {who}")
        if not rows:
            lines.append(f"{state:<14} –                    an end")
    return "\n".join(lines) + "\n"
