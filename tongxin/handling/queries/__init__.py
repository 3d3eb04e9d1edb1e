"""Every read of handling worth a name."""

from tongxin.handling.queries.cases import (
    Verdict,
    answering_tasks,
    closed_round,
    current_replies,
    dissatisfied,
    draft_of,
    live_tasks,
    outstanding,
    raters_done,
    replies_to_rate,
    signature_to_rate,
    verdict_for_unit,
)
from tongxin.handling.queries.deadlines import Chip, Limit, chip, clock_of, limits_of, rule_of, task_chip
from tongxin.handling.queries.sections import CaseSections, sections
from tongxin.handling.queries.visibility import cases_visible_to, visible_to

__all__ = [
    "CaseSections",
    "Chip",
    "Limit",
    "Verdict",
    "answering_tasks",
    "cases_visible_to",
    "chip",
    "clock_of",
    "closed_round",
    "current_replies",
    "dissatisfied",
    "draft_of",
    "limits_of",
    "live_tasks",
    "outstanding",
    "raters_done",
    "replies_to_rate",
    "rule_of",
    "sections",
    "signature_to_rate",
    "task_chip",
    "verdict_for_unit",
    "visible_to",
]
