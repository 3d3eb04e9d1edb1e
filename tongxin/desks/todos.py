"""One thing that waits for somebody, as home pages show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tongxin.core.templatetags.chinese import clock, near_day

SHOWN = 5


@dataclass(frozen=True)
class Todo:
    """One thing that waits for somebody: what, whose, until when, and the one button."""

    title: str
    line: str
    url: str
    button: str
    chip: Any = None


@dataclass(frozen=True)
class Until:
    """A cut-off at a moment, as a deadline chip."""

    level: str
    text: str
    full: str


def until(at: datetime, now: datetime) -> Until:
    """Return the chip of a cut-off: 后天 18:00 截止."""
    left = (at - now).total_seconds() / 86400
    level = "red" if left < 0 else "yellow" if left <= 2 else "soon" if left <= 7 else "ok"  # noqa: PLR2004 -- two days, a week
    text = _("%(at)s %(clock)s 截止") % {"at": near_day(at), "clock": clock(at)}
    return Until(level, text, text)
