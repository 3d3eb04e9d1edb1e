"""What the events of a proposal say, written once.

For whoever does it, and for whoever tells a history that was done elsewhere.

A value that a history does not know is left out, never invented. Rows and their keys do alike: an event says the key.
"""

from datetime import datetime
from typing import Any

from tongxin.core.templatetags.chinese import case_number
from tongxin.proposals.choices import Season


def invited(name: str, member: Any, until: datetime) -> dict[str, Any]:
    """Somebody was asked to co-sign."""
    return {"name": name, "member": member, "until": until.isoformat()}


def answered(name: str, member: Any, *, reason: str = "", entered_for: bool = False) -> dict[str, Any]:
    """Who was asked said yes or no, or the office entered what he said on paper."""
    return {"name": name, "member": member, "reason": reason, "entered_for": entered_for}


def lapsed(name: str, member: Any, *, overdue: bool) -> dict[str, Any]:
    """Who was asked had not answered when it was handed in."""
    return {"name": name, "member": member, "overdue": overdue}


def submitted(season: str) -> dict[str, Any]:
    """It was handed in for the first time, in a season where that is known."""
    return {"season": str(Season(season).label)} if season else {}


def classified(construction: str, topic: str, routed_to: str) -> dict[str, Any]:
    """Both categories and the 归口, of which a sheet may lack one."""
    said = {"construction": construction, "topic": topic, "routed_to": str(routed_to)}
    return {key: value for key, value in said.items() if value}


def numbered(number: int | None, category_number: int | None, category_label: str) -> dict[str, Any]:
    """The two numbers it got by filing."""
    return {"number": number, "category_number": category_number, "category_label": category_label}


def merged(lead: Any, number: int | None) -> dict[str, Any]:
    """It goes into a lead proposal."""
    return {"into_label": case_number(number), "lead": lead}


def absorbed(title: str, proposal: Any, reason: str | None = "") -> dict[str, Any]:
    """Another one goes into it, for a reason where that is known."""
    return {"title": title, "proposal": proposal} | ({} if reason is None else {"reason": reason})


def refused(text: str, reason: str) -> dict[str, Any]:
    """It was not filed: the listed reason in its words, and what the proposer was told."""
    return {"reason_text": f"{text}。{reason}" if text else reason}
