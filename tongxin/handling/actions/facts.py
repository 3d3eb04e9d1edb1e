"""What the events of handling say, written once.

For whoever does it, and for whoever tells a history that was done elsewhere.

A value that a history does not know is left out, never invented. Rows and their keys do alike: an event says the key.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from tongxin.handling.choices import Part, Stage, Way


def units(parts: Iterable[tuple[Any, str]]) -> str:
    """Name units with their parts: 县教育局（主办）、县财政局（会办）."""
    return "、".join(f"{unit}（{Part(part).label}）" for unit, part in parts)


def given(name: str, unit: Any, part: str) -> dict[str, Any]:
    """A unit has a part of a case."""
    return {"unit": name, "part": str(Part(part).label), "unit_id": unit}


def of_part(name: str, unit: Any, case: Any) -> dict[str, Any]:
    """What every step of a part says: whose it is, and of which case."""
    return {"unit": name, "unit_id": unit, "case": case}


def talked(name: str, contact: Any, *, stage: str, way: str, note: str, on: date) -> dict[str, Any]:
    """A unit talked with the proposers."""
    return {
        "unit": name,
        "stage": str(Stage(stage).label),
        "way": str(Way(way).label),
        "note": note,
        "contact": contact,
        "on": on.isoformat(),
    }


def witnessed(name: str, contact: Any, unit: str) -> dict[str, Any]:
    """One of those who were there said something of a talk."""
    return {"name": name, "contact": contact, "unit": unit}


def chased(name: str, unit: Any, task: Any, reason: str) -> dict[str, Any]:
    """A unit was chased."""
    return {"unit": name, "unit_id": unit, "task": task, "reason": reason}


def sent(category: str, meaning: str, *, before: str | None = None, round: int) -> dict[str, Any]:  # noqa: A002 -- the key's name
    """A reply reached the proposers, as of a category; what the unit had chosen, where that is known."""
    said = {"category": category} | ({} if before is None else {"before": before})
    return said | {"meaning": meaning, "round": round}


def rated(name: str, signature: Any, reply: Any, *, entered_for: bool = False) -> dict[str, Any]:
    """Somebody rated a reply; never how."""
    return {"name": name, "signature": signature, "reply": reply, "entered_for": entered_for}
