"""`{% timeline events %}`: what happened, newest first, future deadlines on top."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template

from tongxin.accounts.models import SYSTEM_NAME
from tongxin.audit import kinds
from tongxin.audit.models import Event
from tongxin.core.templatetags.chinese import moment

register = template.Library()


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    when: str
    what: str
    more: str = ""
    key: bool = False
    auto: bool = False
    future: bool = False
    behalf: str = ""


def entry(event: Event) -> Entry:
    """Say an event as a line of the timeline."""
    behalf = (
        f"{event.actor_name}代录" if event.on_behalf_of_id or event.data.get("entered_for") or event.data.get("on_behalf") else ""
    )
    return Entry(
        when=moment(event.at) or "日期不详",
        what=kinds.sentence(event),
        more=kinds.detail(event),
        key=kinds.KINDS[event.kind].key,
        auto=event.actor_name == SYSTEM_NAME,
        behalf=behalf,
    )


@register.inclusion_tag("ui/_timeline.html")
def timeline(events: Iterable[Event], future: Iterable[Entry] = ()) -> dict[str, Any]:
    """Draw events (given newest first); `future` deadlines stand on top, hollow."""
    return {"entries": [*future, *(entry(e) for e in events)]}
