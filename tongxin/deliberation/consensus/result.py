"""Makes the public form of a result: one JSON document, floats to twelve significant digits."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongxin.deliberation.consensus import statistics
from tongxin.deliberation.consensus.axes import Floats
from tongxin.deliberation.consensus.engine import Result
from tongxin.deliberation.consensus.statistics import Counts, Representative, share, wilson

DIGITS = 12


def rounded(values: Floats) -> Any:
    """The numbers as nested lists, to twelve significant digits, without a negative zero."""
    flat = [float(f"{value:.{DIGITS}g}") + 0.0 for value in values.ravel().tolist()]
    return np.array(flat, np.float64).reshape(values.shape).tolist()


def document(result: Result) -> dict[str, Any]:
    """The result as the documented JSON: keys, order and meaning as in the project's FORMATS."""
    names = result.votes.statements
    informed = result.by_group if result.groups else result.counts
    return {
        "participants": len(result.votes.participants),
        "in_map": len(result.people),
        "statements": len(names),
        "votes": len(result.votes.values),
        "seed": result.question.seed,
        "k": result.k,
        "silhouette": rounded(np.array(result.silhouette)),
        "explained": rounded(result.axes.explained),
        "reason": result.reason,
        "groups": [{"id": group.number, "size": len(group.members), "members": group.members} for group in result.groups],
        "statements_out": _statements(result, informed),
        "representative": [_representative(result, row) for row in statistics.representative(result.by_group, result.allowed)],
        "majority": {
            direction: [names[place] for place in statistics.majority(result.every, result.allowed, agree=direction == "agree")]
            for direction in ("agree", "disagree")
        },
        "bridging": [names[place] for place in statistics.bridging(result.by_group, result.allowed)],
        "dividing": [names[place] for place in statistics.dividing(result.by_group, result.allowed)],
        "projection": _projection(result),
    }


def text(result: Result) -> str:
    """The document as one line of JSON, the same bytes for the same result."""
    return json.dumps(document(result), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _statements(result: Result, informed: Counts) -> list[dict[str, Any]]:
    every = result.every
    columns: dict[str, NDArray[Any] | list[Any]] = {
        "id": list(result.votes.statements),
        "agree": every.agree,
        "disagree": every.disagree,
        "pass": every.passes,
        "seen": every.seen,
        "moderated": ~result.allowed,
        "priority": statistics.priority(every, result.extremity),
        "extremity": result.extremity,
        "agree_interval": wilson(every.agree, every.seen),
        "disagree_interval": wilson(every.disagree, every.seen),
        "consensus_agree": statistics.consensus(informed, agree=True),
        "consensus_disagree": statistics.consensus(informed, agree=False),
        "groups": [[] for _ in result.votes.statements],
    }
    rows = _rows(columns)
    for place, group in enumerate(result.groups):
        for row, of_group in zip(rows, _of_group(group.number, result.by_group[place]), strict=True):
            row["groups"].append(of_group)
    return rows


def _of_group(number: int, counts: Counts) -> list[dict[str, Any]]:
    return _rows(
        {
            "id": [number] * len(counts.seen),
            "agree": counts.agree,
            "disagree": counts.disagree,
            "seen": counts.seen,
            "p_agree": share(counts.agree, counts.seen),
            "p_disagree": share(counts.disagree, counts.seen),
            "agree_interval": wilson(counts.agree, counts.seen),
            "disagree_interval": wilson(counts.disagree, counts.seen),
        }
    )


def _rows(columns: dict[str, NDArray[Any] | list[Any]]) -> list[dict[str, Any]]:
    """One dictionary a row from columns of equal length; floats rounded."""
    lists = [
        column if isinstance(column, list) else rounded(column) if column.dtype.kind == "f" else column.tolist()
        for column in columns.values()
    ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _representative(result: Result, row: Representative) -> dict[str, Any]:
    p, p_test, r, r_test = rounded(np.array([row.p, row.p_test, row.r, row.r_test]))
    return {
        "group": result.groups[row.group].number,
        "statement": result.votes.statements[row.statement],
        "direction": row.direction,
        "p": p,
        "p_test": p_test,
        "r": r,
        "r_test": r_test,
    }


def _projection(result: Result) -> list[dict[str, Any]]:
    numbers: list[int | None] = [*(group.number for group in result.groups), None]
    names = result.votes.participants
    return [
        {"participant": names[person], "x": x, "y": y, "group": numbers[place]}
        for person, (x, y), place in zip(result.people.tolist(), rounded(result.points), result.labels.tolist(), strict=True)
    ]
