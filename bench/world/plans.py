"""How a proposal of the bench ends, and how many there are of each kind.

The mix of a county that has worked for ten years.
"""

from dataclasses import dataclass
from random import Random

PRESENT = 0.15  # so many belong to the session that runs
LONG_EVERY = 400  # one in so many has a very long history


@dataclass(frozen=True)
class Plan:
    """Until where a proposal comes, and when.

    `days` after it was handed in, that state was reached `slack` days ago at the most.
    """

    ends: str
    weight: int
    days: int
    slack: int


# Of the session that runs.
RUNNING = (
    Plan("draft", 8, -6, 30),
    Plan("gathering", 4, -3, 6),
    Plan("submitted", 8, 0, 14),
    Plan("returned", 2, 2, 10),
    Plan("in_decision", 5, 4, 12),
    Plan("filed", 6, 8, 10),
    Plan("merged", 2, 8, 60),
    Plan("not_filed", 7, 8, 60),
    Plan("awaiting", 6, 12, 8),
    Plan("return_asked", 1, 14, 5),
    Plan("in_hand", 24, 15, 95),
    Plan("with_leader", 4, 75, 25),
    Plan("under_review", 6, 77, 25),
    Plan("rating", 10, 80, 14),
    Plan("rework", 1, 92, 25),
    Plan("closed", 6, 96, 20),
)
# Of the sessions that are over; the days of their slack are counted within the session's year.
OVER = (
    Plan("closed", 775, 96, 0),
    Plan("merged", 40, 8, 0),
    Plan("not_filed", 150, 8, 0),
    Plan("withdrawn", 10, 6, 0),
    Plan("discarded", 20, -3, 0),
    Plan("with_office", 5, 130, 0),
)
REPLACED = {"merged": "filed"}


def plan_for(rng: Random, *, present: bool) -> Plan:
    """Draw how a proposal ends."""
    plans = RUNNING if present else OVER
    return rng.choices(plans, [p.weight for p in plans])[0]
