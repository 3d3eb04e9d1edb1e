"""`{% timeline object %}`: what happened to it, as far as the reader is told, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.db import models
from django.utils.translation import gettext as _

from tongxin.accounts.models import SYSTEM_NAME
from tongxin.audit import audience, kinds
from tongxin.audit.models import Event
from tongxin.audit.queries import events_of
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
        _("%(actor_name)s代录") % {"actor_name": event.actor_name}
        if event.on_behalf_of_id or event.data.get("entered_for") or event.data.get("on_behalf")
        else ""
    )
    return Entry(
        when=moment(event.at) or _("日期不详"),
        what=kinds.sentence(event),
        more=kinds.detail(event),
        key=kinds.KINDS[event.kind].key,
        auto=event.actor_name == SYSTEM_NAME,
        behalf=behalf,
    )


@register.inclusion_tag("ui/_timeline.html", takes_context=True)
def timeline(context: Any, subject: models.Model, told: Iterable[Event] | None = None) -> dict[str, Any]:
    """Draw the events of a row that the reader is told of; a page that has read them already gives what it `told`."""
    if told is None:
        told = audience.told(context["request"].user, [subject], events_of(subject))
    return {"entries": [entry(event) for event in told]}
